#!/usr/bin/env bats
# helloctl: what it asks, what it is told, and how it leaves.

# shellcheck disable=SC2034,SC2004 # what common.bash reads, and fills
load ./common

@test "status: for people" {
	start -o workers=2
	load_clients --clients 10 >/dev/null
	wait_until status_is sessions 0
	ctl_ends 0 status
	[ -z "$stderr" ]
	[[ ${lines[0]} =~ ^hellod\ [0-9.]+,\ pid\ $HELLOD_PID,\ serving\ for\ [0-9]+\ s,\ generation\ 1$ ]]
	[ "${lines[1]}" = "configuration: $CONF" ]
	[ "${lines[2]}" = "listening on: $HELLOD_ADDRESS" ]
	[ "${lines[3]}" = 'workers: 2 of 2 ready, 0 draining' ]
	[ "${lines[4]}" = 'sessions: 0 of at most 10000' ]
	[[ ${lines[5]} =~ ^greetings/s:\ [0-9]+$ ]]
	grep -qx 'accepted: 10' <<<"$output"
	grep -qx 'greetings: 30' <<<"$output"
}

@test "status --json: for programs, whatever the names are" {
	PLACE="$BATS_TEST_TMPDIR/a \"b\\c"
	mkdir "$PLACE"
	use_place
	start -o workers=1
	ctl status --json | /usr/bin/python3 -c '
import json, os, sys
status = json.load(sys.stdin)
assert status["pid"] == int(os.environ["HELLOD_PID"]), status
assert status["state"] == "serving"
assert status["generation"] == 1 and isinstance(status["uptime"], int)
assert status["configuration"] == os.environ["CONF"], status
assert status["listeners"] == [os.environ["HELLOD_ADDRESS"]], status
assert status["workers"] == {"ready": 1, "target": 1, "draining": 0}, status
assert status["greetings_per_second"] == 0.0
assert status["sessions"] == 0 and status["max_connections"] == 10000
counters = status["counters"]
assert set(counters) >= {"accepted", "refused", "greetings", "bytes_in", "bytes_out", "timeouts",
                         "errors", "cut", "accept_errors", "unlogged"}
assert all(value == 0 for value in counters.values()), counters' 3>&-
}

@test "sessions are counted while they are there, and what ended them" {
	start -o workers=2 -o 'idle_timeout=300 ms'
	client <<-'END'
		import json, os, subprocess
		from hello_client import Client, wait_until
		def status():
		    return json.loads(subprocess.run([os.environ["HELLOCTL"], "-s", os.environ["CONTROL"],
		        "status", "--json"], check=True, capture_output=True).stdout)
		clients = [Client() for _ in range(7)]
		for client in clients:
		    client.hear(b"Welcome!")
		assert status()["sessions"] == 7
		for client in clients:
		    client.hear_end(b"Busy: idle for too long (idle_timeout)")
		wait_until(lambda: status()["sessions"] == 0)
		assert status()["counters"]["timeouts"] == 7
		client = Client()
		client.hear(b"Welcome!")
		client.say(b"\xff")
		client.hear_all()
		assert status()["counters"]["accepted"] == 8
		assert status()["counters"]["bytes_out"] > 8 * len(b"Welcome!")
	END
}

@test "the socket of a service with several directories is in the first" {
	HELLOD_CONTROL_IN_FILE=1
	mkdir "$BATS_TEST_TMPDIR/run" "$BATS_TEST_TMPDIR/more"
	export RUNTIME_DIRECTORY=$BATS_TEST_TMPDIR/run:$BATS_TEST_TMPDIR/more
	configure <<<'listen = ( { port = 0; } ); workers = 1;'
	hellod_start -c "$CONF"
	[ -S "$BATS_TEST_TMPDIR/run/control" ]
	timeout 60 "$HELLOCTL" status
}

