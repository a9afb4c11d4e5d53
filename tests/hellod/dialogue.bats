#!/usr/bin/env bats
# What hellod says to what a client says, byte for byte.

load ../lib/common

start_everywhere() {
	need_ipv6
	hellod_start -l 127.0.0.1:0 -l '[::1]:0' -l "unix:$BATS_TEST_TMPDIR/socket"
}

# Sends the bytes in one write, closes for writing, expects exactly the answer.
assert_dialogue() { # SEND HEAR (as printf's %b has them) [ADDRESS]
	printf '%b' "$1" >"$BATS_TEST_TMPDIR/send"
	printf '%b' "$2" >"$BATS_TEST_TMPDIR/hear"
	client "$BATS_TEST_TMPDIR" "${3:-$HELLOD_ADDRESS}" <<-'END'
		import sys
		from pathlib import Path
		from hello_client import Client
		directory = Path(sys.argv[1])
		client = Client(sys.argv[2])
		client.say((directory / "send").read_bytes())
		client.half_close()
		client.hear_end((directory / "hear").read_bytes())
	END
}

# Writes a configuration with one listener of that framing.
configure() { # FRAMING
	cat >"$BATS_TEST_TMPDIR/framing.conf" <<-END
		listen = ( { address = "127.0.0.1"; port = 0; framing = "$1"; } );
	END
	CONFIGURATION=(-c "$BATS_TEST_TMPDIR/framing.conf")
}

# --- the clients of the tutorial

@test "the tutorial's client: IPv4, IPv6 and UNIX" {
	start_everywhere
	client "${HELLOD_ADDRESSES[@]}" <<-'END'
		import socket, sys
		from hello_client import parse
		for text in sys.argv[1:]:
		    family, address = parse(text)
		    s = socket.socket(family, socket.SOCK_STREAM)
		    s.settimeout(20)
		    s.connect(address)
		    assert s.recv(1024) == b"Welcome!"
		    for name in ("Yam", "May", "Sarah"):
		        s.send(name.encode())
		        answer = s.recv(1024)
		        assert answer == b"Hello, " + name.encode() + b"!", answer
		    s.send(b"exit")
		    assert s.recv(1024) == b""
		    s.close()
		assert len(sys.argv) == 4
	END
}

# Speaks by nc, a name at a time, as a person would.
speak_by_nc() { # NC-ARGUMENT...
	local name heard="Welcome!" pid
	rm -f "$BATS_TEST_TMPDIR/keyboard"
	mkfifo "$BATS_TEST_TMPDIR/keyboard"
	nc.openbsd "$@" <"$BATS_TEST_TMPDIR/keyboard" >"$BATS_TEST_TMPDIR/screen" 3>&- &
	pid=$!
	exec 8>"$BATS_TEST_TMPDIR/keyboard"
	wait_until screen_shows "$heard"
	for name in Yam May Sarah; do
		echo "$name" >&8
		heard+="Hello, $name!"$'\n'
		wait_until screen_shows "$heard"
	done
	echo exit >&8
	exec 8>&-
	wait "$pid"
	screen_shows "$heard"
}

screen_shows() { # TEXT
	printf '%s' "$1" | cmp -s - "$BATS_TEST_TMPDIR/screen"
}

@test "nc: IPv4, IPv6 and UNIX" {
	need nc.openbsd netcat-openbsd
	start_everywhere
	speak_by_nc 127.0.0.1 "$HELLOD_PORT"
	speak_by_nc ::1 "${HELLOD_ADDRESSES[1]##*:}"
	speak_by_nc -U "$BATS_TEST_TMPDIR/socket"
}

@test "nc -N, all at once" {
	need nc.openbsd netcat-openbsd
	hellod_start
	run nc.openbsd -N 127.0.0.1 "$HELLOD_PORT" <<<$'Yam\nMay'
	[ "$output" = "Welcome!Hello, Yam!"$'\n'"Hello, May!" ]
}

@test "a client that ends lines as telnet does: IPv4, IPv6 and UNIX" {
	start_everywhere
	client "${HELLOD_ADDRESSES[@]}" <<-'END'
		import sys
		from hello_client import Client
		for address in sys.argv[1:]:
		    client = Client(address)
		    client.hear(b"Welcome!")
		    for name in (b"Yam", b"May", b"Sarah"):
		        client.say(name + b"\r\n")
		        client.hear(b"Hello, " + name + b"!\r\n")
		    client.say(b"exit\r\n")
		    client.hear_end()
	END
}

