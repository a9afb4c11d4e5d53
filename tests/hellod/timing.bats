#!/usr/bin/env bats
# What takes its time, and how long. What must not come early is exact; what
# must not come late has a second or more of room, for a busy machine.

load ../lib/common

@test "reply_delay = 1.0: 500 clients at once, one worker, answered after 1 s and within 2 s" {
	hellod_start -o workers=1 -o reply_delay=1.0
	client <<-'END'
		import selectors, time
		from hello_client import Client
		clients = [Client() for _ in range(500)]
		for client in clients:
		    client.hear(b"Welcome!")
		selector = selectors.DefaultSelector()
		began = time.monotonic()
		said = {}
		for number, client in enumerate(clients):
		    selector.register(client, selectors.EVENT_READ, (client, number))
		    said[number] = time.monotonic()
		    client.say(b"n%d" % number)
		took = []
		while len(took) < len(clients):
		    for key, _ in selector.select(20):
		        client, number = key.data
		        client.hear(b"Hello, n%d!" % number)
		        took.append(time.monotonic() - said[number])
		        selector.unregister(client)
		total = time.monotonic() - began
		print(f"earliest {min(took):.3f} s, latest {max(took):.3f} s, all {total:.3f} s")
		assert min(took) >= 1.0
		assert total < 2.0
	END
}

@test "while one message waits, the others of its client wait in the kernel" {
	hellod_start -o workers=1 -o reply_delay=1.0
	client <<-'END'
		import time
		from hello_client import Client, wait_until
		client = Client()
		client.hear(b"Welcome!")
		began = time.monotonic()
		client.say(b"Yam")
		wait_until(lambda: client.unread() == 0)
		client.say(b"May")
		# Two reads are two messages, even if both came before an answer.
		while client.hears_nothing():
		    assert client.unread() == 3 or not client.hears_nothing()
		    time.sleep(0.02)
		client.hear(b"Hello, Yam!")
		assert time.monotonic() - began >= 1.0
		client.hear(b"Hello, May!")
		assert time.monotonic() - began >= 2.0
		client.say(b"exit")
		client.hear_end()
		# The close after exit is postponed as an answer is.
		assert time.monotonic() - began >= 3.0
		assert time.monotonic() - began < 6.0
	END
}

@test "reply_delay: lines sent at once are answered one after the other" {
	hellod_start -o workers=1 -o 'reply_delay=300 ms'
	client <<-'END'
		import time
		from hello_client import Client
		client = Client()
		client.hear(b"Welcome!")
		began = time.monotonic()
		client.say(b"a\n\nb\r\nc\nexit\nd\n")
		for number, answer in enumerate((b"a!\n", b"b!\r\n", b"c!\n"), 1):
		    client.hear(b"Hello, " + answer)
		    assert time.monotonic() - began >= 0.3 * number
		client.hear_end()
		assert 1.2 <= time.monotonic() - began < 4
	END
}

@test "reply_delay: an error waits too, and what was said before a half-close is answered" {
	hellod_start -o workers=1 -o 'reply_delay=500 ms'
	client <<-'END'
		import time
		from hello_client import Client
		for said, heard in ((b"\xff", b"Error: name is not valid UTF-8"), (b"Yam", b"Hello, Yam!")):
		    client = Client()
		    began = time.monotonic()
		    client.say(said)
		    client.half_close()
		    client.hear_end(b"Welcome!" + heard)
		    assert 0.5 <= time.monotonic() - began < 3
	END
}

@test "reply_delay holds up nobody else" {
	hellod_start -o workers=1 -o reply_delay=3.0
	client <<-'END'
		from hello_client import Client, wait_until
		slow = Client()
		slow.hear(b"Welcome!")
		slow.say(b"Yam")
		wait_until(lambda: slow.unread() == 0)
		others = [Client() for _ in range(20)]
		for other in others:
		    other.hear(b"Welcome!")
		for other in others:
		    other.half_close()
		    other.hear_end()
		assert slow.hears_nothing(), "they had to wait for the answer"
		slow.hear(b"Hello, Yam!")
	END
}

@test "a client that goes while its answer waits is forgotten" {
	hellod_start -o workers=1 -o 'reply_delay=1 h'
	client <<-'END'
		from hello_client import Client, wait_until
		client = Client()
		client.hear(b"Welcome!")
		client.say(b"Yam")
		wait_until(lambda: client.unread() == 0)
		client.reset()
	END
	wait_until log_has 'closed .* after 1 greeting .*: the client (hung up|reset)'
}

@test "idle_timeout closes who says nothing, not who talks" {
	hellod_start -o workers=1 -o 'idle_timeout=1500 ms'
	client <<-'END'
		import time
		from hello_client import Client
		silent, talker = Client(), Client()
		began = time.monotonic()
		silent.hear(b"Welcome!")
		talker.hear(b"Welcome!")
		while time.monotonic() - began < 2.5:
		    talker.say(b"Yam")
		    talker.hear(b"Hello, Yam!")
		    time.sleep(0.1)  # the talker's pace
		silent.hear_end(b"Busy: idle for too long (idle_timeout)")
		began = time.monotonic()
		talker.say(b"Yam")
		talker.hear(b"Hello, Yam!")
		talker.hear_end(b"Busy: idle for too long (idle_timeout)")
		assert 1.5 <= time.monotonic() - began < 4
	END
	log_has_times 2 'idle for too long \(idle_timeout\)'
	log_has 'closed .* after 0 greetings in (1\.[5-9]|[2-9])'
}

