#!/usr/bin/env bats
# man.bats - hellosay(1) says what hellosay --help says, and is well written

load common

PAGE="${abs_top_srcdir:?}/man/hellosay.1"

# same TEXT TEXT - the same, and not empty
same() {
	[ -n "$1" ]
	diff <(echo "$1") <(echo "$2")
}

@test "the options of --help and of the manual page are the same" {
	same "$("$HELLOSAY" --help | sed -n 's/^  \(-., --[^ ]*\) .*/\1/p')" \
		"$(sed -n 's/\\f[IR]//g; s/\\-/-/g; s/^\.BR \(-.\) ", " \(--[a-z]*=*\) *\(.*\)/\1, \2\3/p' "$PAGE")"
}

@test "every option of --help is understood, with its argument or without" {
	local letter long argument
	while read -r letter long argument; do
		# getopt_long() completes names: its message has the name in full
		if [ -n "$argument" ]; then
			run -2 "$HELLOSAY" "--$long"
			[[ ${lines[0]} == *"option '--$long' requires an argument" ]]
			run -2 "$HELLOSAY" "-$letter"
			[[ ${lines[0]} == *"option requires an argument -- '$letter'" ]]
		else
			run -2 "$HELLOSAY" "--$long=x"
			[[ ${lines[0]} == *"option '--$long' doesn't allow an argument" ]]
			run -0 "$HELLOSAY" "-$letter"
		fi
	done < <("$HELLOSAY" --help | sed -n 's/^  -\(.\), --\([a-z]*\)\(=*[A-Z]*\) .*/\1 \2 \3/p')
}

@test "the defaults of --help are in the manual page" {
	same "$("$HELLOSAY" --help | sed -n 's/.*(default: \([^);]*\).*/\1/p')" \
		"$(sed -n 's/^Default: \(.*\)\.$/\1/p; s/^This is the default\.$/auto/p' "$PAGE")"
}

@test "the exit codes of --help and of the manual page are the same" {
	same "$("$HELLOSAY" --help | sed -n 's/^  \([0-9][0-9]*\)  \(.*\)/\1 \2/p')" \
		"$(sed -n '/^\.SH EXIT STATUS/,/^\.PP/ { /^\.B [0-9]/ { s/^\.B //; N; s/\n/ /; p } }' "$PAGE")"
}

@test "the manual page passes mandoc's and man's warnings" {
	[ "$(type -t mandoc)" = file ] || skip "no mandoc"
	mandoc -Tlint -Wwarning "$PAGE"
	[ "$(type -t man)" = file ] || skip "no man"
	[ -z "$(LC_ALL=C.UTF-8 MANROFFSEQ='' MANWIDTH=80 man --warnings -E UTF-8 -l -Tutf8 -Z "$PAGE" 2>&1 >/dev/null)" ]
}
