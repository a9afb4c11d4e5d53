#!/usr/bin/env bats
# Many clients, and clients that want too much.

# Programs for another shell stand in single quotes (2016), and common.bash uses
# the variables that are set here (2034).
# shellcheck disable=SC2016,SC2034
load ../lib/common

# accept_counts WORKERS - how many clients each worker took, by its log lines
accept_counts() {
	local worker
	for ((worker = 0; worker < $1; worker++)); do
		log_count "worker $worker: accepted "
	done
}

# No worker has more than 1.25 times its share.
assert_fair() { # CLIENTS WORKERS
	local counts busiest
	counts=$(accept_counts "$2")
	tr '\n' ' ' <<<"accepted by each worker: $counts"
	busiest=$(sort -n <<<"$counts" | tail -n 1)
	[ "$(awk '{ n += $1 } END { print n }' <<<"$counts")" -eq "$1" ]
	[ $((busiest * $2 * 100)) -le $(($1 * 125)) ]
}

@test "2000 clients at once on 4 workers: every byte right, the work shared" {
	hellod_start -o workers=4 -o log_rate=unlimited
	load_clients --clients 2000 --processes 4 --hold-until-all-connected --timeout 30
	wait_until log_has_times 2000 ': closed '
	log_has_times 2000 'closed .* after 3 greetings .*: the client said exit'
	assert_fair 2000 4
}

@test "2000 pipelining clients on 4 workers" {
	hellod_start -o workers=4 -o log_rate=unlimited
	load_clients --clients 2000 --processes 4 --framing crlf --pipeline --names 20 --timeout 30
	assert_fair 2000 4
}

@test "2000 clients of a UNIX socket on 4 workers" {
	hellod_start -l "unix:$BATS_TEST_TMPDIR/socket" -o workers=4 -o log_rate=unlimited
	load_clients --clients 2000 --processes 4 --framing line --timeout 30
	assert_fair 2000 4
}

@test "one client after the other: the work is shared too" {
	hellod_start -o workers=4 -o log_rate=unlimited
	client <<-'END'
		from hello_client import Client
		for _ in range(800):
		    client = Client()
		    client.hear(b"Welcome!")
		    client.half_close()
		    client.hear_end()
	END
	assert_fair 800 4
}

@test "10 000 names in one write, read late: all answered, in order, memory bounded" {
	hellod_start -o workers=1
	client "$(hellod_workers)" "$(is_sanitized && echo sanitized)" <<-'END'
		import sys, threading
		from hello_client import Client, memory, wait_until
		names = [b"%05d " % i + b"x" * (i % 400) for i in range(10000)]
		client = Client(receive_buffer=4096, send_buffer=4096)
		client.hear(b"Welcome!")
		before = memory(sys.argv[1])
		data = b"".join(name + b"\n" for name in names) + b"exit\n"
		writer = threading.Thread(target=client.say, args=[data])
		writer.start()
		# What the server cannot answer it does not read either.
		writer.join(0.5)
		assert writer.is_alive()
		assert client.unread() > 0
		client.hear_end(b"".join(b"Hello, %s!\n" % name for name in names))
		writer.join()
		growth = memory(sys.argv[1]) - before
		print(f"the worker grew by {growth} KiB")
		assert sys.argv[2] or growth <= 1024
	END
}