@test "ps: the workers, by generation" {
	start -o workers=2
	client <<-'END'
		import os, re, subprocess
		from hello_client import Client
		def ps():
		    return subprocess.run([os.environ["HELLOCTL"], "-s", os.environ["CONTROL"], "ps"],
		        check=True, capture_output=True, text=True).stdout.splitlines()
		client = Client()
		client.hear(b"Welcome!")
		client.say(b"Yam")
		client.hear(b"Hello, Yam!")
		subprocess.run([os.environ["HELLOCTL"], "-s", os.environ["CONTROL"], "reload"], check=True)
		head, *lines = ps()
		assert head.split() == ["GENERATION", "WORKER", "PID", "AGE/S", "SESSIONS", "GREETINGS", "STATE"]
		old = [line for line in lines if line.split()[0] == "1"]
		new = [line for line in lines if line.split()[0] == "2"]
		assert [line for line in old if line.split()[4:6] == ["1", "1"]], lines
		assert all(re.search(r" draining, at most (30|31|29) s more$", line) for line in old), lines
		assert len(new) == 2 and all(line.endswith(" serving") for line in new), lines
	END
}

@test "config: the one in effect, a valid file" {
	start -o workers=3 -o 'welcome=Salve'
	ctl_ends 0 config
	diff - <(echo "$output") < <("$HELLOD" -T -c "$CONF" -o workers=3 -o welcome=Salve \
		-o "control_socket=$CONTROL")
	echo "$output" >"$BATS_TEST_TMPDIR/again.conf"
	[ "$("$HELLOD" -T -c "$BATS_TEST_TMPDIR/again.conf")" = "$output" ]
}

@test "config --running, --disk, --diff: as it is, as it would be, what would change" {
	configure <<-'END'
		listen = ( { port = 0; }, { path = "/nowhere/at/all"; } );
		workers = 2;
	END
	start -o welcome=Salve -l 127.0.0.1:0
	ctl_ends 0 config --diff
	[ -z "$output" ]
	configure <<-'END'
		listen = ( { port = 1; } );
		workers = 3;
		user = "daemon";
		welcome = "Ave!";
	END
	ctl_ends 0 config --diff
	diff - <(echo "$output") <<-'END'
		workers 2 -> 3
		needs restart: user "nobody" -> "daemon"
	END
	ctl_ends 0 config --running
	[ "$output" = "$(ctl config)" ]
	grep -qx 'workers = 2;' <<<"$output"
	ctl_ends 0 config --disk
	[ "$output" = "$("$HELLOD" -T -c "$CONF" -o welcome=Salve -l 127.0.0.1:0 \
		-o "control_socket=$CONTROL")" ]
	# A faulty file is named; asking for it has changed nothing.
	configure <<<'workers = ;'
	local what
	for what in --disk --diff; do
		ctl_ends 1 config $what
		[ -z "$output" ]
		[[ $stderr == "$CONF:1: "* ]]
	done
	status_is generation 1
	status_is target 2
	# The processes that read it have ended.
	wait_until hellod_has_workers 2
}

@test "config --diff: the listeners, as they are written" {
	configure <<<'listen = ( { port = 0; }, { port = 0; framing = "line"; } );'
	start -o workers=1
	configure <<<"listen = ( { port = 0; }, { path = \"$BATS_TEST_TMPDIR/s\"; mode = \"0600\"; } );"
	ctl_ends 0 config --diff
	diff - <(echo "$output") <<-END
		listen - { address = "127.0.0.1"; port = 0; framing = "line"; backlog = 4096; v6only = true; proxy_from = [ ]; }
		listen + { path = "$BATS_TEST_TMPDIR/s"; framing = "auto"; backlog = 4096; mode = "0600"; owner = ""; group = ""; }
	END
	[ ! -e "$BATS_TEST_TMPDIR/s" ]
}

# Under a steady load, the rate is the load's; after it, none.
@test "greetings a second: in the status, for people and programs" {
	start -o workers=2 -o log_connections=false
	load_clients --rate 50 --seconds 6 --think 20 >"$BATS_TEST_TMPDIR/load" &
	LOAD=$!
	rate_is_right() {
		ctl status --json | /usr/bin/python3 -c 'import json, sys
rate = json.load(sys.stdin)["greetings_per_second"]
sys.exit(not 100 <= rate <= 200)' 3>&-
	}
	wait_until -t 5 rate_is_right
	ctl status | grep -Eqx 'greetings/s: 1[0-9]{2}'
	load_end
	wait_until status_is greetings_per_second 0.0
}