@test "hellosay: IPv4, IPv6 and UNIX" {
	local hellosay=$abs_top_builddir/hellosay want
	[ -x "$hellosay" ] || skip "hellosay is not built"
	start_everywhere
	want=$(printf 'Welcome!\nHello, Yam!\nHello, May!\nHello, Sarah!')
	run -0 "$hellosay" -H 127.0.0.1 -p "$HELLOD_PORT" Yam May Sarah
	[ "$output" = "$want" ]
	run -0 "$hellosay" -H ::1 -p "${HELLOD_ADDRESSES[1]##*:}" Yam May Sarah
	[ "$output" = "$want" ]
	run -0 "$hellosay" -u "$BATS_TEST_TMPDIR/socket" Yam May Sarah
	[ "$output" = "$want" ]
}

@test "a listener for each address of a host name" {
	getent ahosts localhost >/dev/null || skip "localhost does not resolve"
	hellod_start -l localhost:0
	[ "${#HELLOD_ADDRESSES[@]}" -eq "$(getent ahosts localhost | grep -c STREAM)" ]
	local address
	for address in "${HELLOD_ADDRESSES[@]}"; do
		greets "$address"
	done
}

# --- framing

@test "auto: no LF in the first bytes means messages, for good" {
	hellod_start
	client <<-'END'
		from hello_client import Client
		client = Client()
		client.hear(b"Welcome!")
		client.say(b"Yam")
		client.hear(b"Hello, Yam!")
		client.say(b"May\n")
		client.hear(b"Hello, May\n!")
		client.say(b"exit")
		client.hear_end()
	END
}

@test "auto: a LF in the first bytes means lines, for good" {
	hellod_start
	client <<-'END'
		from hello_client import Client, wait_until
		client = Client()
		client.hear(b"Welcome!")
		client.say(b"Yam\nM")
		client.hear(b"Hello, Yam!\n")
		for part in (b"a", b"y", b"\r\n"):
		    wait_until(lambda: client.unread() == 0)
		    client.say(part)
		client.hear(b"Hello, May!\r\n")
		client.say(b"exit\n")
		client.hear_end()
	END
}

@test "line: the welcome is a line too, and nothing is answered before its LF" {
	configure line
	hellod_start "${CONFIGURATION[@]}"
	client <<-'END'
		from hello_client import Client, wait_until
		client = Client()
		client.hear(b"Welcome!\n")
		for byte in b"Yam\r":
		    client.say(bytes([byte]))
		    wait_until(lambda: client.unread() == 0)
		# Another client's dialogue: whatever was to be answered, was.
		with Client() as other:
		    other.hear(b"Welcome!\n")
		    other.say(b"May\n")
		    other.hear(b"Hello, May!\n")
		assert client.hears_nothing()
		client.say(b"\n")
		client.hear(b"Hello, Yam!\r\n")
		client.say(b"exit\n")
		client.hear_end()
	END
}

@test "message: LF, CR and all else is part of the name" {
	configure message
	hellod_start "${CONFIGURATION[@]}"
	client <<-'END'
		from hello_client import Client
		client = Client()
		client.hear(b"Welcome!")
		for name in (b"Yam\n", b"a\nb\r\n", b"\n", b"exit\n", b" ", b"exit "):
		    client.say(name)
		    client.hear(b"Hello, " + name + b"!")
		client.say(b"exit")
		client.hear_end()
	END
}

@test "one server, each listener with its framing" {
	cat >"$BATS_TEST_TMPDIR/c" <<-END
		listen = (
			{ address = "127.0.0.1"; port = 0; framing = "line"; },
			{ address = "127.0.0.1"; port = 0; framing = "message"; },
			{ path = "$BATS_TEST_TMPDIR/socket"; framing = "auto"; }
		);
	END
	hellod_start -c "$BATS_TEST_TMPDIR/c"
	assert_dialogue 'Yam\n' 'Welcome!\nHello, Yam!\n' "${HELLOD_ADDRESSES[0]}"
	assert_dialogue 'Yam\n' 'Welcome!Hello, Yam\n!' "${HELLOD_ADDRESSES[1]}"
	assert_dialogue 'Yam\n' 'Welcome!Hello, Yam!\n' "${HELLOD_ADDRESSES[2]}"
}

@test "lines that come a byte at a time" {
	hellod_start
	client <<-'END'
		import socket
		from hello_client import Client, wait_until
		client = Client()
		client.hear(b"Welcome!")
		client.say(b"\n")
		for byte in "Yam\r\nMäy\nSarah".encode():
		    client.say(bytes([byte]))
		    wait_until(lambda: client.unread() == 0)
		client.half_close()
		client.hear_end("Hello, Yam!\r\nHello, Mäy!\nHello, Sarah!".encode())
	END
}

@test "empty lines are skipped" {
	hellod_start
	assert_dialogue '\n\r\n\n\nYam\n\n\r\nMay\r\n\n' 'Welcome!Hello, Yam!\nHello, May!\r\n'
}

