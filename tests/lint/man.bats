#!/usr/bin/env bats
# man.bats - the manual pages have no fault that mandoc or groff would tell of

bats_require_minimum_version 1.5.0

setup() {
	cd "${abs_top_srcdir:?}/man"
}

@test "there is a page for each program and for the configuration file" {
	[ -e hellod.8 ]
	[ -e hellod.conf.5 ]
	[ -e hellosay.1 ]
	[ -e hellofetch.1 ]
	[ -e hellobench.1 ]
}

@test "mandoc has no warning about a page" {
	command -v mandoc >/dev/null || skip "mandoc is not installed"
	mandoc -Tlint -Wwarning ./*.[1-8]
}

@test "man has no warning about a page" {
	local page faults
	command -v man >/dev/null || skip "man is not installed"
	command -v groff >/dev/null || skip "groff is not installed"
	for page in ./*.[1-8]; do
		faults=$(LC_ALL=C.UTF-8 MANROFFSEQ='' MANWIDTH=80 \
			man --warnings -E UTF-8 -l -Tutf8 -Z "$page" 2>&1 >/dev/null)
		[ -z "$faults" ] || { echo "$page: $faults"; return 1; }
	done
}

# But for the lines that cannot be broken: of a crontab, a log, a table, and what
# a client is told.
@test "no page is wider than a terminal" {
	local page
	command -v man >/dev/null || skip "man is not installed"
	command -v groff >/dev/null || skip "groff is not installed"
	for page in ./*.[1-8]; do
		LC_ALL=C.UTF-8 MANROFFSEQ='' MANWIDTH=80 MAN_KEEP_FORMATTING='' \
			man -E UTF-8 -l -Tutf8 "$page" | sed 's/\x1b\[[0-9;]*m//g; s/.\x08//g' |
			LC_ALL=C.UTF-8 /usr/bin/python3 -c '
import re, sys
broken = re.compile(r" *(\*/10 |2026-|Busy: |1 +0 +\d)")
wide = [line for line in sys.stdin if len(line.rstrip("\n")) > 80 and not broken.match(line)]
sys.stdout.writelines(wide)
sys.exit(bool(wide))' || { echo "$page"; return 1; }
	done
}
