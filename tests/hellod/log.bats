#!/usr/bin/env bats
# What the log says, where it goes, and that it never stands in the way.

# Programs for another shell stand in single quotes (2016), and common.bash uses
# the variables that are set here (2034).
# shellcheck disable=SC2016,SC2034
load ../lib/common

@test "who came and who left, how many greetings, and why" {
	hellod_start -l 127.0.0.1:0 -l "unix:$BATS_TEST_TMPDIR/socket" -o workers=1
	client "$HELLOD_ADDRESS" "unix:$BATS_TEST_TMPDIR/socket" <<-'END'
		import os, re, sys
		from hello_client import Client, log, wait_until
		def lines(number):
		    wait_until(lambda: log().count(": closed ") == number)
		    lines = [l for l in log().splitlines() if " accepted " in l or " closed " in l]
		    return lines[-2:]
		def check(number, name, listener, greetings, reason):
		    worker = r"hellod\[\d+\]: worker 0: "
		    came, left = lines(number)
		    assert re.fullmatch(f"{worker}accepted {re.escape(name)} on {re.escape(listener)}", came), came
		    assert re.fullmatch(f"{worker}closed {re.escape(name)} after {greetings} in "
		                        rf"\d+\.\d\d\d s: {reason}", left), left
		tcp, unix = sys.argv[1:]

		client = Client(tcp)
		name = "127.0.0.1:%d" % client.socket.getsockname()[1]
		client.say(b"Yam\nMay\nexit\n")
		client.hear_end(b"Welcome!Hello, Yam!\nHello, May!\n")
		check(1, name, tcp, "2 greetings", "the client said exit")

		client = Client(unix)
		client.say(b"Yam\n")
		client.half_close()
		client.hear_end(b"Welcome!Hello, Yam!\n")
		name = f"unix:pid {os.getpid()} uid {os.getuid()}"
		check(2, name, unix, "1 greeting", "the client closed its side")

		client = Client(tcp)
		name = "127.0.0.1:%d" % client.socket.getsockname()[1]
		client.hear(b"Welcome!")
		client.reset()
		check(3, name, tcp, "0 greetings", "the client reset the connection")
	END
	is_root || return 0
	log_has 'accepted unix:pid [0-9]+ uid 0 on'
}

@test "log_connections = false: no line a client" {
	hellod_start -o log_connections=false
	greets
	load_clients --clients 20
	hellod_stop
	[ "$(grep -vc -e 'sandbox: ' -e 'ready: ' -e 'TERM: stopping' -e 'stopped' "$HELLOD_LOG")" -eq 0 ]
}

# 300 clients within one second or two, of whom 10 a second are logged.
@test "log_rate: who comes beyond it is counted, in one line a second; the status agrees" {
	hellod_start -o workers=2 -o log_rate=10 -o "control_socket=$BATS_TEST_TMPDIR/control"
	client "$abs_top_builddir/helloctl" "$BATS_TEST_TMPDIR/control" <<-'END'
		import re, subprocess, sys, time
		from hello_client import Client, log, wait_until
		began = time.monotonic()
		clients = [Client() for _ in range(300)]
		for client in clients:
		    client.hear(b"Welcome!")
		seconds = int(time.monotonic() - began) + 2  # that it may have fallen into
		for client in clients:
		    client.half_close()
		    client.hear_end()
		def counted():
		    return sum(int(n) for n in re.findall(r": (\d+) clients more came in one second: not logged", log()))
		wait_until(lambda: log().count(": accepted ") + counted() == 300)
		accepted = log().count(": accepted ")
		assert 10 <= accepted <= 10 * seconds, (accepted, seconds)
		assert log().count("not logged (log_rate)") <= seconds, log()
		wait_until(lambda: log().count(": closed ") == accepted)
		status = subprocess.run([sys.argv[1], "-s", sys.argv[2], "status"], check=True,
		                        capture_output=True, text=True).stdout
		assert f"\nunlogged: {counted()}\n" in status, status
	END
}

