#!/usr/bin/env bats
# docs.bats - the manual pages and the sample configuration say what hellod and
# helloctl do: options, keys, defaults, what a reload changes, signals, commands,
# exit codes, and words to clients, log and each other

load ../lib/common

setup() {
	export LC_ALL=C
	hellod=${abs_top_builddir:?}/hellod
	helloctl=$abs_top_builddir/helloctl
	page8=${abs_top_srcdir:?}/man/hellod.8
	page5=$abs_top_srcdir/man/hellod.conf.5
	page_ctl=$abs_top_srcdir/man/helloctl.8
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

# The options that --help shows, as "-c, --config=FILE".
helped_options() { # PROGRAM
	"$1" --help | sed -n 's/^  \(-., --[^ ]*\) .*/\1/p'
}

# Those of a page's OPTIONS, in the same form.
page_options() { # PAGE
	section "$1" OPTIONS | sed -n 's/^\.BR \(-.\) ", " \(--[a-z]*=*\) *\(.*\)/\1, \2\3/p'
}

# The tags of a part of a page, from standard input, as they are printed.
tags() {
	awk '
		function printed(line, text, quoted, i, c) {
			text = ""
			quoted = 0
			for (i = index(line, " ") + 1; i <= length(line); i++) {
				c = substr(line, i, 1)
				if (c == "\"")
					quoted = !quoted
				else if (c != " " || quoted)
					text = text c
			}
			return text
		}
		tag { print printed($0) }
		{ tag = /^\.T[PQ]$/ }'
}

# subsection NAME - a part of what section() prints
subsection() {
	awk -v name=".SS $1" '/^\.SS / { inside = $0 == name; next } inside'
}

# The keys of a table in the source, as "key = a reload" or "key = a restart",
# whichever changes it.
table_changes() { # ARRAY
	awk -v array=" $1[]" '
		/^const struct key / { inside = index($0, array) }
		inside && /\.name = "/ { split($0, part, "\""); key = part[2]; by = "a restart" }
		inside && /\.reloadable = true/ { by = "a reload" }
		inside && /\.help = / { print key " = " by }' "$src/configuration_table.c" | sort
}

# What hellod obeys, as "command look" or "command change".
obeyed_commands() {
	grep -oE '\{"[a-z]+", (true|false), (control_)?do_' "$src/control_commands.c" |
		sed 's/{"//; s/", true.*/ change/; s/", false.*/ look/' | sort
}

# A hellod to ask, and the helloctl that asks it.
start_hellod() { # ARGUMENT...
	hellod_start -o "control_socket=$BATS_TEST_TMPDIR/control" "$@"
	ask=("$helloctl" -s "$BATS_TEST_TMPDIR/control")
}

# The fields of a JSON text on standard input, as "workers.ready".
json_fields() {
	/usr/bin/python3 -c '
import json, sys
def show(value, name):
    if isinstance(value, dict):
        for key in value:
            show(value[key], name + "." + key if name else key)
    else:
        print(name)
show(json.load(sys.stdin), "")' | sort
}

# What a command prints in the examples of helloctl(8).
example_of() { # COMMAND
	section "$page_ctl" EXAMPLES | awk -v command="# $1" '
		/^# / || /^\.fi$/ { inside = $0 == command && !seen; seen = seen || inside; next }
		inside'
}

# All texts of the sources, each as one line, so that parts of them can be found.
source_texts() {
	cat "$src"/*.c | tr -d '\n' | sed 's/"[[:space:]]*"//g; s/client%s/clients/g'
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
			sed -n 's/; \(did you mean\|units are\) .*//; s/.*: \(got .*, \)\{0,1\}want //p')
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
	same "$(helped_options "$hellod")" "$(page_options "$page8")"
	[ "$(section "$page8" OPTIONS | grep -cx '\.TP')" -eq "$(helped_options "$hellod" | wc -l)" ]
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

@test "hellod.conf(5) has the limits of source.h and configuration_parse.h" {
	limit() { # NAME
		sed -n "s/^#define $1 \\((*[0-9L *]*)*\\).*/\\1/p" "$src/configuration_parse.h" \
			"$abs_top_srcdir/src/lib/source.h" | tr -d 'L()'
	}
	section "$page5" DESCRIPTION >"$BATS_TEST_TMPDIR/description"
	grep -qF "others, $(($(limit SOURCE_DEPTH_MAX))) deep." "$BATS_TEST_TMPDIR/description"
	grep -qF "may be $(($(limit SOURCE_FILES_MAX))) files, and $(($(limit CONFIGURATION_SIZE_MAX) / 1024)) KiB in all" \
		"$BATS_TEST_TMPDIR/description"
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

@test "hellod.conf(5) says of each key what changes it" {
	same "$(table_changes configuration_keys)" "$(page_keys KEYS 'Changed by')"
	same "$(table_changes listen_keys)" "$(page_keys 'KEYS OF A LISTENER' 'Changed by' | sort)"
}

@test "hellod(8) and the sample name the keys that need a restart" {
	local keys
	keys=$(table_changes configuration_keys | sed -n 's/ = a restart$//p')
	same "$keys" "$(sed -n 's/^# These keys need a restart: \(.*\)\.$/\1/p' "$sample" |
		sed 's/, /\n/g' | sort)"
	same "$keys" "$(section "$page8" RELOAD |
		sed -n '/^Some keys only change at a restart:$/,/^They are left/s/^\.BR* \([a-z_]*\).*/\1/p' |
		sort)"
}