@test "an unfinished line does not keep a client" {
	hellod_start -o workers=1 -o 'idle_timeout=500 ms'
	client <<-'END'
		import time
		from hello_client import Client
		client = Client()
		began = time.monotonic()
		client.say(b"Yam\nMa")
		client.hear_end(b"Welcome!Hello, Yam!\nBusy: idle for too long (idle_timeout)\n")
		assert 0.5 <= time.monotonic() - began < 3
	END
}

@test "write_timeout: it closes a client that never reads; the others do not notice" {
	hellod_start -o workers=1 -o 'write_timeout=1 s' -o "control_socket=$BATS_TEST_TMPDIR/control"
	client <<-'END'
		import time
		from hello_client import Client, log, say_until_stuck, wait_until
		deaf = Client(receive_buffer=4096, send_buffer=4096)
		began = time.monotonic()
		say_until_stuck([deaf], b"somebody\n" * 1000)
		with Client() as other:
		    other.hear(b"Welcome!")
		    other.say(b"Yam")
		    other.hear(b"Hello, Yam!")
		reason = ": the client did not take its answers (write_timeout)"
		wait_until(lambda: reason in log(), 5)
		assert time.monotonic() - began >= 1.0
		try:
		    deaf.hear_all()
		except ConnectionResetError:
		    pass
	END
	log_has 'closed .* in [1-9]\.[0-9]+ s: the client did not take its answers'
	"${abs_top_builddir:?}/helloctl" -s "$BATS_TEST_TMPDIR/control" status | grep -qx 'write_timeouts: 1'
}

@test "a client that is slow to read gets everything within write_timeout" {
	hellod_start -o workers=1
	client <<-'END'
		from hello_client import Client
		client = Client(receive_buffer=4096)
		client.socket.setblocking(False)
		lines = [b"somebody number %d\n" % i for i in range(5000)]
		unsent, heard = b"".join(lines) + b"exit\n", b""
		wanted = b"Welcome!" + b"".join(b"Hello, %s!\n" % line[:-1] for line in lines)
		import select
		while True:
		    readable, writable, _ = select.select([client], [client] if unsent else [], [], 20)
		    if writable:
		        unsent = unsent[client.socket.send(unsent):]
		    elif readable:
		        data = client.socket.recv(512)
		        heard += data
		        if not data:
		            break
		    else:
		        raise AssertionError("nothing goes on any more")
		assert heard == wanted
	END
}

# --- stopping

@test "drain: answers in progress are finished, silent clients let go after a second" {
	hellod_start -o workers=1 -o reply_delay=1.0
	client <<-'END'
		import os, signal, time
		from hello_client import Client, wait_until
		talker, silent = Client(), Client()
		talker.hear(b"Welcome!")
		silent.hear(b"Welcome!")
		talker.say(b"Yam")
		wait_until(lambda: talker.unread() == 0)
		began = time.monotonic()
		os.kill(int(os.environ["HELLOD_PID"]), signal.SIGTERM)
		silent.hear_end()
		assert 1.0 <= time.monotonic() - began < 4
		talker.hear(b"Hello, Yam!")
		talker.hear_end()
	END
	hellod_wait 0
	log_has 'closed .* after 0 greetings .*: hellod is stopping'
}

@test "drain: who talks on is served on" {
	hellod_start -o workers=1
	client <<-'END'
		import os, signal, time
		from hello_client import Client, log, wait_until
		client = Client()
		client.hear(b"Welcome!")
		os.kill(int(os.environ["HELLOD_PID"]), signal.SIGTERM)
		wait_until(lambda: "TERM: stopping" in log())
		end = time.monotonic() + 2.5
		while time.monotonic() < end:
		    client.say(b"Yam")
		    client.hear(b"Hello, Yam!")
		    time.sleep(0.05)  # the client's pace
		client.say(b"exit")
		client.hear_end()
	END
	hellod_wait 0
}

@test "drain_timeout cuts those who would never finish" {
	hellod_start -o workers=2 -o 'drain_timeout=1500 ms' -o 'reply_delay=1 h'
	client <<-'END'
		import os, signal, time
		from hello_client import Client, wait_until
		clients = [Client() for _ in range(10)]
		for client in clients:
		    client.hear(b"Welcome!")
		    client.say(b"Yam")
		    wait_until(lambda: client.unread() == 0)
		pid = int(os.environ["HELLOD_PID"])
		began = time.monotonic()
		os.kill(pid, signal.SIGTERM)
		for client in clients:
		    try:
		        client.hear_end()
		    except ConnectionResetError:
		        pass
		assert 1.5 <= time.monotonic() - began < 4.5
	END
	hellod_wait 0
	log_has_times 10 'after 1 greeting .*: cut: the time to finish was over \(drain_timeout\)'
	log_has 'worker [01] \(pid [0-9]+\) cut the sessions that were left'
}

@test "drain_timeout = 0: stops at once" {
	hellod_start -o workers=1 -o drain_timeout=0 -o 'reply_delay=1 h'
	client <<-'END'
		import os, signal
		from hello_client import Client, wait_until
		client = Client()
		client.hear(b"Welcome!")
		client.say(b"Yam")
		wait_until(lambda: client.unread() == 0)
		os.kill(int(os.environ["HELLOD_PID"]), signal.SIGTERM)
		try:
		    client.hear_end()
		except ConnectionResetError:
		    pass
	END
	hellod_wait 0
}
