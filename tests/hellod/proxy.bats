#!/usr/bin/env bats
# The PROXY protocol: whom it is believed from, and what follows from it. The
# header's own grammar is tested in tests/unit/test_proxy.c.

load ../lib/common

HELLOCTL=${abs_top_builddir:?}/helloctl

# Proxies are in 127.2.0.0/16; clients may not come from 192.0.2.0/24.
start() { # ARGUMENT...
	cat >"$BATS_TEST_TMPDIR/c" <<-'END'
		listen = ( { address = "127.0.0.1"; port = 0; proxy_from = "127.2.0.0/16"; } );
		deny = [ "192.0.2.0/24", "127.2.0.0/16" ];
		max_connections_per_source = 2;
	END
	hellod_start -c "$BATS_TEST_TMPDIR/c" -o "control_socket=$BATS_TEST_TMPDIR/control" "$@"
}

counter_is() { # NAME VALUE
	"$HELLOCTL" -s "$BATS_TEST_TMPDIR/control" status | grep -qx "$1: $2"
}

# A program with come(SOURCE) and the headers of both versions.
proxies() {
	client < <(
		cat <<-'END'
			import os, socket, struct, sys, time
			from hello_client import TIMEOUT, Client, log, parse, wait_until

			def come(source):
			    client = Client.__new__(Client)
			    client.socket = socket.socket()
			    client.socket.settimeout(TIMEOUT)
			    client.socket.bind((source, 0))
			    client.socket.connect(parse(os.environ["HELLOD_ADDRESS"])[1])
			    return client

			def v1(client, port=4711):
			    return b"PROXY TCP4 %s 127.0.0.1 %d 9999\r\n" % (client.encode(), port)

			def v2(client, port=4711):
			    return (b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c" + socket.inet_aton(client) +
			            socket.inet_aton("127.0.0.1") + struct.pack("!HH", port, 9999))

			def greeted(client):
			    client.say(b"Yam")
			    client.hear(b"Hello, Yam!")
		END
		cat
	)
}

@test "proxy: log and limits have the client that it names, whole and byte by byte" {
	start -o workers=2
	proxies <<-'END'
		for header in (v1, v2):
		    # At once, with what the client says behind it.
		    with come("127.2.0.1") as client:
		        client.say(header("198.51.100.1") + b"Yam")
		        client.hear(b"Welcome!Hello, Yam!")
		    # And a byte at a time; nothing is said before the last.
		    with come("127.2.0.1") as client:
		        client.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
		        for byte in header("198.51.100.2"):
		            assert client.hears_nothing()
		            client.say(bytes([byte]))
		        client.hear(b"Welcome!")
		        greeted(client)
		    come("127.2.0.1").say(header("192.0.2.1"))
		    client = come("127.2.0.1")
		    client.say(header("192.0.2.1"))
		    client.hear_end(b"Busy: this address is denied (deny)")
		wait_until(lambda: log().count(": closed ") == 4)
		# The limit is each client's, not the proxy's.
		inside = []
		for _ in range(2):
		    for name in ("198.51.100.3", "198.51.100.4", "198.51.100.5"):
		        inside.append(come("127.2.0.1"))
		        inside[-1].say(v2(name))
		        inside[-1].hear(b"Welcome!")
		client = come("127.2.0.1")
		client.say(v2("198.51.100.3"))
		client.hear_end(b"Busy: 2 connections of this source are open (max_connections_per_source)")
	END
	log_has 'accepted 198\.51\.100\.1:4711 on 127\.0\.0\.1:'
	log_has 'closed 198\.51\.100\.2:4711 after 1 greeting'
	log_has 'refused 1 client on .*, the last one 192\.0\.2\.1:4711: this address is denied'
}

@test "proxy: a header from elsewhere is not believed: it is a name" {
	start -o workers=1
	proxies <<-'END'
		client = come("127.1.0.1")
		client.hear(b"Welcome!")
		client.say(v1("198.51.100.1"))
		client.hear(b"Hello, PROXY TCP4 198.51.100.1 127.0.0.1 4711 9999!\r\n")
		client = come("127.1.0.1")
		client.say(v2("198.51.100.1"))
		client.hear(b"Welcome!Hello, \0!\r\nHello, QUIT!\n")
		client = come("127.1.0.1")
		client.say(b"Yam")
		client.hear(b"Welcome!Hello, Yam!")
	END
	run ! log_has 'accepted 198\.51'
	log_has_times 3 'accepted 127\.1\.0\.1:'
}

