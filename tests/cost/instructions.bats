#!/usr/bin/env bats
# instructions.bats - no change makes a greeting dearer without saying so
#
# What callgrind counts is the same in every run, on any machine of a kind: so
# a few instructions more are seen here, which no stopwatch would tell from
# noise. instructions.txt says what each way to talk costs.

load ../lib/common

FIGURES=${abs_top_srcdir:?}/tests/cost/instructions.txt

# What the figures are true of: instructions.txt says which compiler.
need_the_compiler() {
	local cc cflags version
	is_sanitized && skip "sanitizers add instructions of their own"
	cc=$(sed -n 's/^CC = //p' "$abs_top_builddir/Makefile")
	cflags=$(sed -n 's/^CFLAGS = //p' "$abs_top_builddir/Makefile")
	version=$($cc --version | sed -n '1s/ .*) / /p')
	[[ $(uname -m) = x86_64 ]] || skip "the figures are for x86_64, not $(uname -m)"
	[[ $version = gcc\ 12.* ]] || skip "the figures are for gcc 12, not for $version"
	[[ " $cflags " = *" -O2 "* && $cflags != *-flto* && $cflags != *--coverage* ]] ||
		skip "the figures are for -O2, not for $cflags"
}

# compare WAY INSTRUCTIONS - fails, and says why, if that is more than allowed
compare() {
	awk -v way="$1" -v got="$2" '
		$1 == way { known = 1; want = $2; tolerance = $3 }
		END {
			if (!known) {
				print "instructions.txt does not know \"" way "\""
				exit 1
			}
			change = (got / want - 1) * 100
			printf "%s: %s instructions, %+.1f %% from %s\n", way, got, change, want
			if (change > tolerance) {
				print "  is more than " tolerance " %: find a cheaper way, or change" \
					" the figure in the same commit and say there why"
				exit 1
			}
			if (change < -tolerance) {
				print "  is less by more than " tolerance " %: change the figure," \
					" or the next change may spend what this one saved"
				exit 1
			}
		}' "$FIGURES"
}

@test "a greeting costs a worker as many instructions as instructions.txt says" {
	need valgrind valgrind
	valgrind --tool=callgrind --callgrind-out-file=/dev/null true 2>"$BATS_TEST_TMPDIR/error" ||
		skip "callgrind does not work here: $(tail -n 1 "$BATS_TEST_TMPDIR/error")"
	need_the_compiler
	local counts=$BATS_TEST_TMPDIR/counts way got failed=0
	mkdir -m 1777 "$BATS_TEST_TMPDIR/callgrind" # a worker of root's is nobody
	is_root && chmod a+x "$BATS_TEST_TMPDIR" "$BATS_RUN_TMPDIR"
	timeout 100 "$abs_top_srcdir/tests/cost/count_instructions.py" "$HELLOD" \
		"$BATS_TEST_TMPDIR/callgrind" >"$counts" 3>&-
	while read -r way got; do
		compare "$way" "$got" || failed=1
	done <"$counts"
	[ "$(wc -l <"$counts")" -eq "$(grep -c '^[a-z]' "$FIGURES")" ]
	[ $failed -eq 0 ]
}
