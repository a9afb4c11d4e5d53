#!/usr/bin/env bats
# Workers that die, hang or never start, and a master that dies: what it costs,
# and how soon all is well again.

# shellcheck disable=SC2034,SC2004 # what common.bash reads, and fills
load ./common

# --- what is seen of them

@test "titles: the role and nothing else, whatever path it was started by" {
	local pid
	start -o workers=2
	[ ${#HELLOD} -gt 16 ]
	for pid in $HELLOD_PID $(hellod_workers); do
		tr '\0' '\n' <"/proc/$pid/cmdline" | sed 's/ *$//' | grep -v '^$'
	done | sort >"$BATS_TEST_TMPDIR/titles"
	diff - "$BATS_TEST_TMPDIR/titles" <<-END
		hellod: master
		hellod: worker 0
		hellod: worker 1
	END
}

# --- workers that hang

@test "a worker in an endless loop is found, aborted and replaced" {
	HELLOD_MAY_DIE=1
	use_faults
	start -o workers=2 -o 'hang_timeout=1 s'
	fault worker-loops
	wait_until log_has 'hangs \(hang_timeout\); aborting it'
	wait_until log_has 'was killed by signal 6'
	wait_until hellod_has_workers 2
	wait_until status_is state serving
	log_has_times 1 'hangs \(hang_timeout\)'
	load_clients --clients 20
}

@test "a master that was stopped for longer than hang_timeout kills nobody" {
	start -o workers=2 -o 'hang_timeout=500 ms'
	local before stopped all
	before=$(hellod_workers | sort)
	mapfile -t all <<<"$before"
	# First the master alone, then everybody.
	for stopped in "$HELLOD_PID" "$HELLOD_PID ${all[*]}"; do
		read -r -a all <<<"$stopped"
		kill -STOP "${all[@]}"
		client <<-'END'
			# Nothing else to wait for: time must pass.
			import time
			time.sleep(1.5)
		END
		kill -CONT "${all[@]}"
		wait_until status_is state serving
	done
	load_clients --rate 50 --seconds 1
	[ "$(hellod_workers | sort)" = "$before" ]
	not log_has 'hangs'
}

@test "idle workers are not taken for hanging ones" {
	start -o workers=2 -o 'hang_timeout=400 ms'
	local before
	before=$(hellod_workers | sort)
	client <<-'END'
		import time
		time.sleep(2)
	END
	[ "$(hellod_workers | sort)" = "$before" ]
	not log_has 'hangs'
}

# It keeps to the hang_timeout that it was started with: it shows life as often.
@test "a shorter hang_timeout is none for those that drain" {
	configure <<<'listen = ( { port = 0; } ); workers = 1; hang_timeout = "never"; stress_timeout = "never";'
	start
	client "$CONF" <<-'END'
		import os, subprocess, sys, time
		from hello_client import Client
		client = Client()
		client.hear(b"Welcome!")
		with open(sys.argv[1]) as conf:
		    text = conf.read().replace('hang_timeout = "never"', 'hang_timeout = "300 ms"')
		with open(sys.argv[1], "w") as conf:
		    conf.write(text)
		subprocess.run([os.environ["HELLOCTL"], "-s", os.environ["CONTROL"], "reload"], check=True)
		time.sleep(1.5)  # nothing happens: that is what is tried
		client.say(b"Yam")
		client.hear(b"Hello, Yam!")
		client.say(b"exit")
		client.hear_end()
	END
	not log_has 'hangs'
}

# --- workers that die

@test "counters never fall, whoever dies" {
	HELLOD_MAY_DIE=1
	start -o workers=2
	local round workers
	for round in 1 2 3; do
		load_clients --clients 50 >/dev/null
		wait_until status_is sessions 0
		mapfile -t workers < <(hellod_workers)
		kill -KILL "${workers[@]}"
		wait_until log_has_times $((round * 2)) 'was killed by signal 9'
		wait_until status_is ready 2
		status_is accepted $((round * 50))
		status_is greetings $((round * 150))
	done
}

# --- workers that never start

@test "a worker that never gets ready: tried ever more rarely, then all is well again" {
	HELLOD_MAY_DIE=1
	use_faults
	start -o workers=2 -o log_level=debug
	fault worker-no-start
	kill -KILL "$(worker_pid 0)"
	wait_until log_has 'trying again in (0\.[89]|1\.0) s'
	# 0.1, 0.2, 0.4, 0.8 s: four starts so far, and as many lines.
	[ "$(log_count 'ended with exit code 2')" -le 5 ]
	[ "$(log_count 'trying again')" -le 5 ]
	# Whoever does not want to know everything, is told once.
	log_has_times 1 'warning: .*trying again'
	status_is state degraded
	status_is ready 1
	status_is target 2
	# The other one serves, and the master is not busy.
	load_clients --clients 20
	client <<-'END'
		import os, time
		from hello_client import processor_time
		pid = int(os.environ["HELLOD_PID"])
		before = processor_time(pid)
		time.sleep(0.5)
		assert processor_time(pid) - before < 0.1
	END
	fault none
	wait_until -t 10 status_is state serving
	hellod_has_workers 2
	log_has_times 1 'worker 0 is ready; all are started again'
	# All forgotten: the next one is replaced at once.
	kill -KILL "$(worker_pid 0)"
	wait_until -t 1 status_is ready 2
}

# That has been ready once, and so is no reason to wait.
@test "a worker that was well is replaced at once, however often it dies" {
	HELLOD_MAY_DIE=1
	start -o workers=1
	client <<-'END'
		import os, signal, time
		from hello_client import Client, wait_until
		master = os.environ["HELLOD_PID"]
		def workers():
		    with open(f"/proc/{master}/task/{master}/children") as file:
		        return file.read().split()
		pauses = []
		for _ in range(8):
		    Client().hear(b"Welcome!") # it serves
		    (victim,) = workers()
		    began = time.monotonic()
		    os.kill(int(victim), signal.SIGKILL)
		    wait_until(lambda: [pid for pid in workers() if pid != victim], 5)
		    pauses.append(time.monotonic() - began)
		    wait_until(lambda: victim not in workers(), 5)
		print(pauses)
		# The shortest, since the machine may be busy: the first pause would be 0.1 s.
		assert min(pauses) < 0.08, pauses
	END
	not log_has 'trying again'
}

@test "no process can be had for a worker: tried again, and had in the end" {
	HELLOD_MAY_DIE=1
	use_faults
	start -o workers=2
	fault fork-fails
	kill -KILL "$(worker_pid 1)"
	wait_until log_has 'cannot fork worker 1, trying again in 0\.1 s, then every 3 s'
	status_is state degraded
	load_clients --clients 20
	log_has_times 1 'cannot fork'
	fault none
	wait_until -t 5 status_is state serving
}

@test "more workers, one of which dies at its start: the others serve" {
	HELLOD_MAY_DIE=1
	use_faults
	start -o workers=1
	fault worker-dies
	ctl_ends 0 workers 3
	wait_until log_has 'it had not got ready; trying again'
	load_clients --clients 20
	fault none
	wait_until -t 5 status_is ready 3
	ctl_ends 0 workers 1
}

# --- workers that have served enough

@test "max_sessions_per_worker: replaced without a failed session" {
	start -o workers=2 -o max_sessions_per_worker=20 -o log_connections=false
	local before
	before=$(hellod_workers | sort)
	load_clients --rate 200 --seconds 3 --think 50 >"$BATS_TEST_TMPDIR/load"
	[ -z "$(comm -12 <(echo "$before") <(hellod_workers | sort))" ]
	wait_until status_is sessions 0
	status_is accepted 600
	status_is greetings 1800
	wait_until hellod_has_workers 2
	wait_until status_is state serving
}

# --- limits that the kernel sets

# Makes a control group of our own, or skips. Sets GROUP, its directory, and what
# hellod is to run under to be in it.
make_group() { # CONTROLLER
	local line path=''
	need_root
	while IFS= read -r line; do
		case $line in
		*:"$1":*) path=/sys/fs/cgroup/$1${line##*:}/hellod-test.$$ ;;
		0::*) path=${path:-/sys/fs/cgroup${line##*:}/hellod-test.$$} ;;
		esac
	done </proc/self/cgroup
	mkdir "$path" 2>/dev/null || skip "no control group can be made here"
	GROUP=$path
	# shellcheck disable=SC2016 # it is the inner shell that expands it
	HELLOD_UNDER=(bash -c 'echo $$ >"$0/cgroup.procs" && exec "$@"' "$GROUP" "${HELLOD_UNDER[@]}")
}

# Sets the first of these limits that the group has, or skips.
limit() { # VALUE NAME...
	local value=$1 name
	shift
	for name; do
		{ echo "$value" >"$GROUP/$name"; } 2>/dev/null && return
	done
	rmdir "$GROUP" 2>/dev/null
	skip "this machine cannot limit it ($*)"
}

end_group() {
	hellod_stop
	wait_until rmdir "$GROUP"
}

@test "a limit of processes: short of workers, but well; full within 5 s after it" {
	HELLOD_MAY_DIE=1
	make_group pids
	limit 5 pids.max
	start -o workers=4
	local victims
	mapfile -t victims < <(hellod_workers | head -n 2)
	limit 3 pids.max
	kill -KILL "${victims[@]}"
	wait_until log_has 'cannot fork worker ., trying again in 0\.1 s, then every 3 s: Resource temp'
	status_is state degraded
	status_is ready 2
	status_is target 4
	ctl_ends 1 reload
	[[ $stderr == *'cannot start a process to read the configuration'* ]]
	ctl_ends 1 upgrade
	[[ $stderr == *'cannot start the check'* ]]
	# Some more times, and nobody notices.
	load_clients --rate 50 --seconds 3
	log_has_times 1 'cannot fork'
	limit max pids.max
	wait_until -t 5 status_is ready 4
	status_is state serving
	ctl_ends 0 reload
	end_group
}

@test "a worker that takes all memory: it is killed, not the master; the log says why" {
	HELLOD_MAY_DIE=1
	! is_sanitized || skip "a sanitizer needs more memory than the limit"
	use_faults
	make_group memory
	limit 100000000 memory.max memory.limit_in_bytes
	# A swap would take what is too much.
	{ echo 0 >"$GROUP/memory.swap.max" || echo 0 >"$GROUP/memory.swappiness"; } 2>/dev/null || true
	start -o workers=2
	fault worker-hogs
	wait_until log_has 'was killed by signal 9 \(Killed, out of memory\); its place is filled again'
	wait_until status_is state serving
	hellod_has_workers 2
	load_clients --clients 20
	log_has_times 1 'was killed by signal'
	# Killed otherwise, it is not said to be for that.
	kill -KILL "$(worker_pid 0)"
	wait_until log_has 'was killed by signal 9 \(Killed\); its place'
	wait_until status_is state serving
	end_group
}

@test "when memory runs out, workers are the kernel's first choice" {
	start -o workers=2
	local pid master
	master=$(cat "/proc/$HELLOD_PID/oom_score_adj")
	for pid in $(hellod_workers); do
		[ "$(cat "/proc/$pid/oom_score_adj")" -eq $((master + 200)) ]
	done
}

# --- processes that are nobody's

@test "as process 1 of a container: orphans are reaped" {
	need unshare util-linux
	local orphans
	orphans=$(rounds 100 1000)
	local unshare=(unshare --pid --fork --kill-child --mount-proc)
	is_root || unshare+=(--user --map-current-user)
	"${unshare[@]}" true 2>/dev/null || skip "process namespaces cannot be made here"
	configure <<<'listen = ( { port = 0; } );'
	HELLOD_LOG=$BATS_TEST_TMPDIR/parent.log
	HELLOD_LOGS+=("$HELLOD_LOG")
	# Grandchildren whose parents have gone: they are process 1's.
	cat >"$BATS_TEST_TMPDIR/parent" <<-'END'
		(
			until grep -q "ready: listening" "$0.log"; do sleep 0.02; done
			for _ in $(seq "$1"); do
				(sleep 0.2 &)
			done
		) &
		shift
		exec "$@" 2>>"$0.log"
	END
	: >"$HELLOD_LOG"
	"${unshare[@]}" bash "$BATS_TEST_TMPDIR/parent" "$orphans" "$HELLOD" -c "$CONF" -o workers=2 \
		-o log_level=debug -o "control_socket=$CONTROL" </dev/null 3>&- &
	local outer=$!
	wait_until log_has 'ready: listening on'
	HELLOD_PID=$(processes | awk -v parent="$outer" '$3 == parent { print $1; exit }')
	read_addresses "$HELLOD_LOG"
	wait_until [ "$(title_of "$HELLOD_PID")" = 'hellod: master' ]
	all_reaped() {
		[ "$(log_count 'reaped pid')" -ge "$orphans" ]
	}
	wait_until all_reaped
	wait_until -t 1 has_no_zombie "$HELLOD_PID"
	greets
	kill -TERM "$HELLOD_PID"
	wait "$outer"
}

@test "kill -9 of the master: the workers end within 2 s, all is free again" {
	local socket=$BATS_TEST_TMPDIR/socket
	configure <<<"listen = ( { port = 0; }, { path = \"$socket\"; } );"
	start -o workers=4 -o "pid_file=$BATS_TEST_TMPDIR/hellod.pid"
	local pid=$HELLOD_PID address=$HELLOD_ADDRESS
	kill -KILL "$pid"
	wait_until -t 2 session_is_empty "$pid"
	hellod_wait 137 "$pid"
	ctl_ends 3 status
	# Its socket files and its pid file don't stop the next one.
	configure <<<"listen = ( { port = ${address##*:}; }, { path = \"$socket\"; } );"
	start -o "pid_file=$BATS_TEST_TMPDIR/hellod.pid"
	greets "$address"
	greets "unix:$socket"
}

