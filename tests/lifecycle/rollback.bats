#!/usr/bin/env bats
# A new program that is no good: the one before goes on, and no client notices.

# shellcheck disable=SC2034,SC2004,SC2016 # what common.bash reads, and fills; for eval
load ./programs

# --- the bad ones

# One hellod for each kind, all at once: each has a place of its own, a load,
# and an upgrade that must fail. Their numbers are in kinds.
kinds=()
declare -gA kind_place kind_program kind_pid kind_log kind_address kind_want kind_load kind_upgrade

# From here on, the functions above and below are about this one.
choose() { # KIND
	PLACE=${kind_place[$1]}
	use_place
	HELLOD=${kind_program[$1]}
	HELLOD_PID=${kind_pid[$1]:-}
	HELLOD_LOG=${kind_log[$1]:-}
	HELLOD_ADDRESS=${kind_address[$1]:-}
}

# A hellod whose upgrade will fail, in these words, since somebody puts a bad
# program in; afterwards, another command may harm it when its probation begins.
bad() { # KIND EXTENDED-REGULAR-EXPRESSION COMMAND...
	local kind=$1 place=$BATS_TEST_TMPDIR/${#kinds[@]}
	kinds+=("$kind")
	kind_want[$kind]=$2
	kind_place[$kind]=$place
	kind_program[$kind]=$place/hellod
	shift 2
	mkdir "$place"
	choose "$kind"
	put_good_program
	start -o workers=2 -o 'drain_timeout=2 s'
	kind_pid[$kind]=$HELLOD_PID
	kind_log[$kind]=$HELLOD_LOG
	kind_address[$kind]=$HELLOD_ADDRESS
	program_of "$HELLOD_PID" >"$PLACE/before"
	load_clients --rate 20 --seconds "$SECONDS_OF_LOAD" --think 100 --timeout 10 >"$PLACE/load" &
	kind_load[$kind]=$!
	wait_until log_has ' accepted '
	# Kept, so that no other file gets its number.
	ln "$HELLOD" "$PLACE/old"
	"$@"
	ctl upgrade >"$PLACE/upgrade" 2>&1 &
	kind_upgrade[$kind]=$!
}

# What is done to the last one, when it is on probation.
harm() { # COMMAND...
	wait_until log_has_times 2 'ready: listening on'
	"$@"
}

kill_new_worker() {
	kill -KILL "$(workers_by_generation | awk '$4 == "serving" { print $3; exit }')"
}

# A worker that is killed takes its sessions with it, and nobody else's.
only_the_killed_failed() { # KIND
	local class
	[[ $1 == 'a worker is killed' || $1 == worker-dies-later ]] || return 1
	for class in refused timeout busy wrong_text; do
		grep -q "\"$class\": 0" "$PLACE/load" || return 1
	done
}

# The program before goes on: nobody has noticed.
check_rolled_back() { # KIND
	local code=0
	choose "$1"
	echo "--- $1"
	wait "${kind_upgrade[$1]}" || code=$?
	cat "$PLACE/upgrade"
	[ "$code" -eq 1 ]
	grep -Eq "upgrade failed: ${kind_want[$1]}" "$PLACE/upgrade"
	log_has 'error: upgrade failed: '
	wait "${kind_load[$1]}" || only_the_killed_failed "$1" ||
		{ cat "$PLACE/load" && return 1; }
	[ "$(program_of "$HELLOD_PID")" = "$(cat "$PLACE/before")" ]
	wait_until is_settled
	hellod_has_workers 2
	wait_until status_is sessions 0
	wait_until has_no_descriptor_more "$HELLOD_PID"
	greets
}

# The next good one is welcome.
try_good_ones() {
	local kind
	for kind in "${kinds[@]}"; do
		choose "$kind"
		put_good_program
		ctl upgrade >"$PLACE/good" 2>&1 &
		kind_upgrade[$kind]=$!
	done
	for kind in "${kinds[@]}"; do
		echo "--- $kind, then a good one"
		choose "$kind"
		wait "${kind_upgrade[$kind]}" || { cat "$PLACE/good" && return 1; }
		assert_same_hellod
		greets
	done
}

@test "programs that fail before they are executed: nothing happens; then a good one" {
	local kind no='the new program would not do: '
	SECONDS_OF_LOAD=4
	bad 'exits' "${no}no, thanks; version" put_script 'echo no, thanks; exit 1'
	bad 'crashes' 'the new program was ended by a signal' put_script 'kill -SEGV $$'
	bad 'refuses our state' "$no.*version 99, not 2" \
		put_script 'echo "hellod 99 takes over state of version 99, not 2"; exit 1'
	bad 'is missing' "$no.*No such file or directory" eval 'rm "$HELLOD"'
	bad 'is not executable' "$no.*Permission denied" eval 'chmod 644 "$HELLOD"'
	bad 'is of another machine' "$no.*Exec format error" put_wrong_elf
	bad 'is empty' "$no.*Exec format error" put_program </dev/null
	bad 'has a faulty configuration' "$no.*hellod.conf:1: .*workerz" configure <<<'workerz = 1;'
	if is_long; then
		SECONDS_OF_LOAD=12
		bad 'hangs' 'the new program did not answer within 10 s' put_script 'exec sleep 1000'
	fi
	for kind in "${kinds[@]}"; do
		check_rolled_back "$kind"
		[ "$(workers_by_generation | cut -d' ' -f1 | sort -u)" = 1 ]
	done
	choose 'has a faulty configuration'
	configure <<<'listen = ( { port = 0; } );'
	try_good_ones
}

@test "programs that fail when they are executed: the one before goes on" {
	local kind
	HELLOD_MAY_DIE=1
	use_faults
	SECONDS_OF_LOAD=9
	for kind in master-hangs master-hangs-later; do
		bad "$kind" 'the new program crashed, hung or gave up' put_faulty_program "$kind"
	done
	SECONDS_OF_LOAD=14
	bad worker-never-ready "the new program's workers did not get ready within 10 s" \
		put_faulty_program worker-never-ready
	SECONDS_OF_LOAD=5
	for kind in worker-no-start worker-dies; do
		bad "$kind" 'a worker of the new program could not start' put_faulty_program "$kind"
	done
	bad worker-dies-later 'a worker of the new program crashed' put_faulty_program worker-dies-later
	for kind in master-crashes master-crashes-later master-exits master-exits-later; do
		bad "$kind" 'the new program crashed, hung or gave up' put_faulty_program "$kind"
	done
	for kind in "${kinds[@]}"; do
		check_rolled_back "$kind"
	done
	! is_long || try_good_ones
}

@test "harm in the probation: the one before goes on" {
	local kind
	HELLOD_MAY_DIE=1
	SECONDS_OF_LOAD=4
	for kind in SEGV ABRT BUS FPE ILL SYS ALRM; do
		bad "$kind" 'the new program crashed, hung or gave up' put_good_program
		harm kill "-$kind" "$HELLOD_PID"
	done
	bad 'a worker is killed' 'a worker of the new program crashed' put_good_program
	harm kill_new_worker
	for kind in "${kinds[@]}"; do
		check_rolled_back "$kind"
	done
}

@test "a new program that crashes has moved nowhere, and forgotten nothing" {
	HELLOD_MAY_DIE=1
	use_faults
	start_in_place old
	ctl_ends 0 workers 3
	wait_until status_is ready 3
	configure_places new
	put_faulty_program master-crashes-later
	ctl_ends 1 upgrade
	places_are old new
	wait_until is_settled
	status_is target 3
	hellod_has_workers 3
	kill -KILL "$(worker_pid 1)"
	wait_until status_is ready 3
	ctl_ends 0 stop
	hellod_wait 0
}

# Its workers finish within a second, and are in nobody's list.
@test "workers of a new program that crashed share no number with later ones" {
	HELLOD_MAY_DIE=1
	start -o workers=2
	upgrade_to_probation
	client <<-'END'
		import contextlib, os, signal, subprocess
		from hello_client import Client, wait_until
		master = os.environ["HELLOD_PID"]
		def children():
		    with open(f"/proc/{master}/task/{master}/children") as file:
		        return file.read().split()
		def titles():
		    found = []
		    for pid in children():
		        with contextlib.suppress(FileNotFoundError, ProcessLookupError), \
		                open(f"/proc/{pid}/cmdline") as file:
		            found.append(file.read().split("\0")[0])
		    return [title for title in found if "worker" in title]
		# The old ones drain, and have nobody.
		wait_until(lambda: len(children()) == 2)
		clients = [Client() for _ in range(20)]
		for client in clients:
		    client.hear(b"Welcome!")
		orphans = set(children())
		os.kill(int(master), signal.SIGSEGV)
		ctl = [os.environ["HELLOCTL"], "-s", os.environ["CONTROL"]]
		wait_until(lambda: subprocess.run([*ctl, "workers", "6"], capture_output=True).returncode == 0)
		most = 0
		while orphans & set(children()):
		    now = titles()
		    most = max(most, len(now))
		    # A child that has just been forked is the master by its title.
		    assert len(set(now)) == len(now), now
		print(f"{most} at a time")
	END
	upgrade_ends 1
	wait_until status_is ready 6
	wait_until status_is sessions 0
	wait_until hellod_has_workers 6
}

@test "no way back: the new program goes on, says so, and can be changed again" {
	HELLOD_MAY_DIE=1
	start -o workers=2
	ln "$HELLOD" "$BATS_TEST_TMPDIR/old"
	upgrade_to_probation
	chmod 644 "$BATS_TEST_TMPDIR/old" # now nobody can execute it, root neither
	kill_new_worker
	upgrade_ends 1
	grep -Eq 'upgrade failed: a worker of the new program crashed, and there is no way back: Permission denied; version .* goes on' \
		"$BATS_TEST_TMPDIR/upgrade"
	wait_until is_settled
	assert_same_hellod
	ctl_ends 0 reload
	greets
}

@test "signals that came while a new program hung: it goes back all the same" {
	HELLOD_MAY_DIE=1
	start -o workers=2
	upgrade_to_probation
	kill -STOP "$HELLOD_PID"
	kill -HUP "$HELLOD_PID"
	kill -USR1 "$HELLOD_PID"
	kill -ALRM "$HELLOD_PID"
	kill -CONT "$HELLOD_PID"
	upgrade_ends 1
	wait_until is_settled
	greets
}

@test "who is in the middle of a session is served through an upgrade that fails" {
	HELLOD_MAY_DIE=1
	use_faults
	start -o workers=2
	put_faulty_program worker-dies-later
	client <<-'END'
		import os, subprocess
		from hello_client import Client
		clients = [Client() for _ in range(20)]
		for client in clients:
		    client.hear(b"Welcome!")
		ctl = [os.environ["HELLOCTL"], "-s", os.environ["CONTROL"]]
		assert subprocess.run([*ctl, "upgrade"], capture_output=True).returncode == 1
		for client in clients:
		    client.say(b"Yam")
		    client.hear(b"Hello, Yam!")
		    client.say(b"exit")
		    client.hear_end()
	END
}
