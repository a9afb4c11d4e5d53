#!/usr/bin/env bats
# From the start to the end: workers that come and go, signals, failures to
# start, the background, and what systemd is told.

# Programs for another shell stand in single quotes (2016), and common.bash uses
# the variables that are set here (2034).
# shellcheck disable=SC2016,SC2034
load ../lib/common

# --- stopping

# Clients in the middle of their dialogues when the signal comes: all of them
# hear all that is due to them.
assert_stops_under_load() { # SIGNAL
	hellod_start -l 127.0.0.1:0 -l "unix:$BATS_TEST_TMPDIR/socket" -o workers=2 -o log_rate=unlimited \
		-o "pid_file=$BATS_TEST_TMPDIR/hellod.pid"
	load_clients --clients 300 --processes 2 --names 20 --think 150 \
		--hold-until-all-connected --timeout 30 >"$BATS_TEST_TMPDIR/load" &
	local load=$!
	# All have been welcomed, and none is done for a while.
	wait_until log_has_times 300 ' accepted '
	kill -"$1" "$HELLOD_PID"
	wait "$load"
	hellod_wait 0
	log_has "$1: stopping; [0-9]+ sessions may finish"
	log_has_times 300 'closed .* after 20 greetings .*: the client said exit'
	[ ! -e "$BATS_TEST_TMPDIR/socket" ]
	[ ! -e "$BATS_TEST_TMPDIR/hellod.pid" ]
}

@test "TERM under load: all that was begun is answered whole, nothing is left" {
	assert_stops_under_load TERM
}

@test "INT under load does the same" {
	assert_stops_under_load INT
}

@test "TERM while new clients come: each is served whole or refused" {
	hellod_start -o workers=2
	load_clients --rate 300 --seconds 2 --processes 2 --allow refused --allow reset \
		>"$BATS_TEST_TMPDIR/load" &
	local load=$!
	wait_until log_has ' closed '
	kill -TERM "$HELLOD_PID"
	wait "$load"
	hellod_wait 0
	# Whose handshake was under way just then may be reset, and, where there can be no
	# filter, who connected just then. Who was accepted is in the log, and has said
	# exit.
	log_has_times "$(log_count ' accepted ')" 'closed .* after 3 greetings .*: the client said exit'
	client "$BATS_TEST_TMPDIR/load" <<-'END'
		import json, sys
		with open(sys.argv[1], encoding="ascii") as file:
		    counts = json.load(file)
		assert counts["refused"] > 0 and counts["ok"] > 0 and counts["reset"] <= 2, counts
	END
}

@test "clients that wait to be accepted at TERM are all answered" {
	hellod_start -o workers=2
	list_workers
	client "${workers[@]}" <<-'END'
		import os, signal, sys
		from hello_client import Client, log, wait_until
		workers = [int(pid) for pid in sys.argv[1:]]
		assert len(workers) == 2
		for pid in workers:
		    os.kill(pid, signal.SIGSTOP)
		clients = [Client() for _ in range(200)]
		for number, client in enumerate(clients):
		    client.say(b"n%d\nexit\n" % number)
		os.kill(int(os.environ["HELLOD_PID"]), signal.SIGTERM)
		wait_until(lambda: "TERM: stopping" in log())
		for pid in workers:
		    os.kill(pid, signal.SIGCONT)
		for number, client in enumerate(clients):
		    client.hear_end(b"Welcome!Hello, n%d!\n" % number)
	END
	hellod_wait 0
}

