#!/usr/bin/env bats
# A new configuration, or none of it: without a session lost, or a trace of the
# change that failed.

# shellcheck disable=SC2034,SC2004 # what common.bash reads, and fills
load ./common

# --- what a reload says and does

@test "helloctl reload says what has changed, and it is so" {
	local first second third
	first=$(free_port)
	configure <<-END
		listen = ( { port = $first; }, { path = "$BATS_TEST_TMPDIR/socket"; } );
		workers = 2;
	END
	start
	second=$(free_port)
	configure <<-END
		listen = ( { port = $second; }, { path = "$BATS_TEST_TMPDIR/socket"; } );
		workers = 4;
		user = "daemon";
		welcome = "Salve!";
		idle_timeout = "5 min";
	END
	ctl_ends 0 reload
	diff - <(echo "$output") <<-END
		workers 2 -> 4
		needs restart: user "nobody" -> "daemon"
		welcome "Welcome!" -> "Salve!"
		idle_timeout "10 min" -> "5 min"
		no longer listening on 127.0.0.1:$first
		listening on 127.0.0.1:$second
		reloaded: generation 2 serves
	END
	[ -z "$stderr" ]
	wait_until is_settled
	status_is ready 4
	HELLOD_ADDRESS=127.0.0.1:$second load_clients --clients 20 --welcome 'Salve!'
	HELLOD_ADDRESS=unix:$BATS_TEST_TMPDIR/socket load_clients --clients 20 --welcome 'Salve!'
	HELLOD_ADDRESS=127.0.0.1:$first load_clients --clients 1 --allow refused
	ctl config | grep -qx 'user = "nobody";'
	ctl config | grep -qx 'workers = 4;'
	log_has 'reload: workers 2 -> 4'
	log_has 'reloaded: generation 2 serves'
	third=$(free_port)
	configure <<<"listen = ( { port = $third; } ); workers = 2;"
	ctl_ends 0 reload
	[[ $output == *"no longer listening on unix:$BATS_TEST_TMPDIR/socket"* ]]
	[ ! -e "$BATS_TEST_TMPDIR/socket" ]
	wait_until is_settled
	unset "HELLOD_DESCRIPTORS[$HELLOD_PID]" # a listener fewer
}

@test "a reload that changes nothing says so, and puts new workers in" {
	start -o workers=2
	local before
	before=$(hellod_workers)
	ctl_ends 0 reload
	[ "$output" = 'reloaded: generation 2 serves' ]
	wait_until is_settled
	[ "$(workers_by_generation | cut -d' ' -f1 | sort -u)" = 2 ]
	[ -z "$(comm -12 <(sort <<<"$before") <(hellod_workers | sort))" ]
	# Port 0 was chosen once: the socket is the same.
	load_clients --clients 20
}

@test "HUP does the same, and the log tells" {
	start -o workers=1
	configure <<<'listen = ( { port = 0; } ); welcome = "Salve!";'
	kill -HUP "$HELLOD_PID"
	wait_until log_has 'reloaded: generation 2 serves'
	log_has 'reload: welcome "Welcome!" -> "Salve!"'
	wait_until is_settled
	load_clients --clients 20 --welcome 'Salve!'
	configure <<<'workers = ;'
	kill -HUP "$HELLOD_PID"
	wait_until log_has 'reload failed: generation 2 goes on as before'
	log_has "error: reload: $CONF:1: "
	load_clients --clients 20 --welcome 'Salve!'
}

@test "a daemon that was started with relative names reads the same file again" {
	cd "$BATS_TEST_TMPDIR"
	echo 'listen = ( { port = 0; } ); welcome = "Salve!";' >relative.conf
	hellod_daemon -c relative.conf -o "control_socket=$CONTROL" -o workers=1
	echo 'listen = ( { port = 0; } ); welcome = "Ave!";' >relative.conf
	ctl_ends 0 reload
	[[ $output == *'welcome "Salve!" -> "Ave!"'* ]]
	wait_until is_settled
	load_clients --clients 20 --welcome 'Ave!'
}

