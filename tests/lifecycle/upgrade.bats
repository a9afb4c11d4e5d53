#!/usr/bin/env bats
# Another program in the same process: a good one, that is. No client notices.
# Bad ones are in rollback.bats.

# shellcheck disable=SC2034,SC2004 # what common.bash reads, and fills
load ./programs

# --- the good one

@test "an upgrade under load: the same process, no session fails" {
	local socket=$BATS_TEST_TMPDIR/socket file=$BATS_TEST_TMPDIR/hellod.pid uptime accepted inodes
	configure <<-END
		listen = ( { port = 0; }, { path = "$socket"; } );
		workers = 2;
		pid_file = "$file";
		log_target = "file:$BATS_TEST_TMPDIR/log";
		log_rate = "unlimited";
	END
	HELLOD_LOG=$BATS_TEST_TMPDIR/log
	start -o "log_target=file:$BATS_TEST_TMPDIR/log"
	inodes=$(stat -c %i "$CONTROL" "$socket" "$file")
	load_clients --clients 50 >/dev/null
	HELLOD_ADDRESS=unix:$socket load_clients --rate 50 --seconds 4 --think 100 \
		>"$BATS_TEST_TMPDIR/unix" &
	local unix=$!
	load_begin 100 7
	uptime=$(status_of uptime)
	accepted=$(status_of accepted)
	put_good_program
	ctl_ends 0 upgrade
	[[ $output == 'upgraded to version '* ]]
	load_end
	wait "$unix" || { cat "$BATS_TEST_TMPDIR/unix" && return 1; }
	assert_same_hellod
	[ "$(cat "$file")" = "$HELLOD_PID" ]
	[ "$(stat -c %i "$CONTROL" "$socket" "$file")" = "$inodes" ]
	[ "$(status_of uptime)" -ge $((uptime + 5)) ]
	[ "$accepted" -ge 50 ]
	wait_until status_is accepted $((50 + 200 + 700))
	status_is sessions 0
	# The log goes on in the same file.
	log_has_times 2 'ready: listening on'
	log_has 'upgraded to version'
	log_has_times 950 ' accepted '
	greets "unix:$socket"
	ctl_ends 0 reload
	ctl_ends 0 stop
	hellod_wait 0
	[ ! -e "$file" ]
	[ ! -e "$CONTROL" ]
	[ ! -e "$socket" ]
}

@test "a daemon is upgraded, and takes up what its file says by now" {
	configure <<<'listen = ( { port = 0; } ); workers = 1;'
	hellod_daemon -c "$CONF" -o "control_socket=$CONTROL"
	configure <<-END
		listen = ( { port = 0; }, { path = "$BATS_TEST_TMPDIR/new"; } );
		workers = 2;
		greeting = "Salve, %s!";
	END
	put_good_program
	client <<-'END'
		import os, subprocess
		from hello_client import Client
		old = Client()
		old.hear(b"Welcome!")
		subprocess.run([os.environ["HELLOCTL"], "-s", os.environ["CONTROL"], "upgrade"], check=True)
		old.say(b"Yam")
		old.hear(b"Hello, Yam!")
		old.say(b"exit")
		old.hear_end()
	END
	assert_same_hellod
	[ "$(cat "$HELLOD_PID_FILE")" = "$HELLOD_PID" ]
	local pid fd
	for pid in $HELLOD_PID $(hellod_workers); do
		[ "$(readlink "/proc/$pid/cwd")" = / ]
		for fd in 0 1 2; do
			[ "$(readlink "/proc/$pid/fd/$fd")" = /dev/null ]
		done
	done
	log_has 'upgraded to version'
	load_clients --clients 10 --greeting 'Salve, %s!'
	HELLOD_ADDRESS=unix:$BATS_TEST_TMPDIR/new load_clients --clients 10 --greeting 'Salve, %s!'
}

kinds_of_descriptors() {
	local pid
	for pid in "$HELLOD_PID" $(hellod_workers); do
		echo "process"
		descriptors_of "$pid" | sed 's/\[.*//' | sort
	done
}

