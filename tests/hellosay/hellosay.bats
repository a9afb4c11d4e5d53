#!/usr/bin/env bats
# hellosay.bats - the client, against a server that does as it is told

# A test is a subshell; what is set here is for common.bash, and the reverse; the
# inner shells expand their own words:
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154

load common

greetings=$'Welcome!\nHello, Yam!\nHello, May!\nHello, Sarah!'

@test "auto listener: names are greeted, exit is said, the close is seen" {
	start_server
	says 0 Yam May Sarah
	[ "$output" = "$greetings" ]
	server_read "b'Yam\\n'" "b'May\\n'" "b'Sarah\\n'" "b'exit\\n'"
}

@test "line listener: found out by the welcome's end" {
	start_server --framing line
	says 0 Yam May Sarah
	[ "$output" = "$greetings" ]
	server_read "b'Yam\\n'" "b'May\\n'" "b'Sarah\\n'" "b'exit\\n'"
}

@test "line listener: told by -f" {
	start_server --framing line --bytewise
	says 0 -f line Yam May Sarah
	[ "$output" = "$greetings" ]
}

@test "message listener: found out by the first answer" {
	start_server --framing message
	says 0 Yam May Sarah
	[ "$output" = "$greetings" ]
	server_read "b'Yam\\n'" "b'Yam'" "b'May'" "b'Sarah'" "b'exit'"
}

@test "message listener: told by -f" {
	start_server --framing message
	says 0 --framing=message Yam May Sarah
	[ "$output" = "$greetings" ]
	server_read "b'Yam'" "b'May'" "b'Sarah'" "b'exit'"
}

@test "message listener: a greeting that ends with the name is found out at exit" {
	start_server --framing message --greeting 'Hi %s'
	says 6 Yam
	[ "$output" = $'Welcome!\nHi Yam' ]
	[[ $stderr == *'the close after "exit"; it said "Hi exit"; is -f message its framing?' ]]
}

@test "auto listener, told -f message" {
	start_server
	says 0 -f message Yam May Sarah
	[ "$output" = "$greetings" ]
	server_read "b'Yam'" "b'May'" "b'Sarah'" "b'exit'"
}

@test "answers that come byte by byte: lines are put together" {
	start_server --framing line --bytewise --welcome W
	says 0 -f line Yam May Sarah
	[ "$output" = $'W\nHello, Yam!\nHello, May!\nHello, Sarah!' ]
}

@test "answers that come byte by byte: nothing of a message is lost" {
	start_server --framing message --bytewise
	says 0 -f message Yam May
	[ "${output//$'\n'/}" = 'Welcome!Hello, Yam!Hello, May!' ]
}

@test "answers that end with CRLF" {
	start_server --framing line --crlf
	says 0 Yam May Sarah
	[ "$output" = "$greetings" ]
}

@test "a welcome of several lines" {
	start_server --framing line --welcome $'Good\nmorning'
	says 0 Yam
	[ "$output" = $'Good\nmorning\nHello, Yam!' ]
}

@test "IPv6" {
	start_server --host ::1
	says 0 Yam May Sarah
	[ "$output" = "$greetings" ]
}

@test "a UNIX socket" {
	start_server --unix "$BATS_TEST_TMPDIR/socket"
	says 0 Yam May Sarah
	[ "$output" = "$greetings" ]
}

# with_hosts ADDRESS... - has the word "many" stand for these addresses
with_hosts() {
	unshare -rm true 2>/dev/null || skip "no user namespaces here"
	printf '%s many\n' "$@" >"$BATS_TEST_TMPDIR/hosts"
	HELLOSAY_UNDER=(unshare -rm sh -c 'mount --bind "$0" /etc/hosts && exec "$@"'
		"$BATS_TEST_TMPDIR/hosts")
}

@test "a host name: its addresses are tried in turn" {
	with_hosts ::1 127.0.0.2 127.0.0.1
	start_server
	TO=(-H many -p "$PORT")
	says 0 Yam May Sarah
	[ "$output" = "$greetings" ]
}

@test "a host name, refused by every address: exit code 3, each is named" {
	with_hosts ::1 127.0.0.2 127.0.0.1
	start_server --fault refuse
	TO=(-H many -p "$PORT")
	says 3 Yam
	[[ $stderr == *"[::1]:$PORT: Connection refused; is hellod running there?"* ]]
	[[ $stderr == *"127.0.0.1:$PORT: Connection refused"* ]]
	[ "${#stderr_lines[@]}" -eq 3 ]
}

@test "standard input: lines with LF, CRLF, empty, and one without an end" {
	start_server
	says 0 < <(printf 'Yam\n\nMay\r\n\r\nSarah')
	[ "$output" = "$greetings" ]
	server_read "b'Yam\\n'" "b'May\\n'" "b'Sarah\\n'" "b'exit\\n'"
}

@test "standard input: a line with exit ends it" {
	start_server
	says 0 < <(printf 'Yam\nexit\nMay\n')
	[ "$output" = $'Welcome!\nHello, Yam!' ]
	server_read "b'Yam\\n'" "b'exit\\n'"
}