@test "what the command line says, it says at a reload too" {
	start -o workers=2 -o welcome=Salve
	configure <<<'listen = ( { port = 0; } ); workers = 5; welcome = "Ave!";'
	ctl_ends 0 reload
	[ "$output" = 'reloaded: generation 2 serves' ]
	load_clients --clients 20 --welcome Salve
	wait_until hellod_has_workers 2
}

# --- faults

@test "a faulty file: file, line and reason; all stays as it was" {
	configure <<<'listen = ( { port = 0; } ); workers = 2;'
	start
	remember
	fails() { # CONFIGURATION EXTENDED-REGULAR-EXPRESSION
		printf '%b' "$1" >"$CONF"
		ctl_ends 1 reload
		echo "$stderr"
		[ -z "$output" ]
		[[ $stderr =~ $2 ]]
		[[ $stderr == *'reload failed: generation 1 goes on as before' ]]
		stays_as_remembered
	}
	fails 'workers = 2;\nworkers = ;\n' "hellod.conf:2: "
	fails '\n\nworkers = 0;\nwelcome = 4;\n' "hellod.conf:3: workers: got 0.*hellod.conf:4: welcome: "
	fails 'workerz = 2;\n' 'hellod.conf:1: .*workerz.*workers'
	fails 'workers = 2;\n\0' 'hellod.conf:'
	fails 'listen = ( { port = 1; }, { port = 1; } );' 'hellod.conf:1: '
	rm "$CONF"
	ctl_ends 1 reload
	[[ $stderr == *"$CONF: "*'No such file'* ]]
	mkdir "$CONF"
	ctl_ends 1 reload
	[[ $stderr == *"$CONF: "* ]]
	rmdir "$CONF"
	mkfifo "$CONF"
	ctl_ends 1 reload
	[[ $stderr == *"$CONF: "* ]]
	rm "$CONF"
	if ! is_root; then
		install -m 0 /dev/null "$CONF"
		ctl_ends 1 reload
		[[ $stderr == *"$CONF: "*'ermission denied'* ]]
	fi
	stays_as_remembered
	load_clients --clients 20
}

@test "mutated files: as -t says, and the running configuration is the same" {
	sed -E 's/^#([a-z_]+ = )/\1/; s/^port = .*//' >"$CONF" <<-'END'
		listen = (
		  { address = "127.0.0.1"; port = 0; backlog = 100; framing = "line"; }
		);
		workers = 1;
		user = "nobody"; group = "";
		welcome = "Welcome!"; greeting = "Hello, %s!";
		max_message = "1 KiB"; encoding = "utf-8"; reply_delay = 0.0;
		max_connections = 1000; idle_timeout = "10 min"; write_timeout = "30 s";
		drain_timeout = "30 s"; hang_timeout = "10 s"; max_generations = 8;
		log_level = "warning"; log_connections = true;
	END
	# libconfig 1.5 loses some bytes at syntax errors: not what is looked for.
	echo leak:libconfig >"$PLACE/leaks"
	export LSAN_OPTIONS="suppressions=$PLACE/leaks:print_suppressions=0"
	hellod_launch -c "$CONF" -o "control_socket=$CONTROL"
	wait_until status_is state serving
	HELLOD_DESCRIPTORS[$HELLOD_PID]=$(count_descriptors "$HELLOD_PID")
	HELLOD_WORKERS[$HELLOD_PID]=1
	remember
	"$SUITE/mutated_reloads.py" "$HELLOD" "$CONF" "$CONTROL" 3 "$(rounds 200 1000)" 3>&-
	stays_as_remembered
	status_is generation 1
}