@test "workers: so many, more, fewer; never none" {
	start -o workers=2
	ctl_ends 0 workers 4
	[ "$output" = 'workers 2 -> 4' ]
	wait_until status_is ready 4
	ctl_ends 0 workers +2
	[ "$output" = 'workers 4 -> 6' ]
	wait_until status_is ready 6
	ctl_ends 0 workers -4
	[ "$output" = 'workers 6 -> 2' ]
	wait_until hellod_has_workers 2
	local wrong
	for wrong in 0 -2 +1023 1025 99999999999999999999 +9223372036854775807 -9223372036854775808; do
		ctl_ends "$([ ${#wrong} -gt 10 ] && echo 2 || echo 1)" workers "$wrong"
		[ -z "$output" ]
		[ -n "$stderr" ]
	done
	ctl_ends 2 workers many
	status_is target 2
	# Until the next reload.
	ctl_ends 0 workers 3
	ctl_ends 0 reload
	wait_until is_settled
	status_is target 2
}

@test "drain: another takes its place, its clients may stay" {
	start -o workers=1
	client <<-'END'
		import os, subprocess
		from hello_client import Client, wait_until
		ctl = [os.environ["HELLOCTL"], "-s", os.environ["CONTROL"]]
		def ps():
		    text = subprocess.run([*ctl, "ps"], check=True, capture_output=True, text=True).stdout
		    return {line.split()[2]: line for line in text.splitlines()[1:]}
		client = Client()
		client.hear(b"Welcome!")
		(pid,) = ps()
		said = subprocess.run([*ctl, "drain", pid], check=True, capture_output=True, text=True)
		assert said.stdout == f"worker with pid {pid} drains\n", said
		wait_until(lambda: any("serving" in line for line in ps().values()))
		assert "draining" in ps()[pid]
		fresh = Client()
		fresh.hear(b"Welcome!")
		client.say(b"Yam")
		client.hear(b"Hello, Yam!")
		client.say(b"exit")
		client.hear_end()
		wait_until(lambda: pid not in ps())
	END
	ctl_ends 1 drain 1
	[[ $stderr == *'no worker has that pid'* ]]
	ctl_ends 1 drain "$HELLOD_PID"
	ctl_ends 1 drain $(($(hellod_workers) + (1 << 32)))
	ctl_ends 1 drain x
}

@test "reopen: returns when all have let go of the old file" {
	local log=$BATS_TEST_TMPDIR/log pid
	HELLOD_LOG=$log
	start -o workers=4 -o "log_target=file:$log"
	mv "$log" "$log.1"
	ctl_ends 0 reopen
	[ "$output" = 'log reopened by all processes' ]
	for pid in $HELLOD_PID $(hellod_workers); do
		[ -z "$(find "/proc/$pid/fd" -lname "$log.1")" ]
	done
	greets
	wait_until grep -q ' closed ' "$log"
	not grep -q ' accepted ' "$log.1"
	HELLOD_LOGS+=("$log.1")
	# It waits for the slowest.
	client "$(worker_pid 0)" <<-'END'
		import os, signal, subprocess, sys
		from hello_client import log, wait_until
		os.kill(int(sys.argv[1]), signal.SIGSTOP)
		reopen = subprocess.Popen([os.environ["HELLOCTL"], "-s", os.environ["CONTROL"], "reopen"])
		wait_until(lambda: log().count("log reopened") == 2)
		try:
		    reopen.wait(0.3)
		    sys.exit("it did not wait for a worker that has not reopened the log")
		except subprocess.TimeoutExpired:
		    os.kill(int(sys.argv[1]), signal.SIGCONT)
		assert reopen.wait(20) == 0
	END
	# The old one stays when there is no new one to be had.
	rm "$log"
	mkdir "$log"
	ctl_ends 1 reopen
	[[ $stderr == *'cannot be reopened'* ]]
	greets
}

