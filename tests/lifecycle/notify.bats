#!/usr/bin/env bats
# A manager that is not there, or does not read: the service is as ever, and what
# must be known is told as soon as it can be.

# common.bash uses the variables that are set here.
# shellcheck disable=SC2034
load common

# A manager's socket that has no room; its queue is emptied, and told into NOTES,
# once the file NOTES.read is there.
start_deaf_manager() { # [ADDRESS]
	NOTES=$BATS_TEST_TMPDIR/notes
	ldd "$HELLOD" | grep -q libsystemd || skip "hellod was built --without-systemd"
	/usr/bin/python3 - "$NOTES" "${1:-$NOTES.socket}" 3>&- <<-'END' &
		import os, socket, sys, time
		manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
		manager.bind(sys.argv[2].replace("@", "\0", 1))
		filler = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
		filler.setblocking(False)
		try:
		    while True:
		        filler.sendto(b"full", manager.getsockname())
		except BlockingIOError:
		    pass
		with open(sys.argv[1], "w", buffering=1) as notes:
		    while not os.path.exists(sys.argv[1] + ".read"):
		        time.sleep(0.02)
		    while note := manager.recv(4096):
		        print(note.decode(), file=notes)
	END
	MANAGER=$!
	wait_until [ -e "$NOTES" ]
	HELLOD_UNDER=(env "NOTIFY_SOCKET=${1:-$NOTES.socket}" "${HELLOD_UNDER[@]}")
}

notes_have() { # LINE
	grep -qxF -- "$1" "$NOTES"
}

# All that a master does, while nobody hears what it says about that.
assert_works() {
	HELLOD_MAY_DIE=1
	start -o workers=2
	greets
	ctl_ends 0 reload
	wait_until is_settled # whoever drains yet is not replaced
	kill -KILL "$(hellod_workers | head -n 1)"
	wait_until log_has 'its place is filled again'
	ctl_ends 0 workers +1
	wait_until status_is ready 3
	greets
}

@test "a manager that does not read: nothing waits for it, and it is told later" {
	start_deaf_manager
	HELLOD_UNDER=(env WATCHDOG_USEC=200000 "${HELLOD_UNDER[@]}")
	assert_works
	[ ! -s "$NOTES" ]
	log_has 'warning: systemd cannot be given listener=.* to keep; if hellod is killed, it is lost: Resource temporarily unavailable'
	touch "$NOTES.read"
	wait_until notes_have READY=1
	wait_until notes_have 'STATUS=3 workers, 0 sessions, 0 greetings/s, generation 2'
	wait_until notes_have WATCHDOG=1
	[ "$(grep -c READY=1 "$NOTES")" -eq 1 ]
	ctl_ends 0 reload
	wait_until notes_have RELOADING=1
	wait_until notes_have 'STATUS=2 workers, 0 sessions, 0 greetings/s, generation 3'
	[ "$(grep -c READY=1 "$NOTES")" -eq 2 ]
	hellod_stop
	notes_have STOPPING=1
	end_manager
}

@test "a manager that does not read: that hellod stops, is told later too" {
	start_deaf_manager
	start -o workers=1
	client "$NOTES" <<-'END'
		import os, signal, sys
		from hello_client import Client, log, wait_until
		client = Client()
		client.hear(b"Welcome!")
		os.kill(int(os.environ["HELLOD_PID"]), signal.SIGTERM)
		wait_until(lambda: "TERM: stopping" in log())
		open(sys.argv[1] + ".read", "w").close()
		wait_until(lambda: "STOPPING=1" in open(sys.argv[1]).read())
		client.say(b"exit")
		client.hear_end()
	END
	not notes_have READY=1
	hellod_wait 0
	end_manager
}

@test "a manager that stops reading: what need not be told any more costs nothing" {
	NOTES=$BATS_TEST_TMPDIR/notes
	ldd "$HELLOD" | grep -q libsystemd || skip "hellod was built --without-systemd"
	HELLOD_UNDER=(env "NOTIFY_SOCKET=$NOTES.socket" "${HELLOD_UNDER[@]}")
	/usr/bin/python3 - "$NOTES" 3>&- <<-'END' &
		import os, socket, sys, time
		manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
		manager.bind(sys.argv[1] + ".socket")
		open(sys.argv[1], "w").close()
		while b"STATUS=1 worker, 0 sessions" not in manager.recv(4096):
		    pass
		filler = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
		filler.setblocking(False)
		try:
		    while True:
		        filler.sendto(b"full", manager.getsockname())
		except BlockingIOError:
		    open(sys.argv[1] + ".full", "w").close()
		time.sleep(60)
	END
	MANAGER=$!
	wait_until [ -e "$NOTES" ]
	start -o workers=1
	wait_until [ -e "$NOTES.full" ]
	client <<-'END'
		import os, subprocess, time
		from hello_client import Client, processor_time, wait_until
		def sessions():
		    ctl = [os.environ["HELLOCTL"], "-s", os.environ["CONTROL"], "status"]
		    status = subprocess.run(ctl, capture_output=True, text=True, check=True).stdout
		    return status.partition("sessions: ")[2].split()[0]
		client = Client()
		client.hear(b"Welcome!")
		assert sessions() == "1"  # which the manager is told in vain
		client.say(b"exit")
		client.hear_end()
		wait_until(lambda: sessions() == "0")  # as the manager believes
		time.sleep(0.5)  # until it would be told again
		before = processor_time(os.environ["HELLOD_PID"])
		time.sleep(1)  # the time that is measured
		used = processor_time(os.environ["HELLOD_PID"]) - before
		print(f"{used:.2f} s of processor time")
		assert used <= 0.05
	END
	hellod_stop
	end_manager
}