@test "an address that somebody else has: named, and nothing is half done" {
	local port holder socket=$BATS_TEST_TMPDIR/socket
	configure <<-END
		listen = ( { port = 0; backlog = 100; }, { path = "$socket"; mode = "0600"; } );
		workers = 2;
	END
	start
	/usr/bin/python3 -c 'import socket, sys, time
s = socket.create_server(("127.0.0.1", 0))
print(s.getsockname()[1], flush=True)
time.sleep(100)' >"$BATS_TEST_TMPDIR/port" 3>&- &
	holder=$!
	wait_until [ -s "$BATS_TEST_TMPDIR/port" ]
	port=$(cat "$BATS_TEST_TMPDIR/port")
	remember
	configure <<-END
		listen = ( { port = 0; backlog = 200; }, { path = "$socket"; mode = "0666"; },
			{ path = "$socket.2"; }, { port = $port; } );
		workers = 4;
	END
	ctl_ends 1 reload
	kill "$holder"
	echo "$stderr"
	[[ $stderr == *"cannot listen on 127.0.0.1:$port: Address already in use; python3"* ]]
	[[ $stderr == *" (pid $holder) listens there"* ]]
	stays_as_remembered
	[ ! -e "$socket.2" ]
	[ "$(stat -c %a "$socket")" = 600 ]
	PATH=$PATH:/sbin:/usr/sbin command -v ss >/dev/null ||
		{ load_clients --clients 20 && return; }
	[[ $(listening "$HELLOD_ADDRESS") == *backlog:100 ]]
	load_clients --clients 20
}

# A reload of a good file fails as the fault says, with clients around.
assert_rolled_back() { # FAULT EXTENDED-REGULAR-EXPRESSION
	local socket=$BATS_TEST_TMPDIR/socket
	HELLOD_MAY_DIE=1
	use_faults
	configure <<<"listen = ( { port = 0; }, { path = \"$socket\"; mode = \"0600\"; } ); workers = 2;"
	start
	load_begin 100 3
	remember
	configure <<-END
		listen = ( { port = 0; }, { path = "$socket"; mode = "0666"; }, { path = "$socket.2"; } );
		workers = 3;
		welcome = "Welcome!";
	END
	fault "$1"
	ctl_ends 1 reload
	fault none
	echo "$stderr"
	[[ $stderr =~ $2 ]]
	stays_as_remembered
	[ ! -e "$socket.2" ]
	[ "$(stat -c %a "$socket")" = 600 ]
	load_end
	# It was not for good.
	ctl_ends 0 reload
	wait_until is_settled
	greets "unix:$socket.2"
	unset "HELLOD_DESCRIPTORS[$HELLOD_PID]"
}

@test "a worker of the new generation cannot start: rolled back" {
	assert_rolled_back worker-no-start 'a worker of the new generation could not start'
}

@test "a worker of the new generation dies: rolled back" {
	assert_rolled_back worker-dies 'a worker of the new generation could not start'
}

@test "a worker of the new generation gives wrong answers: rolled back" {
	# Only the welcome of a probe and of clients: these get it before it is spoken.
	use_faults
	configure <<<'listen = ( { port = 0; } ); workers = 2;'
	start
	remember
	fault worker-babbles
	ctl_ends 1 reload
	fault none
	[[ $stderr == *'a new worker did not give the right answers'* ]]
	stays_as_remembered
	load_clients --clients 20
}

@test "a worker of the new generation never gets ready: rolled back" {
	is_long || skip "takes 10 s; HELLOD_TEST_LONG=1 asks for it"
	assert_rolled_back worker-never-ready 'the new workers did not get ready within 10 s'
}

@test "the configuration cannot be read for ever: hellod serves on, the reload fails" {
	is_long || skip "takes 10 s; HELLOD_TEST_LONG=1 asks for it"
	assert_rolled_back fork-hangs 'the configuration could not be read, .* within 10 s'
}

@test "no process can be had: the reload fails, and works when one can" {
	use_faults
	start -o workers=2
	remember
	fault fork-fails
	ctl_ends 1 reload
	[[ $stderr == *'cannot start a process to read the configuration'* ]]
	fault none
	stays_as_remembered
	ctl_ends 0 reload
}