@test "log_rate: as many as it says, and one fewer, are all logged" {
	hellod_start -o workers=2 -o log_rate=10 -o "control_socket=$BATS_TEST_TMPDIR/control"
	load_clients --clients 9 --names 1 >/dev/null
	wait_until log_has_times 9 ': closed '
	client <<-'END'
		import time
		time.sleep(1)  # until another second has begun
	END
	load_clients --clients 10 --names 1 >/dev/null
	wait_until log_has_times 19 ': closed '
	"${abs_top_builddir:?}/helloctl" -s "$BATS_TEST_TMPDIR/control" status | grep -qx 'unlogged: 0'
	not log_has 'not logged'
}

@test "log_rate = unlimited: all are logged" {
	hellod_start -o workers=2 -o log_rate=unlimited
	load_clients --clients 300
	wait_until log_has_times 300 ': closed '
	log_has_times 300 ': accepted '
}

@test "log_level: what is less important is not logged" {
	hellod_start -o log_level=debug
	greets
	hellod_stop
	log_has 'accepted '
	log_has 'debug: worker [0-9]+ \(pid [0-9]+\) has left'

	hellod_start -o log_level=notice
	greets
	hellod_stop
	not log_has 'accepted |closed |debug'
	log_has 'ready: '

	# Nothing tells its port: a UNIX socket needs none.
	hellod_launch -l "unix:$BATS_TEST_TMPDIR/socket" -o log_level=warning
	wait_until greets "unix:$BATS_TEST_TMPDIR/socket"
	hellod_stop
	[ ! -s "$HELLOD_LOG" ]
}

@test "the last word is that it has stopped" {
	hellod_start
	hellod_stop
	[[ $(tail -n 1 "$HELLOD_LOG") =~ ^hellod\[$HELLOD_PID\]:\ stopped$ ]]
}

# --- files

lines_of_worker() { # NUMBER FILE
	grep -c "worker $1: accepted" "$2"
}

# Clients until both workers have written to the file.
both_workers_write_to() { # FILE
	load_clients --clients 40 --names 1 >"$BATS_TEST_TMPDIR/load"
	grep -q 'worker 0: accepted' "$1" && grep -q 'worker 1: accepted' "$1"
}

@test "a file: each line has its date, master's and workers'" {
	local file=$BATS_TEST_TMPDIR/file
	hellod_start -o workers=2 -o "log_target=file:$file"
	wait_until both_workers_write_to "$file"
	hellod_stop
	[ "$(grep -Evc '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\.[0-9]{6}[+-][0-9]{2}:[0-9]{2} hellod\[[0-9]+\]: ' "$file")" -eq 0 ]
	# All is in the file, and nothing besides.
	[ ! -s "$BATS_TEST_TMPDIR/hellod.0.log" ]
}

# Rotated, the new file is everybody's, at once and without a lost line.
assert_reopens() { # DIRECTORY
	local file=$1/file
	hellod_start -o workers=2 -o "log_target=file:$file"
	wait_until both_workers_write_to "$file"
	mv "$file" "$file.1"
	kill -USR1 "$HELLOD_PID"
	wait_until [ -e "$file" ]
	wait_until log_has 'USR1: log reopened'
	wait_until both_workers_write_to "$file"
	# The old one is nobody's any more.
	local pid size
	for pid in $HELLOD_PID $(hellod_workers); do
		[ -z "$(find "/proc/$pid/fd" -lname "$file.1")" ]
		[ -n "$(find "/proc/$pid/fd" -lname "$file")" ]
	done
	size=$(stat -c %s "$file.1")
	load_clients --clients 100
	[ "$(stat -c %s "$file.1")" -eq "$size" ]
	# A worker that comes later has the new one too.
	HELLOD_MAY_DIE=1
	kill -KILL "$(worker_pid 1)"
	wait_until hellod_has_workers 2
	: >"$file"
	wait_until both_workers_write_to "$file"
	hellod_stop
}