@test "clients that come between TERM and the workers' hearing of it are refused" {
	need_filter
	hellod_start -o workers=2
	list_workers
	client "${workers[@]}" <<-'END'
		import errno, os, select, signal, socket, sys
		from hello_client import log, wait_until
		workers = [int(pid) for pid in sys.argv[1:]]
		for pid in workers:
		    os.kill(pid, signal.SIGSTOP)
		os.kill(int(os.environ["HELLOD_PID"]), signal.SIGTERM)
		wait_until(lambda: "TERM: stopping" in log())
		# They are not let into a queue that will be thrown away.
		host, port = os.environ["HELLOD_ADDRESS"].split(":")
		clients = [socket.socket() for _ in range(50)]
		for client in clients:
		    client.setblocking(False)
		    assert client.connect_ex((host, int(port))) == errno.EINPROGRESS
		for pid in workers:
		    os.kill(pid, signal.SIGCONT)
		for client in clients:
		    assert select.select([], [client], [], 20)[1]
		    assert client.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == errno.ECONNREFUSED
	END
	hellod_wait 0
}

@test "after TERM new clients are refused at once" {
	hellod_start -l 127.0.0.1:0 -l "unix:$BATS_TEST_TMPDIR/socket" -o workers=1 -o 'reply_delay=2 s'
	client "${HELLOD_ADDRESSES[@]}" <<-'END'
		import os, signal, sys
		from hello_client import Client, log, wait_until
		client = Client()
		client.hear(b"Welcome!")
		client.say(b"Yam")
		wait_until(lambda: client.unread() == 0)
		os.kill(int(os.environ["HELLOD_PID"]), signal.SIGTERM)
		def refused(address):
		    try:
		        Client(address).close()
		    except (ConnectionRefusedError, FileNotFoundError):
		        return True
		    return False
		for address in sys.argv[1:]:
		    wait_until(lambda: refused(address))
		client.hear(b"Hello, Yam!")
		client.hear_end()
	END
	hellod_wait 0
}

@test "a second TERM stops at once" {
	HELLOD_MAY_DIE=1
	hellod_start -o workers=2 -o 'reply_delay=1 h'
	client <<-'END'
		import os, signal
		from hello_client import Client, log, wait_until
		client = Client()
		client.hear(b"Welcome!")
		client.say(b"Yam")
		wait_until(lambda: client.unread() == 0)
		pid = int(os.environ["HELLOD_PID"])
		os.kill(pid, signal.SIGTERM)
		wait_until(lambda: "TERM: stopping" in log())
		os.kill(pid, signal.SIGTERM)
		try:
		    client.hear_end()
		except ConnectionResetError:
		    pass
	END
	wait_until -t 5 is_gone "$HELLOD_PID"
	hellod_wait 0
	log_has 'TERM again: stopping at once'
}

# --- workers

workers_are() { # PID...
	diff <(hellod_workers | sort) <(printf '%s\n' "$@")
}

@test "processes are called by what they do" {
	hellod_start -o workers=3
	[ "$(title_of "$HELLOD_PID")" = "hellod: master" ]
	local titles
	titles=$(for pid in $(hellod_workers); do title_of "$pid"; done | sort)
	[ "$titles" = $'hellod: worker 0\nhellod: worker 1\nhellod: worker 2' ]
}

@test "workers = auto: one a processor" {
	hellod_start -o workers=auto
	hellod_has_workers "$(nproc)"
}

@test "a worker killed by -9 is replaced, the sessions of the others go on" {
	HELLOD_MAY_DIE=1
	hellod_start -o workers=2
	client "$(worker_pid 0)" <<-'END'
		import os, re, signal, sys
		from hello_client import Client, log, wait_until
		clients = {0: [], 1: []}
		while not clients[0] or not clients[1]:
		    client = Client()
		    client.hear(b"Welcome!")
		    line = rf"worker (\d): accepted 127.0.0.1:{client.socket.getsockname()[1]} "
		    wait_until(lambda: re.search(line, log()))
		    clients[int(re.search(line, log())[1])].append(client)
		os.kill(int(sys.argv[1]), signal.SIGKILL)
		for client in clients[0]:
		    try:
		        client.hear_end()
		    except ConnectionResetError:
		        pass
		for client in clients[1]:
		    client.say(b"Yam")
		    client.hear(b"Hello, Yam!")
	END
	wait_until log_has 'warning: worker 0 \(pid [0-9]+\) was killed by signal 9 .*; its place is filled again'
	wait_until hellod_has_workers 2
	wait_until has_worker 0
	greets
}