@test "one reload at a time; the master answers all the while" {
	use_faults
	start -o workers=2
	fault worker-never-ready
	ctl reload >"$BATS_TEST_TMPDIR/first" 2>&1 &
	local first=$!
	wait_until hellod_has_workers 4
	ctl_ends 5 reload
	[[ $stderr == *'busy: a reload or an upgrade is under way'* ]]
	ctl_ends 5 upgrade
	# These came when the file had been read: one more reload is for both.
	kill -HUP "$HELLOD_PID"
	wait_until log_has_times 1 'HUP: .*; reloading after that'
	kill -HUP "$HELLOD_PID"
	wait_until log_has_times 2 'HUP: .*; reloading after that'
	status_is state serving
	fault none
	wait "$first"
	[ "$(cat "$BATS_TEST_TMPDIR/first")" = 'reloaded: generation 2 serves' ]
	wait_until log_has_times 2 'reloaded: generation'
	ctl_ends 0 reload
	log_has 'reloaded: generation 4 serves'
}

@test "a reload is over when nobody accepts for the generation before" {
	use_faults
	start -o workers=4
	fault worker-drains-late
	configure <<<'listen = ( { port = 0; } ); workers = 1; welcome = "Salve!";'
	ctl_ends 0 reload
	load_clients --clients 40 --welcome 'Salve!'
}

@test "a reload does not wait for a worker that is stopped" {
	start -o workers=2
	local pid
	pid=$(worker_pid 0)
	kill -STOP "$pid"
	configure <<<'listen = ( { port = 0; } ); workers = 2; welcome = "Salve!";'
	ctl_ends 0 reload
	log_has "worker 0 .pid $pid. does not say that it has stopped accepting"
	load_clients --clients 20 --welcome 'Salve!'
	kill -CONT "$pid"
	wait_until is_settled
}

@test "TERM during a reload: the reload fails, hellod ends" {
	use_faults
	start -o workers=2
	fault worker-never-ready
	ctl reload >"$BATS_TEST_TMPDIR/reload" 2>&1 &
	local reload=$! code=0
	wait_until hellod_has_workers 4
	kill -TERM "$HELLOD_PID"
	fault none
	wait "$reload" || code=$?
	[ "$code" -eq 1 ]
	grep -q 'hellod is stopping' "$BATS_TEST_TMPDIR/reload"
	hellod_wait 0
}

@test "TERM during a reload whose workers never get ready: they are not waited for" {
	use_faults
	HELLOD_MAY_DIE=1
	start -o workers=2 -o 'drain_timeout=10 min'
	fault worker-never-ready
	ctl reload >"$BATS_TEST_TMPDIR/reload" 2>&1 &
	local reload=$!
	wait_until hellod_has_workers 4
	kill -TERM "$HELLOD_PID"
	# Long before drain_timeout.
	hellod_wait 0
	log_has_times 2 'never got ready, and is not wanted any more; killing it'
	wait "$reload" || true
}

# --- the old generation

@test "who was welcomed before a reload is answered by the old generation" {
	configure <<<'listen = ( { port = 0; } ); workers = 2;'
	start
	configure <<-'END'
		listen = ( { port = 0; } );
		workers = 1;
		welcome = "Salve!";
		greeting = "Salve, %s!";
	END
	client <<-'END'
		import os, subprocess
		from hello_client import Client, wait_until
		silent, middle = Client(), Client()
		for client in silent, middle:
		    client.hear(b"Welcome!")
		middle.say(b"Yam")
		middle.hear(b"Hello, Yam!")
		subprocess.run([os.environ["HELLOCTL"], "-s", os.environ["CONTROL"], "reload"], check=True)
		def new_ones_serve():
		    # The old ones, told to drain, may accept for a moment yet.
		    with Client() as client:
		        return client.socket.recv(100) == b"Salve!"
		wait_until(new_ones_serve)
		fresh = Client()
		fresh.hear(b"Salve!")
		fresh.say(b"Yam")
		fresh.hear(b"Salve, Yam!")
		for client in silent, middle:
		    client.say(b"May")
		    client.hear(b"Hello, May!")
		    client.say(b"exit")
		    client.hear_end()
	END
	wait_until is_settled
}

