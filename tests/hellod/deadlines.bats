#!/usr/bin/env bats
# Deadlines that a client cannot put off by dripping bytes: what must not come
# early is exact; what must not come late has a second or more of room.

load ../lib/common

HELLOCTL=${abs_top_builddir:?}/helloctl

# A hellod to ask, too.
start() { # ARGUMENT...
	hellod_start -o workers=1 -o "control_socket=$BATS_TEST_TMPDIR/control" "$@"
}

counter_is() { # NAME VALUE
	"$HELLOCTL" -s "$BATS_TEST_TMPDIR/control" status | grep -qx "$1: $2"
}

# Drips bytes until it is told something, with a listener that takes lines.
drip() { # BYTES EXPECTED EARLIEST LATEST [FIRST ANSWER]
	client "$@" <<-'END'
		import os, select, sys, time
		from hello_client import Client
		drops, expected, earliest, latest, *first = sys.argv[1:]
		drops = drops.encode().decode("unicode_escape").encode()
		began = time.monotonic()
		client = Client()
		client.hear(b"Welcome!")
		if first:
		    client.say(first[0].encode() + b"\n")
		    client.hear(first[1].encode() + b"\n")
		while client.hears_nothing():
		    client.say(drops)
		    select.select([client], [], [], 0.1)  # the pace of the drip
		took = time.monotonic() - began
		print(f"told after {took:.3f} s")
		client.hear(expected.encode() + b"\n")
		assert float(earliest) <= took < float(latest), took
	END
}

line_listener() { # KEY=VALUE;...
	cat >"$BATS_TEST_TMPDIR/c" <<-END
		listen = ( { address = "127.0.0.1"; port = 0; } );
		$1
	END
	start -c "$BATS_TEST_TMPDIR/c"
}

@test "name_timeout: empty lines don't put it off" {
	line_listener 'name_timeout = "1 s";'
	drip '\n' 'Busy: no name for too long (name_timeout)' 1 3
	wait_until counter_is name_timeouts 1
	counter_is timeouts 1
	log_has 'closed .* after 0 greetings .*: no name for too long \(name_timeout\)'
}

@test "name_timeout: who says nothing is told in time, who has said a name may stay" {
	line_listener 'name_timeout = "1 s";'
	client <<-'END'
		import time
		from hello_client import Client
		began = time.monotonic()
		talker, silent = Client(), Client()
		talker.hear(b"Welcome!")
		talker.say(b"Yam")
		talker.hear(b"Hello, Yam!")
		silent.hear_end(b"Welcome!Busy: no name for too long (name_timeout)")
		assert 1.0 <= time.monotonic() - began < 3
		while time.monotonic() - began < 2:
		    time.sleep(0.1)  # as long as it takes to see that it stays
		assert talker.hears_nothing()
		talker.say(b"May")
		talker.hear(b"Hello, May!")
	END
}

@test "name_timeout: an unfinished line doesn't put it off" {
	cat >"$BATS_TEST_TMPDIR/c" <<-'END'
		listen = ( { address = "127.0.0.1"; port = 0; framing = "line"; } );
		name_timeout = "1 s"; welcome = "Welcome!";
	END
	start -c "$BATS_TEST_TMPDIR/c"
	client <<-'END'
		import select, time
		from hello_client import Client
		began = time.monotonic()
		client = Client()
		client.hear(b"Welcome!\n")
		while client.hears_nothing():
		    client.say(b"x")
		    select.select([client], [], [], 0.1)  # the pace of the drip
		assert 1.0 <= time.monotonic() - began < 3
		client.hear(b"Busy: no name for too long (name_timeout)\n")
	END
}

@test "idle_timeout: empty lines and a line that never ends don't put it off" {
	line_listener 'idle_timeout = "1 s";'
	drip '\n' 'Busy: idle for too long (idle_timeout)' 1 3 Yam 'Hello, Yam!'
	drip 'x' 'Busy: idle for too long (idle_timeout)' 1 3 Yam 'Hello, Yam!'
	wait_until counter_is idle_timeouts 2
	log_has_times 2 'closed .* after 1 greeting .*: idle for too long \(idle_timeout\)'
	counter_is name_timeouts 0
}

