#!/usr/bin/env bats
# What may be over in a moment is tried again, within the deadline.

# shellcheck disable=SC2154 # set by common.bash and by bats
load common

setup() {
	seq=$bad/seq/$BATS_TEST_NUMBER
	quick=(--retry-delay 1ms)
}

@test "after a failure that passes, the next attempt's page is saved" {
	local first
	for first in 408 429 500 502 503 504 short-length cut-chunk no-last-chunk reset no-answer half-header; do
		assert_fetches "$new" "${quick[@]}" "$seq/$first,good"
	done
}

@test "a longer first attempt leaves nothing in the file" {
	printf 'small one\n' >"$BATS_TEST_TMPDIR/small"
	assert_fetches "$BATS_TEST_TMPDIR/small" "${quick[@]}" "$seq/large_cut,small-page"
	assert_fetches "$BATS_TEST_TMPDIR/small" "${quick[@]}" --max-size 5000 "$seq/a/no-last-chunk,no-last-chunk,small-page"
}

@test "to standard output too, only the last attempt's body goes" {
	"$hellofetch" "${quick[@]}" -o - "$seq/large_cut,small-page" >"$BATS_TEST_TMPDIR/out"
	printf 'small one\n' | cmp - "$BATS_TEST_TMPDIR/out"
}

@test "the header printed is the last attempt's" {
	make_place
	fetch "${quick[@]}" -o "$place/page" "$seq/no-last-chunk~X-First:%20yes,good"
	[ "$status" -eq 0 ] || show
	[[ $output == "HTTP/1.1 200"* && $output != *X-First* ]] || show
	[ -z "$stderr" ] || show
}

@test "no more attempts than --tries" {
	assert_fails_once 8 "HTTP status 503" "${quick[@]}" --tries 2 "$seq/503,503,503,503,good"
	assert_fails_once 9 "2 attempts" "${quick[@]}" --tries 2 "$seq/short-length"
	assert_fails_once 9 "1 attempt," --tries 1 "$seq/short-length,short-length,good"
}

@test "what stays the same is tried once" {
	local first
	for first in 404 501 304 204 two-lengths nul until-close empty; do
		make_place
		fetch "${quick[@]}" -q -o "$place/page" "$seq/$first,good"
		[ "$status" -ne 0 ] || show
		assert_says " 1 attempt,"
	done
}

@test "a refused connection is tried again" {
	assert_fails_once 4 "3 attempts" "${quick[@]}" http://127.0.0.1:1/
}

@test "pauses grow, and have their random part" {
	make_place
	local start=${EPOCHREALTIME/./} took
	fetch --retry-delay 200ms --tries 4 -q -o "$place/page" "$seq/503"
	took=$((${EPOCHREALTIME/./} - start))
	# 200 + 400 + 800 ms, of which at most a half is missing
	[ $took -ge 700000 ] && [ $took -lt 5000000 ] || { echo "$took us"; show; }
	assert_says "4 attempts"
}

@test "Retry-After is obeyed, as a number and as a date" {
	local start=${EPOCHREALTIME/./} date
	assert_fetches "$new" "${quick[@]}" "$seq/503~Retry-After:%201,good"
	[ $((${EPOCHREALTIME/./} - start)) -ge 990000 ]
	date=$(LC_ALL=C TZ=GMT date -d '3 seconds' '+%a,%%20%d%%20%b%%20%Y%%20%H:%M:%S%%20GMT')
	start=${EPOCHREALTIME/./}
	assert_fetches "$new" "${quick[@]}" "$seq/503~Retry-After:%20${date//,/%2c},good"
	[ $((${EPOCHREALTIME/./} - start)) -ge 1000000 ]
}

@test "a Retry-After that is none is no pause" {
	local value start=${EPOCHREALTIME/./}
	for value in -5 0 soon "" 1e9 "Mon%2c%2001%20Jan%201990%2000:00:00%20GMT"; do
		assert_fetches "$new" "${quick[@]}" --deadline 10s "$seq/503~Retry-After:%20$value,good"
	done
	[ $((${EPOCHREALTIME/./} - start)) -lt 20000000 ]
}

@test "a Retry-After that the deadline does not leave ends it at once, and is told" {
	local value start=$SECONDS
	for value in 99999999 301 9223372036854775807 99999999999999999999999; do
		assert_fails_once 8 "not tried again: the server asks for a pause of" "$seq/503~Retry-After:%20$value,503~Retry-After:%20$value,good"
		assert_says " 1 attempt,"
	done
	[ $((SECONDS - start)) -lt 10 ]
}

@test "the deadline is over all attempts and pauses" {
	local start=${EPOCHREALTIME/./}
	assert_fails_once 8 "not tried again: " --deadline 1s --retry-delay 400ms --tries 1000 "$seq/503"
	# two runs
	[ $((${EPOCHREALTIME/./} - start)) -lt 10000000 ]
	start=${EPOCHREALTIME/./}
	assert_fails_once 5 "too long" --deadline 700ms "${quick[@]}" --tries 1000 "$seq/503,no-answer,stall"
	[ $((${EPOCHREALTIME/./} - start)) -lt 10000000 ]
}

@test "a signal ends the pause" {
	make_place
	rm -f "$bad_file.requests"
	"$hellofetch" -q -o "$place/page" --retry-delay 60s "$seq/503" 2>"$BATS_TEST_TMPDIR/err" 3>&- &
	local pid=$!
	wait_for_file "$bad_file.requests" "$pid"
	kill -TERM "$pid"
	status=0
	wait "$pid" || status=$?
	[ "$status" -eq 143 ]
	grep -q "stopped by signal 15" "$BATS_TEST_TMPDIR/err"
	cmp "$place/page" "$BATS_TEST_TMPDIR/old"
}