@test "USR1 reopens the file after a rotation, for the workers too" {
	assert_reopens "$BATS_TEST_TMPDIR"
}

@test "USR1 reopens a file that workers may not open" {
	need_root
	mkdir -m 700 "$BATS_TEST_TMPDIR/private"
	assert_reopens "$BATS_TEST_TMPDIR/private"
	# Only the group may read it, and nobody else at all.
	[[ $(stat -c %a "$BATS_TEST_TMPDIR/private/file") =~ ^6[04]0$ ]]
}

@test "USR1: a file that cannot be reopened is kept" {
	local directory=$BATS_TEST_TMPDIR/directory
	mkdir "$directory"
	hellod_start -o workers=2 -o "log_target=file:$directory/file"
	mv "$directory" "$directory.1"
	HELLOD_LOG=$directory.1/file
	HELLOD_LOGS=("$HELLOD_LOG")
	kill -USR1 "$HELLOD_PID"
	wait_until log_has 'warning: USR1: cannot reopen the log, keeping the old file: No such file or directory'
	wait_until both_workers_write_to "$HELLOD_LOG"
}

@test "USR1 with the log on standard error changes nothing" {
	hellod_start
	kill -USR1 "$HELLOD_PID"
	wait_until log_has 'USR1: log reopened'
	greets
	log_has 'closed .* the client said exit'
}

# --- the journal

@test "standard error that is the journal's gets levels, no date" {
	# Whether it is, systemd says by the file's device and inode.
	local file=$BATS_TEST_TMPDIR/stream
	touch "$file"
	HELLOD_UNDER=(env "JOURNAL_STREAM=$(stat -c '%d:%i' "$file")")
	HELLOD_STDERR=$file hellod_launch -o log_target=stderr -o workers=1
	HELLOD_LOG=$file
	hellod_wait_ready
	greets
	hellod_stop
	[ "$(grep -Evc '^<[0-7]>' "$file")" -eq 0 ]
	log_has '^<5>ready: listening on'
	log_has '^<6>worker 0: accepted'
}

# --- what peers say

@test "nothing that a peer says, and no path, reaches the log raw" {
	local path=$BATS_TEST_TMPDIR/$'a\e[31mb\x7f'
	hellod_start -l 127.0.0.1:0 -l "unix:$path" -o log_level=debug -o workers=1
	client "$path" <<-'END'
		import os, sys
		from hello_client import Client
		for address in (os.environ["HELLOD_ADDRESS"], "unix:" + sys.argv[1]):
		    for name in (b"\x1b[2J", b"fake\nhellod[1]: worker 0: fake", b"\xff", b"\xc2\x9b", b"\0"):
		        client = Client(address)
		        client.say(name)
		        client.half_close()
		        client.hear_all()
	END
	hellod_stop
	cat -v "$HELLOD_LOG"
	[ "$(LC_ALL=C grep -acP '[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]' "$HELLOD_LOG")" -eq 0 ]
	[ "$(grep -ac fake "$HELLOD_LOG")" -eq 0 ]
	[ "$(grep -acv '^hellod\[' "$HELLOD_LOG")" -eq 0 ]
}

# --- a log that does not work

# Starts hellod with a pipe as its standard error, whose reading end is
# descriptor 8; reads until it is ready.
start_on_pipe() { # ARGUMENT...
	local line
	mkfifo "$BATS_TEST_TMPDIR/pipe"
	exec 9<>"$BATS_TEST_TMPDIR/pipe"
	exec 8<"$BATS_TEST_TMPDIR/pipe"
	HELLOD_STDERR=$BATS_TEST_TMPDIR/pipe hellod_launch "$@" 8<&- 9<&-
	until log_has 'ready: listening on'; do
		read -r -t 20 line <&8
		echo "$line" >>"$HELLOD_LOG"
	done
	# From now on hellod is the only writer.
	exec 9<&-
	hellod_wait_ready
}