@test "a reload leaves alone what needs a restart, and says so" {
	local before
	: >"$BATS_TEST_TMPDIR/one.conf"
	start_hellod -c "$BATS_TEST_TMPDIR/one.conf" -l 127.0.0.1:0
	before=$("${ask[@]}" config)
	cat >"$BATS_TEST_TMPDIR/one.conf" <<-END
		user = "root";
		group = "root";
		log_target = "file:$BATS_TEST_TMPDIR/other.log";
		pid_file = "$BATS_TEST_TMPDIR/other.pid";
	END
	run -0 --separate-stderr "${ask[@]}" reload
	# The place of the control socket is this hellod's option: no file changes it.
	same "$(table_changes configuration_keys | sed -n 's/ = a restart$//p')" \
		"$({
			echo control_socket
			sed -n 's/^needs restart: \([a-z_]*\) .*/\1/p' <<<"$output"
		} | sort)"
	same "$before" "$("${ask[@]}" config)"
}

@test "the examples of hellod.conf(5) are valid" {
	local example count=0
	section "$page5" EXAMPLES | awk -v to="$BATS_TEST_TMPDIR/example" '
		/^\.nf$/ { file = to (++count); next }
		/^\.fi$/ { file = "" }
		file { print >file }'
	for example in "$BATS_TEST_TMPDIR"/example*; do
		! grep -q '^[$#] hello' "$example" || continue
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
	# What goes on behind four blanks is one line.
	same "$output" "$(sed '1,/^\$ hellod/d; /^\$/,$d' <<<"$shown" | sed -z 's/\n    / /g')"
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
	same "$(grep -o '{SIG[A-Z0-9]*, "[A-Z0-9]*"' "$src/master_signals.c" | cut -d '"' -f 2 | sort)" \
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

# Why a client is let go whose time is over.
timeout_reasons() {
	grep -oE '\[TIMEOUT_[A-Z]*\] = \{"[^"]*"' "$src/connection_timeout.c" | cut -d '"' -f 2
}

@test "hellod(8) has the reasons why sessions end, and no others" {
	same "$({
		sed -n '/^reason_of(/,/^}/s/.*return "\(.*\)";/\1/p' "$src/connection_io.c"
		timeout_reasons
		sed -n '/^connection_timed_out(/,/^}/p' "$src/connection_timeout.c" |
			grep -o '"[^"]*"' | tr -d '"'
		grep -hE '_drop\(.*"|"the client reset' "$src"/connection*.c |
			grep -o '"[^"]*"' | tr -d '"'
	} | sort -u)" "$(section "$page8" LOGGING | awk '
		/^\.SS / { inside = $2 == "Reasons" }
		inside && tag && /^\.B / { print substr($0, 4) }
		{ tag = /^\.T[PQ]$/ }' | sort)"
}