@test "200 clients that send and never read: memory bounded, others served" {
	hellod_start -o workers=1 -o log_rate=unlimited
	client "$(hellod_workers)" "$(is_sanitized && echo sanitized)" <<-'END'
		import sys
		from hello_client import Client, memory, processor_time, say_until_stuck
		import time
		worker = sys.argv[1]
		with Client() as warm:
		    warm.hear(b"Welcome!")
		before = memory(worker)
		deaf = [Client(receive_buffer=4096, send_buffer=4096) for _ in range(200)]
		sent = say_until_stuck(deaf, (b"x" * 900 + b"\n") * 100, 1024 * 1024)
		growth = memory(worker) - before
		print(f"{sent} bytes sent; the worker grew by {growth} KiB")
		assert sent > 200 * 10000
		assert sys.argv[2] or growth <= 200 * 24
		# They wait; the worker does not work.
		used = processor_time(worker)
		time.sleep(1)  # the time that is measured
		assert processor_time(worker) - used <= 0.05
		with Client() as other:
		    other.hear(b"Welcome!")
		    other.say(b"Yam")
		    other.hear(b"Hello, Yam!")
		for client in deaf:
		    client.reset()
	END
	wait_until log_has_times 202 ': closed '
}

# kernel_memory FILTER - the bytes that the kernel holds for the server's side
# of a connection, in all its buffers
kernel_memory() {
	PATH=$PATH:/usr/sbin:/sbin ss -nm "$@" | tr '\n' ' ' | /usr/bin/python3 -c 'if True:
		import re, sys
		(found,) = re.findall(r"skmem:\((.*?)\)", sys.stdin.read())
		size = {key: int(n) for key, n in re.findall(r"([a-z]+)(\d+)", found)}
		print(size["r"] + max(size["t"], size["w"]) + size["f"] + size["o"] + size["bl"])
	'
}

# A client that sends and never reads; its file tells that it is stuck.
start_deaf_client() {
	client "$BATS_TEST_TMPDIR/stuck" "$HELLOD_PID" <<-'END' &
		import os, sys
		from pathlib import Path
		from hello_client import Client, say_until_stuck, wait_until
		client = Client()
		say_until_stuck([client], (b"x" * 900 + b"\n") * 100)
		Path(sys.argv[1]).touch()
		wait_until(lambda: not Path(sys.argv[1]).exists())
	END
	DEAF=$!
	wait_until [ -e "$BATS_TEST_TMPDIR/stuck" ]
}

end_deaf_client() {
	rm "$BATS_TEST_TMPDIR/stuck"
	wait "$DEAF"
}

@test "a client that never reads costs 64 KiB of kernel memory at most: TCP" {
	need ss iproute2
	hellod_start -o workers=1
	start_deaf_client
	bytes=$(kernel_memory -t "sport = :$HELLOD_PORT")
	end_deaf_client
	echo "$bytes bytes"
	[ "$bytes" -gt 4096 ]
	[ "$bytes" -le 65536 ]
}

@test "a client that never reads costs 64 KiB of kernel memory at most: UNIX" {
	need ss iproute2
	hellod_start -l "unix:$BATS_TEST_TMPDIR/socket" -o workers=1
	start_deaf_client
	bytes=$(kernel_memory -x src "$BATS_TEST_TMPDIR/socket")
	end_deaf_client
	echo "$bytes bytes"
	[ "$bytes" -gt 4096 ]
	[ "$bytes" -le 65536 ]
}

@test "max_connections: one below, at and above; the line names the limit" {
	hellod_start -o workers=2 -o max_connections=3 -o "control_socket=$BATS_TEST_TMPDIR/control"
	client "${abs_top_builddir:?}/helloctl" "$BATS_TEST_TMPDIR/control" <<-'END'
		import subprocess, sys
		from hello_client import Client, log, wait_until
		def why():
		    return subprocess.run([sys.argv[1], "-s", sys.argv[2], "why", "127.0.0.1"], check=True,
		                          capture_output=True, text=True).stdout
		def served():
		    client = Client()
		    client.hear(b"Welcome!")
		    client.say(b"Yam")
		    client.hear(b"Hello, Yam!")
		    return client
		inside = [served() for _ in range(2)]
		assert "verdict: served\n" in why()
		inside.append(served())
		assert "verdict: refused (max_connections)\n" in why()
		for _ in range(3):
		    Client().hear_end(b"Busy: 3 connections are open (max_connections)")
		# Who said something at once is told all the same.
		early = Client()
		early.say(b"Yam\nMay\n")
		early.hear_end(b"Busy: 3 connections are open (max_connections)")
		inside.pop().close()
		wait_until(lambda: log().count(": closed ") == 1)
		inside.append(served())
		Client().hear_end(b"Busy: 3 connections are open (max_connections)")
		for client in inside:
		    client.say(b"exit")
		    client.hear_end()
	END
	log_has 'warning: refused [0-9]+ clients? on .*: 3 connections are open \(max_connections\)'
	# At most a line a second, however many there were, of whichever worker.
	[ "$(log_count 'warning: refused')" -le 3 ]
	"$abs_top_builddir/helloctl" -s "$BATS_TEST_TMPDIR/control" status | grep -qx 'refused: 5'
}

