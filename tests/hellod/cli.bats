#!/usr/bin/env bats
# The command line. What a configuration may say wrong is tested elsewhere.

# Programs for another shell stand in single quotes (2016), and common.bash uses
# the variables that are set here (2034).
# shellcheck disable=SC2016,SC2034
load ../lib/common

# run_hellod CODE ARGUMENT... - with an empty configuration, unless there is -c
run_hellod() {
	local code=$1 hellod_arguments
	shift
	make_arguments "$@"
	run "-$code" --separate-stderr timeout 20 "$HELLOD" "${hellod_arguments[@]}"
}

# The value that a key has in effect.
effective() { # KEY
	sed -n "s/^	*$1 = \(.*\);$/\1/p" <<<"$output"
}

@test "-h and --help" {
	local option letter
	run_hellod 0 -h
	[ -z "$stderr" ]
	[[ $output == "Usage: hellod [OPTION]..."* ]]
	for letter in c l o t T d V h; do
		grep -q "^  -$letter, --" <<<"$output"
	done
	local help=$output
	run_hellod 0 --help
	[ "$output" = "$help" ]
	# Nothing is too long for a terminal, but perhaps where it was installed.
	[ "$(printf '%s\n' "$help" | sed 's|/[^ ]*/hellod.conf|/etc/hellod.conf|' |
		awk 'length > 80')" = "" ]
}

@test "-V and --version" {
	run_hellod 0 -V
	[ -z "$stderr" ]
	[[ $output =~ ^hellod\ [0-9]+\.[0-9]+ ]]
	local version=$output
	run_hellod 0 --version
	[ "$output" = "$version" ]
}

@test "help that cannot be written is a failure" {
	[ -c /dev/full ] || skip "there is no /dev/full"
	run -1 bash -c '"$HELLOD" -h >/dev/full'
	[[ $output == *"No space left on device"* ]]
	run -1 bash -c '"$HELLOD" -V >/dev/full'
	: >"$BATS_TEST_TMPDIR/empty.conf"
	run -1 bash -c '"$HELLOD" -c "$1" -T >/dev/full' - "$BATS_TEST_TMPDIR/empty.conf"
}

@test "an option that there is not" {
	run_hellod 64 -x
	[[ $stderr == *"invalid option -- 'x'"* ]]
	[[ $stderr == *"Try 'hellod --help' for more."* ]]
	[ -z "$output" ]
	run_hellod 64 --wrokers
	[[ $stderr == *"--wrokers"* ]]
}

@test "an option without its argument" {
	local option
	for option in -c -l -o --config --listen --option; do
		run -64 --separate-stderr "$HELLOD" "$option"
		[[ $stderr == *"requires an argument"* ]]
	done
}

@test "an argument too many" {
	run_hellod 64 start
	[[ $stderr == "hellod: unexpected argument 'start'"* ]]
}

@test "-t: a good configuration" {
	run_hellod 0 -t
	[[ $output == "hellod: "*"/empty.conf: the configuration is valid" ]]
	[ -z "$stderr" ]
}

@test "-t: a bad one; every fault is told, where it is and what it wants" {
	printf 'workers = 0;\n\nmax_message = "x";\n' >"$BATS_TEST_TMPDIR/bad.conf"
	run_hellod 78 -t -c "$BATS_TEST_TMPDIR/bad.conf" -o reply_delay=-1
	[ -z "$output" ]
	[[ $stderr == *"$BATS_TEST_TMPDIR/bad.conf:1: workers: got 0, want "* ]]
	[[ $stderr == *"$BATS_TEST_TMPDIR/bad.conf:3: max_message: got \"x\", want "* ]]
	[[ $stderr == *"-o reply_delay=-1: reply_delay: got "* ]]
	# The same without -t: it does not start.
	run_hellod 78 -c "$BATS_TEST_TMPDIR/bad.conf"
}

@test "-t: a bad one is one for whoever does not care for its children, too" {
	echo 'workers = 0;' >"$BATS_TEST_TMPDIR/c"
	run -78 timeout 20 /usr/bin/python3 -c 'import os, signal, sys
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
os.execv(sys.argv[1], sys.argv[1:])' "$HELLOD" -t -c "$BATS_TEST_TMPDIR/c"
	[[ $output == *'the configuration is not valid'* ]]
}

@test "-t needs nothing of what it tests: a port that is taken is fine" {
	hellod_start -o workers=1
	run_hellod 0 -t -l "$HELLOD_ADDRESS"
	run_hellod 0 --test -l "unix:$BATS_TEST_TMPDIR/nowhere/socket"
}

@test "a configuration that is not there" {
	run_hellod 78 -c "$BATS_TEST_TMPDIR/nothing"
	[[ $stderr == *"$BATS_TEST_TMPDIR/nothing: "*"No such file or directory"* ]]
}

@test "-T prints a valid configuration, which gives the same -T again" {
	run_hellod 0 -T -o welcome='say "hi" \ %' -o reply_delay=1.5 -o max_message=2000 \
		-l 127.0.0.1:7777 -l '[::1]:0' -l unix:/tmp/hello
	[ -z "$stderr" ]
	printf '%s\n' "$output" >"$BATS_TEST_TMPDIR/dump.conf"
	run_hellod 0 -t -c "$BATS_TEST_TMPDIR/dump.conf"
	run_hellod 0 --dump -c "$BATS_TEST_TMPDIR/dump.conf"
	diff "$BATS_TEST_TMPDIR/dump.conf" <(printf '%s\n' "$output")
}

