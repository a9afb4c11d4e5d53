#!/usr/bin/env bats
# Faults that come again and again, under a load that does not care.

# shellcheck disable=SC2034,SC2004 # what common.bash reads, and fills
load ./common

# --- row 1

@test "a worker killed every 200 ms under load: only its own sessions fail" {
	HELLOD_MAY_DIE=1
	start -o workers=4 -o log_connections=false
	baseline
	export RATE
	client "$(rounds 5 60)" "$(rounds 1 2)" >"$BATS_TEST_TMPDIR/load" <<-'END'
		import os, random, re, signal, subprocess, sys, time
		from hello_client import wait_until
		seconds = int(sys.argv[1])
		master = os.environ["HELLOD_PID"]
		ctl = [os.environ["HELLOCTL"], "-s", os.environ["CONTROL"]]
		load = subprocess.Popen([os.environ["PYTHONPATH"] + "/hello_load.py", "--connect", os.environ["HELLOD_ADDRESS"],
		    "--rate", os.environ["RATE"], "--seconds", str(seconds), "--think", "200",
		    "--timeout", "10", "--processes", sys.argv[2], "--allow", "reset", "--allow", "early_end"], stdout=subprocess.PIPE, text=True)
		def workers():
		    text = subprocess.run([*ctl, "ps"], check=True, capture_output=True, text=True).stdout
		    return [line.split() for line in text.splitlines()[1:]]
		def accepted():
		    text = subprocess.run([*ctl, "status"], check=True, capture_output=True, text=True).stdout
		    return int(re.search(r"^accepted: (\d+)", text, re.M)[1])
		chance = random.Random(1)
		held = kills = last = 0
		slowest = 0
		while load.poll() is None:
		    begin = time.monotonic()
		    serving = [w for w in workers() if w[6] == "serving"]
		    victim = chance.choice(serving)
		    os.kill(int(victim[2]), signal.SIGSTOP)  # what it holds, it holds
		    now = accepted()
		    assert now >= last, f"the total fell from {last} to {now}"
		    last = now
		    held += int([w for w in workers() if w[2] == victim[2]][0][4])
		    os.kill(int(victim[2]), signal.SIGKILL)
		    kills += 1
		    wait_until(lambda: sum(w[6] == "serving" and w[2] != victim[2] for w in workers()) == 4, 2)
		    slowest = max(slowest, time.monotonic() - begin)
		    time.sleep(max(0, 0.2 - (time.monotonic() - begin)))
		text = load.stdout.read()
		print(text, f"\n{kills} kills, {held} sessions held, slowest {slowest:.3f} s")
		count = {name: int(re.search(rf'"{name}": (\d+)', text)[1]) for name in
		    ("sessions", "ok", "refused", "reset", "early_end", "timeout", "wrong_text", "busy")}
		assert load.returncode == 0, count
		assert count["refused"] == count["timeout"] == count["wrong_text"] == count["busy"] == 0
		assert kills >= seconds, kills
		assert 0 < count["sessions"] - count["ok"] <= held, (count, held)
		assert accepted() >= last
	END
	tell "$(tail -n 1 "$BATS_TEST_TMPDIR/load")"
	STORM_SESSIONS=$(load_count sessions)
	invariants 100
	not log_has 'trying again'
}

# --- row 2

@test "all workers killed at once, again and again: no client is refused" {
	HELLOD_MAY_DIE=1
	start -o workers=4 -o log_connections=false
	baseline
	storm_begin "$(rounds 4 20)" --allow reset --allow early_end
	local before
	for _ in $(seq "$(rounds 5 20)"); do
		wait_until status_is ready 4
		mapfile -t before < <(hellod_workers | sort)
		kill -KILL "${before[@]}"
		all_new() {
			[ -z "$(comm -12 <(printf '%s\n' "${before[@]}") <(hellod_workers | sort))" ] &&
				status_is ready 4
		}
		wait_until -t 5 all_new
	done
	storm_end
	# Those in the queue are kept: nobody waits for long for a welcome.
	invariants 100
}

# --- row 17

