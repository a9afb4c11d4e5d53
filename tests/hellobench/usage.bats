#!/usr/bin/env bats
# usage.bats - hellobench's command line, and that hellobench(1) says the same

bats_require_minimum_version 1.5.0

load common

PAGE="${abs_top_srcdir:?}/man/hellobench.1"

# same TEXT TEXT - the same, and not empty
same() {
	[ -n "$1" ]
	diff <(echo "$1") <(echo "$2")
}

plain_page() {
	sed 's/\\f[BIRP]//g; s/\\-/-/g' "$PAGE"
}

# The long options, with "=" for those that take an argument.
helped_options() {
	"$HELLOBENCH" --help | sed -n 's/^  \(-.,\|   \) --\([a-z-]*=\{0,1\}\).*/\2/p'
}

@test "the options of --help and of the manual page are the same" {
	same "$("$HELLOBENCH" --help |
		sed -n 's/^  \(-.\), --\([a-z-]*=*[A-Z]*\).*/\1 \2/p; s/^      --\([a-z-]*=*[A-Z]*\).*/\1/p')" \
		"$(plain_page | sed -n '/^\.SH OPTIONS/,/^\.SH REPORT/ {
			s/^\.BR \(-.\) ", " --\([a-z-]*=*\) *\([A-Z]*\)$/\1 \2\3/p
			s/^\.B --\([a-z-]*=* *[A-Z]*\)$/\1/p }' | sed '/^source$/d; s/= /=/')"
}

@test "every option of --help is understood, with its argument or without" {
	local option count=0
	for option in $(helped_options); do
		if [[ $option == *= ]]; then
			run -2 "$HELLOBENCH" "--${option%=}"
			[[ $output == *"requires an argument"* ]]
			run -2 "$HELLOBENCH" "--$option"
		else
			run -2 "$HELLOBENCH" "--$option=x"
			[[ $output == *"doesn't allow an argument"* ]]
		fi
		count=$((count + 1))
	done
	[ "$count" -gt 20 ]
}

@test "the defaults of --help are in the manual page" {
	local default
	for default in $("$HELLOBENCH" --help | tr -d '\n' | grep -o '(default: [A-Za-z0-9.]*' |
		sed 's/.*: //' | sort -u); do
		plain_page | grep -q "^Default: $default" || { echo "no default $default"; return 1; }
	done
}

@test "the exit codes of --help and of the manual page are the same" {
	same "$("$HELLOBENCH" --help | sed -n 's/^  \([0-9][0-9]*\)  \(.*\)/\1 \2/p')" \
		"$(sed -n '/^\.SH EXIT STATUS/,/^\.SH EXAMPLES/ { /^\.B [0-9]/ { s/^\.B //; N; s/\n/ /; p } }' "$PAGE")"
}

@test "the failures of the source and of the manual page are the same" {
	same "$(sed -n 's/.*X(FAILURE_[A-Z_]*, "\(.*\)", "\(.*\)").*/\1 \2/p' \
		"$abs_top_srcdir/src/hellobench/failure.h")" \
		"$(sed -n '/^\.SH REPORT/,/^\.SH EXIT/ { /^\.B [a-z]/ { s/^\.B //; N; s/\n/ /; p } }' "$PAGE")"
}

# refuses WORDS ARGUMENT... - usage is wrong, and the words say why
refuses() {
	local words=$1
	shift
	run -2 --separate-stderr timeout 10 "$HELLOBENCH" "$@"
	[[ $stderr == *"$words"* ]]
	[ -z "$output" ]
}

@test "values out of range are refused" {
	refuses '--connections: got "0", want a number from 1 to' -c 0
	refuses '--connections: got "x"' -c x
	refuses '--pipeline: got "1025", want a number from 1 to 1024' -P 1025
	refuses '--rate: got "nan"' -r nan
	refuses '--rate: got "0"' -r 0
	refuses '--duration: got "0"' -d 0
	refuses '--timeout: got "1 furlong", want a time from 1 ms to 1 d (units: us, ms, s, min, h, d)' \
		-t '1 furlong'
	refuses '--port: got "65536"' -p 65536
	refuses '--dialogue: got "talk", want greet, session, churn or idle' -D talk
	refuses '--framing: got "x", want auto, line or message' -f x
	refuses '--protocol: got "http"' --protocol http
	refuses '--greeting: got "%d"' --greeting %d
	refuses '--greeting: got "%s%s"' --greeting %s%s
	refuses '--host: got ""' -H ''
	refuses '--host: got "[::1]", want a host name, or an address without port and brackets' -H '[::1]'
	refuses '--host: got "127.0.0.1:80"' -H 127.0.0.1:80
	refuses 'got "greet", want options only' greet
}

@test "what contradicts itself is refused" {
	refuses 'want no address beside it' -u /tmp/x -p 1
	refuses '--pipeline: got 2, want 1' -f message -P 2
	refuses '--crlf' -f message --crlf
	refuses '--processes: got 3, want at most one a connection (2)' -j 3 -c 2
	refuses '--count: got 1, want at least one a process (2)' -j 2 -c 2 -n 1
	refuses '--source: got "::1"' --source ::1
	refuses 'want 1 to 107' -u "$(printf '%0200d' 0)"
	refuses 'want no --count' -D idle -n 5
}

@test "a host that nobody knows is told of" {
	run -3 --separate-stderr "$HELLOBENCH" -H nobody.invalid
	[[ $stderr == *'cannot find the host "nobody.invalid"'* ]]
}

@test "more connections than there may be open files are refused beforehand" {
	ulimit -n 100
	run -1 --separate-stderr "$HELLOBENCH" -c 100 -p 1
	[[ $stderr == *"limit of 100"*"-j"* ]]
}

@test "--version" {
	run -0 "$HELLOBENCH" -V
	[[ $output == "hellobench "[0-9]* ]]
}