@test "a manager that does not read: hellod ends all the same" {
	start_deaf_manager @"${BATS_TEST_TMPDIR##*/}-$$-$RANDOM"
	start -o workers=1
	hellod_stop
	end_manager
}

# As after a master of another version was killed: its memory is none of ours.
@test "a scoreboard in the manager's store that cannot be read is replaced there" {
	start_manager
	HELLOD_UNDER+=(/usr/bin/python3 -c 'import os, sys
for fd in (3, 4):
    memory = os.memfd_create("scoreboard")
    os.write(memory, b"another")
    if memory != fd:
        os.dup2(memory, fd)
    os.set_inheritable(fd, True)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="2", LISTEN_FDNAMES="scoreboard:scoreboard")
os.closerange(5, 20)
os.execv(sys.argv[1], sys.argv[1:])')
	start -o workers=1
	greets
	wait_until grep -q 'FDSTORE=1 FDNAME=scoreboard' "$NOTES"
	grep -o 'FDSTORE.*=1 FDNAME=scoreboard' "$NOTES" | diff - <(
		echo FDSTOREREMOVE=1 FDNAME=scoreboard
		echo FDSTORE=1 FDNAME=scoreboard
	)
	hellod_stop
	end_manager
}

# systemd would give it back under another name, or as another path.
@test "a listener whose path can be no name in the manager's store is not stored" {
	start_manager
	configure <<-END
		listen = ( { path = "$BATS_TEST_TMPDIR/plain"; }, { path = "$BATS_TEST_TMPDIR/höllo"; },
			{ path = "$BATS_TEST_TMPDIR/~tilde"; } );
		workers = 1;
	END
	start
	wait_until grep -q 'FDSTORE=1 FDNAME=scoreboard' "$NOTES" # which is stored last
	grep -o 'FDNAME=listener.*' "$NOTES" | sort -u | diff - <(echo "FDNAME=listener=unix~$BATS_TEST_TMPDIR/plain")
	hellod_stop
	end_manager
	rm "$BATS_TEST_TMPDIR"/{plain,höllo,~tilde} # which it leaves to the manager
}

@test "a socket that is passed, and not configured, is told" {
	ldd "$HELLOD" | grep -q libsystemd || skip "hellod was built --without-systemd"
	local served unserved
	served=127.0.0.1:$(free_port)
	unserved=127.0.0.1:$(free_port)
	HELLOD_UNDER+=(/usr/bin/python3 -c 'import os, socket, sys
for fd, place in enumerate(sys.argv[1:3], 3):
    host, port = place.split(":")
    listener = socket.create_server((host, int(port)))
    if listener.fileno() != fd:
        os.dup2(listener.fileno(), fd)
    os.set_inheritable(fd, True)
    listener.detach()
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="2", LISTEN_FDNAMES="a:b")
os.closerange(5, 20)
os.execv(sys.argv[3], sys.argv[3:])' "$served" "$unserved")
	start -o workers=1 -l "$served"
	greets
	log_has_times 1 "warning: systemd passed $unserved, which is not configured: its clients wait, and nobody serves them"
	not log_has "systemd passed $served"
}

@test "a manager's socket by a name that is no file's" {
	start_deaf_manager @"${BATS_TEST_TMPDIR##*/}-$$-$RANDOM"
	touch "$NOTES.read"
	start -o workers=1
	wait_until notes_have READY=1
	hellod_stop
	notes_have STOPPING=1
	end_manager
}

@test "a NOTIFY_SOCKET of any other kind: nothing waits, nothing fails" {
	local long place
	printf -v long '/%0200d' 0
	touch "$BATS_TEST_TMPDIR/file"
	for place in "" / @ relative vsock:2:1 "$long" $'/a\nb' "$BATS_TEST_TMPDIR" "$BATS_TEST_TMPDIR/file" \
		"$BATS_TEST_TMPDIR/nowhere" /dev/null; do
		HELLOD_UNDER=(env "NOTIFY_SOCKET=$place" "${HELLOD_UNDER[@]}")
		start -o workers=1
		ctl_ends 0 reload
		greets
		hellod_stop
	done
	assert_works
}
