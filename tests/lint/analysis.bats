#!/usr/bin/env bats
# analysis.bats - what can be found by reading the sources
#
# cppcheck.txt lists what is found and is none, with the reasons. gcc's analyzer
# and clang-tidy (./tidy, ../../.clang-tidy) take longer: they are steps of .ci/run.

bats_require_minimum_version 1.5.0

lint=${abs_top_srcdir:?}/tests/lint

check() { # FILE-OR-DIRECTORY
	cppcheck --quiet --std=c11 --enable=warning,performance,portability --error-exitcode=1 \
		--suppressions-list="$lint/cppcheck.txt" -I "${abs_top_builddir:?}" \
		-I "$abs_top_srcdir/src" "$1"
}

setup() {
	command -v cppcheck >/dev/null || skip "cppcheck is not installed"
}

@test "cppcheck finds nothing" {
	check "$abs_top_srcdir/src"
}

@test "cppcheck finds a fault where there is one" {
	cat >"$BATS_TEST_TMPDIR/fault.c" <<-'END'
		int
		main(void)
		{
			int few[2] = {1, 2};

			return few[2];
		}
	END
	run -1 check "$BATS_TEST_TMPDIR/fault.c"
	[[ "$output" == *arrayIndexOutOfBounds* ]]
}
