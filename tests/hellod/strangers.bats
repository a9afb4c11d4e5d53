#!/usr/bin/env bats
# Clients that take hellod for something else: scanners, browsers, what speaks
# TLS. They get the plain dialogue's treatment, and leave clean lines in the log.

load ../lib/common

start_in_all_framings() {
	cat >"$BATS_TEST_TMPDIR/c" <<-'END'
		listen = ( { port = 0; framing = "auto"; }, { port = 0; framing = "line"; },
			{ port = 0; framing = "message"; } );
	END
	hellod_start -c "$BATS_TEST_TMPDIR/c" -o workers=1
}

# So many clients came and went, each for two lines and for one of these reasons,
# and nothing that they said is in the log.
log_is_clean() { # CLIENTS
	local reason='the client (said exit|closed its side|reset the connection)|a name was not UTF-8 \(encoding\)'
	wait_until log_has_times "$1" ': closed '
	log_has_times "$1" ': accepted 127\.0\.0\.1:[0-9]+ on 127\.0\.0\.1:[0-9]+$'
	log_has_times "$1" ": closed 127\.0\.0\.1:[0-9]+ after [0-9]+ greetings? in [0-9.]+ s: ($reason)\$"
	# What else there is: that it is ready, and what the sandbox lacks here.
	[ "$(grep -vc 'sandbox: ' "$HELLOD_LOG")" -eq $((2 * $1 + 1)) ]
	run ! grep -aP '[^\x20-\x7e]' "$HELLOD_LOG"
	run ! grep -aE 'GET|HTTP|SSH-|EHLO|QUIT|PROXY' "$HELLOD_LOG"
}

@test "HTTP, TLS, SSH, SMTP, PROXY, Redis and nothing at all: the dialogue, to the byte" {
	start_in_all_framings
	client "${HELLOD_ADDRESSES[@]}" <<-'END'
		import sys
		from hello_client import Client
		auto, line, message = sys.argv[1:]
		ERROR = b"Error: name is not valid UTF-8"

		def probe(address, said, expected):
		    client = Client(address)
		    client.say(said)
		    client.half_close()
		    client.hear_end(expected)

		# What is made of lines.
		for said in (b"GET / HTTP/1.0\r\nHost: x\r\n\r\n", b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n",
		             b"EHLO scan.example\r\nQUIT\r\n", b"PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n",
		             b"*1\r\n$4\r\nPING\r\n", b"OPTIONS sip:nm SIP/2.0\r\nVia: SIP/2.0/TCP nm\r\n\r\n", b"\r\n\r\n"):
		    answers = b"".join(b"Hello, %s!\r\n" % name for name in said.split(b"\r\n") if name)
		    probe(auto, said, b"Welcome!" + answers)
		    probe(line, said, b"Welcome!\n" + answers)
		    probe(message, said, b"Welcome!Hello, " + said + b"!")
		# What is not even text: of clients of TLS, SMB, DNS, RPC.
		for said in (b"\x16\x03\x01\x00\xc4\x01\x00\x00\xc0\x03\x03\xfe\xff" + bytes(range(32)) * 5,
		             b"\x00\x00\x00\xa4\xffSMB\x72\x00\x00\x00\x00\x08\x01\x40", b"\x00\x1e\x80\x81\x01\x00",
		             b"\x80\x00\x00\x28\x72\xfe\x1d\x13" + bytes(7) + b"\x02\x00\x01\x86\xa0"):
		    lines = b"\n" in said
		    probe(auto, said, b"Welcome!" + ERROR + (b"\n" if lines else b""))
		    probe(line, said, b"Welcome!\n" + ERROR + b"\n")
		    probe(message, said, b"Welcome!" + ERROR)
		# Who says nothing, or NULs, which are a name.
		probe(auto, b"", b"Welcome!")
		probe(auto, bytes(40), b"Welcome!Hello, " + bytes(40) + b"!")
		probe(line, bytes(40) + b"\n", b"Welcome!\nHello, " + bytes(40) + b"!\n")
		# More NULs: of an X client, of one that asks a name server for its version. And who has seen the welcome, or only
		# that the port is open, and resets: a scan by connect(2).
		for said in b"l\0\x0b" + bytes(9), b"\0\x1e\0\x06\x01\0\0\x01" + bytes(6) + b"\x07version\x04bind\0\0\x10\0\x03":
		    probe(auto, said, b"Welcome!Hello, " + said + b"!")
		for address in auto, line, message:
		    seen = Client(address)
		    seen.hear(b"Welcome!")
		    seen.reset()
		    Client(address).reset()
	END
	log_is_clean 44
}

# Runs it against a listener; whatever it makes of hellod, it must make it soon.
stranger() { # COMMAND...
	local code=0
	timeout 20 "$@" </dev/null >"$BATS_TEST_TMPDIR/said" 2>&1 3>&- || code=$?
	if [ "$code" -eq 124 ]; then
		cat "$BATS_TEST_TMPDIR/said"
		return 1
	fi
}

@test "curl, openssl s_client and nc -z leave, and leave clean lines" {
	need curl curl
	need openssl openssl
	need nc.openbsd netcat-openbsd
	start_in_all_framings
	local address
	for address in "${HELLOD_ADDRESSES[@]}"; do
		stranger curl -sS -m 15 "http://$address/"
		stranger curl -sS -m 15 --insecure "https://$address/"
		stranger openssl s_client -connect "$address"
		stranger nc.openbsd -z 127.0.0.1 "${address##*:}"
	done
	log_is_clean 12
	greets
}