@test "64 workers killed at one blow are all replaced" {
	HELLOD_MAY_DIE=1
	hellod_start -o workers=64
	list_workers
	kill -KILL "${workers[@]}"
	all_are_new() {
		hellod_has_workers 64 &&
			[ -z "$(comm -12 <(hellod_workers | sort) <(printf '%s\n' "${workers[@]}"))" ]
	}
	wait_until all_are_new
	log_has_times 64 'was killed by signal 9'
	load_clients --clients 200
}

@test "no session fails because others' workers are killed" {
	HELLOD_MAY_DIE=1
	hellod_start -o workers=4
	list_workers
	client "${workers[@]}" <<-'END'
		# Every client is served by somebody even while workers die: what was
		# not yet accepted waits in the queue that all of them share.
		import os, signal, sys
		from hello_client import Client
		workers = [int(pid) for pid in sys.argv[1:]]
		for pid in workers[1:]:
		    os.kill(pid, signal.SIGSTOP)
		clients = [Client() for _ in range(50)]
		for pid in workers[1:]:
		    os.kill(pid, signal.SIGKILL)
		for client in clients:
		    client.hear(b"Welcome!")
		    client.say(b"exit")
		    client.hear_end()
	END
}

@test "a stopped worker does not keep clients waiting" {
	hellod_start -o workers=4
	list_workers
	client "${workers[@]}" <<-'END'
		import os, signal, sys
		from hello_client import Client
		workers = [int(pid) for pid in sys.argv[1:]]
		for pid in workers[:2]:
		    os.kill(pid, signal.SIGSTOP)
		for number in range(400):
		    client = Client()
		    client.socket.settimeout(5)
		    client.hear(b"Welcome!")
		    client.say(b"exit")
		    client.hear_end()
		for pid in workers[:2]:
		    os.kill(pid, signal.SIGCONT)
	END
}

@test "kill -9 of the master: workers end within 2 s, the port is free" {
	hellod_start -o workers=4 -o 'reply_delay=1 h'
	local pid=$HELLOD_PID address=$HELLOD_ADDRESS
	client <<-'END'
		import os, signal, time
		from hello_client import Client, wait_until
		clients = [Client() for _ in range(20)]
		for number, client in enumerate(clients):
		    client.hear(b"Welcome!")
		    if number % 2:
		        client.say(b"Yam")
		        wait_until(lambda: client.unread() == 0)
		os.kill(int(os.environ["HELLOD_PID"]), signal.SIGKILL)
		began = time.monotonic()
		for client in clients:
		    try:
		        client.hear_end()
		    except ConnectionResetError:
		        pass
		assert time.monotonic() - began < 3
	END
	hellod_wait 137 "$pid"
	wait_until -t 3 session_is_empty "$pid"
	hellod_start -l "$address"
	greets
}

@test "TTIN and TTOU: one worker more, one fewer, never none" {
	hellod_start -o workers=2
	kill -TTIN "$HELLOD_PID"
	wait_until hellod_has_workers 3
	log_has 'TTIN: workers 2 -> 3'
	wait_until has_worker 2
	client <<-'END'
		import os, signal
		from hello_client import Client, log, wait_until
		clients = [Client() for _ in range(60)]
		for client in clients:
		    client.hear(b"Welcome!")
		pid = int(os.environ["HELLOD_PID"])
		for number in range(4):
		    os.kill(pid, signal.SIGTTOU)
		    # Signals of a kind merge: wait for each to be heard.
		    wait_until(lambda: log().count("TTOU: ") == number + 1)
		# Who is being served by a worker that shall go is served to the end.
		for client in clients:
		    client.say(b"Yam")
		    client.hear(b"Hello, Yam!")
		    client.say(b"exit")
		    client.hear_end()
	END
	wait_until hellod_has_workers 1
	log_has 'TTOU: workers 2 -> 1'
	log_has_times 2 'TTOU: the number of workers stays 1'
	[ "$(title_of "$(hellod_workers)")" = "hellod: worker 0" ]
	greets
}

