#!/usr/bin/env bats
# corpora.bats - what the fuzzers begin with, and what they have found, holds

bats_require_minimum_version 1.5.0

CORPUS=${abs_top_srcdir:?}/tests/fuzz/corpus
SAMPLE=$abs_top_srcdir/etc/hellod.conf

replay() { # TARGET [FILE...]
	local target=$1
	shift
	"${abs_top_builddir:?}/tests/fuzz/replay" "$target" "$CORPUS/$target"/* "$@"
}

@test "hellofetch's look at a header" {
	replay audit
}

@test "a configuration" {
	sed 's/^##*\([^ #]\)/\1/' "$SAMPLE" | tail -c 1500 >"$BATS_TEST_TMPDIR/end"
	replay configuration "$BATS_TEST_TMPDIR/end"
}

@test "a request of helloctl" {
	replay control
}

@test "what a program leaves to the next" {
	replay handover
}

@test "the header of a proxy" {
	replay proxy
}

@test "the dialogue" {
	replay session
}

@test "hellofetch's state" {
	replay state
}