@test "proxy_from: who must send a header, and does not, is refused" {
	start -o workers=1
	proxies <<-'END'
		words = b"Busy: no PROXY header (proxy_from)"
		for junk in (b"Yam", b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01\x02\0\x01\0\x01\xfc", b"\0", b"\r\n\r\nx",
		             v1("198.51.100.1")[:-2] + b"\n" + b"x" * 107, v2("198.51.100.1")[:12] + b"\x31"):
		    client = come("127.2.0.1")
		    client.say(junk)
		    client.hear_end(words)
	END
	counter_is proxy_faults 7
	log_has 'warning: refused [0-9] clients? on .*, the last one 127\.2\.0\.1:.*: no PROXY header \(proxy_from\)'
}

@test "proxy: the header must be there within 3 s, however it drips" {
	start -o workers=1
	proxies <<-'END'
		import select
		began = time.monotonic()
		silent, dripping = come("127.2.0.1"), come("127.2.0.1")
		header = iter(v1("198.51.100.1"))
		while dripping.hears_nothing():
		    dripping.say(bytes([next(header)]))
		    select.select([dripping], [], [], 0.1)  # the pace of the drip
		assert 3.0 <= time.monotonic() - began < 5
		for client in (silent, dripping):
		    client.hear_end(b"Busy: no PROXY header (proxy_from)")
	END
	counter_is proxy_faults 2
}

@test "proxy: what names no client is the proxy itself; a probe that goes is no fault" {
	start -o workers=1
	proxies <<-'END'
		# Five of them: the limit per source is not the proxy's.
		local = b"\r\n\r\n\0\r\nQUIT\n\x20\0\0\0"
		clients = [come("127.2.0.1") for _ in range(5)]
		for client in clients:
		    client.say(local if client != clients[0] else b"PROXY UNKNOWN\r\n")
		    client.hear(b"Welcome!")
		    greeted(client)
		for probe in range(10):
		    client = come("127.2.0.1")
		    if probe % 2:
		        client.say(b"PRO")
		    client.close()
		for client in clients:
		    greeted(client)
	END
	log_has_times 5 'accepted 127\.2\.0\.1:'
	counter_is proxy_faults 0
	wait_until counter_is sessions '0 of at most 10000'
}

@test "proxy: HAProxy in front, with send-proxy and send-proxy-v2" {
	PATH=$PATH:/usr/sbin
	need haproxy haproxy
	start -o workers=2
	client "$BATS_TEST_TMPDIR" <<-'END'
		import os, socket, subprocess, sys, time
		from hello_client import Client, TIMEOUT, log, wait_until

		# HAProxy inherits listening sockets: so there is no port to guess.
		fronts = []
		text = "defaults\n mode tcp\n timeout connect 20s\n timeout client 20s\n timeout server 20s\n"
		for number, option in enumerate(("send-proxy", "send-proxy-v2")):
		    front = socket.create_server(("127.0.0.1", 0), backlog=100)
		    os.set_inheritable(front.fileno(), True)
		    fronts.append(front)
		    text += (f"listen hello{number}\n bind fd@{front.fileno()}\n"
		             f" server hellod {os.environ['HELLOD_ADDRESS']} source 127.2.0.1 {option}\n")
		with open(sys.argv[1] + "/haproxy.cfg", "w", encoding="ascii") as file:
		    file.write(text)
		proxy = subprocess.Popen(["haproxy", "-q", "-db", "-f", sys.argv[1] + "/haproxy.cfg"],
		                         close_fds=False)
		try:
		    for number, front in enumerate(fronts):
		        for source, name in (("127.7.7.7", b"Yam"), ("127.8.8.8", b"May")):
		            client = Client.__new__(Client)
		            client.socket = socket.socket()
		            client.socket.settimeout(TIMEOUT)
		            client.socket.bind((source, 0))
		            client.socket.connect(front.getsockname())
		            peer = "%s:%d" % client.socket.getsockname()
		            client.hear(b"Welcome!")
		            client.say(name)
		            client.hear(b"Hello, %s!" % name)
		            client.say(b"exit")
		            client.hear_end()
		            assert f": accepted {peer} on " in log(), log()
		            wait_until(lambda: f": closed {peer} after 1 greeting " in log())
		    # A header from a client behind the proxy is that client's name.
		    client = Client("127.0.0.1:%d" % fronts[1].getsockname()[1])
		    client.hear(b"Welcome!")
		    client.say(b"PROXY TCP4 192.0.2.1 127.0.0.1 1 2\r\n")
		    client.hear(b"Hello, PROXY TCP4 192.0.2.1 127.0.0.1 1 2!\r\n")
		finally:
		    proxy.terminate()
		    proxy.wait(TIMEOUT)
	END
	run ! log_has 'accepted 127\.2\.0\.1'
}