@test "workers obey only the master, and TERM" {
	hellod_start -o workers=2
	local signal
	list_workers
	for signal in HUP INT QUIT USR1 USR2 PIPE ALRM TTIN TTOU TSTP WINCH CHLD; do
		kill -"$signal" "${workers[@]}"
	done
	load_clients --clients 50
	workers_are "${workers[@]}"
	# TERM to one of them is an administrator's wish: it drains, another comes.
	HELLOD_MAY_DIE=1
	kill -TERM "$(worker_pid 0)"
	wait_until log_has 'worker 0 .* ended with exit code 0; its place is filled again'
	wait_until hellod_has_workers 2
	wait_until has_worker 0
	greets
}

@test "HUP and USR2 to the whole group act once" {
	hellod_start -o workers=2
	list_workers
	kill -HUP "$HELLOD_PID" "${workers[@]}"
	wait_until log_has 'reloaded: generation 2'
	list_workers
	kill -USR2 "$HELLOD_PID" "${workers[@]}"
	wait_until log_has_times 2 'ready: listening'
	greets
	[ "$(log_count 'reloaded: generation')" -eq 1 ]
	[ "$(log_count 'upgrade: executing')" -eq 1 ]
}

# --- privileges

ids_of() { # PID - real, effective, saved and file-system user, then group
	awk '$1 == "Uid:" || $1 == "Gid:" { print $2, $3, $4, $5 }' "/proc/$1/status"
}

@test "as root, workers are nobody for good" {
	need_root
	hellod_start -o workers=2
	local pid uid gid
	uid=$(id -u nobody)
	gid=$(id -g nobody)
	for pid in $(hellod_workers); do
		[ "$(ids_of "$pid")" = "$uid $uid $uid $uid"$'\n'"$gid $gid $gid $gid" ]
		# No way back: no capability is left, and no other group.
		[ "$(grep -Ec '^Cap(Prm|Eff|Amb):	0+$' "/proc/$pid/status")" -eq 3 ]
		[ -z "$(awk '$1 == "Groups:" { print $2 }' "/proc/$pid/status")" ]
	done
	log_has 'as user nobody'
	[ "$(ids_of "$HELLOD_PID" | head -n 1)" = "0 0 0 0" ]
}

@test "as root, user and group can be chosen" {
	need_root
	hellod_start -o workers=1 -o user=daemon -o group=mail
	local uid gid
	uid=$(id -u daemon)
	gid=$(getent group mail | cut -d: -f3)
	[ "$(ids_of "$(hellod_workers)")" = "$uid $uid $uid $uid"$'\n'"$gid $gid $gid $gid" ]
}

@test "as an ordinary user, workers are who started hellod" {
	as_user
	hellod_start -o workers=2
	local pid uid
	uid=$("${HELLOD_UNDER[@]}" id -u)
	for pid in $HELLOD_PID $(hellod_workers); do
		[ "$(ids_of "$pid" | head -n 1)" = "$uid $uid $uid $uid" ]
	done
	not log_has 'as user'
	greets
}

# --- what cannot start

# start_fails CODE ARGUMENT... - sets output to what was said
start_fails() {
	local code=$1
	shift
	hellod_launch "$@"
	hellod_wait "$code"
	output=$(cat "$HELLOD_LOG")
	echo "$output"
}

@test "a port that is taken: the address, the holder, the remedy" {
	hellod_start -o workers=1
	local first=$HELLOD_PID address=$HELLOD_ADDRESS
	start_fails 1 -l "$address"
	[[ $output == *"cannot listen on $address: Address already in use"* ]]
	[[ $output == *"hellod (pid $first) listens there: stop it, or choose another port"* ]]
	start_fails 1 -l "0.0.0.0:${address##*:}"
	[[ $output == *"hellod (pid $first) listens there"* ]]
	# The first does not notice.
	greets "$address"
}

