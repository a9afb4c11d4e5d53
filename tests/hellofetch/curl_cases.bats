#!/usr/bin/env bats
# Answers from a directory of curl's test cases, where there is one: its name is
# in $HELLOD_CURL_TESTS.

# shellcheck disable=SC2154 # set by common.bash and by bats
load common

setup_file() {
	export cases=${HELLOD_CURL_TESTS:-$abs_top_srcdir/../shared/curl-tests}
	[ -d "$cases" ] || return 0
	local file=$BATS_FILE_TMPDIR/replay
	"$here/replay.py" "$file" "$cases" >"$file.log" 2>&1 3>&- &
	export replay_pid=$!
	wait_for_file "$file" "$replay_pid" || { cat "$file.log" >&2; return 1; }
	replay=http://127.0.0.1:$(cat "$file")
	export replay
}

teardown_file() {
	stop "${replay_pid:-}"
}

need_case() { # NUMBER
	[ -d "$cases" ] || skip "no directory of curl's test cases (set HELLOD_CURL_TESTS)"
	[ -e "$cases/test$1" ] || skip "no case $1"
}

good() { # NUMBER [ARGUMENT...]
	need_case "$1"
	"$here/replay.py" --want "$cases" "$1" >"$BATS_TEST_TMPDIR/want"
	assert_fetches "$BATS_TEST_TMPDIR/want" --retry-delay 1ms "${@:2}" "$replay/want/$1"
}

bad() { # CODE NUMBER [ARGUMENT...]
	need_case "$2"
	assert_fails "$1" "" "${@:3}" "$replay/want/$2"
}

@test "case 207: a chunked body that is cut" { bad 9 207; }
@test "case 376: a length that is too long" { bad 9 376; }
@test "case 37: an empty reply" { bad 9 37; }
@test "case 36: a chunk size that is none" { bad 9 36; }
@test "case 1416: a chunk size that overflows" { bad 9 1416; }
@test "case 394: rubbish" { bad 10 394; }
@test "case 178: a negative length" { bad 10 178; }
@test "case 25: a redirect loop" { bad 11 25; }
@test "case 274: too many redirects" { bad 11 274; }
@test "case 54: a redirect to nowhere" { bad 10 54; }
@test "case 1154: a header line of 100 KiB" { bad 10 1154; }
@test "case 262: a NUL in a header" { bad 10 262; }
@test "case 334: a 204" { bad 10 334; }
@test "case 249: a 304 that was not asked for" { bad 10 249; }
@test "case 366: a Retry-After that is too long" { bad 8 366 --deadline 5s; }
@test "case 221: a broken gzip stream" { bad 10 221; }
@test "case 223: a broken deflate stream" { bad 10 223; }
@test "case 34: chunks" { good 34; }
@test "case 266: chunks and a trailer" { good 266; }
@test "case 1417: chunks, line ends without CR" { good 1417; }
@test "case 365: chunks and a length" { good 365; }
@test "case 11: a redirect" { good 11; }
@test "case 28: a redirect" { good 28; }
@test "case 1274: folded fields" { good 1274; }
@test "case 220: a gzip stream" { good 220; }
@test "case 198: 503, then the page" { good 198; }
@test "case 1909: a part, then the page" { good 1909; }
@test "case 1594: a Retry-After" { bad 8 1594 --deadline 5s; }
