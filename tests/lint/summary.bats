#!/usr/bin/env bats
# summary.bats - the count that bootstrap.sh and .ci/run end with is right

bats_require_minimum_version 1.5.0

setup() {
	summary=${abs_top_srcdir:?}/tests/summary.sh
	cd "$BATS_TEST_TMPDIR"
}

# result NAME LINE...: a test file's results, as the harness writes them.
result() {
	local name=$1 line
	shift
	for line in "$@"; do
		echo ":test-result: $line"
	done >"$name.trs"
	echo "log of $name" >"$name.log"
}

@test "passed and skipped tests of all files are added up" {
	mkdir sub
	result a "PASS 1 one" "PASS 2 two" "SKIP 3 three # SKIP no luck"
	echo 'ok 3 three # skip no luck' >>a.log
	result sub/b "PASS 1 one" "SKIP - nothing here"
	echo '1..0 # SKIP nothing here' >>sub/b.log
	run -0 "$summary" .
	[ "${lines[-1]}" = "3 passed, 0 failed, 2 skipped" ]
	[[ "$output" == *"skipped in a:"*"three: no luck"* ]]
	[[ "$output" == *"skipped in sub/b:"*"all: nothing here"* ]]
	[[ "$output" != *"log of a"* ]]
}

@test "a failed test shows its file's log" {
	result a "PASS 1 one"
	result b "PASS 1 one" "FAIL 2 two" "ERROR - exited with status 1"
	run -1 "$summary" . 2
	[ "${lines[-1]}" = "2 passed, 1 failed, 0 skipped" ]
	[[ "$output" == *"log of b"* ]]
	[[ "$output" != *"log of a"* ]]
}

@test "a file that died counts as a failure" {
	result a "PASS 1 one" "ERROR - exited with status 139"
	run -1 "$summary" .
	[ "${lines[-1]}" = "1 passed, 1 failed, 0 skipped" ]
}

@test "a make that failed is a failure though no test is" {
	result a "PASS 1 one"
	echo "no rule to make it" >check.log
	run -1 "$summary" . 2
	[ "${lines[-1]}" = "1 passed, 1 failed, 0 skipped" ]
	[[ "$output" == *"no rule to make it"* ]]
}

@test "no result at all is a failure" {
	run -1 "$summary" .
	[ "${lines[-1]}" = "0 passed, 1 failed, 0 skipped" ]
}