@test "max_connections: who was refused and stays does not count" {
	hellod_start -o workers=1 -o max_connections=1
	client <<-'END'
		from hello_client import Client, log, wait_until
		busy = b"Busy: 1 connections are open (max_connections)"
		inside = Client()
		inside.hear(b"Welcome!")
		refused = Client()
		refused.hear(busy)
		inside.say(b"exit")
		inside.hear_end()
		wait_until(lambda: ": closed " in log())
		refused_too = Client()
		refused_too.hear(b"Welcome!")
	END
}

@test "max_connections: a line listener's refusal is a line" {
	cat >"$BATS_TEST_TMPDIR/c" <<-END
		listen = ( { address = "127.0.0.1"; port = 0; framing = "line"; } );
		max_connections = 1;
	END
	hellod_start -c "$BATS_TEST_TMPDIR/c"
	client <<-'END'
		from hello_client import Client
		inside = Client()
		inside.hear(b"Welcome!\n")
		Client().hear_end(b"Busy: 1 connections are open (max_connections)\n")
	END
}

@test "LimitNOFILE=: out of descriptors, clients are told, the processor idles, all recovers" {
	HELLOD_UNDER=(bash -c 'ulimit -n 64; exec "$@"' -)
	hellod_start -o workers=4 -o log_connections=false -o "control_socket=$BATS_TEST_TMPDIR/control"
	# shellcheck disable=SC2046 # words are wanted
	client "${abs_top_builddir:?}/helloctl" "$BATS_TEST_TMPDIR/control" $(hellod_workers) <<-'END'
		import re, subprocess, sys, time
		from hello_client import Client, log, processor_time, wait_until
		helloctl, control, *workers = sys.argv[1:]
		def counter(name):
		    status = subprocess.run([helloctl, "-s", control, "status"], check=True,
		                            capture_output=True, text=True).stdout
		    return int(re.search(rf"^{name}: (\d+)", status, re.M)[1])
		clients = [Client() for _ in range(500)]
		served, refused = [], 0
		for client in clients:
		    first = client.socket.recv(1)
		    if first == b"W":
		        client.hear(b"elcome!")
		        served.append(client)
		    else:
		        assert first == b"B"
		        client.hear_end(b"usy: out of descriptors")
		        refused += 1
		print(f"{len(served)} served, {refused} refused")
		assert 4 * 40 <= len(served) <= 4 * 64
		# New ones come all the time, and still the workers have little to do.
		def used():
		    return sum(processor_time(worker) for worker in workers)
		before, failures, began, more = used(), counter("accept_errors"), time.monotonic(), 0
		while time.monotonic() < began + 2:
		    with Client() as client:
		        client.hear(b"Busy: out of descriptors")
		        more += 1
		took = time.monotonic() - began
		failures = counter("accept_errors") - failures
		print(f"{more} more in {took:.2f} s: {used() - before:.2f} s, {failures} failures")
		assert used() - before <= 0.05 * took
		assert failures <= 20 * took
		assert log().count("cannot accept") <= took + 4
		assert counter("refused") == refused + more
		for client in served:
		    client.say(b"Yam")
		    client.hear(b"Hello, Yam!")
		    client.say(b"exit")
		    client.hear_end()
		# Full service, at once: there is a pause of 0.1 s, and a busy machine.
		freed = time.monotonic()
		def serves():
		    with Client() as client:
		        return client.socket.recv(8) == b"Welcome!"
		wait_until(serves, 5)
		print(f"served again after {time.monotonic() - freed:.2f} s")
		assert all(serves() for _ in range(100))
	END
	log_has 'warning: cannot accept on .*: Too many open files .*LimitNOFILE='
}