@test "a log pipe that is read: all that the workers say arrives" {
	start_on_pipe -o workers=2
	cat <&8 >>"$HELLOD_LOG" 3>&- &
	local reader=$!
	load_clients --clients 50
	greets
	hellod_stop
	exec 8<&-
	wait "$reader"
	log_has_times 51 'worker [01]: accepted '
	log_has_times 51 'worker [01]: closed '
}

@test "a log pipe that nobody reads: clients are served, losses are counted" {
	start_on_pipe -o workers=2 -o log_rate=unlimited
	load_clients --clients 1500 --processes 2 >"$BATS_TEST_TMPDIR/load"
	# It has no room any more: not even for the master.
	kill -TTIN "$HELLOD_PID"
	wait_until hellod_has_workers 3
	greets
	# Read again, it goes on, and tells what is missing.
	cat <&8 >>"$HELLOD_LOG" 3>&- &
	local reader=$!
	told() {
		load_clients --clients 5 >"$BATS_TEST_TMPDIR/load"
		log_has '[0-9]+ log lines were lost: the log.s reader is too slow'
	}
	wait_until told
	hellod_stop
	exec 8<&-
	wait "$reader"
	[ "$(grep -Evc '^hellod\[[0-9]+\]: ' "$HELLOD_LOG")" -eq 0 ]
}

@test "a log pipe that is closed: nobody dies" {
	start_on_pipe -o workers=2
	exec 8<&-
	list_workers
	load_clients --clients 200
	kill -TTIN "$HELLOD_PID"
	wait_until hellod_has_workers 3
	kill -TTOU "$HELLOD_PID"
	wait_until hellod_has_workers 2
	diff <(hellod_workers | sort) <(printf '%s\n' "${workers[@]}")
	greets
}

@test "a full disk: clients are served" {
	[ -c /dev/full ] || skip "there is no /dev/full"
	local path=$BATS_TEST_TMPDIR/socket
	hellod_launch -l "unix:$path" -o log_target=file:/dev/full -o workers=2
	wait_until greets "unix:$path"
	HELLOD_ADDRESS=unix:$path
	load_clients --clients 200
	kill -USR1 "$HELLOD_PID"
	kill -TTIN "$HELLOD_PID"
	wait_until hellod_has_workers 3
	greets "unix:$path"
	hellod_stop
	HELLOD_LOGS=()

	HELLOD_STDERR=/dev/full hellod_launch -l "unix:$path" -o workers=2
	wait_until greets "unix:$path"
	load_clients --clients 200
	hellod_stop
}

# Starts hellod with its log on a file system of its own of 1 MiB. DISK is its
# directory, as others than hellod see it.
start_on_small_disk() { # ARGUMENT...
	mkdir "$BATS_TEST_TMPDIR/disk"
	cat >"$BATS_TEST_TMPDIR/mount" <<-'END'
		import ctypes, os, sys
		NEW_NAMESPACES, NEW_USER, PRIVATE = 0x20000, 0x10000000, 0x44000
		libc = ctypes.CDLL(None, use_errno=True)
		def must(result):
		    if result:
		        print("no mount:", os.strerror(ctypes.get_errno()), file=sys.stderr)
		        sys.exit(2)
		uid, gid = os.getuid(), os.getgid()
		must(libc.unshare(NEW_NAMESPACES | (NEW_USER if uid else 0)))
		for name, text in (("setgroups", "deny"), ("uid_map", f"{uid} {uid} 1"), ("gid_map", f"{gid} {gid} 1")):
		    if uid:
		        with open(f"/proc/self/{name}", "w") as file:
		            file.write(text)
		must(libc.mount(b"none", b"/", None, PRIVATE, None))
		must(libc.mount(b"none", sys.argv[1].encode(), b"tmpfs", 0, b"size=1m,mode=777"))
		os.execv(sys.argv[2], sys.argv[2:])
	END
	HELLOD_UNDER=(/usr/bin/python3 "$BATS_TEST_TMPDIR/mount" "$BATS_TEST_TMPDIR/disk")
	hellod_launch "$@"
	DISK=/proc/$HELLOD_PID/root$BATS_TEST_TMPDIR/disk
	HELLOD_LOG=$DISK/log
	wait_until is_ready_or_dead
	if grep -qs '^no mount' "$BATS_TEST_TMPDIR/hellod.0.log"; then
		hellod_wait 2
		HELLOD_LOGS=()
		skip "this machine lets us mount nothing"
	fi
	hellod_wait_ready
}