@test "NUL and control bytes are part of a name" {
	hellod_start
	assert_dialogue 'Y\0am\n\0\n\x1b[31m\x7f\n a b \n' \
		'Welcome!Hello, Y\0am!\nHello, \0!\nHello, \x1b[31m\x7f!\nHello,  a b !\n'
	assert_dialogue 'Y\0am' 'Welcome!Hello, Y\0am!'
}

@test "a CR that ends no line is part of the name" {
	hellod_start
	assert_dialogue 'Y\ram\r\r\nMay\n' 'Welcome!Hello, Y\ram\r!\r\nHello, May!\n'
}

# --- the end

@test "exit ends it: what comes after is not answered" {
	hellod_start
	assert_dialogue 'Yam\nexit\nMay\n' 'Welcome!Hello, Yam!\n'
	assert_dialogue 'Yam\r\nexit\r\nMay\r\n' 'Welcome!Hello, Yam!\r\n'
	assert_dialogue 'exit' 'Welcome!'
	assert_dialogue '\nexit' 'Welcome!'
}

@test "only exit is exit" {
	hellod_start
	assert_dialogue 'Exit\nexits\n exit\nexi\nexit\n' \
		'Welcome!Hello, Exit!\nHello, exits!\nHello,  exit!\nHello, exi!\n'
}

@test "half-close: what was said is answered, then it is closed" {
	start_everywhere
	local address
	for address in "${HELLOD_ADDRESSES[@]}"; do
		assert_dialogue 'Yam' 'Welcome!Hello, Yam!' "$address"
		assert_dialogue '' 'Welcome!' "$address"
	done
	wait_until log_has_times 3 'after 1 greeting in .*: the client closed its side'
	wait_until log_has_times 3 'after 0 greetings in .*: the client closed its side'
}

@test "an unfinished last line is a name" {
	hellod_start
	assert_dialogue 'Yam\nMa' 'Welcome!Hello, Yam!\nHello, Ma!'
	assert_dialogue 'Yam\r\nMa\r' 'Welcome!Hello, Yam!\r\nHello, Ma\r!'
}

# After all has been answered the client still sends; closing at once would
# reset the connection and destroy what the client has not read yet.
assert_junk_does_no_harm() { # SEND HEAR
	start_everywhere
	printf '%b' "$1" >"$BATS_TEST_TMPDIR/send"
	printf '%b' "$2" >"$BATS_TEST_TMPDIR/hear"
	client "$BATS_TEST_TMPDIR" "${HELLOD_ADDRESSES[0]}" "${HELLOD_ADDRESSES[2]}" <<-'END'
		import sys
		from pathlib import Path
		from hello_client import Client
		send, hear = [(Path(sys.argv[1]) / name).read_bytes() for name in ("send", "hear")]
		junk = b"junk" * 8192  # more than the server reads at a time
		for number in range(200):
		    for address in sys.argv[2:]:
		        client = Client(address)
		        if number % 2:
		            client.say(send + junk)
		        else:
		            # The server has ended it by now.
		            client.say(send)
		            client.hear(hear[:-1])
		            client.say(junk)
		        client.hear_end(hear if number % 2 else hear[-1:])
	END
}

@test "junk after exit never eats an answer, 200 times" {
	assert_junk_does_no_harm 'Yam\nexit\n' 'Welcome!Hello, Yam!\n'
}

@test "junk after an error never eats the error, 200 times" {
	assert_junk_does_no_harm 'Yam\n\xff\n' \
		'Welcome!Hello, Yam!\nError: name is not valid UTF-8\n'
}

@test "junk that never ends does not hold the connection" {
	hellod_start -o workers=1
	client <<-'END'
		from hello_client import Client
		client = Client(send_buffer=16384)
		client.say(b"exit\n")
		sent = 0
		try:
		    while sent < 16 * 1024 * 1024:
		        sent += client.socket.send(b"junk" * 1024)
		except (BrokenPipeError, ConnectionResetError):
		    print(f"closed after {sent} bytes")
		else:
		    raise AssertionError(f"the server read {sent} bytes")
	END
}

# --- max_message

# Lines of one byte below, at and above the limit.
assert_limit() { # LIMIT
	client "$1" <<-'END'
		import sys
		from hello_client import Client
		limit = int(sys.argv[1])
		error = f"Error: name longer than {limit} bytes\n".encode()
		for end in (b"\n", b"\r\n"):
		    for length in (limit - 1, limit):
		        client = Client()
		        client.say(b"Yam" + end + b"x" * length + end + b"May" + end)
		        client.hear(b"Welcome!Hello, Yam!" + end)
		        client.hear(b"Hello, " + b"x" * length + b"!" + end + b"Hello, May!" + end)
		        client.close()
		    client = Client()
		    client.say(b"Yam" + end + b"x" * (limit + 1) + end + b"May" + end)
		    client.hear_end(b"Welcome!Hello, Yam!" + end + error)
		# Without an end the line is too long as soon as it is.
		client = Client()
		client.say(b"Yam\n" + b"x" * (limit + 1))
		client.hear_end(b"Welcome!Hello, Yam!\n" + error)
		# At the end of the input it is a name like any other.
		client = Client()
		client.say(b"\n" + b"x" * limit)
		client.half_close()
		client.hear_end(b"Welcome!Hello, " + b"x" * limit + b"!")
	END
}