@test "all listeners that fail are named, and none stays" {
	hellod_start -o workers=1
	local address=$HELLOD_ADDRESS
	start_fails 1 -l "$address" -l "unix:$BATS_TEST_TMPDIR/socket" \
		-l "unix:$BATS_TEST_TMPDIR/nowhere/socket"
	[[ $output == *"cannot listen on $address: Address already in use"* ]]
	[[ $output == *"cannot listen on unix:$BATS_TEST_TMPDIR/nowhere/socket: No such file or directory; "* ]]
	[ ! -e "$BATS_TEST_TMPDIR/socket" ]
}

@test "a port below 1024 as an ordinary user" {
	[ "$(cat /proc/sys/net/ipv4/ip_unprivileged_port_start)" -gt 1 ] ||
		skip "any port is for anybody here"
	as_user
	start_fails 1 -l 127.0.0.1:1
	[[ $output == *"cannot listen on 127.0.0.1:1: Permission denied; ports below 1024 need root or CAP_NET_BIND_SERVICE"* ]]
}

@test "an address of another machine" {
	[ "$(cat /proc/sys/net/ipv4/ip_nonlocal_bind)" = 0 ] || skip "any address may be bound here"
	start_fails 1 -l 192.0.2.1:0
	[[ $output == *"cannot listen on 192.0.2.1:0: Cannot assign requested address; no interface has this address"* ]]
}

@test "a host name that does not exist" {
	# A label is 63 bytes at most: no name server needs to be asked.
	local name
	name=$(printf 'x%.0s' {1..64}).invalid
	start_fails 1 -l "$name:9999"
	[[ $output == *"cannot listen on $name port 9999: "*"want an address of this machine"* ]]
}

@test "a UNIX socket that is alive is not replaced" {
	local path=$BATS_TEST_TMPDIR/socket
	hellod_start -l "unix:$path" -o workers=1
	local first=$HELLOD_PID inode
	inode=$(stat -c %i "$path")
	start_fails 1 -l "unix:$path"
	[[ $output == *"cannot listen on unix:$path: hellod (pid $first) listens there: stop it, or choose another path"* ]]
	[ "$(stat -c %i "$path")" = "$inode" ]
	greets "unix:$path"
}

@test "a UNIX socket that nobody listens on is replaced" {
	local path=$BATS_TEST_TMPDIR/socket
	/usr/bin/python3 -c 'import socket, sys
s = socket.socket(socket.AF_UNIX)
s.bind(sys.argv[1])' "$path"
	[ -S "$path" ]
	hellod_start -l "unix:$path"
	greets "unix:$path"
}

@test "a file that is no socket is not replaced" {
	local path=$BATS_TEST_TMPDIR/precious
	echo precious >"$path"
	start_fails 1 -l "unix:$path"
	[[ $output == *"cannot listen on unix:$path: a file that is no socket is there; remove it, or choose another path"* ]]
	[ "$(cat "$path")" = precious ]
	ln -s "$path" "$path.link"
	start_fails 1 -l "unix:$path.link"
	[ -L "$path.link" ]
}

@test "a UNIX socket that is another's by now is not removed" {
	local path=$BATS_TEST_TMPDIR/socket first
	hellod_start -l "unix:$path" -o workers=1
	first=$HELLOD_PID
	rm "$path"
	hellod_start -l "unix:$path" -o workers=1
	hellod_stop "$first"
	greets "unix:$path"
}

@test "a UNIX socket has the mode and the owner that are configured" {
	local path=$BATS_TEST_TMPDIR/socket
	umask 077
	hellod_start -l "unix:$path"
	[ "$(stat -c %a "$path")" = 666 ]
	hellod_stop
	cat >"$BATS_TEST_TMPDIR/c" <<-END
		listen = ( { path = "$path"; mode = "0640"; } );
	END
	umask 000
	hellod_start -c "$BATS_TEST_TMPDIR/c"
	[ "$(stat -c %a "$path")" = 640 ]
	hellod_stop
	is_root || return 0
	cat >"$BATS_TEST_TMPDIR/c" <<-END
		listen = ( { path = "$path"; mode = "0600"; owner = "daemon"; group = "mail"; } );
	END
	hellod_start -c "$BATS_TEST_TMPDIR/c"
	[ "$(stat -c '%a %U %G' "$path")" = "600 daemon mail" ]
	greets "unix:$path"
}

