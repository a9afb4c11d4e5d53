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
	local tool files file
	tool=$(command -v "clang-format-$CLANG_FORMAT_VERSION" || command -v clang-format) ||
		skip "clang-format is not installed"
	"$tool" --version | grep -q "version $CLANG_FORMAT_VERSION\." ||
		skip "$("$tool" --version) is not version $CLANG_FORMAT_VERSION"
	mapfile -t files < <(find src tests -name '*.[ch]' | LC_ALL=C sort)
	# All at once, as it starts slowly: its output is one file after the other.
	if ! "$tool" --style=file "${files[@]}" | cmp -s - <(cat "${files[@]}"); then
		# What it would change, which reads better than its own complaints.
		for file in "${files[@]}"; do
			"$tool" --style=file "$file" |
				diff -u --label "$file" --label "$file (wanted)" "$file" - || true
		done
		return 1
	fi
}

@test "C files have no line over 100 columns, no blank at an end" {
	local bad='^.{101,}|[ ]$' found file
	found=$(find src tests -name '*.[ch]' -exec expand -t 8 {} + | grep -E "$bad") || true
	if [ -n "$found" ]; then
		# Which, and where.
		find src tests -name '*.[ch]' | while read -r file; do
			expand -t 8 "$file" | grep -nE "$bad" | sed "s|^|$file:|"
		done
		return 1
	fi
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
