#!/usr/bin/env bats
# style.bats - the layout of C, and what shellcheck says of the scripts

bats_require_minimum_version 1.5.0

# clang-format's taste changes with its version; .clang-format was written for
# this one.
CLANG_FORMAT_VERSION=14

setup() {
	cd "${abs_top_srcdir:?}"
}

@test "C files are laid out as .clang-format says" {
	local tool file found
	tool=$(command -v "clang-format-$CLANG_FORMAT_VERSION" || command -v clang-format) ||
		skip "clang-format is not installed"
	"$tool" --version | grep -q "version $CLANG_FORMAT_VERSION\." ||
		skip "$("$tool" --version) is not version $CLANG_FORMAT_VERSION"
	# What it would change, which reads better than its own complaints.
	found=$(find src tests -name '*.[ch]' | LC_ALL=C sort | while read -r file; do
		"$tool" --style=file "$file" | diff -u --label "$file" --label "$file (wanted)" "$file" -
	done) || true
	[ -z "$found" ] || { echo "$found"; return 1; }
}

@test "C files have no line over 100 columns, no blank at an end" {
	local file found
	found=$(find src tests -name '*.[ch]' | while read -r file; do
		expand -t 8 "$file" | grep -nE '^.{101,}|[ ]$' | sed "s|^|$file:|"
	done)
	[ -z "$found" ] || { echo "$found"; return 1; }
}

@test "shellcheck finds nothing in the scripts" {
	command -v shellcheck >/dev/null || skip "shellcheck is not installed"
	shellcheck bootstrap.sh .ci/run
	find tests -name '*.sh' -print0 | xargs -0 -r shellcheck
}

# bats ends a test at the first command that fails (2164), runs each in a shell of
# its own (2030, 2031), and sets variables itself, as loaded files do (2154).
@test "shellcheck finds nothing in the bats files and what they load" {
	command -v shellcheck >/dev/null || skip "shellcheck is not installed"
	find tests -name '*.bats' -print0 -o -name '*.bash' -print0 |
		xargs -0 shellcheck -s bats -e SC2164,SC2030,SC2031,SC2154
}