@test "a pid file that a living hellod holds" {
	local file=$BATS_TEST_TMPDIR/hellod.pid
	hellod_start -o "pid_file=$file"
	[ "$(cat "$file")" = "$HELLOD_PID" ]
	local first=$HELLOD_PID
	start_fails 1 -o "pid_file=$file"
	[[ $output == *"pid file $file is held by a running hellod, pid $first: stop it, or choose another pid_file"* ]]
	[ "$(cat "$file")" = "$first" ]
	greets
	hellod_stop "$first"
	[ ! -e "$file" ]
	# One left by a hellod that was killed is no obstacle.
	echo "$first" >"$file"
	hellod_start -o "pid_file=$file"
	[ "$(cat "$file")" = "$HELLOD_PID" ]
}

@test "a pid file where none can be made" {
	start_fails 1 -o "pid_file=$BATS_TEST_TMPDIR/nowhere/hellod.pid"
	[[ $output == *"cannot make the pid file $BATS_TEST_TMPDIR/nowhere/hellod.pid: No such file or directory; may hellod write in its directory?"* ]]
}

# What hellod must run under for no worker to get ready: as root they may not
# become another user, as a user they are made to fail.
prevent_workers() {
	if is_root; then
		need setpriv util-linux
		HELLOD_UNDER=(setpriv --bounding-set=-setuid)
	else
		use_faults
		fault worker-no-start
	fi
}

@test "workers that cannot start: tried ever more rarely, then an error" {
	HELLOD_MAY_DIE=1
	local tried='worker [0-9]+ of generation 1 is pid'
	prevent_workers
	hellod_launch -o workers=4 -o log_level=debug -o "pid_file=$BATS_TEST_TMPDIR/hellod.pid"
	client <<-'END'
		import time
		time.sleep(1)  # the time that is measured
	END
	# One at a time, put off by 0.1 s, 0.2 s, ... : 4 times in a second, 7 in 10 s.
	[ "$(log_count "$tried")" -le 5 ]
	hellod_wait 1
	[ "$(log_count "$tried")" -ge 3 ]
	[ "$(log_count "$tried")" -le 8 ]
	log_has_times 1 'warning: .*worker 0.*trying again in '
	[ "$(grep -Evc ': debug: |sandbox: ' "$HELLOD_LOG")" -le 10 ]
	log_has 'only 0 of 4 workers got ready within 10 s; giving up'
	not log_has 'ready: listening'
	if is_root; then
		log_has 'cannot become user nobody'
	fi
	[ ! -e "$BATS_TEST_TMPDIR/hellod.pid" ]
}

# --- the background

@test "-d: the starter ends when clients are served, with all in its place" {
	hellod_daemon -o workers=2
	greets
	[ "$(title_of "$HELLOD_PID")" = "hellod: master" ]
	hellod_has_workers 2
	log_has 'ready: listening on'
	# Nothing of the starter's is kept: session, directory, descriptors.
	local pid fd
	for pid in $HELLOD_PID $(hellod_workers); do
		[ "$(readlink "/proc/$pid/cwd")" = / ]
		for fd in 0 1 2; do
			[ "$(readlink "/proc/$pid/fd/$fd")" = /dev/null ]
		done
		[ "$(find "/proc/$pid/fd" -lname "$BATS_TEST_TMPDIR/starter")" = "" ]
		# It leads no session, lest a terminal it opens becomes its own.
		[ "$(session_of "$pid")" -ne "$pid" ]
		[ "$(session_of "$pid")" -ne "$(session_of $$)" ]
	done
	kill -TERM "$(cat "$HELLOD_PID_FILE")"
	hellod_wait
	[ ! -e "$HELLOD_PID_FILE" ]
	log_has 'TERM: stopping'
}

