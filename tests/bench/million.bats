#!/usr/bin/env bats
# million.bats - what "make million" measures, with fewer connections
#
# Only what an idle connection costs in memory is judged here: it is the same on
# a busy machine.

load ../lib/common

@test "5000 idle connections cost hellod 100 bytes each at most, and one in a hundred talks" {
	is_sanitized && skip "sanitizers add memory of their own"
	[ "$(ulimit -n)" -ge 6000 ] || skip "no more than $(ulimit -n) files may be open"
	timeout 100 "$abs_top_srcdir/tests/bench/million.py" --build "$abs_top_builddir" \
		--connections 5000 --rounds 1 --seconds 1 >"$BATS_TEST_TMPDIR/result" 3>&-
	cat "$BATS_TEST_TMPDIR/result"
	awk '/own memory: / { bytes = $4 } END { exit !(bytes > 40 && bytes <= 100) }' \
		"$BATS_TEST_TMPDIR/result"
}

@test "flat.py: what a greeting costs with 100 and with 1000 idle connections" {
	timeout 60 "$abs_top_srcdir/tests/bench/flat.py" --build "$abs_top_builddir" \
		--connections 1000 --rounds 2 --seconds 0.3 >"$BATS_TEST_TMPDIR/result" 3>&-
	cat "$BATS_TEST_TMPDIR/result"
	grep -Eq '^    100 idle: [0-9.]+ us a greeting .* 1\.00 times' "$BATS_TEST_TMPDIR/result"
	grep -Eq '^   1000 idle: [0-9.]+ us a greeting .* [0-9.]+ times' "$BATS_TEST_TMPDIR/result"
}