@test "upgrade after upgrade: no descriptor more, and the same names" {
	start -o workers=2
	local before
	before=$(kinds_of_descriptors)
	for _ in $(seq "$(rounds 2 10)"); do
		put_good_program
		ctl_ends 0 upgrade
		assert_same_hellod
		diff - <(kinds_of_descriptors) <<<"$before"
	done
	[ "$(title_of "$HELLOD_PID")" = 'hellod: master' ]
	not grep -qv '^hellod: worker [0-9]$' < <(for pid in $(hellod_workers); do title_of "$pid"; done)
}

counters() {
	ctl status --json | grep -o '"counters":{[^}]*}' | tr ',' '\n'
}

# Nothing is counted twice, and nothing forgotten.
counters_are_kept() { # COUNTERS
	wait_until is_settled
	diff - <(counters) <<<"$1"
}

@test "counters are kept, to the last one, whatever becomes of workers and programs" {
	HELLOD_MAY_DIE=1
	use_faults
	local before name
	start -o workers=2 -o 'idle_timeout=300 ms' -o max_connections=40 -o log_connections=false
	load_clients --clients 30 --names 5 >/dev/null
	client <<-'END'
		from hello_client import Client
		silent, wrong = Client(), Client()
		wrong.hear(b"Welcome!")
		wrong.say(b"\xff")
		wrong.hear_all()
		silent.hear(b"Welcome!")
		silent.hear_all() # it is let go
		crowd = [Client() for _ in range(50)]
		for client in crowd:
		    assert client.hear_all() # a welcome, or Busy
	END
	wait_until status_is sessions 0
	before=$(counters)
	for name in accepted refused greetings bytes_in bytes_out timeouts; do
		grep -q "\"$name\":[1-9]" <<<"$before"
	done
	ctl_ends 0 reload
	counters_are_kept "$before"
	ctl_ends 0 drain "$(worker_pid "$(workers_by_generation | awk 'NR == 1 { print $2 }')")"
	wait_until status_is ready 2
	counters_are_kept "$before"
	put_good_program
	ctl_ends 0 upgrade
	counters_are_kept "$before"
	put_faulty_program master-crashes
	ctl_ends 1 upgrade
	counters_are_kept "$before"
	ctl_ends 0 workers 1
	kill -KILL "$(hellod_workers | head -n 1)"
	wait_until hellod_has_workers 1
	counters_are_kept "$before"
}

@test "an upgrade keeps the workers that were asked for, and moves in when it is good" {
	# What it was started with and nobody named, goes at the exec at the latest.
	: >"$PLACE/stray"
	# shellcheck disable=SC2016 # it is the inner shell that expands it
	HELLOD_UNDER=(bash -c 'exec 99<"$0"; exec "$@"' "$PLACE/stray")
	start_in_place old
	descriptors_of "$HELLOD_PID" | grep -q stray
	ctl_ends 0 workers 3
	kill -TTIN "$HELLOD_PID"
	wait_until status_is ready 4
	configure_places new
	upgrade_to_probation
	places_are old new # it may come back yet
	status_is target 4
	upgrade_ends 0
	places_are new old
	not grep -q stray < <(descriptors_of "$HELLOD_PID")
	CONTROL=$PLACE/new.control
	wait_until is_settled
	status_is target 4
	hellod_has_workers 4
	# Until a reload; and what it says of the places is that they are the same.
	ctl_ends 0 reload
	[ "$output" = 'reloaded: generation 3 serves' ]
	wait_until hellod_has_workers 2
	# Neither is wanted any more.
	configure <<<"listen = ( { port = 0; } ); workers = 2; control_socket = \"\"; pid_file = \"\";"
	kill -USR2 "$HELLOD_PID"
	wait_until log_has_times 2 'upgraded to version'
	[ -z "$(find "$PLACE" -name '*.pid' -o -name '*.control')" ]
	unset "HELLOD_DESCRIPTORS[$HELLOD_PID]" # two files fewer
	greets
}

