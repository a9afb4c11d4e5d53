#!/usr/bin/env bats
# source.bats - the house rules about C files that a program can check

# shellcheck disable=SC2016 # what awk expands stands in single quotes
bats_require_minimum_version 1.5.0

FUNCTION_LINES_MAX=80
FILE_LINES_MAX=400

setup() {
	cd "${abs_top_srcdir:?}/src"
}

c_files() {
	find . -name '*.[ch]' | sed 's|^\./||' | LC_ALL=C sort
}

# The files of the project that a file includes, one a line.
includes_of() {
	sed -n 's/^#[ \t]*include "\([^"]*\)".*/\1/p' "$1" | grep -vx 'config\.h' || true
}

# Those, and what they include in turn, the file itself first.
all_includes_of() {
	local todo=("$1") seen=" " file
	while [ ${#todo[@]} -gt 0 ]; do
		file=${todo[0]}
		todo=("${todo[@]:1}")
		[[ "$seen" == *" $file "* ]] && continue
		seen+="$file "
		echo "$file"
		mapfile -t -O "${#todo[@]}" todo < <(includes_of "$file")
	done
}

fail_if_any() {
	[ -z "$1" ] || { echo "$1"; return 1; }
}

@test "no function is longer than $FUNCTION_LINES_MAX lines" {
	command -v ctags >/dev/null || skip "ctags is not installed"
	ctags --version | grep -q Universal || skip "this ctags is not Universal Ctags"
	fail_if_any "$(c_files |
		xargs ctags --languages=C --c-kinds=f --fields=+ne -f - |
		awk -F'\t' -v max="$FUNCTION_LINES_MAX" '
			{
				for (i = 4; i <= NF; i++) {
					if ($i ~ /^line:/) first = substr($i, 6)
					if ($i ~ /^end:/) last = substr($i, 5)
				}
				if (last - first + 1 > max)
					print $2 ": " $1 "() has " last - first + 1 " lines"
			}')"
}

@test "no file is longer than $FILE_LINES_MAX lines" {
	fail_if_any "$(c_files | xargs wc -l |
		awk -v max="$FILE_LINES_MAX" '$2 != "total" && $1 > max')"
}

# Prints FILE INCLUDED of each include of the project's files.
all_includes() {
	c_files | xargs awk -F'"' '
		/^#[ \t]*include "/ && $2 != "config.h" { print FILENAME, $2 }'
}

@test "no header includes itself by way of others" {
	all_includes | grep '\.h ' | tsort >/dev/null
}

@test "every project include names a file that exists" {
	fail_if_any "$(all_includes | while read -r file include; do
		[ -e "$include" ] || echo "$file: no $include below src"
	done)"
}

@test "every C file opens with a comment that names it" {
	fail_if_any "$(c_files | xargs awk '
		FNR == 1 { first = $0 }
		FNR == 2 {
			name = FILENAME
			sub(/.*\//, "", name)
			opening = " * " name " - "
			if (first != "/*" || substr($0, 1, length(opening)) != opening)
				print FILENAME ": want \"/*\" and \"" opening "...\""
		}')"
}

@test "every .c file includes config.h before anything else" {
	fail_if_any "$(c_files | grep '\.c$' | xargs awk '
		/^#[ ]*include/ && !seen[FILENAME]++ && $0 != "#include \"config.h\"" {
			print FILENAME ": the first include is not config.h"
		}
		END {
			for (i = 1; i < ARGC; i++)
				if (!(ARGV[i] in seen))
					print ARGV[i] ": includes nothing"
		}')"
}

@test "src/lib knows no program" {
	run -1 grep -n '^#[ ]*include "hello' lib/*.[ch]
}

@test "the dialogue includes nothing of sockets, time or logging" {
	local file
	for file in $(all_includes_of hellod/session.c; all_includes_of hellod/session.h); do
		run -1 grep -nE \
			'^#[ ]*include [<"](sys/(socket|un|time|epoll|timerfd|uio)|netinet|arpa|netdb|poll|time|syslog|unistd|stdio_ext|lib/log|lib/address)' \
			"$file"
	done
}

@test "no call that the house style forbids" {
	fail_if_any "$(c_files | grep '\.c$' |
		xargs grep -nE '\b(atoi|atol|atof|strcpy|strcat|sprintf|vsprintf|gets|sleep|usleep) ?\(' |
		grep -vE ':[0-9]+:[ \t]*(/?\*|//)')"
}