@test "hellod.conf(5) has what clients are told, word for word" {
	local text shown
	# Whatever the number is.
	shown=$(section "$page5" 'WHAT A CLIENT SEES' | sed -E 's/(than|Busy:) [0-9]+/\1 N/')
	grep -ohE '"(Busy|Error): [^"]*"|"%lld connections [^"]*"' "$src"/*.c |
		grep -v '\.\.\."$' | tr -d '"' |
		sed 's/%s//g; s/%zu/N/; s/%lld/N/' >"$BATS_TEST_TMPDIR/texts"
	# What limits.c says as the words for a client.
	grep -oE '"[^"]*\((deny|early_drop|proxy_from|max_[a-z_]*)\)"' "$src/limits.c" |
		sed 's/"//g; s/%ll[du]/N/; s/^/Busy: /' >>"$BATS_TEST_TMPDIR/texts"
	# Who doesn't take his answers is told nothing.
	timeout_reasons | grep -v write_timeout | sed 's/^/Busy: /' >>"$BATS_TEST_TMPDIR/texts"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/texts")" -ge 10 ]
	while read -r text; do
		grep -qF "$text" <<<"$shown" || { echo "not there: $text"; return 1; }
	done <"$BATS_TEST_TMPDIR/texts"
}

@test "hellod(8) shows lines of the log as they are" {
	local tag part count=0
	source_texts >"$BATS_TEST_TMPDIR/texts"
	section "$page8" LOGGING | awk '
		/^\.SS / { inside = /Warnings|upgrades/ }
		inside && tag && /^\.(BI|IB|B) / { print }
		{ tag = /^\.T[PQ]$/ }' >"$BATS_TEST_TMPDIR/tags"
	while read -r tag; do
		case $tag in
		.BI* | .IB*) grep -o '"[^"]*"' <<<"$tag" | tr -d '"' ;;
		*) echo "${tag#.B }" ;;
		esac
	done <"$BATS_TEST_TMPDIR/tags" >"$BATS_TEST_TMPDIR/parts"
	while IFS= read -r part; do
		grep -qF -- "$part" "$BATS_TEST_TMPDIR/texts" || { echo "not said: $part"; return 1; }
		count=$((count + 1))
	done <"$BATS_TEST_TMPDIR/parts"
	[ "$count" -ge 30 ]
}

@test "hellod(8) has the words of contract.h, and who says them" {
	same "$(awk '
		/The worker says:/ { who = "worker" }
		/The master says:/ { who = "master" }
		/^\tWORD_[A-Z]* = / { split($0, part, "\x27"); print part[2] " " who }' \
		"$src/contract.h" | sort)" "$(section "$page8" LIFECYCLE |
		subsection 'Words between master and worker' | awk '
			tag { word = $2 }
			word && /^The (worker|master): / { sub(/:.*/, "", $2); print word " " $2; word = "" }
			{ tag = /^\.TP$/ }' | sort)"
}

@test "hellod(8) and helloctl(8) have the variables that are looked at" {
	local name names
	names=$(grep -ohE 'getenv\("[A-Z_]*"|_VARIABLE "[A-Z_]*"' "$src"/*.c "$src"/*.h \
		"$abs_top_srcdir"/src/lib/*.c | cut -d '"' -f 2)
	[ "$(wc -l <<<"$names")" -ge 5 ]
	# libsystemd looks at these for us.
	for name in $names WATCHDOG_USEC WATCHDOG_PID LISTEN_FDS LISTEN_FDNAMES LISTEN_PID; do
		section "$page8" ENVIRONMENT | tags | grep -qx "$name" || { echo "$name"; return 1; }
	done
	same "$(grep -o 'getenv("[A-Z_]*"' "$src/control_path.c" | cut -d '"' -f 2 | sort)" \
		"$(section "$page_ctl" ENVIRONMENT | tags | sort)"
}

@test "helloctl(8) has the options of --help, and no others" {
	same "$(helped_options "$helloctl")" "$(page_options "$page_ctl")"
	[ "$(section "$page_ctl" OPTIONS | grep -cx '\.TP')" -eq \
		"$(helped_options "$helloctl" | wc -l)" ]
	same "$("$helloctl" --help | sed -n 's/^  -\(.\), --\([a-z]*\).*/\1 \2/p' | sort)" \
		"$(grep -o '{"[a-z]*", [a-z]*_argument, NULL, '\''.'\' \
			"$abs_top_srcdir/src/helloctl/main.c" |
			sed 's/{"\([a-z]*\)".*\(.\)'\''$/\2 \1/' | sort)"
}

@test "helloctl(8) has the commands of --help, and no others" {
	same "$("$helloctl" --help | awk -F '   *' '/^  [a-z]/ { print $2 }' | sort)" \
		"$(section "$page_ctl" COMMANDS | tags | sort)"
}

@test "helloctl(8) and --help have the commands that hellod obeys" {
	same "$(obeyed_commands)" "$({
		section "$page_ctl" COMMANDS | subsection 'To look' | tags | sed 's/ .*//; s/$/ look/'
		section "$page_ctl" COMMANDS | subsection 'To change' | tags | sed 's/ .*//; s/$/ change/'
	} | sort)"
	same "$(obeyed_commands | cut -d ' ' -f 1)" \
		"$("$helloctl" --help | awk '/^  [a-z]/ { print $1 }' | sort)"
	# Those who may look are told by what.
	same "$(obeyed_commands | sed -n 's/ look$//p')" "$(section "$page_ctl" 'WHO MAY DO WHAT' |
		sed -n '/^may look:$/,/^\.TP$/s/^\.BR* \([a-z]*\).*/\1/p' | sort)"
}