@test "LimitNOFILE=: descriptors that come from elsewhere are noticed" {
	local same=()
	! is_root || same=(-o user=root) # who may change the limits of a process
	hellod_start -o workers=1 "${same[@]}"
	client "$(hellod_workers)" <<-'END'
		import resource, sys
		from hello_client import Client, wait_until
		def limit(count):
		    _, most = resource.prlimit(int(sys.argv[1]), resource.RLIMIT_NOFILE)
		    resource.prlimit(int(sys.argv[1]), resource.RLIMIT_NOFILE, (count, most))
		limit(64)
		inside = []
		def serves():
		    inside.append(Client())
		    return inside[-1].socket.recv(1) == b"W"
		while serves():
		    pass
		assert not serves()
		limit(80)
		wait_until(serves)
	END
}

@test "out of descriptors: who spoke first is told too" {
	HELLOD_UNDER=(bash -c 'ulimit -n 64; exec "$@"' -)
	hellod_start -o workers=1
	client <<-'END'
		from hello_client import Client
		clients = []
		for _ in range(100):
		    client = Client()
		    client.say(b"Yam\n")
		    clients.append(client)
		refused = 0
		for client in clients:
		    if client.socket.recv(1) == b"B":
		        client.hear_end(b"usy: out of descriptors")
		        refused += 1
		    else:
		        client.hear(b"elcome!Hello, Yam!\n")
		print(f"{refused} refused")
		assert refused >= 36
	END
}

# The first listener is closed when the second one's queue is emptied, and the next
# client has its number.
@test "out of descriptors while it ends: whoever was let in is served" {
	HELLOD_MAY_DIE=1
	HELLOD_UNDER=(bash -c 'ulimit -n 64; exec "$@"' -)
	hellod_start -l 127.0.0.1:0 -l 127.0.0.1:0 -o workers=1
	client "$(hellod_workers)" "${HELLOD_ADDRESSES[1]}" <<-'END'
		import os, signal, sys
		from hello_client import Client
		worker = int(sys.argv[1])
		os.kill(worker, signal.SIGSTOP)
		clients = [Client(sys.argv[2]) for _ in range(100)]
		for client in clients:
		    client.say(b"Yam\n")
		os.kill(worker, signal.SIGTERM)
		os.kill(worker, signal.SIGCONT)
		served = 0
		for client in clients:
		    if client.socket.recv(1) == b"B":
		        client.hear_end(b"usy: out of descriptors")
		    else:
		        client.hear(b"elcome!Hello, Yam!\n")
		        served += 1
		print(f"{served} served")
		assert 40 <= served <= 64
	END
}

worker_has_descriptors() { # COUNT
	[ "$(count_descriptors "$(hellod_workers)")" -eq "$1" ]
}

@test "a worker keeps nothing of clients that are gone" {
	is_root || [ -r "/proc/$$/fd" ] || skip "cannot see descriptors"
	hellod_start -o workers=1
	local before
	before=$(count_descriptors "$(hellod_workers)")
	load_clients --clients 300 --hold-until-all-connected
	load_clients --clients 300 --framing line --pipeline
	client <<-'END'
		from hello_client import Client
		for number in range(300):
		    client = Client()
		    if number % 2:
		        client.hear(b"Welcome!")
		    if number % 3 == 0:
		        client.say(b"Yam\nMay")
		    client.reset()
	END
	wait_until worker_has_descriptors "$before"
}
