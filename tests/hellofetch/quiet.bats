#!/usr/bin/env bats
# Who is told of a failure, and when; and what the exit code says.

# shellcheck disable=SC2154 # set by common.bash and by bats
load common

setup() {
	make_place
	state=$place/.page.hellofetch
	url=$bad/seq/$BATS_TEST_NUMBER
}

get() { # CODE ARGUMENT...
	fetch -q -o "$place/page" --tries 1 "${@:2}"
	[ "$status" -eq "$1" ] || show
}

silent() {
	[ -z "$output$stderr" ] || show
}

@test "--exit-unchanged: 3 if nothing has changed, by a 304 or by the bytes" {
	get 0 --exit-unchanged "$bad/conditional~ETag:%20\"a\""
	get 3 --exit-unchanged "$bad/conditional~ETag:%20\"a\""
	silent
	get 3 --exit-unchanged "$bad/good"
	get 0 --exit-unchanged "$bad/small"
	get 0 "$bad/small"
	get 7 --exit-unchanged "$bad/404"
}

@test "how old the file is that was kept" {
	local ago words
	while IFS=: read -r ago words; do
		touch -d "-$ago" "$place/page"
		get 7 "$bad/404"
		assert_says "old file kept ($place/page, age $words)"
	done <<-'END'
		77 hours:3 d
		47 hours:1 d
		125 minutes:2 h
		3 minutes:3 min
	END
}

@test "--fail-after: silent until so many in a row" {
	local names=503,404,short-length,good,503,503,503 code
	for code in 8 7; do
		get $code --fail-after 3 "$url/$names"
		silent
	done
	get 9 --fail-after 3 "$url/$names"
	assert_says "cut short"
	get 0 --fail-after 3 "$url/$names"
	silent
	for code in 8 8; do
		get $code --fail-after 3 "$url/$names"
		silent
	done
	get 8 --fail-after 3 "$url/$names"
	assert_says "HTTP status 503"
}

@test "--fail-after counts where no file was, too" {
	rm "$place/page"
	get 8 --fail-after 2 "$bad/503"
	silent
	get 8 --fail-after 2 "$bad/503"
	assert_says "no file was there"
}

@test "--max-age: silent while the file was current not long ago" {
	get 8 --max-age 1h "$bad/503"
	# Nobody knows whether that file was ever current.
	assert_says "HTTP status 503"
	get 0 "$bad/good"
	get 8 --max-age 1h "$bad/503"
	silent
	sed -i "s/^checked_at=.*/checked_at=$(($(date +%s) - 3700))/" "$state"
	get 8 --max-age 1h "$bad/503"
	assert_says "HTTP status 503"
	get 8 --max-age 2h "$bad/503"
	silent
}

@test "--max-age: a file that was current in days to come is old" {
	# The clock of this machine was wrong, then or now: nobody is to be silent until then.
	get 0 "$bad/good"
	sed -i "s/^checked_at=.*/checked_at=$(($(date +%s) + 3600))/" "$state"
	get 8 --max-age 1d "$bad/503"
	assert_says "HTTP status 503"
}

@test "both: whichever comes first" {
	get 0 "$bad/good"
	get 8 --max-age 1h --fail-after 2 "$bad/503"
	silent
	get 8 --max-age 1h --fail-after 2 "$bad/503"
	assert_says "HTTP status 503"
}

@test "faults of this machine are told at once" {
	get 0 "$bad/good"
	rm "$place/page"
	mkdir "$place/page"
	get 13 --fail-after 100 --max-age 7d "$bad/good"
	assert_says "it is a directory"
}

# --- a terminal, and the journal

# Runs hellofetch on a terminal; what that has shown is in $shown.
on_terminal() { # ARGUMENT...
	shown=$BATS_TEST_TMPDIR/shown
	"$here/on_terminal.py" "$@" >"$shown"
}

@test "on a terminal a line tells how far it is, and is wiped then" {
	on_terminal "$hellofetch" -o "$place/page" "$bad/slow"
	tr '\r' '\n' <"$shown" >"$shown.lines"
	grep -Eq '^ *[0-9]+ %  [0-9.]+ (Ki)?B of 4\.4 KiB  [0-9.]+ (Ki)?B/s  [0-9]+ s left \|#+ *\| *$' "$shown.lines"
	# It only ever grows, and stands in one line.
	sed -n 's/^ *\([0-9]*\) %.*/\1/p' "$shown.lines" >"$shown.parts"
	[ "$(wc -l <"$shown.parts")" -ge 3 ]
	sort -n "$shown.parts" | cmp - "$shown.parts"
	[ "$(head -n 1 "$shown" | tr '\r' '\n' | tail -n 2 | head -n 1)" = "HTTP/1.1 200 OK" ]
	[[ $(head -n 1 "$shown" | tr '\r' '\n' | tail -n 3 | head -n 1) =~ ^\ +$ ]]
	cmp "$place/page" "$new"
}

@test "no line if there is no terminal, with -q, or if it is over at once" {
	"$here/on_terminal.py" "$hellofetch" -q -o "$place/page" "$bad/slow" >"$BATS_TEST_TMPDIR/shown"
	[ ! -s "$BATS_TEST_TMPDIR/shown" ]
	fetch -o "$place/page" "$bad/slow"
	[ -z "$stderr" ] || show
	# shellcheck disable=SC2016 # the inner shell expands it
	on_terminal /bin/sh -c '"$@" 2>"$0"' "$BATS_TEST_TMPDIR/err" "$hellofetch" -o "$place/page" "$bad/slow"
	[ ! -s "$BATS_TEST_TMPDIR/err" ]
	run ! grep -q % "$shown"
	on_terminal "$hellofetch" -o "$place/page" "$bad/good"
	run ! grep -q % "$shown"
}

@test "on a terminal nothing of the server's can move the cursor" {
	local byte
	on_terminal "$hellofetch" -o "$place/page" "$bad/escape~X:%20%1b%5b2J%08%7f%07"
	for byte in $'\a' $'\b' $'\e' $'\x7f'; do
		run ! grep -qF "$byte" "$shown"
	done
	grep -qF 'X: \x1b[2J\x08\x7f\x07' "$shown"
	on_terminal "$hellofetch" --tries 1 --must-match $'\e2J' -o "$place/page" "$bad/good" || true
	grep -q 'exit code 11' "$shown"
	run ! grep -q $'\e' "$shown"
}

@test "what the journal reads has a level before each line" {
	local file=$BATS_TEST_TMPDIR/journal
	: >"$file"
	# shellcheck disable=SC2016 # the inner shell expands it
	run -7 bash -c 'JOURNAL_STREAM=$(stat -c %d:%i "$0") exec "$@" 2>"$0"' "$file" \
		"$hellofetch" -q -o "$place/page" "$bad/404"
	[ "$(wc -l <"$file")" -ge 4 ]
	[ "$(grep -c '^<3>' "$file")" -eq "$(wc -l <"$file")" ]
	run -7 --separate-stderr env JOURNAL_STREAM=1:2 "$hellofetch" -q -o "$place/page" "$bad/404"
	[[ $stderr != *"<3>"* ]] || show
}

@test "without a state there is nothing to count in" {
	get 2 --fail-after 3 --no-state "$bad/good"
	assert_says "need a state"
	run --separate-stderr "$hellofetch" -o - --max-age 1h "$bad/good"
	[ "$status" -eq 2 ] || show
}
