#!/usr/bin/env bats
# source.bats - the house rules about C files that a program can check

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

@test "no header includes itself by way of others" {
	local header
	for header in $(c_files | grep '\.h$'); do
		includes_of "$header" | sed "s|^|$header |"
	done | tsort >/dev/null
}

@test "every project include names a file that exists" {
	local file include
	for file in $(c_files); do
		for include in $(includes_of "$file"); do
			[ -e "$include" ] || { echo "$file: no $include below src"; return 1; }
		done
	done
}

@test "every C file opens with a comment that names it" {
	local file
	for file in $(c_files); do
		head -n 2 "$file" | tr '\n' ' ' | grep -qF "/*  * ${file##*/} - " ||
			{ echo "$file: want \"/*\" and \" * ${file##*/} - ...\""; return 1; }
	done
}

@test "every .c file includes config.h before anything else" {
	local file
	for file in $(c_files | grep '\.c$'); do
		[ "$(grep -m 1 '^#[ ]*include' "$file")" = '#include "config.h"' ] ||
			{ echo "$file: the first include is not config.h"; return 1; }
	done
}

@test "src/lib knows no program" {
	local file
	for file in lib/*.[ch]; do
		run -1 grep -n '^#[ ]*include "hello' "$file"
	done
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