@test "stop: returns when hellod has ended" {
	start -o workers=2 -o "pid_file=$BATS_TEST_TMPDIR/hellod.pid"
	client "$BATS_TEST_TMPDIR/hellod.pid" <<-'END'
		import os, subprocess, sys
		from hello_client import Client, log, wait_until
		client = Client()
		client.hear(b"Welcome!")
		stop = subprocess.Popen([os.environ["HELLOCTL"], "-s", os.environ["CONTROL"], "stop"])
		wait_until(lambda: "helloctl: stopping" in log())
		assert stop.poll() is None, "helloctl did not wait"
		client.say(b"Yam")
		client.hear(b"Hello, Yam!")
		client.say(b"exit")
		client.hear_end()
		assert stop.wait(20) == 0
		assert not os.path.exists(sys.argv[1]), "its pid file is still there"
		try:
		    with open(f"/proc/{os.environ['HELLOD_PID']}/stat") as file:
		        assert " Z " in file.read(), "it has not ended"
		except FileNotFoundError:
		    pass
	END
	hellod_wait 0
	ctl_ends 3 status
}

# A service with DynamicUser= leaves /run/hellod like that.
@test "the usual place of the control socket is made, also where a link leads nowhere" {
	ln -s private/hellod "$PLACE/run"
	HELLOD_UNDER+=(env "RUNTIME_DIRECTORY=$PLACE/run")
	configure <<<'listen = ( { port = 0; } );'
	HELLOD_CONTROL_IN_FILE=1 hellod_start -c "$CONF"
	run -0 "$HELLOCTL" -s "$PLACE/run/control" status
	[ ! -L "$PLACE/run" ]
}

@test "nobody there: 3, with what to do" {
	ctl_ends 3 status
	[[ $stderr == "helloctl: cannot reach hellod at $CONTROL: No such file or directory; "* ]]
	[[ $stderr == *'; is hellod running, with this control_socket?'* ]]
	# Who is not root may have meant the service.
	is_root || [[ $stderr == *'(the service answers root)' ]]
	# A file that a killed one has left.
	/usr/bin/python3 -c 'import socket, sys
socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET).bind(sys.argv[1])' "$CONTROL"
	ctl_ends 3 reload
	[[ $stderr == *'Connection refused; is hellod running'* ]]
	rm "$CONTROL"
	# Neither root nor a place of one's own.
	if ! is_root; then
		run -3 --separate-stderr env -u XDG_RUNTIME_DIR "$HELLOCTL" status
		[[ $stderr == *'say where hellod is with -s'* ]]
	fi
	run -3 --separate-stderr "$HELLOCTL" -s "$(printf '/x%.0s' {1..60})" status
	[[ $stderr == *'File name too long'* ]]
}