@test "line: a name of 1024 bytes, not more" {
	hellod_start
	assert_limit 1024
	wait_until log_has_times 3 'a name was too long \(max_message\)'
}

@test "line: max_message is obeyed, small and large" {
	hellod_start -o max_message=4
	assert_limit 4
	hellod_start -o 'max_message=16 KiB'
	assert_limit 16384
}

@test "the limit counts bytes, not characters" {
	hellod_start -o max_message=8
	assert_dialogue '\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\n' \
		'Welcome!Hello, \xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4!\n'
	assert_dialogue '\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4x\n' \
		'Welcome!Error: name longer than 8 bytes\n'
}

@test "message: a burst is cut after max_message bytes" {
	hellod_start
	client <<-'END'
		from hello_client import Client
		def answer(name):
		    return b"Hello, " + name + b"!"
		client = Client()
		client.hear(b"Welcome!")
		burst = bytes(b"abcdefghij"[i % 10] for i in range(2500))
		client.say(burst[:1024])
		client.hear(answer(burst[:1024]))
		client.say(burst)
		for start in (0, 1024, 2048):
		    client.hear(answer(burst[start:start + 1024]))
		client.say(b"exit")
		client.hear_end()
	END
}

@test "message: a burst is never cut inside a character" {
	hellod_start -o max_message=8
	client <<-'END'
		from hello_client import Client
		def hears(*names):
		    for name in names:
		        client.hear(f"Hello, {name}!".encode())
		client = Client()
		client.hear(b"Welcome!")
		client.say("€€€€€".encode())
		hears("€€", "€€", "€")
		client.say("xääääää".encode())
		hears("xäää", "äää")
		client.say("😀😀😀".encode())
		hears("😀😀", "😀")
		client.say("abcdefg€".encode())
		hears("abcdefg", "€")
		# A character whose second half is still on its way.
		client.say(b"a\xe2\x82")
		hears("a")
		client.say(b"\xac")
		hears("€")
		client.say(b"exit")
		client.hear_end()
	END
}

# --- UTF-8

@test "a name that is not UTF-8: the error, then the close" {
	hellod_start
	local name
	for name in '\xff' 'Y\xe4m' '\xc0\xaf' '\xed\xa0\x80' '\xf4\x90\x80\x80' '\xe2\x82' '\x80'; do
		assert_dialogue "Yam\\n$name\\nMay\\n" \
			'Welcome!Hello, Yam!\nError: name is not valid UTF-8\n'
	done
	assert_dialogue 'Y\xe4m' 'Welcome!Error: name is not valid UTF-8'
	assert_dialogue '\xff' 'Welcome!Error: name is not valid UTF-8'
	# At the end of the input the rest of a character will not come.
	assert_dialogue '\xe2\x82' 'Welcome!Error: name is not valid UTF-8'
	wait_until log_has 'a name was not UTF-8 \(encoding\)'
}

@test "encoding = bytes takes anything" {
	hellod_start -o encoding=bytes -o max_message=4
	assert_dialogue '\xff\xfe\n\xe2\x82\n' 'Welcome!Hello, \xff\xfe!\nHello, \xe2\x82!\n'
	assert_dialogue 'abc\xe2\x82\xac' 'Welcome!Hello, abc\xe2!Hello, \x82\xac!'
}

# --- its own words

@test "welcome and greeting can be set, %% is a percent sign" {
	hellod_start -o 'welcome=Hi %s 100%% ' -o 'greeting=%%s <%s> 100%%%%'
	assert_dialogue 'Yam\n%s\n' 'Welcome!' && return 1
	assert_dialogue 'Yam\n%s\n' 'Hi %s 100%% %s <Yam> 100%%\n%s <%s> 100%%\n'
}

@test "a greeting may begin or end with the name" {
	hellod_start -o 'greeting=%s' -o 'welcome=""'
	assert_dialogue 'Yam\n' 'Yam\n'
}

@test "a long welcome and a long greeting come whole" {
	local long
	long=$(printf 'x%.0s' {1..500})
	hellod_start -o "welcome=$long" -o "greeting=$long%s$long" -o 'max_message=16 KiB'
	client "$long" <<-'END'
		import sys
		from hello_client import Client
		long = sys.argv[1].encode()
		name = b"y" * 16384
		client = Client()
		client.say(b"\n" + (name + b"\n") * 3)
		client.half_close()
		client.hear_end(long + (long + name + long + b"\n") * 3)
	END
}