@test "helloctl understands the commands that hellod obeys" {
	local name code
	for name in $(obeyed_commands | cut -d ' ' -f 1); do
		code=0
		timeout 20 "$helloctl" -s "$BATS_TEST_TMPDIR/nobody" "$name" a b 2>"$BATS_TEST_TMPDIR/said" ||
			code=$?
		[ "$code" -eq 2 ]
		grep -q "^helloctl: $name wants " "$BATS_TEST_TMPDIR/said"
	done
	run -2 "$helloctl" -s "$BATS_TEST_TMPDIR/nobody" nonsense
	[[ $output == "helloctl: unknown command 'nonsense'"* ]]
}

@test "helloctl(8) has the exit codes of control.h, and no others" {
	same "$(sed -n 's/^\tCONTROL_EXIT_[A-Z]* = \([0-9]*\),.*/\1/p' "$src/control.h")" \
		"$(section "$page_ctl" 'EXIT STATUS' | tags)"
	[ "$(grep -c '^	CONTROL_EXIT_[A-Z]* =' "$src/control.h")" -eq \
		"$(section "$page_ctl" 'EXIT STATUS' | grep -cx '\.TP')" ]
	run -2 "$helloctl"
	run -3 "$helloctl" -s "$BATS_TEST_TMPDIR/nobody" status
	start_hellod
	run -0 "${ask[@]}" status
	run -1 "${ask[@]}" drain 1
}

@test "helloctl(8) has the fields of status --json, and no others" {
	start_hellod
	"${ask[@]}" status --json | json_fields >"$BATS_TEST_TMPDIR/fields"
	same "$(cat "$BATS_TEST_TMPDIR/fields")" \
		"$(section "$page_ctl" 'STATUS AS JSON' | tags | sort)"
	same "$(cat "$BATS_TEST_TMPDIR/fields")" "$(example_of 'helloctl status --json' | json_fields)"
}

@test "helloctl(8) has the states that status and ps show" {
	same "$(sed -n '/^describe_state(/,/^}/p' "$src/control_commands.c" |
		grep -o '"[a-z]*"' | tr -d '"' | sort)" "$(section "$page_ctl" 'STATUS AS JSON' | awk '
			/^\.TP$/ { inside = 0 }
			inside && /^\.BR? / { print $2 }
			/^\.B state$/ { inside = 1 }' | sort)"
	same "$(sed -n '/^write_worker(/,/^}/p' "$src/control_commands.c" |
		grep -oE '(starting|serving|draining)' | sort -u)" "$(section "$page_ctl" COMMANDS |
		sed -n '/^it does: it is$/,/^which means/s/^\.BR* \([a-z]*\).*/\1/p' | sort)"
}

@test "the examples of helloctl(8) look like what helloctl prints" {
	local kind='s/: .*//; s/[0-9][0-9.]*/N/g'
	start_hellod
	same "$("${ask[@]}" status | sed "$kind")" "$(example_of 'helloctl status' | sed "$kind")"
	same "$("${ask[@]}" ps | head -n 1)" "$(example_of 'helloctl ps' | head -n 1)"
	same "$("${ask[@]}" reopen)" "$(example_of 'helloctl reopen')"
	same "$("${ask[@]}" workers +1 | sed 's/[0-9][0-9]*/N/g')" \
		"$(example_of 'helloctl workers +1' | sed 's/[0-9][0-9]*/N/g')"
}

@test "the README has the options of configure that are our own" {
	local option count=0
	while read -r option; do
		grep -qE "^\| \`$option(=|\[|\`)" "$abs_top_srcdir/README.md" || { echo "$option"; return 1; }
		count=$((count + 1))
	done < <(cat "$abs_top_srcdir"/configure.ac "$abs_top_srcdir"/m4/*.m4 |
		sed -n 's/.*AS_HELP_STRING(\[\(--[a-z-]*\).*/\1/p')
	[ "$count" -ge 7 ]
}

@test "no --help is wider than a terminal" {
	local program
	# Paths as long as they usually are, wherever this build would be installed.
	for program in hellod helloctl hellosay hellofetch hellobench; do
		"$abs_top_builddir/$program" --help | sed 's|/[^ ]*/etc/|/etc/|g' | awk -v program="$program" '
			length > 80 { print program ": " $0; wide = 1 }
			END { exit wide }'
	done
}
