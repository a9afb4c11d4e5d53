#!/usr/bin/env bats
# Who is told of a failure, and when; and what the exit code says.

# shellcheck disable=SC2154 # set by common.bash and by bats
load common

setup_file() {
	start_bad_server
	make_new
}

teardown_file() {
	stop "$bad_pid"
}

setup() {
	make_place
	state=$place/.page.hellofetch
	url=$bad/seq/$BATS_TEST_NUMBER
}

get() { # CODE ARGUMENT...
	fetch -q -o "$place/page" --tries 1 "${@:2}"
	[ "$status" -eq "$1" ] || show
}

silent() {
	[ -z "$output$stderr" ] || show
}

@test "--exit-unchanged: 3 if nothing has changed, by a 304 or by the bytes" {
	get 0 --exit-unchanged "$bad/conditional~ETag:%20\"a\""
	get 3 --exit-unchanged "$bad/conditional~ETag:%20\"a\""
	silent
	get 3 --exit-unchanged "$bad/good"
	get 0 --exit-unchanged "$bad/small"
	get 0 "$bad/small"
	get 7 --exit-unchanged "$bad/404"
}

@test "--fail-after: silent until so many in a row" {
	local names=503,404,short-length,good,503,503,503 code
	for code in 8 7; do
		get $code --fail-after 3 "$url/$names"
		silent
	done
	get 9 --fail-after 3 "$url/$names"
	assert_says "cut short"
	get 0 --fail-after 3 "$url/$names"
	silent
	for code in 8 8; do
		get $code --fail-after 3 "$url/$names"
		silent
	done
	get 8 --fail-after 3 "$url/$names"
	assert_says "HTTP status 503"
}

@test "--fail-after counts where no file was, too" {
	rm "$place/page"
	get 8 --fail-after 2 "$bad/503"
	silent
	get 8 --fail-after 2 "$bad/503"
	assert_says "no file was there"
}

@test "--max-age: silent while the file was current not long ago" {
	get 8 --max-age 1h "$bad/503"
	# Nobody knows whether that file was ever current.
	assert_says "HTTP status 503"
	get 0 "$bad/good"
	get 8 --max-age 1h "$bad/503"
	silent
	sed -i "s/^checked_at=.*/checked_at=$(($(date +%s) - 3700))/" "$state"
	get 8 --max-age 1h "$bad/503"
	assert_says "HTTP status 503"
	get 8 --max-age 2h "$bad/503"
	silent
}

@test "both: whichever comes first" {
	get 0 "$bad/good"
	get 8 --max-age 1h --fail-after 2 "$bad/503"
	silent
	get 8 --max-age 1h --fail-after 2 "$bad/503"
	assert_says "HTTP status 503"
}

@test "faults of this machine are told at once" {
	get 0 "$bad/good"
	rm "$place/page"
	mkdir "$place/page"
	get 13 --fail-after 100 --max-age 7d "$bad/good"
	assert_says "it is a directory"
}

@test "without a state there is nothing to count in" {
	get 2 --fail-after 3 --no-state "$bad/good"
	assert_says "need a state"
	run --separate-stderr "$hellofetch" -o - --max-age 1h "$bad/good"
	[ "$status" -eq 2 ] || show
}