@test "a place that cannot be had after an upgrade: the old one stays" {
	start_in_place old
	configure_places missing/new
	put_good_program
	ctl_ends 0 upgrade
	places_are old missing/new
	log_has 'error: cannot make the pid file .*missing/new.pid'
	log_has 'warning: the pid file stays as it was'
	log_has 'warning: the control socket stays where it was'
	ctl_ends 0 status
}

@test "one at a time: USR2 by the dozen and to all, reload and upgrade meanwhile" {
	start -o workers=2
	put_good_program
	local workers
	mapfile -t workers < <(hellod_workers)
	client "${workers[@]}" <<-'END'
		import contextlib, os, signal, sys
		master = int(os.environ["HELLOD_PID"])
		for _ in range(20):
		    for pid in [master, *map(int, sys.argv[1:])]:
		        # A worker may have been replaced by now: the first one counts.
		        with contextlib.suppress(ProcessLookupError):
		            os.kill(pid, signal.SIGUSR2)
	END
	wait_until log_has 'upgrade: executing'
	wait_until log_has_times 2 'ready: listening on'
	ctl_ends 5 upgrade
	[[ $stderr == *busy* ]]
	ctl_ends 5 reload
	[[ $stderr == *busy* ]]
	kill -USR2 "$HELLOD_PID"
	kill -HUP "$HELLOD_PID"
	wait_until log_has 'USR2: ignored'
	wait_until log_has 'HUP: .*; reloading after that'
	wait_until log_has 'upgraded to version'
	wait_until log_has_times 1 'reloaded: generation'
	assert_same_hellod
	log_has_times 1 'upgrade: executing'
	ctl_ends 0 reload
}

@test "a signal to the whole group does not end the look at the new program" {
	start -o workers=2
	local pid
	mkfifo "$PLACE/answer"
	put_script ": >'$PLACE/looks'; read line <'$PLACE/answer'; echo \"I was told: \$line\"; exit 1"
	begin_upgrade
	wait_until [ -e "$PLACE/looks" ]
	for pid in $(hellod_workers); do
		kill -USR2 "$pid"
		kill -HUP "$pid"
	done
	timeout 20 tee "$PLACE/answer" <<<no
	upgrade_ends 1
	grep -q 'the new program would not do: I was told: no;' "$PLACE/upgrade"
}

@test "an upgrade is good though nothing happens for the whole probation" {
	start -o workers=2 -o hang_timeout=never
	put_good_program
	client <<-'END'
		import os, subprocess
		from hello_client import Client
		# Somebody on each worker: the old ones stay, and say nothing.
		clients = [Client() for _ in range(40)]
		for client in clients:
		    client.hear(b"Welcome!")
		subprocess.run([os.environ["HELLOCTL"], "-s", os.environ["CONTROL"], "upgrade"], check=True)
	END
	assert_same_hellod
}

@test "TERM in the probation: hellod ends in good order" {
	start -o workers=2
	upgrade_to_probation
	kill -TERM "$HELLOD_PID"
	upgrade_ends 1
	grep -q 'hellod is stopping' "$BATS_TEST_TMPDIR/upgrade"
	hellod_wait 0
}

@test "the pid file names hellod while the new program's workers start, too" {
	HELLOD_MAY_DIE=1
	use_faults
	start -o workers=2 -o "pid_file=$BATS_TEST_TMPDIR/pid"
	put_faulty_program worker-never-ready
	kill -USR2 "$HELLOD_PID"
	wait_until has_worker 2 # the first new one
	[ "$(cat "$BATS_TEST_TMPDIR/pid")" = "$HELLOD_PID" ]
	kill -TERM "$HELLOD_PID"
	hellod_wait 0
}

# --- systemd

@test "systemd is told of an upgrade, good or bad" {
	start_manager
	start -o workers=2
	put_script 'exit 1'
	told() {
		sed '0,/ READY=1/d' "$NOTES" | grep -oE 'RELOADING=1|READY=1' | tr '\n' ' '
	}
	told_is() {
		[[ $(told) == "$1"* ]]
	}
	ctl_ends 1 upgrade
	wait_until told_is 'RELOADING=1 READY=1 '
	put_good_program
	kill -USR2 "$HELLOD_PID"
	# Ready once it serves, and once more when it has proved good.
	wait_until told_is 'RELOADING=1 READY=1 RELOADING=1 READY=1 '
	hellod_stop
	end_manager
}

