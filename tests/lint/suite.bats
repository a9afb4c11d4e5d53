#!/usr/bin/env bats
# suite.bats - the suite itself: no test is forgotten, and tests/README.md knows all

bats_require_minimum_version 1.5.0

setup() {
	cd "${abs_top_srcdir:?}"
	# What the make that runs the suite was told is not for this one.
	unset MAKEFLAGS MFLAGS MAKELEVEL
}

test_files() {
	find tests -name '*.bats' -o -path 'tests/unit/test_*.c' | LC_ALL=C sort
}

# The words of a variable of make's.
words_of() { # VARIABLE
	make -s -C "${abs_top_builddir:?}" --eval="show-words: ; @printf '%s\n' \$($1)" show-words
}

@test "every test file is run by make check" {
	[ "$(words_of TESTS | grep -c '^tests/unit/')" -gt 0 ] || skip "cmocka is not installed"
	diff <(test_files | sed 's/\.c$//') <(words_of TESTS | LC_ALL=C sort)
}

@test "make check-faults runs each test that has a full form, but those that README.md names" {
	local file has_full='HELLOD_TEST_LONG|is_long|\(rounds '
	# It only says which: the make that it would run is echo(1).
	make -s -C "$abs_top_builddir" check-faults MAKE=echo >"$BATS_TEST_TMPDIR/said"
	tr ' ' '\n' <"$BATS_TEST_TMPDIR/said" | sed 's/^TESTS=//' | grep -v '^check$' >"$BATS_TEST_TMPDIR/run"
	while read -r file; do
		[ -e "$file" ] || { echo "not there: $file"; return 1; }
	done <"$BATS_TEST_TMPDIR/run"
	while read -r file; do
		grep -qx "$file" "$BATS_TEST_TMPDIR/run" ||
			grep -qx "HELLOD_TEST_LONG=1 make check TESTS=$file" tests/faults/README.md ||
			{ echo "$file: in neither"; return 1; }
	done < <(find tests -name '*.bats' ! -path "tests/lint/*" -exec grep -lE "$has_full" {} +)
}

# shellcheck disable=SC2016 # no command, but how the page marks a name
@test "tests/README.md names every test file, and none that is not there" {
	diff <(test_files | sed 's|^tests/||') \
		<(grep -oE '`([a-z]+/[a-z0-9_-]+\.bats|unit/[a-z0-9_]+\.c)`' tests/README.md |
			tr -d '`' | LC_ALL=C sort -u)
}
