#!/usr/bin/env bats
# Secrets go to the server that was named, and nowhere else.

# shellcheck disable=SC2154 # set by common.bash and by bats
load common

secret=T0pSecret

setup_file() {
	bad_name=other start_bad_server
	export other=$bad other_file=$bad_file other_pid=$bad_pid
	start_bad_server
	make_new
}

teardown_file() {
	stop "$bad_pid"
	stop "$other_pid"
}

setup() {
	make_place
	umask 077
	file=$BATS_TEST_TMPDIR/fields
	printf '# for the test\nX-Key: %s\n\nAuthorization: Bearer %s' $secret $secret >"$file"
	netrc=$BATS_TEST_TMPDIR/netrc
	printf 'machine example.org login x password y\nmachine 127.0.0.1\n\tlogin yam\n\tpassword %s\n' \
		$secret >"$netrc"
	basic=$(printf 'yam:%s' $secret | base64)
	rm -f "$bad_file.requests" "$other_file.requests"
	requests=$bad_file.requests
}

teardown() {
	stop "${fetch_pid:-}"
}

get() { # CODE ARGUMENT...
	fetch -q --no-state --retry-delay 1ms -o "$place/page" "${@:2}"
	[ "$status" -eq "$1" ] || show
}

# How many of the requests had such a line.
count() { # LINE [FILE]
	grep -cxF "$1"$'\r' "${2:-$requests}" || true
}

no_secret_in() { # FILE...
	! grep -rqsF -e "$secret" -e "$basic" "$@"
}

no_request() {
	[ ! -e "$requests" ] || { cat "$requests" >&2; return 1; }
}

@test "--header-from: the fields are sent, once" {
	get 0 --header-from "$file" "$bad/good"
	[ "$(count "X-Key: $secret")" -eq 1 ]
	[ "$(count "Authorization: Bearer $secret")" -eq 1 ]
	[ "$(count 'Accept-Encoding: gzip')" -eq 1 ]
	run ! grep -q 'for the test' "$requests"
	cmp "$place/page" "$new"
}

@test "--header-from: line ends as on other systems" {
	printf 'X-Key: %s\r\n' $secret >"$file"
	get 0 --header-from "$file" "$bad/good"
	[ "$(count "X-Key: $secret")" -eq 1 ]
}

@test "--netrc-file: the entry of the host" {
	get 0 --netrc-file "$netrc" "$bad/good"
	[ "$(count "Authorization: Basic $basic")" -eq 1 ]
	get 13 --netrc-file "$netrc" "${bad/127.0.0.1/localhost}/good"
	assert_says "no entry for this host"
	echo 'default login yam' >>"$netrc"
	get 0 --netrc-file "$netrc" "${bad/127.0.0.1/localhost}/good"
	[ "$(count "Authorization: Basic $(printf yam: | base64)")" -eq 1 ]
}

@test "--credential: in systemd's directory" {
	fetch() {
		run --separate-stderr env -i CREDENTIALS_DIRECTORY="$BATS_TEST_TMPDIR" "$hellofetch" "$@"
	}
	get 0 --credential fields "$bad/good"
	[ "$(count "X-Key: $secret")" -eq 1 ]
	# Its access control list looks like that.
	chmod 440 "$file"
	get 0 --credential fields "$bad/good"
	chmod 444 "$file"
	get 13 --credential fields "$bad/good"
	assert_says "others than its owner"
	get 13 --credential nothing "$bad/good"
	assert_says "/nothing: No such file or directory"
	local name
	for name in ../fields a/b . .. ''; do
		get 2 --credential "$name" "$bad/good"
	done
}