@test "-d: the starter's pipes are closed" {
	HELLOD_PID_FILE=$BATS_TEST_TMPDIR/hellod.pid
	make_arguments -d -o "pid_file=$HELLOD_PID_FILE" -o workers=1 \
		-o "log_target=file:$BATS_TEST_TMPDIR/daemon.log"
	# cat(1) ends with the pipe, which a daemon that keeps it never brings.
	timeout 20 bash -c '"$@" 2>&1 | cat' - "$HELLOD" "${hellod_arguments[@]}" \
		>"$BATS_TEST_TMPDIR/starter" 2>&1 3>&-
	adopt_daemon
	grep -q '^hellod: ready: listening on 127.0.0.1:' "$BATS_TEST_TMPDIR/starter"
	greets
}

@test "-d: the starter says what is wrong, and fails" {
	hellod_start -o workers=1
	local address=$HELLOD_ADDRESS
	run "$HELLOD" -c "$BATS_TEST_TMPDIR/empty.conf" -l "$address" -d \
		-o "pid_file=$BATS_TEST_TMPDIR/d.pid" 3>&-
	[ "$status" -eq 1 ]
	[[ $output == *"cannot listen on $address: Address already in use"* ]]
	[ ! -e "$BATS_TEST_TMPDIR/d.pid" ]
	run "$HELLOD" -c "$BATS_TEST_TMPDIR/empty.conf" -l 127.0.0.1:0 -d \
		-o "log_target=file:$BATS_TEST_TMPDIR/nowhere/log" 3>&-
	[ "$status" -eq 1 ]
	[[ $output == *"cannot log to file:$BATS_TEST_TMPDIR/nowhere/log: No such file or directory; choose another log_target"* ]]
}

@test "-d: the starter fails when no worker gets ready" {
	HELLOD_MAY_DIE=1
	prevent_workers
	hellod_daemon -o workers=1 && return 1
	[ ! -e "$HELLOD_PID_FILE" ]
	grep -q 'only 0 of 1 workers got ready' "$HELLOD_LOG"
}

# --- systemd

# Listens where hellod is to send its notes; a line each in NOTES.
start_manager() {
	NOTES=$BATS_TEST_TMPDIR/notes
	ldd "$HELLOD" | grep -q libsystemd || skip "hellod was built --without-systemd"
	/usr/bin/python3 - "$NOTES" 3>&- <<-'END' &
		import os, socket, sys
		manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
		path = sys.argv[1] + ".socket"
		manager.bind(path)
		manager.settimeout(60)
		with open(sys.argv[1], "w", buffering=1) as notes:
		    while note := manager.recv(4096):
		        for line in note.decode().split("\n"):
		            print(line, file=notes)
		os.unlink(path)
	END
	MANAGER=$!
	wait_until [ -e "$NOTES" ]
	HELLOD_UNDER=(env "NOTIFY_SOCKET=$NOTES.socket")
}

end_manager() {
	/usr/bin/python3 -c 'import socket, sys
socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(b"", sys.argv[1])' "$NOTES.socket"
	wait "$MANAGER"
}

notes_have() { # LINE
	grep -qxF -- "$1" "$NOTES"
}

last_note_is() { # LINE
	[ "$(tail -n 1 "$NOTES")" = "$1" ]
}

@test "systemd is told of readiness, status and the end" {
	HELLOD_MAY_DIE=1
	start_manager
	hellod_start -o workers=2 -o 'drain_timeout=7 s'
	wait_until notes_have READY=1
	wait_until notes_have 'STATUS=2 workers, 0 sessions, 0 greetings/s, generation 1'
	kill -TTIN "$HELLOD_PID"
	wait_until notes_have 'STATUS=3 workers, 0 sessions, 0 greetings/s, generation 1'
	kill -KILL "$(worker_pid 2)"
	wait_until log_has 'its place is filled again'
	wait_until last_note_is 'STATUS=3 workers, 0 sessions, 0 greetings/s, generation 1'
	not notes_have STOPPING=1
	hellod_stop
	wait_until notes_have STOPPING=1
	notes_have 'EXTEND_TIMEOUT_USEC=9000000'
	[ "$(grep -c READY=1 "$NOTES")" -eq 1 ]
	end_manager
}

