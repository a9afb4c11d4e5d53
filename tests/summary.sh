#!/bin/sh
# summary.sh - what "make check" in a build directory came to
#
# usage: summary.sh BUILD-DIRECTORY [MAKE-STATUS]
#
# Shows the log of each test file that failed, then each skipped test with its
# reason, then "N passed, N failed, N skipped". Exit code 1 if any failed, or if
# there is no result at all. A make that failed (its exit status is not 0) counts
# as a failure of its own where no test has one; the end of check.log tells why.
set -eu

cd "$1"
made=${2:-0}
results=$(find . -name '*.trs' | LC_ALL=C sort)

# A file that fails exits non-zero too, which the harness adds as an ERROR: it
# counts only where nothing else tells of the failure.
totals=$(printf '%s\n' "$results" | while read -r trs; do
	[ -z "$trs" ] || awk '
		/^:test-result: (PASS|XFAIL)/ { passed++ }
		/^:test-result: (FAIL|XPASS)/ { failed++ }
		/^:test-result: ERROR/ { errors++ }
		/^:test-result: SKIP/ { skipped++ }
		END {
			if (!failed && errors)
				failed = errors
			print passed + 0, failed + 0, skipped + 0, FILENAME
		}' "$trs"
done)

printf '%s\n' "$totals" | while read -r passed failed skipped trs; do
	[ "${failed:-0}" -eq 0 ] && continue
	printf '\n==== %s: %s passed, %s failed, %s skipped ====\n' \
		"${trs%.trs}" "$passed" "$failed" "$skipped"
	cat "${trs%.trs}.log"
done

printf '%s\n' "$totals" | while read -r passed failed skipped trs; do
	[ "${skipped:-0}" -eq 0 ] && continue
	printf '\nskipped in %s:\n' "${trs#./}" | sed 's/\.trs:$/:/'
	grep -iE '^(ok|not ok|1\.\.0) .*# *skip' "${trs%.trs}.log" |
		sed -E 's/^(ok|not ok) [0-9]+ (- )?/  /; s/^1\.\.0 # *[Ss][Kk][Ii][Pp]/  all:/; s/# *skip/:/; s/  *:/:/'
done

counts=$(printf '%s\n' "$totals" | awk '
	{ passed += $1; failed += $2; skipped += $3 }
	END { print passed + 0, failed + 0, skipped + 0 }')
read -r passed failed skipped <<COUNTS
$counts
COUNTS
if [ "$failed" -eq 0 ] && { [ "$made" -ne 0 ] || [ $((passed + skipped)) -eq 0 ]; }; then
	failed=1
	printf '\n==== make check failed, no test did ====\n'
	[ ! -e check.log ] || tail -n 30 check.log
fi
printf '\n%s passed, %s failed, %s skipped\n' "$passed" "$failed" "$skipped"
[ "$failed" -eq 0 ]