@test "session_timeout: it ends who talks all the time, and who waits for an answer" {
	start -o 'session_timeout=1 s'
	client <<-'END'
		import time
		from hello_client import Client
		began = time.monotonic()
		client = Client()
		client.hear(b"Welcome!")
		heard = b""
		while b"Busy" not in heard:
		    client.say(b"Yam\n")
		    heard = client.socket.recv(100)
		    time.sleep(0.02)  # the client's pace
		assert 1.0 <= time.monotonic() - began < 3
		assert heard.endswith(b"Busy: here for too long (session_timeout)\n"), heard
	END
	wait_until counter_is session_timeouts 1
	log_has 'closed .*: here for too long \(session_timeout\)'
	hellod_stop
	hellod_forget "$HELLOD_PID"
	start -o 'session_timeout=1 s' -o 'reply_delay=1 h'
	client <<-'END'
		from hello_client import Client
		client = Client()
		client.say(b"Yam")
		client.hear_end(b"Welcome!Busy: here for too long (session_timeout)")
	END
}

@test "session_timeout and write_timeout: who never reads is reset, and counted" {
	start -o 'session_timeout=2 s'
	client <<-'END'
		from hello_client import Client, log, say_until_stuck, wait_until
		deaf = Client(receive_buffer=4096, send_buffer=4096)
		say_until_stuck([deaf], b"somebody\n" * 1000)
		wait_until(lambda: ": here for too long (session_timeout)" in log(), 5)
		try:
		    deaf.hear_all()
		    raise AssertionError("it was not reset")
		except ConnectionResetError:
		    pass
	END
	wait_until counter_is session_timeouts 1
	counter_is write_timeouts 0
}

# 8 of 10 is not above 80 %, 9 are.
@test "stress_timeout: above 80 % of max_connections, silent clients go earlier, the oldest first" {
	start -o max_connections=10 -o 'stress_timeout=1 s'
	client <<-'END'
		import time
		from hello_client import Client, log, wait_until
		def said():
		    client = Client()
		    client.hear(b"Welcome!")
		    client.say(b"Yam")
		    client.hear(b"Hello, Yam!")
		    return client
		told = b"Busy: idle for too long under stress (stress_timeout)"
		silent = [Client() for _ in range(4)]
		for client in silent:
		    client.hear(b"Welcome!")
		talkers = [said() for _ in range(4)]
		end = time.monotonic() + 2.5
		while time.monotonic() < end:
		    time.sleep(0.1)  # as long as it takes to see that they stay
		assert all(client.hears_nothing() for client in silent + talkers)
		for client in talkers:
		    client.say(b"Yam")
		    client.hear(b"Hello, Yam!")
		# One more, and one must go: no more than that, and the stress is over.
		for number, client in enumerate(silent):
		    talkers.append(said())
		    client.hear_end(told)
		    for talker in talkers:
		        talker.say(b"Yam")
		        talker.hear(b"Hello, Yam!")
		    assert all(other.hears_nothing() for other in silent[number + 1:])
		wait_until(lambda: "silent clients may stay again" in log(), 5)
	END
	log_has 'warning: more than 80 % of max_connections are open: silent clients are let go after stress_timeout'
	log_has_times 4 'closed .*: idle for too long under stress \(stress_timeout\)'
	counter_is stress_timeouts 4
	counter_is idle_timeouts 0
}

@test "stress_timeout = never: no stress" {
	start -o max_connections=1 -o stress_timeout=never
	client <<-'END'
		import time
		from hello_client import Client
		client = Client()
		client.hear(b"Welcome!")
		end = time.monotonic() + 2.5
		while time.monotonic() < end:
		    time.sleep(0.1)  # as long as it takes to see that it stays
		assert client.hears_nothing()
	END
}

@test "those who are let go are one line a second where connections are not logged" {
	start -o log_connections=false -o 'name_timeout=500 ms'
	client <<-'END'
		from hello_client import Client
		clients = [Client() for _ in range(50)]
		for client in clients:
		    client.hear_end(b"Welcome!Busy: no name for too long (name_timeout)")
	END
	log_has 'let go of [0-9]+ clients?: no name for too long \(name_timeout\)'
	[ "$(log_count 'let go of')" -le 3 ]
	wait_until counter_is name_timeouts 50
}