# Listeners come and go, and workers are more and fewer. Generations follow each
# other faster than sessions end: so many of them may drain that none is cut.
storm_configuration() { # ROUND
	configure <<-END
		listen = ( { port = $port; } $([ $(($1 % 3)) -eq 0 ] || echo ", { port = $other; }") );
		workers = $(($1 % 16 + 1));
		max_generations = 32;
		log_connections = false;
	END
}

# In pieces, each with a load of its own, until there were enough.
@test "a storm of reloads under load: 0 failed sessions" {
	local port other n=0 want before
	want=$(rounds 15 1000)
	port=$(free_port)
	other=$(free_port)
	configure <<<"listen = ( { port = $port; } ); workers = 4; max_generations = 32; log_connections = false;"
	start
	baseline
	calm
	while [ "$n" -lt "$want" ]; do
		storm_begin "$(rounds 5 30)"
		while load_goes_on; do
			n=$((n + 1))
			storm_configuration "$n"
			ctl reload >>"$BATS_TEST_TMPDIR/reloads" 2>&1
			sleep 0.02
		done
		storm_end
		# The tables of workers grow with the most there ever were, and stay so.
		: "${before:=$(resident "$HELLOD_PID")}"
	done
	configure <<<"listen = ( { port = $port; } ); workers = 4; max_generations = 32; log_connections = false;"
	ctl_ends 0 reload
	invariants
	tell "$n reloads, resident memory $before KiB before, $(resident "$HELLOD_PID") KiB after"
	status_is generation $((n + 2))
	[ "$(resident "$HELLOD_PID")" -le $((before + 256)) ] || is_sanitized
	answers_were_quick
}

# --- row 18

@test "a storm of upgrades under load: 0 failed sessions" {
	is_long || skip "takes twenty minutes; HELLOD_TEST_LONG=1 asks for it"
	local n=0 before
	start -o workers=4 -o log_connections=false
	baseline
	calm
	wait_until is_at_baseline
	put_good_program
	ctl_ends 0 upgrade # what is not the first program, has its memory laid out otherwise
	wait_until is_at_baseline
	before=$(resident "$HELLOD_PID")
	while [ "$n" -lt 200 ]; do
		storm_begin 60
		while load_goes_on; do
			n=$((n + 1))
			# Two programs that differ, turn by turn.
			if [ $((n % 2)) -eq 0 ]; then
				put_good_program
			else
				put_faulty_program none
			fi
			ctl_ends 0 upgrade
			runs_program_of "$HELLOD"
		done
		storm_end
	done
	invariants
	status_is pid "$HELLOD_PID"
	tell "$n upgrades, resident memory $before KiB before, $(resident "$HELLOD_PID") KiB after"
	[ "$(resident "$HELLOD_PID")" -le $((before + 256)) ] || is_sanitized
	answers_were_quick
}

# --- row 31

@test "signals in any number and order: hellod goes on, and then is as configured" {
	# So many reloads in a second would cut sessions of generations that drain.
	configure <<<'listen = ( { port = 0; } ); workers = 2; max_generations = 64;'
	start -o log_connections=false
	local allow=ok
	! is_long || allow=early_end
	baseline
	storm_begin "$(rounds 3 20)" --allow "$allow"
	client "$(rounds 400 100000)" <<-'END'
		import os, random, signal, sys, time
		chance = random.Random(7)
		master = int(os.environ["HELLOD_PID"])
		def workers():
		    with open(f"/proc/{master}/task/{master}/children") as file:
		        return [int(pid) for pid in file.read().split()]
		kinds = [signal.SIGHUP, signal.SIGUSR1, signal.SIGTTIN, signal.SIGTTOU, signal.SIGCHLD,
		         signal.SIGPIPE, signal.SIGWINCH]
		for _ in range(int(sys.argv[1])):
		    kind = chance.choice(kinds)
		    if kind in (signal.SIGPIPE, signal.SIGWINCH, signal.SIGHUP) and chance.randrange(2):
		        for pid in workers():
		            try:
		                os.kill(pid, kind)
		            except ProcessLookupError:
		                pass
		    os.kill(master, kind)
		    if chance.randrange(20) == 0:
		        time.sleep(0.01)
	END
	storm_end
	wait_until ctl reload
	invariants
}