@test "a token, as the manual says" {
	local commands
	mkdir -p "$BATS_TEST_TMPDIR/home/.config"
	rm -f "$bad_file.requests"
	commands=$(manual_example "Fetch what only a token opens")
	[[ $commands == *"https://www.example.com/news"* ]]
	(cd "$place" && HOME=$BATS_TEST_TMPDIR/home TOKEN=T0pSecret PATH=${hellofetch%/*}:$PATH \
		bash -ec "${commands/https:\/\/www.example.com\/news/$bad/good}")
	grep -qxF $'Authorization: Bearer T0pSecret\r' "$bad_file.requests"
	cmp "$place/good" "$new"
}

@test "--credential without systemd is told" {
	assert_fails 13 "has no CREDENTIALS_DIRECTORY" --credential fields "$bad/good"
	no_request
}

@test "each attempt has them" {
	get 0 --header-from "$file" "$bad/seq/$BATS_TEST_NUMBER/503,short-length,good"
	[ "$(count "X-Key: $secret")" -eq 3 ]
}

@test "a redirect on the same server takes them along" {
	local target
	for target in /good "$bad/good" "HTTP${bad#http}/good" "//${bad#http://}/good" "to?good"; do
		rm -f "$requests"
		get 0 --header-from "$file" --netrc-file "$netrc" "$bad/to?$target"
		[ "$(grep -c '^GET' "$requests")" -eq "$(count "X-Key: $secret")" ]
		[ "$(grep -c '^GET' "$requests")" -eq "$(count "Authorization: Basic $basic")" ]
	done
}

@test "no other host, and no other port, ever sees them" {
	local target
	for target in "${bad/127.0.0.1/localhost}/good" "//${bad/http:\/\/127.0.0.1/localhost}/good" \
		"$other/good" "//${other#http://}/good" "$other/to?$other/good"; do
		rm -f "$requests" "$other_file.requests"
		get 0 --header-from "$file" --netrc-file "$netrc" "$bad/to?$target"
		[ "$(count "X-Key: $secret")" -eq 1 ]
		[ "$(count "Authorization: Basic $basic")" -eq 1 ]
		[ "$(cat "$requests" "$other_file.requests" 2>/dev/null | grep -c '^GET')" -ge 2 ]
		no_secret_in "$other_file.requests"
	done
}

@test "and they do not come back on the way home" {
	get 0 --header-from "$file" --netrc-file "$netrc" "$bad/to?$other/to?$bad/good"
	[ "$(grep -c '^GET' "$requests")" -eq 2 ]
	[ "$(count "X-Key: $secret")" -eq 1 ]
	[ "$(count "Authorization: Basic $basic")" -eq 1 ]
	no_secret_in "$other_file.requests"
}

@test "a proxy that is to connect us does not see them" {
	run --separate-stderr env -i https_proxy="$bad" "$hellofetch" -q --no-state --tries 1 \
		--header-from "$file" -o "$place/page" https://127.0.0.1:9/x
	[ "$status" -ne 0 ] || show
	grep -q '^CONNECT 127.0.0.1:9 ' "$requests"
	no_secret_in "$requests"
}

@test "a file that others can read or change is refused, and nobody is asked" {
	local mode
	for mode in 640 604 620 602 610 644; do
		chmod $mode "$file" "$netrc"
		assert_fails_once 13 "others than its owner have access to it" --header-from "$file" "$bad/good"
		assert_fails_once 13 "others than its owner have access to it" --netrc-file "$netrc" "$bad/good"
	done
	no_request
}

@test "so is one of another user" {
	[ "$(id -u)" -eq 0 ] || skip "only root can give files away"
	chown 12345 "$file" || skip "this root cannot give files away"
	assert_fails_once 13 "it belongs to another user" --header-from "$file" "$bad/good"
	no_request
}

@test "what is no file, or too large, is refused" {
	mkfifo "$BATS_TEST_TMPDIR/pipe"
	assert_fails_once 13 "it is not a regular file" --header-from "$BATS_TEST_TMPDIR/pipe" "$bad/good"
	assert_fails_once 13 "it is not a regular file" --netrc-file "$place" "$bad/good"
	assert_fails_once 13 "No such file" --netrc-file "$BATS_TEST_TMPDIR/nothing" "$bad/good"
	head -c 65537 /dev/zero >"$file"
	assert_fails_once 13 "larger than 64 KiB" --header-from "$file" "$bad/good"
	no_request
}

@test "a line that is no field is told by its number, not by its words" {
	local line
	for line in "$secret" "X Key: $secret" ": $secret" "X-Key:" $'X-Key: \x01'"$secret" \
		"Host: $secret" "range: $secret" "If-None-Match: $secret"; do
		printf 'X-Good: 1\n%s\n' "$line" >"$file"
		assert_fails_once 13 "line 2: " --header-from "$file" "$bad/good"
		[[ $stderr != *"$secret"* ]] || show
	done
	printf 'X-Key: a\0b\n' >"$file"
	assert_fails_once 13 "line 1: there is a NUL" --header-from "$file" "$bad/good"
	echo "machine 127.0.0.1 passwort $secret" >"$netrc"
	assert_fails_once 13 "not of a netrc file's form" --netrc-file "$netrc" "$bad/good"
	[[ $stderr != *"$secret"* ]] || show
	no_request
}

@test "no secret in messages, state, header or file, however it ends" {
	local name all=$BATS_TEST_TMPDIR/all
	for name in good gzip 404 503 304 short-length no-answer rubbish long-line redirect redirect-loop \
		redirect-user redirect-file two-lengths empty "to?$other/404" "to?$other/good"; do
		fetch -o "$place/page" --header-file "$place/header" --tries 2 --retry-delay 1ms \
			--header-from "$file" --netrc-file "$netrc" --fail-after 1 "$bad/$name"
		printf '%s\n' "$output" "$stderr" >>"$all"
		[ -e "$place/.page.hellofetch" ]
		no_secret_in "$all" "$place"
	done
	grep -q 'exit code' "$all"
	no_secret_in "$other_file.requests"
	# It was sent indeed.
	grep -qF "$secret" "$requests"
}

@test "no secret in the arguments or the environment, even of a hook" {
	rm -f "$bad_file.stalled"
	"$hellofetch" -q -o "$place/page" --header-from "$file" --netrc-file "$netrc" "$bad/stall" \
		2>/dev/null 3>&- &
	fetch_pid=$!
	wait_for_file "$bad_file.stalled" "$fetch_pid"
	cat "/proc/$fetch_pid/cmdline" "/proc/$fetch_pid/environ" >"$BATS_TEST_TMPDIR/seen"
	grep -qa stall "$BATS_TEST_TMPDIR/seen"
	no_secret_in "$BATS_TEST_TMPDIR/seen"
	kill "$fetch_pid"
	wait "$fetch_pid" || true
	# shellcheck disable=SC2016 # the hook's shell expands it
	get 0 --header-from "$file" --on-change "$bad/good" -- \
		/bin/sh -c 'env; tr "\0" "\n" </proc/$PPID/cmdline; ls -l /proc/self/fd'
	[[ $output == *HELLOFETCH_URL* ]] || show
	[[ $output != *"$secret"* ]] || show
}

@test "a URL with a password is refused, and not repeated" {
	fetch -o "$place/page" "http://yam:$secret@127.0.0.1/"
	[ "$status" -eq 2 ] || show
	assert_says "user name or password"
	[[ $output$stderr != *"$secret"* ]] || show
}