@test "standard input: nothing to say, with every framing" {
	for framing in auto line message; do
		start_server --framing "$framing"
		says 0 </dev/null
		[ "$output" = 'Welcome!' ]
		stop_server
	done
}

@test "standard input: 10 000 names" {
	start_server
	seq -f 'name-%.0f' 10000 >"$BATS_TEST_TMPDIR/names"
	says 0 <"$BATS_TEST_TMPDIR/names"
	diff <(echo 'Welcome!'; sed 's/.*/Hello, &!/' "$BATS_TEST_TMPDIR/names") <(echo "$output")
}

@test "names: UTF-8, blanks, one of 1000 bytes, one with a NUL" {
	start_server
	long=$(printf 'x%.0s' {1..1000})
	says 0 'Zoë Ångström' ' ' "$long"
	[ "$output" = $'Welcome!\nHello, Zoë Ångström!\nHello,  !\nHello, '"$long!" ]
	printf 'a\0b\n' | "$HELLOSAY" "${TO[@]}" >"$BATS_TEST_TMPDIR/out"
	cmp "$BATS_TEST_TMPDIR/out" <(printf 'Welcome!\nHello, a\0b!\n')
}

@test "names that no message can carry are refused before connecting" {
	start_server
	for name in '' exit $'a\nb' $'a\r'; do
		says 2 Yam "$name"
		[[ $stderr == *'NAME: got "'*'", want '* ]]
	done
	[ ! -s "$BATS_TEST_TMPDIR/server.log" ]
}

@test "wrong usage: exit code 2, with what was wrong and where help is" {
	TO=()
	for wrong in '-p 0' '-p 65536' '-p x' '-p 1x' '-p +1' '-t 0' '-t -1' '-t 25h' '-t x' \
		'-f x' '-x' '--nonsense' '-u /x -p 1' '-u /x -H ::1' '-p' "-u $(printf 'x%.0s' {1..108})"; do
		# shellcheck disable=SC2086 # options and values are words
		says 2 $wrong
		[ -z "$output" ]
		[ -n "$stderr" ]
	done
	says 2 -p 99999
	[ "$stderr" = $'hellosay: -p: got "99999", want a port from 1 to 65535\nTry \'hellosay --help\' for more information.' ]
	for wrong in '' '[::1]' 127.0.0.1:9999 'two words'; do
		says 2 -H "$wrong" Yam
		[[ $stderr == "hellosay: -H: got \"$wrong\", want a host name, or an address without port and brackets"* ]]
	done
	says 2 -t 5m
	[[ $stderr == *'-t: got "5m", want a time from 1 ms to 24 h (units: us, ms, s, min, h, d)'* ]]
}

@test "--version" {
	TO=()
	says 0 --version
	[[ ${lines[0]} == 'hellosay '[0-9]* ]]
}

@test "refused: exit code 3, with the address and advice" {
	start_server --fault refuse
	says 3 Yam
	[ -z "$output" ]
	[ "$stderr" = "hellosay: cannot connect to 127.0.0.1:$PORT: Connection refused; is hellod running there?" ]
}

@test "UNIX socket without a server, missing, or something else: exit code 3" {
	start_server --fault refuse --unix "$BATS_TEST_TMPDIR/socket"
	says 3 Yam
	[ "$stderr" = "hellosay: cannot connect to unix:$BATS_TEST_TMPDIR/socket: Connection refused; is hellod running there?" ]
	TO=(-u "$BATS_TEST_TMPDIR/missing")
	says 3 Yam
	[[ $stderr == *'missing: No such file or directory; is hellod running there?' ]]
	TO=(-u "$BATS_TEST_TMPDIR/server.log")
	says 3 Yam
}

@test "unknown host: exit code 3" {
	TO=(-H nobody.invalid)
	says 3 Yam
	[[ $stderr == 'hellosay: cannot find the host "nobody.invalid": '*'; '* ]]
}

@test "connecting takes too long: exit code 4, by TCP and UNIX socket" {
	start_server --fault deaf
	says 4 -t 100ms Yam
	[[ $stderr == *"127.0.0.1:$PORT: Connection timed out; "*'-t' ]]
	stop_server
	start_server --fault deaf --unix "$BATS_TEST_TMPDIR/socket"
	says 4 -t 100ms Yam
	[[ $stderr == *'socket: Connection timed out; '*'-t' ]]
}

@test "no welcome, or no answer, in time: exit code 4" {
	start_server --fault silent
	says 4 -t 100ms Yam
	[ "$stderr" = "hellosay: 127.0.0.1:$PORT: timed out while waiting for the welcome; -t allows more time" ]
	stop_server
	start_server --fault mute
	says 4 -t 1 Yam
	[ "$output" = 'Welcome!' ]
	[ "$stderr" = "hellosay: 127.0.0.1:$PORT: timed out while waiting for the answer to \"Yam\"; -t allows more time" ]
}

