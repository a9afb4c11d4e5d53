#!/usr/bin/env bats
# Two at the same destination: one after the other.

# shellcheck disable=SC2154 # set by common.bash and by bats
load common

teardown() {
	stop "${holder:-}"
}

# A fetch that holds the lock until it is ended.
start_holder() {
	rm -f "$bad_file.stalled"
	"$hellofetch" -q -o "$place/page" "$bad/stall" 2>/dev/null 3>&- &
	holder=$!
	wait_for_file "$bad_file.stalled" "$holder"
}

@test "--lock fail says who is there" {
	start_holder
	fetch -q -o "$place/page" --lock fail "$bad/good"
	[ "$status" -eq 14 ] || show
	assert_says "another hellofetch is at work on this file"
	assert_says "exit code 14"
	cmp "$place/page" "$BATS_TEST_TMPDIR/old"
}

@test "--lock skip is silent, and leaves all as it is" {
	start_holder
	fetch -o "$place/page" --lock skip "$bad/good"
	[ "$status" -eq 0 ] || show
	[ -z "$output$stderr" ] || show
	cmp "$place/page" "$BATS_TEST_TMPDIR/old"
}

@test "it waits until the deadline" {
	start_holder
	local start=${EPOCHREALTIME/./}
	fetch -q -o "$place/page" --deadline 500ms "$bad/good"
	[ "$status" -eq 14 ] || show
	[ $((${EPOCHREALTIME/./} - start)) -ge 500000 ]
	[ $((${EPOCHREALTIME/./} - start)) -lt 10000000 ]
}

@test "it waits until the other has ended, be it by SIGKILL" {
	local signal
	for signal in TERM KILL; do
		start_holder
		"$hellofetch" -q -o "$place/page" "$bad/good" 3>&- &
		local waiter=$!
		kill -"$signal" "$holder"
		wait "$waiter"
		cmp "$place/page" "$new"
		assert_files .page.hellofetch page
		wait "$holder" || true
	done
}

@test "a signal ends the wait" {
	start_holder
	"$hellofetch" -q -o "$place/page" "$bad/good" 2>"$BATS_TEST_TMPDIR/err" 3>&- &
	local waiter=$!
	# It has the state open when it waits.
	local end=$((SECONDS + 20))
	until grep -qs SigBlk /proc/$waiter/status && [ "$(awk '/^SigBlk/ { print $2 }' /proc/$waiter/status)" != 0000000000000000 ]; do
		[ $SECONDS -lt $end ]
		sleep 0.02
	done
	kill -TERM "$waiter"
	status=0
	wait "$waiter" || status=$?
	[ "$status" -eq 143 ]
	grep -q "stopped by signal 15" "$BATS_TEST_TMPDIR/err"
}

@test "other destinations do not wait" {
	start_holder
	fetch -q -o "$place/other" --lock fail "$bad/good"
	[ "$status" -eq 0 ] || show
}

@test "to standard output there is no lock" {
	start_holder
	"$hellofetch" -o - --lock fail "$bad/good" | cmp - "$new"
}

@test "the lock alone leaves no file behind" {
	rm "$place/page"
	fetch -q -o "$place/page" "$bad/404"
	[ "$status" -eq 7 ] || show
	[ -z "$(ls -A "$place")" ] || show
}

@test "twenty at once: each whole, none in between" {
	local i pids=()
	for i in {1..20}; do
		"$hellofetch" -q -o "$place/page" "$bad/good" 3>&- &
		pids+=($!)
	done
	for i in "${pids[@]}"; do
		wait "$i"
	done
	cmp "$place/page" "$new"
	assert_files .page.hellofetch page
}

@test "what a kill has left behind is swept, what is at work is not" {
	local left=$place/.hellofetch-0123456789abcdef used=$place/.hellofetch-00000000deadbeef
	touch "$left" "$used" "$place/.hellofetch-other" "$place/.hellofetch-0123456789abcdeg"
	ln -s page "$place/.hellofetch-1111111111111111"
	exec 8<"$used"
	flock 8
	fetch -q -o "$place/page" "$bad/good"
	[ "$status" -eq 0 ] || show
	exec 8<&-
	assert_files .hellofetch-00000000deadbeef .hellofetch-0123456789abcdeg .hellofetch-1111111111111111 \
		.hellofetch-other .page.hellofetch page
}