@test "-T has the built-in defaults" {
	: >"$BATS_TEST_TMPDIR/c"
	run_hellod 0 -T -c "$BATS_TEST_TMPDIR/c"
	[ "$(effective address)" = '"127.0.0.1"' ]
	[ "$(effective port)" = 9999 ]
	[ "$(effective workers)" = '"auto"' ]
	[ "$(effective welcome)" = '"Welcome!"' ]
	[ "$(effective greeting)" = '"Hello, %s!"' ]
	[ "$(effective framing)" = '"auto"' ]
}

@test "-o reads its value as the file would" {
	run_hellod 0 -T -o workers=3 -o 'reply_delay = 0.25' -o 'idle_timeout="10 s"' \
		-o log_connections=false -o 'max_message=2 KiB'
	[ "$(effective workers)" = 3 ]
	[ "$(effective reply_delay)" = '"250 ms"' ]
	[ "$(effective idle_timeout)" = '"10 s"' ]
	[ "$(effective log_connections)" = false ]
	[ "$(effective max_message)" = '"2 KiB"' ]
}

@test "-o takes a bare word, or words, as a text" {
	run_hellod 0 -T -o encoding=bytes -o user=root -o 'welcome=Good day, dear visitor!' \
		-o 'write_timeout=2 min' -o log_target=file:/var/log/hellod.log
	[ "$(effective encoding)" = '"bytes"' ]
	[ "$(effective welcome)" = '"Good day, dear visitor!"' ]
	[ "$(effective write_timeout)" = '"2 min"' ]
	[ "$(effective log_target)" = '"file:/var/log/hellod.log"' ]
}

@test "-o takes a list" {
	: >"$BATS_TEST_TMPDIR/c"
	run_hellod 0 -T -c "$BATS_TEST_TMPDIR/c" \
		-o 'listen=( { path = "/tmp/x"; }, { address = "::1"; port = 1; framing = "line"; } )'
	[ "$(effective path)" = '"/tmp/x"' ]
	[ "$(effective address)" = '"::1"' ]
	[ "$(effective port)" = 1 ]
}

@test "-o is stronger than the file, the last -o than the others" {
	echo 'workers = 2;' >"$BATS_TEST_TMPDIR/c"
	run_hellod 0 -T -c "$BATS_TEST_TMPDIR/c"
	[ "$(effective workers)" = 2 ]
	run_hellod 0 -T -c "$BATS_TEST_TMPDIR/c" --option workers=3 --option=workers=4
	[ "$(effective workers)" = 4 ]
}

@test "-o without a value, or with a key that there is not" {
	run_hellod 78 -t -o workers
	[[ $stderr == *"-o workers"* ]]
	run_hellod 78 -t -o workrs=2
	[[ $stderr == *"-o workrs=2: workrs: "*"did you mean"*workers* ]]
}

@test "-l: all forms of an address" {
	run_hellod 0 -T -l 127.0.0.1:1 -l '[::1]:2' -l localhost:3 -l unix:/tmp/socket --listen=0.0.0.0:65535
	[ "$(effective address)" = $'"127.0.0.1"\n"::1"\n"localhost"\n"0.0.0.0"' ]
	[ "$(effective port)" = $'1\n2\n3\n65535' ]
	[ "$(effective path)" = '"/tmp/socket"' ]
}

@test "-l replaces the list of the file" {
	echo 'listen = ( { address = "127.0.0.1"; port = 1; }, { path = "/tmp/x"; } );' >"$BATS_TEST_TMPDIR/c"
	run_hellod 0 -T -c "$BATS_TEST_TMPDIR/c" -l 127.0.0.1:2
	[ "$(effective port)" = 2 ]
	[ -z "$(effective path)" ]
}

@test "-l: what is no address" {
	local text
	for text in '' 127.0.0.1 127.0.0.1: 127.0.0.1:x 127.0.0.1:65536 127.0.0.1:-1 :: '[::1]' \
		'[::1:1' unix: unix:relative "unix:/$(printf 'x%.0s' {1..107})"; do
		run_hellod 78 -t -l "$text"
		[[ $stderr == "-l ${text:0:60}"*": "*"; want ADDRESS:PORT, "* ]]
	done
}

@test "port 0: the port that was chosen is told, and is another each time" {
	hellod_start -l 127.0.0.1:0 -l 127.0.0.1:0
	[ "${#HELLOD_ADDRESSES[@]}" -eq 2 ]
	[ "$HELLOD_PORT" -gt 0 ]
	[ "${HELLOD_ADDRESSES[0]}" != "${HELLOD_ADDRESSES[1]}" ]
	greets "${HELLOD_ADDRESSES[0]}"
	greets "${HELLOD_ADDRESSES[1]}"
}

@test "the line at the start: addresses, workers, configuration" {
	hellod_start -l 127.0.0.1:0 -l "unix:$BATS_TEST_TMPDIR/socket" -o workers=3
	log_has "ready: listening on 127\.0\.0\.1:$HELLOD_PORT, unix:$BATS_TEST_TMPDIR/socket; 3 workers.*; configuration: $BATS_TEST_TMPDIR/empty.conf$"
	hellod_stop
	hellod_start -o workers=1
	log_has "; 1 worker( |;)"
}

@test "without a file the line at the start says: built-in defaults" {
	[ ! -e /etc/hellod.conf ] || skip "this machine has an /etc/hellod.conf"
	run -0 --separate-stderr "$HELLOD" -t
	[ "$output" = "hellod: built-in defaults: the configuration is valid" ]
}