@test "a server that trickles cannot stretch the time-out" {
	start_server --bytewise --greeting "%s$(printf 'x%.0s' {1..2000})"
	says 4 -t 1000ms Yam
}

@test "no close after exit: exit code 4" {
	start_server --fault stay
	says 4 -t 1s Yam
	[ "$output" = $'Welcome!\nHello, Yam!' ]
	[[ $stderr == *'timed out while waiting for the close after "exit"; '* ]]
}

@test "closed or reset too early: exit code 5, what came before is printed" {
	local fault want
	while read -r fault want; do
		start_server --fault "$fault" --framing line
		says 5 -f line Yam May
		[ "$output" = "${want//+/$'\n'}" ]
		[[ $stderr == "hellosay: 127.0.0.1:$PORT: "* ]]
		stop_server
	done <<-'END'
		close-at-once
		close-in-welcome
		reset-at-once
		close-on-name Welcome!
		reset-on-name Welcome!
		close-in-answer Welcome!
		close-on-second Welcome!+Hello, Yam!
		close-when-idle Welcome!+Hello, Yam!
	END
}

@test "closed early, in message framing: exit code 5" {
	start_server --fault close-in-answer --framing message
	says 5 -f message Yam
	[[ $stderr == *'closed by the server while waiting for the answer to "Yam"; it said "Hell"; '* ]]
}

@test "a wrong answer: exit code 6, with every framing" {
	local framing
	for framing in auto line message; do
		start_server --fault wrong-second --framing "$framing"
		says 6 -f "$framing" -t 1 Yam May
		[ "$output" = $'Welcome!\nHello, Yam!' ]
		[[ $stderr == *': wrong answer while waiting for the answer to "May"; it said "Hello, somebody else!'* ]]
		stop_server
	done
}

@test "Error and Busy: exit code 6, and on standard error" {
	local framing
	for framing in auto line message; do
		start_server --fault error --framing "$framing"
		says 6 -f "$framing" Yam May
		[ "$output" = 'Welcome!' ]
		[[ $stderr == *': refused while waiting for the answer to "Yam"; it said "Error: name is not to my taste'* ]]
		stop_server
	done
	start_server --fault busy
	says 6 Yam
	[ -z "$output" ]
	[ "$stderr" = "hellosay: 127.0.0.1:$PORT: refused while waiting for the welcome; it said \"Busy: 3 connections of 3 are taken\"" ]
}

@test "too much said: exit code 6" {
	local fault
	for fault in twice endless chatty; do
		start_server --fault "$fault" --framing line
		says 6 Yam
		stop_server
	done
}

@test "standard output cannot be written: exit code 1" {
	start_server
	run -1 --separate-stderr bash -c '"$@" >/dev/full' - "$HELLOSAY" "${TO[@]}" Yam
	[ "$stderr" = 'hellosay: cannot write to standard output: No space left on device' ]
	run -1 --separate-stderr bash -c '"$@" >&-' - "$HELLOSAY" "${TO[@]}" Yam
	# a pipe whose reader has gone
	mkfifo "$BATS_TEST_TMPDIR/pipe"
	run -1 --separate-stderr bash -c 'exec 5<>"$1" 6>"$1" 5<&-; shift; "$@" >&6' - \
		"$BATS_TEST_TMPDIR/pipe" "$HELLOSAY" "${TO[@]}" Yam
	[ "$stderr" = 'hellosay: cannot write to standard output: Broken pipe' ]
}

@test "standard input closed: nothing is said, nothing is confused" {
	start_server
	run -0 --separate-stderr bash -c '"$@" <&-' - "$HELLOSAY" "${TO[@]}"
	[ "$output" = 'Welcome!' ]
}

@test "at a terminal: a prompt, escaped answers, end of file" {
	start_server --greeting $'\e[31m%s'
	run -0 python3 "$abs_top_srcdir/tests/hellosay/terminal.py" "$HELLOSAY" "${TO[@]}" <<-'END'
		want 'Welcome!\r\n> '
		type 'Yam\n'
		want 'Yam\r\n\\x1b[31mYam\r\n> '
		type '\x04'
		want '\r\n'
		exit 0
	END
}

@test "at a terminal: exit at the prompt" {
	start_server
	run -0 python3 "$abs_top_srcdir/tests/hellosay/terminal.py" "$HELLOSAY" "${TO[@]}" <<-'END'
		want 'Welcome!\r\n> '
		type 'exit\n'
		want 'exit\r\n'
		exit 0
	END
}

@test "at a terminal: a server that hangs up is told of at once" {
	start_server --fault close-when-idle
	run -0 python3 "$abs_top_srcdir/tests/hellosay/terminal.py" "$HELLOSAY" "${TO[@]}" <<-'END'
		want 'Welcome!\r\n> '
		type 'Yam\n'
		want 'Yam\r\nHello, Yam!\r\n> '
		want 'closed by the server while waiting for the next name'
		exit 5
	END
}