# All lines of clients, and those that are said to be lost. A line that was cut
# is lost.
lines_and_losses() {
	local lost
	lost=$(sed -n 's/.* \([0-9]*\) log lines\{0,1\} w[a-z]* lost: No space left on device$/\1/p' "$HELLOD_LOG" |
		awk '{ n += $1 } END { print n + 0 }')
	echo $((lost + $(log_count ": accepted 127.0.0.1:[0-9]+ on $HELLOD_ADDRESS\$|: closed .*: the client said exit\$")))
}

@test "a full disk: each line is in the log or counted as lost, and it goes on at once" {
	local sessions=300 lines
	start_on_small_disk -o workers=2 -o log_rate=unlimited "-olog_target=file:$BATS_TEST_TMPDIR/disk/log"
	load_clients --clients 50
	# Nobody writes as long as there is no room.
	dd if=/dev/zero of="$DISK/filler" bs=4k 2>/dev/null || true
	load_clients --clients 250
	greets
	not grep -q ' lost: ' "$HELLOD_LOG"
	lines=$(wc -l <"$HELLOD_LOG")
	rm "$DISK/filler"
	greets
	wait_until -t 1 eval '[ "$(wc -l <"$HELLOD_LOG")" -gt "$lines" ]'
	goes_on() {
		sessions=$((sessions + 20))
		load_clients --clients 20 >/dev/null
		[ "$(grep -c ' lost: ' "$HELLOD_LOG")" -ge 2 ]
	}
	wait_until goes_on
	wait_until eval '[ "$(lines_and_losses)" -ge $((2 * (sessions + 2))) ]'
	# One more if all but its end was there of the line that was cut.
	[ "$(lines_and_losses)" -le $((2 * (sessions + 2) + 1)) ]
	hellod_stop
	HELLOD_LOGS=()
}

@test "a file that has reached its limit: clients are served" {
	local path=$BATS_TEST_TMPDIR/socket
	HELLOD_UNDER=(bash -c 'ulimit -f 1; exec "$@"' -)
	hellod_start -l "unix:$path" -o workers=1 -o "log_target=file:$BATS_TEST_TMPDIR/file"
	load_clients --clients 100
	[ "$(stat -c %s "$BATS_TEST_TMPDIR/file")" -le 1024 ]
	# Rotated, there is room again; what was lost is told.
	mv "$BATS_TEST_TMPDIR/file" "$BATS_TEST_TMPDIR/file.1"
	kill -USR1 "$HELLOD_PID"
	wait_until log_has 'USR1: log reopened'
	lost_is_told() {
		greets && log_has '[0-9]+ log lines were lost: File too large'
	}
	wait_until lost_is_told
}

@test "a log target that cannot be opened" {
	hellod_launch -o "log_target=file:$BATS_TEST_TMPDIR/nowhere/file"
	HELLOD_LOG=$BATS_TEST_TMPDIR/hellod.0.log
	hellod_wait 1
	log_has "^hellod: cannot log to file:$BATS_TEST_TMPDIR/nowhere/file: No such file or directory; choose another log_target$"
}
