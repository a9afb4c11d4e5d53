#!/usr/bin/env bats
# Killed at any moment, and let down by the disk: old or new, never in between.

# shellcheck disable=SC2154 # set by common.bash and by bats
load common

@test "SIGKILL at 200 random moments: old or new, and the next run heals" {
	/usr/bin/python3 "$here/kill_often.py" 200 "$hellofetch" "$place" "$bad" >&2
}

@test "EIO of any call that touches a file: old kept, or new and current" {
	need strace strace
	strace -o /dev/null true 2>/dev/null || skip "strace may not trace here"
	export ASAN_OPTIONS=detect_leaks=0
	local call when
	for call in write fsync fallocate flock linkat renameat ftruncate fchmod; do
		for when in 1 2 3; do
			make_place
			run --separate-stderr strace -f -o /dev/null -e "inject=/^$call(2|at2)?\$:error=EIO:when=$when" \
				"$hellofetch" -q --tries 1 -o "$place/page" "$bad/good"
			cmp -s "$place/page" "$new" || cmp "$place/page" "$BATS_TEST_TMPDIR/old" || show
			[ "$status" -eq 0 ] || [ "$status" -eq 13 ] || show
			[ "$status" -eq 0 ] || [ -n "$stderr" ] || show
			[ "$status" -ne 0 ] || cmp "$place/page" "$new" || show
			# No temporary file, and the next run makes all good.
			[ -z "$(find "$place" -name '.hellofetch-*')" ] || show
			fetch -q -o "$place/page" "$bad/good"
			[ "$status" -eq 0 ] || show
			cmp "$place/page" "$new"
		done
	done
}