@test "systemd is not told of readiness before the workers are up" {
	HELLOD_MAY_DIE=1
	start_manager
	HELLOD_UNDER=()
	prevent_workers
	HELLOD_UNDER=(env "NOTIFY_SOCKET=$NOTES.socket" "${HELLOD_UNDER[@]}")
	hellod_launch -o workers=1 -o log_level=debug
	wait_until log_has 'trying again in 0\.1 s'
	kill -TERM "$HELLOD_PID"
	hellod_wait 0
	not notes_have READY=1
	notes_have STOPPING=1
	end_manager
}

@test "a NOTIFY_SOCKET that is not there is no obstacle" {
	HELLOD_UNDER=(env "NOTIFY_SOCKET=$BATS_TEST_TMPDIR/nowhere")
	hellod_start
	greets
}

# --- what a careless parent leaves behind

@test "started without descriptors 0 to 2, with signals blocked and ignored" {
	HELLOD_MAY_DIE=1
	cat >"$BATS_TEST_TMPDIR/careless" <<-'END'
		import os, signal, sys
		for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGUSR1):
		    signal.signal(number, signal.SIG_IGN)
		signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
		os.umask(0o777)
		os.closerange(0, 3)
		os.execv(sys.argv[1], sys.argv[1:])
	END
	HELLOD_UNDER=(/usr/bin/python3 "$BATS_TEST_TMPDIR/careless")
	touch "$BATS_TEST_TMPDIR/log" # the mask would make it unreadable
	hellod_start -o workers=2 -o "log_target=file:$BATS_TEST_TMPDIR/log" \
		-l 127.0.0.1:0 -l "unix:$BATS_TEST_TMPDIR/socket"
	greets
	[ "$(stat -c %a "$BATS_TEST_TMPDIR/socket")" = 666 ]
	local fd
	for fd in 0 1 2; do
		[ "$(readlink "/proc/$HELLOD_PID/fd/$fd")" = /dev/null ]
	done
	kill -KILL "$(worker_pid 0)"
	wait_until log_has 'worker 0 .* was killed by signal 9'
	wait_until hellod_has_workers 2
	greets
	hellod_stop
}

# Not by the clock: by what it has used until it was ready, its children among it.
@test "started with a limit of 2^30 descriptors, it neither grows nor dawdles" {
	use_faults
	fault huge-limit
	hellod_start -o workers=2
	greets
	kill -HUP "$HELLOD_PID"
	wait_until log_has 'generation 2 serves'
	greets
	is_sanitized && return
	client "$HELLOD_PID" <<-'END'
		import os, sys
		with open(f"/proc/{sys.argv[1]}/stat") as stat:
		    fields = stat.read().rpartition(")")[2].split()
		used = sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
		print(f"{used} s of processor time")
		assert used <= 0.1
	END
	local pid
	for pid in $HELLOD_PID $(hellod_workers); do
		[ "$(awk '$1 == "VmRSS:" { print $2 }' "/proc/$pid/status")" -le 10240 ]
	done
}

@test "a directory that is gone is no obstacle" {
	local control=$BATS_TEST_TMPDIR/control
	mkdir "$BATS_TEST_TMPDIR/gone"
	: >"$BATS_TEST_TMPDIR/c"
	HELLOD_UNDER=(bash -c 'cd "$0" && rmdir "$0" && exec "$@"' "$BATS_TEST_TMPDIR/gone")
	hellod_start -c "$BATS_TEST_TMPDIR/c" -l 127.0.0.1:0 -o "control_socket=$control"
	greets
	"${abs_top_builddir:?}/helloctl" -s "$control" reload
	greets
}