@test "sources: their counts and rates go on over a reload and an upgrade" {
	configure <<-'EOF'
		listen = ( { port = 0; }, { port = 0; proxy_from = "127.2.0.0/16"; } );
		workers = 2; max_connections_per_source = 4; max_rate_per_source = 6;
	EOF
	start
	export PROGRAM=$HELLOD NEW=${abs_top_builddir:?}/hellod
	client "${HELLOD_ADDRESSES[1]}" <<-'EOF'
		import os, shutil, socket, subprocess, sys
		from hello_client import TIMEOUT, Client, log, parse, wait_until

		def ctl(*command):
		    return subprocess.run([os.environ["HELLOCTL"], "-s", os.environ["CONTROL"], *command],
		                          check=True, capture_output=True, text=True).stdout
		def come(source, address=None):
		    client = Client.__new__(Client)
		    client.socket = socket.socket()
		    client.socket.settimeout(TIMEOUT)
		    client.socket.bind((source, 0))
		    client.socket.connect(parse(address or os.environ["HELLOD_ADDRESS"])[1])
		    return client
		def served(source):
		    client = come(source)
		    client.hear(b"Welcome!")
		    return client
		def counted(source):
		    words = ctl("why", source)
		    return tuple(int(words.split(text)[1].split()[0])
		                 for text in ("connections of this source: ", "connections in a minute: "))
		def upgrade():
		    shutil.copy(os.environ["NEW"], os.environ["PROGRAM"] + ".new")
		    os.rename(os.environ["PROGRAM"] + ".new", os.environ["PROGRAM"])
		    ctl("upgrade")

		FULL = b"Busy: 4 connections of this source are open (max_connections_per_source)"
		OFTEN = b"Busy: 6 connections of this source in a minute (max_rate_per_source)"
		def refused_often(source):
		    # As the clock's minute ends, one of six is forgotten each ten seconds.
		    heard = [come(source) for _ in range(3)]
		    heard[2].hear_end(OFTEN)
		inside = [served("127.1.1.1"), served("127.1.1.1")]
		ctl("reload")
		inside.append(served("127.1.1.1"))
		upgrade()
		assert counted("127.1.1.1")[0] == 3, ctl("why", "127.1.1.1")
		inside.append(served("127.1.1.1"))
		come("127.1.1.1").hear_end(FULL)
		served("127.1.1.2")
		# Who leaves a worker of the program before is counted off.
		for client in inside:
		    client.say(b"exit")
		    client.hear_end()
		wait_until(lambda: counted("127.1.1.1")[0] == 0)
		assert counted("127.1.1.1")[1] >= 3
		served("127.1.1.1").close()
		served("127.1.1.1").close()
		wait_until(lambda: counted("127.1.1.1")[0] == 0)
		for change in (lambda: ctl("reload"), upgrade):
		    change()
		    refused_often("127.1.1.1")
		# And proxies are who they were: to be believed, or not.
		proxied = come("127.2.0.1", sys.argv[1])
		proxied.say(b"PROXY TCP4 127.4.4.4 127.0.0.1 1 2\r\n")
		proxied.hear(b"Welcome!")
		wait_until(lambda: ": accepted 127.4.4.4:1 on " in log())
		assert counted("127.4.4.4")[0] == 1
		forged = come("127.3.0.1", sys.argv[1])
		forged.say(b"PROXY TCP4 192.0.2.9 127.0.0.1 1 2\r\n")
		forged.hear(b"Welcome!Hello, PROXY TCP4 192.0.2.9 127.0.0.1 1 2!\r\n")
		wait_until(lambda: ": accepted 127.3.0.1:" in log())
		assert "192.0.2.9" not in log()
	EOF
}