@test "strangers: 4; of hellod's group: they may look" {
	need_root
	need setpriv util-linux
	PUBLIC=$(mktemp -d)
	chmod 755 "$PUBLIC"
	PLACE=$PUBLIC
	use_place
	start -o workers=1
	[ "$(stat -c %a "$CONTROL")" = 660 ]
	local stranger=(setpriv --reuid=nobody "--regid=$(id -g nobody)" --clear-groups)
	local member=(setpriv --reuid=nobody "--regid=$(stat -c %g "$CONTROL")" --clear-groups)
	cp "$HELLOCTL" "$PUBLIC/helloctl"
	chmod 755 "$PUBLIC/helloctl"
	"${stranger[@]}" "$PUBLIC/helloctl" -V >/dev/null || skip "user nobody cannot run programs there"
	run -4 --separate-stderr "${stranger[@]}" "$PUBLIC/helloctl" -s "$CONTROL" status
	[[ $stderr == *'Permission denied; try as root, or as hellod'\''s user or group' ]]
	local command words
	for command in status ps config; do
		run -0 --separate-stderr "${member[@]}" "$PUBLIC/helloctl" -s "$CONTROL" $command
		[ -n "$output" ]
	done
	for command in reload upgrade reopen stop 'workers +1' "drain $(hellod_workers)" \
		'config --disk' 'config --diff'; do
		read -r -a words <<<"$command"
		run -4 --separate-stderr "${member[@]}" "$PUBLIC/helloctl" -s "$CONTROL" "${words[@]}"
		[[ $stderr == *'only root and hellod'\''s own user may '* ]]
	done
	hellod_has_workers 1
	status_is generation 1
}

@test "an ordinary user's own hellod obeys its user" {
	as_user
	PLACE=$PUBLIC
	use_place
	cp "$HELLOCTL" "$PUBLIC/helloctl"
	chmod 755 "$PUBLIC/helloctl"
	configure <<<'listen = ( { port = 0; } );'
	chmod 644 "$CONF"
	start -o workers=1
	run -0 "${HELLOD_UNDER[@]}" "$PUBLIC/helloctl" -s "$CONTROL" reload
	run -0 "${HELLOD_UNDER[@]}" "$PUBLIC/helloctl" -s "$CONTROL" workers 2
}

@test "wrong usage: 2" {
	local arguments words
	for arguments in '' 'nonsense' 'status --xml' 'status --json too' 'ps all' 'config --all' 'config all' 'workers' \
		'workers 1 2' 'drain' 'reload now' '--nonsense' '-s' "drain $(printf 1%.0s {1..300})"; do
		echo "helloctl $arguments"
		read -r -a words <<<"$arguments"
		run -2 --separate-stderr "$HELLOCTL" "${words[@]}"
		[ -z "$output" ]
		[[ $stderr == *"Try 'helloctl --help' for more."* ]]
	done
}

@test "an unknown command: did you mean" {
	run -2 "$HELLOCTL" stauts
	[[ $output == "helloctl: unknown command 'stauts'; did you mean 'status'?"* ]]
	run -2 "$HELLOCTL" zygote
	[[ $output == "helloctl: unknown command 'zygote'"$'\n'* ]]
}

# A socket would take its place, and hellod be sent its own answer.
@test "without a standard output: 1" {
	# An answer of more than stdio keeps.
	start -o workers=1 -o "deny=[ $(printf '"10.%d.0.0/16", ' {0..254}) \"::1\" ]"
	run -1 --separate-stderr bash -c 'exec "$@" >&-' - "$HELLOCTL" -s "$CONTROL" config
	[ "$stderr" = "helloctl: standard output: Bad file descriptor" ]
	ctl_ends 0 status
}

prints_to_nowhere() {
	"$HELLOCTL" --help >/dev/full
}

@test "--help and -V" {
	local command
	run -0 --separate-stderr "$HELLOCTL" --help
	[ -z "$stderr" ]
	for command in status ps config reload upgrade reopen workers drain stop; do
		grep -q "^  $command " <<<"$output"
	done
	[ "$("$HELLOCTL" -h)" = "$output" ]
	run -0 --separate-stderr "$HELLOCTL" -V
	[[ $output =~ ^helloctl\ [0-9]+\.[0-9]+\.[0-9]+$ ]]
	[ "$("$HELLOCTL" --version)" = "$output" ]
	[ "${output#helloctl }" = "$("$HELLOD" -V | sed -n '1s/^hellod //p')" ]
	run -1 --separate-stderr prints_to_nowhere
	[[ $stderr == *'standard output'* ]]
}

@test "clients that say nothing, or nonsense, or leave: the master doesn't mind" {
	start -o workers=1
	client <<-'END'
		import os, socket, subprocess
		from hello_client import wait_until
		def connect():
		    s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
		    s.connect(os.environ["CONTROL"]) # waits while too many wait already
		    s.settimeout(10)
		    return s
		def status():
		    return subprocess.run([os.environ["HELLOCTL"], "-s", os.environ["CONTROL"], "status"],
		        capture_output=True).returncode
		for nonsense in b"\0", b" ", b"\xff" * 200, b"x" * 60000, b"statusx", b"status\n", \
		        b"workers %s%n":
		    s = connect()
		    s.send(nonsense)
		    answers = []
		    while answer := s.recv(70000):
		        answers.append(answer)
		    assert answers[-1] == b"x\x02", (nonsense, answers)
		for _ in range(50):
		    s = connect()
		    s.send(b"config")
		    s.close()
		# More than there are places for: the first ones lose theirs.
		silent = [connect() for _ in range(40)]
		assert status() == 0
		assert silent[0].recv(1) == b""
		for s in silent:
		    s.close()
		wait_until(lambda: status() == 0)
	END
	hellod_has_workers 1
	greets
}