@test "what waits in the queue at a reload is served" {
	configure <<<'listen = ( { port = 0; } ); workers = 2;'
	start
	local workers
	mapfile -t workers < <(hellod_workers)
	client "${workers[@]}" <<-'END'
		import os, signal, subprocess, sys
		from hello_client import Client
		workers = [int(pid) for pid in sys.argv[1:]]
		for pid in workers:
		    os.kill(pid, signal.SIGSTOP)
		clients = [Client() for _ in range(200)]
		subprocess.run([os.environ["HELLOCTL"], "-s", os.environ["CONTROL"], "reload"], check=True)
		for client in clients:
		    client.hear(b"Welcome!")
		    client.say(b"exit")
		    client.hear_end()
		for pid in workers:
		    os.kill(pid, signal.SIGCONT)
	END
}

@test "drain_timeout: it cuts who stays" {
	configure <<<'listen = ( { port = 0; } ); workers = 2; drain_timeout = "1 s";'
	start
	client <<-'END'
		import os, subprocess, time
		from hello_client import Client
		clients = [Client() for _ in range(10)]
		for client in clients:
		    client.hear(b"Welcome!")
		subprocess.run([os.environ["HELLOCTL"], "-s", os.environ["CONTROL"], "reload"], check=True)
		began = time.monotonic()
		for client in clients:
		    client.hear_end()
		seconds = time.monotonic() - began
		assert 0.5 < seconds < 2, f"they were cut after {seconds} s"
	END
	wait_until is_settled
	status_is cut 10
	log_has_times 10 'closed .*: cut: the time to finish was over \(drain_timeout\)'
}

@test "max_generations: the oldest is cut, processes don't pile up" {
	configure <<<'listen = ( { port = 0; } ); workers = 2; max_generations = 3;'
	start
	client <<-'END'
		import os, subprocess, time
		from hello_client import Client, wait_until
		ctl = [os.environ["HELLOCTL"], "-s", os.environ["CONTROL"]]
		def generations():
		    text = subprocess.run([*ctl, "ps"], check=True, capture_output=True, text=True).stdout
		    lines = [line.split() for line in text.splitlines()[1:]]
		    assert len(lines) <= 2 * (3 + 1) + 2 # of the one that is being cut
		    return len({line[0] for line in lines})
		clients = []
		for number in range(20):
		    clients.append([Client() for _ in range(5)])
		    for client in clients[-1]:
		        client.hear(b"Welcome!")
		    next_reload = time.monotonic() + 0.05
		    subprocess.run([*ctl, "reload"], check=True, capture_output=True)
		    wait_until(lambda: generations() <= 3 + 1, 2)
		    time.sleep(max(0, next_reload - time.monotonic()))
		# A generation that is told to drain may take a few clients yet: so
		# those of the last four batches may be older, and cut as well.
		for old in clients[:8]:
		    for client in old:
		        client.hear_end()
		for client in clients[-1]:
		    client.say(b"exit")
		    client.hear_end()
	END
	log_has 'more than 3 generations drain \(max_generations\); cutting generation 1'
}

# --- systemd

@test "systemd is told of each reload, and of its end, good or bad" {
	start_manager
	start -o workers=2
	wait_until grep -q ' READY=1' "$NOTES"
	told() { # what came after the start
		sed '0,/ READY=1/d' "$NOTES" | grep -E 'RELOADING=1|READY=1' | awk '
			{ order = order (/RELOADING=1/ ? "reloading " : "ready ") }
			/RELOADING=1/ { for (i = 2; i <= NF; i++) if ($i ~ /^MONOTONIC_USEC=/) {
				said = substr($i, 16); order = order (said <= $1 && said > $1 - 2000000 ? "" : "late ")
				found = 1 } if (!found) order = order "timeless "; found = 0 }
			END { print order }'
	}
	told_is() {
		[ "$(told)" = "$1" ]
	}
	ctl_ends 0 reload
	wait_until told_is 'reloading ready '
	configure <<<'workers = ;'
	ctl_ends 1 reload
	wait_until told_is 'reloading ready reloading ready '
	kill -HUP "$HELLOD_PID"
	wait_until told_is 'reloading ready reloading ready reloading ready '
	hellod_stop
	end_manager
}
