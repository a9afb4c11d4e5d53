#!/usr/bin/env bats
# docs.bats - the manual pages and the sample configuration say what the program
# does: its options, keys, defaults, signals, exit codes, and words to clients

bats_require_minimum_version 1.5.0

setup() {
	export LC_ALL=C
	hellod=${abs_top_builddir:?}/hellod
	page8=${abs_top_srcdir:?}/man/hellod.8
	page5=$abs_top_srcdir/man/hellod.conf.5
	sample=$abs_top_srcdir/etc/hellod.conf
	src=$abs_top_srcdir/src/hellod
	empty=$BATS_TEST_TMPDIR/empty.conf
	: >"$empty"
}

# same TEXT TEXT - the same, and not empty
same() {
	[ -n "$1" ]
	diff <(echo "$1") <(echo "$2")
}

# plain PAGE - its source without fonts and escapes
plain() {
	sed 's/\\f[BIRP]//g; s/\\-/-/g; s/\\&//g; s/\\(dq/"/g; s/\\(aq/'\''/g; s/\\e/\\/g' "$1"
}

# section PAGE NAME
section() {
	plain "$1" | awk -v name=".SH $2" '/^\.SH / { inside = $0 == name; next } inside'
}

# The entries of -T, as "key = value"; a listener's are of both kinds, and path
# has no default.
dumped_keys() {
	"$hellod" -T -c "$empty" | sed -n 's/^\([a-z0-9_]* = .*\);$/\1/p' | sort
}

dumped_listen_keys() {
	"$hellod" -T -c "$empty" -l 127.0.0.1:9999 -l unix:/run/x |
		sed -n 's/^\t\t\(.*\);$/\1/p' | sed 's/^path = .*/path = none/' | sort -u
}

# page_keys SECTION LABEL - the entries of hellod.conf(5) as "key = text", where
# the text stands behind "LABEL: "; "?" where it is missing
page_keys() {
	section "$page5" "$1" | awk -v label="$2: " '
		function finish() { if (key) print key " = " text }
		tag && /^\.B [a-z0-9_]+$/ { finish(); key = $2; text = "?" }
		index($0, label) == 1 { text = substr($0, length(label) + 1); sub(/\.$/, "", text) }
		{ tag = $0 == ".TP" }
		END { finish() }' | sort
}

# want SETTING - what hellod says it wants in place of SETTING with a value that
# fits no key, or else with a number; ... stands for the value
want() {
	local value wanted
	for value in '"??"' 5; do
		wanted=$("$hellod" -t -c "$empty" -o "${1/.../$value}" 2>&1 |
			sed -n 's/; did you mean.*//; s/.*: \(got .*, \)\{0,1\}want //p')
		[ -z "$wanted" ] || break
	done
	echo "$wanted"
}

# The sample with the marks of its keys taken away, but not those of the example
# of a UNIX socket, which has two in each line.
unmarked_sample() {
	sed 's/^#\([^ #]\)/\1/; s/^#$//' "$sample"
}

# The same, the example included.
unmarked_sample_and_example() {
	sed 's/^##*\([^ #]\)/\1/; s/^##*$//' "$sample"
}

without_comments() {
	sed '/^[[:space:]]*#/d; /^$/d'
}

# Lines that end at different places are no difference.
without_blanks() {
	tr -d ' \t\n'
}

@test "hellod(8) has the options of --help, and no others" {
	local helped options
	helped=$("$hellod" --help | sed -n 's/^  \(-., --[^ ]*\) .*/\1/p')
	options=$(section "$page8" OPTIONS)
	same "$helped" "$(sed -n 's/^\.BR \(-.\) ", " \(--[a-z]*=*\) *\(.*\)/\1, \2\3/p' <<<"$options")"
	[ "$(grep -cx '\.TP' <<<"$options")" -eq "$(wc -l <<<"$helped")" ]
}

@test "--help has the options that are understood, and no others" {
	same "$("$hellod" --help | sed -n 's/^  -\(.\), --\([a-z]*\).*/\1 \2/p' | sort)" \
		"$(grep -o '{"[a-z]*", [a-z]*_argument, NULL, '\''.'\' "$src/options.c" |
			sed 's/{"\([a-z]*\)".*\(.\)'\''$/\2 \1/' | sort)"
}

@test "hellod.conf(5) has the keys of -T with their defaults, and no others" {
	same "$(dumped_keys)" "$(page_keys KEYS Default | grep -v '^listen = ')"
	same "$(dumped_listen_keys)" "$(page_keys 'KEYS OF A LISTENER' Default)"
}

@test "hellod.conf(5) has the default of listen" {
	local default
	default=$(page_keys KEYS Default | sed -n 's/^listen = //p')
	same "$("$hellod" -T -c "$empty")" "$("$hellod" -T -c "$empty" -o "listen=$default")"
}

@test "hellod.conf(5) says of each key what hellod wants there" {
	local key
	for key in $(page_keys KEYS Value | sed 's/ = .*//'); do
		echo "$key = $(want "$key=...")"
	done >"$BATS_TEST_TMPDIR/wanted"
	same "$(cat "$BATS_TEST_TMPDIR/wanted")" "$(page_keys KEYS Value)"
	for key in $(page_keys 'KEYS OF A LISTENER' Value | sed 's/ = .*//'); do
		echo "$key = $(want "listen=({$key=...;})")"
	done >"$BATS_TEST_TMPDIR/wanted"
	same "$(cat "$BATS_TEST_TMPDIR/wanted")" "$(page_keys 'KEYS OF A LISTENER' Value)"
}

@test "the examples of hellod.conf(5) are valid" {
	local example count=0
	section "$page5" EXAMPLES | awk -v to="$BATS_TEST_TMPDIR/example" '
		/^\.nf$/ { file = to (++count); next }
		/^\.fi$/ { file = "" }
		file { print >file }'
	for example in "$BATS_TEST_TMPDIR"/example*; do
		! grep -q '^\$ ' "$example" || continue
		"$hellod" -t -c "$example"
		count=$((count + 1))
	done
	[ "$count" -ge 2 ]
}

@test "the faulty example of hellod.conf(5) has the faults that are shown" {
	local shown
	cd "$BATS_TEST_TMPDIR"
	shown=$(section "$page5" EXAMPLES | sed -n '/^\$ cat bad\.conf$/,/^\.fi$/p')
	sed '1d; /^\$/,$d' <<<"$shown" >bad.conf
	run -78 "$hellod" -t -c bad.conf
	same "$output" "$(sed '1,/^\$ hellod/d; /^\$/,$d' <<<"$shown")"
}

@test "the sample changes nothing as it is" {
	"$hellod" -t -c "$sample"
	same "$("$hellod" -T -c "$empty")" "$("$hellod" -T -c "$sample")"
}

@test "the sample without the marks of its keys is what -T prints" {
	unmarked_sample >"$BATS_TEST_TMPDIR/unmarked.conf"
	same "$("$hellod" -T -c "$empty")" "$(without_comments <"$BATS_TEST_TMPDIR/unmarked.conf")"
	same "$("$hellod" -T -c "$empty")" "$("$hellod" -T -c "$BATS_TEST_TMPDIR/unmarked.conf")"
}

@test "the sample's UNIX socket has all keys of one, with their defaults" {
	local path dumped
	unmarked_sample_and_example >"$BATS_TEST_TMPDIR/unmarked.conf"
	path=$(sed -n 's/^\t\tpath = "\(.*\)";$/\1/p' "$BATS_TEST_TMPDIR/unmarked.conf")
	dumped=$("$hellod" -T -c "$empty" -l 127.0.0.1:9999 -l "unix:$path")
	same "$(without_blanks <<<"$dumped")" \
		"$(without_comments <"$BATS_TEST_TMPDIR/unmarked.conf" | without_blanks)"
	same "$dumped" "$("$hellod" -T -c "$BATS_TEST_TMPDIR/unmarked.conf")"
}

@test "the sample explains each key in the words of the table" {
	same "$(awk '
		/\.name = "/ { split($0, part, "\""); key = part[2] }
		/\.help = "/ {
			sub(/^.*\.help = "/, ""); sub(/" },$/, ""); gsub(/\\"/, "\"")
			print key ": " $0
		}' "$src/configuration_table.c" | sort -u)" "$(awk '
		{ line = $0; sub(/^#+[ \t]*/, "", line) }
		/^#/ && line ~ /^[a-z0-9_]+ = / {
			key = line; sub(/ = .*/, "", key)
			print key ": " before
		}
		{ before = line; sub(/^# /, "", before) }' "$sample" | sort -u)"
}

@test "hellod(8) has the signals of the master's table, and no others" {
	same "$(grep -o '{SIG[A-Z0-9]*, "[A-Z0-9]*"' "$src/master.c" | cut -d '"' -f 2 | sort)" \
		"$(section "$page8" SIGNALS | awk 'tag && $1 == ".B" { print $2 }
			{ tag = /^\.T[PQ]$/ }' | sort)"
}

@test "hellod(8) has the exit codes of exitcode.h, and no others" {
	same "$(sed -n 's/^\tHELLOD_EXIT_[A-Z]* = \([0-9]*\),.*/\1/p
			s/^\tHELLOD_EXIT_[A-Z]* = EX_[A-Z]*,[[:space:]]*\/\* \([0-9]*\): .*/\1/p' \
		"$src/exitcode.h")" \
		"$(section "$page8" 'EXIT STATUS' | sed -n 's/^\.B \([0-9]*\)$/\1/p')"
	[ "$(grep -o 'HELLOD_EXIT_[A-Z]* =' "$src/exitcode.h" | wc -l)" -eq \
		"$(section "$page8" 'EXIT STATUS' | grep -cx '\.TP')" ]
	run -64 "$hellod" --nonsense
	run -78 "$hellod" -t -c "$empty" -o workers=0
}

@test "hellod(8) has the reasons why sessions end, and no others" {
	same "$({
		sed -n '/^reason_of(/,/^}/s/.*return "\(.*\)";/\1/p' "$src/connection.c"
		grep -E '(leave|drop)\(.*"|"the client reset' "$src/connection.c" |
			grep -o '"[^"]*"' | tr -d '"'
	} | sort)" "$(section "$page8" LOGGING | awk '
		/^\.SS / { inside = $2 == "Reasons" }
		inside && tag && /^\.B / { print substr($0, 4) }
		{ tag = /^\.T[PQ]$/ }' | sort)"
}

@test "hellod.conf(5) has what clients are told, word for word" {
	local text shown
	shown=$(section "$page5" 'WHAT A CLIENT SEES')
	grep -ohE '"(Busy|Error): [^"]*"|"%lld connections [^"]*"' "$src"/*.c |
		grep -v '\.\.\."$' | tr -d '"' |
		sed 's/%s//g; s/%zu/1024/; s/%lld/10000/' >"$BATS_TEST_TMPDIR/texts"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/texts")" -ge 4 ]
	while read -r text; do
		grep -qF "$text" <<<"$shown" || { echo "not there: $text"; return 1; }
	done <"$BATS_TEST_TMPDIR/texts"
}
