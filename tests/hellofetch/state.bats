#!/usr/bin/env bats
# What is remembered from run to run saves work, and never keeps an old page.

# shellcheck disable=SC2154,SC2016 # set by common.bash and by bats; for eval
load common

setup() {
	make_place
	state=$place/.page.hellofetch
	seq=$bad/seq/$BATS_TEST_NUMBER
	requests=$bad_file.requests
	tag='ETag:%20"a"'
	date='Last-Modified:%20Tue,%2001%20Jan%202019%2012:00:00%20GMT'
	date=${date//,/%2c}
	page=$bad/conditional~$tag~$date
}

# Fetches without words, and leaves the request in $requests.
get() { # ARGUMENT...
	rm -f "$requests"
	fetch -q -o "$place/page" --retry-delay 1ms "$@"
	[ "$status" -eq 0 ] || show
	[ -z "$output$stderr" ] || show
}

asked_with() { # FIELD
	grep -qxF "$1"$'\r' "$requests" || { cat "$requests" >&2; return 1; }
}

asked_unconditionally() {
	! grep -i '^If-' "$requests" >&2
}

is_new() {
	cmp "$place/page" "$new"
	assert_files .page.hellofetch page
}

value_of() { # KEY
	sed -n "s/^$1=//p" "$state"
}

@test "the second request is conditional, in the server's own words" {
	get "$page"
	asked_unconditionally
	is_new
	local before
	before=$(stat -c '%i %Y %Z' "$place/page")
	get "$page"
	asked_with 'If-None-Match: "a"'
	asked_with 'If-Modified-Since: Tue, 01 Jan 2019 12:00:00 GMT'
	is_new
	[ "$(stat -c '%i %Y %Z' "$place/page")" = "$before" ]
	# and so for ever
	get "$page"
	asked_with 'If-None-Match: "a"'
}

@test "a validator alone, weak ones, dates that are none" {
	local field
	for field in 'ETag:%20"b"' 'ETag:%20W%2f"c"' "$date" 'Last-Modified:%20yesterday'; do
		make_place
		get "$bad/conditional~$field"
		get "$bad/conditional~$field"
		grep -q '^If-' "$requests"
		is_new
	done
}

@test "no validator, no condition" {
	get "$bad/good"
	get "$bad/good"
	asked_unconditionally
}

@test "what is no validator is none" {
	local field
	for field in 'ETag:%20""' 'ETag:%20W%2f""' 'ETag:%20' 'ETag:%20abc' 'ETag:%20"a"b"' 'ETag:%20"a"~ETag:%20"b"' "$date~$date" "ETag:%20\"$(printf 'x%.0s' {1..1100})\""; do
		make_place
		get "$bad/good~$field"
		get "$bad/good~$field"
		asked_unconditionally
	done
}

@test "validators of a redirect or of a trailer are none" {
	local name
	for name in redirect-etag trailer-etag; do
		make_place
		get "$bad/$name"
		get "$bad/$name"
		asked_unconditionally
	done
}

@test "a 304 without an ETag leaves the old one" {
	get "$seq/good~$tag,304,304,304"
	local _
	for _ in 1 2 3; do
		get "$seq/good~$tag,304,304,304"
		asked_with 'If-None-Match: "a"'
	done
}

@test "the file was deleted, edited, replaced, or touched: unconditional, and healed" {
	local change
	for change in 'rm "$place/page"' 'echo more >>"$place/page"' 'cp "$place/page" "$place/x" && mv "$place/x" "$place/page"' \
		'touch -d "+10 years" "$place/page"' 'printf X | dd of="$place/page" conv=notrunc status=none; touch -d @1500000000 "$place/page"'; do
		get "$page"
		eval "$change"
		get "$page"
		asked_unconditionally
		is_new
		get "$page"
		asked_with 'If-None-Match: "a"'
	done
}

@test "an edit that keeps size and time is seen too" {
	get "$page"
	touch -r "$place/page" "$BATS_TEST_TMPDIR/time"
	printf X | dd of="$place/page" conv=notrunc status=none
	touch -r "$BATS_TEST_TMPDIR/time" "$place/page"
	get "$page"
	asked_unconditionally
	is_new
}

@test "another URL: unconditional" {
	get "$page"
	get "$bad/other/conditional~$tag~$date"
	asked_unconditionally
}

@test "other rules than the page was accepted by: unconditional" {
	local rule
	for rule in --must-match=page --not-match=error --min-size=2 --max-size=1MiB --content-type='*' --allow-unframed; do
		get "$page"
		get "$rule" "$page"
		asked_unconditionally
		get "$rule" "$page"
		asked_with 'If-None-Match: "a"'
		get "$page"
		asked_unconditionally
	done
	# A page that they refuse is not kept as current by a 304.
	fetch -q -o "$place/page" --must-match other "$page"
	[ "$status" -eq 11 ] || show
	get --tries 2 --retry-delay 2ms "$page"
	asked_with 'If-None-Match: "a"'
}

@test "the state is missing, broken, or cut at any place: unconditional" {
	get "$page"
	cp "$state" "$BATS_TEST_TMPDIR/state"
	local size cut
	size=$(stat -c %s "$state")
	for cut in 0 1 20 $((size / 2)) $((size - 5)) $((size - 1)); do
		head -c "$cut" "$BATS_TEST_TMPDIR/state" >"$state"
		get "$page"
		asked_unconditionally
	done
	rm "$state"
	get "$page"
	asked_unconditionally
	head -c 100000 /dev/urandom >"$state"
	get "$page"
	asked_unconditionally
	sed -i 's/^size=.*/size=many/' "$state"
	get "$page"
	asked_unconditionally
	is_new
}

@test "a body that failed leaves no validator behind" {
	get "$seq/good,short-length~$tag~$date,good~$tag"
	fetch -q --tries 1 -o "$place/page" "$seq/good,short-length~$tag~$date,good~$tag"
	[ "$status" -eq 9 ] || show
	assert_says "old file kept"
	[ "$(value_of fail_count)" = 1 ]
	[[ $(value_of last_error) == "the answer was cut short"* ]]
	get "$seq/good,short-length~$tag~$date,good~$tag"
	asked_unconditionally
	is_new
	[ "$(value_of fail_count)" = 0 ]
	[ -z "$(value_of last_error)" ]
}

@test "a failure does not spoil the condition that still holds" {
	local names="good~$tag,503,404,conditional~$tag"
	get "$seq/$names"
	fetch -q --tries 1 -o "$place/page" "$seq/$names"
	[ "$status" -eq 8 ] || show
	fetch -q --tries 1 -o "$place/page" "$seq/$names"
	[ "$status" -eq 7 ] || show
	[ "$(value_of fail_count)" = 2 ]
	get "$seq/$names"
	asked_with 'If-None-Match: "a"'
	is_new
}

@test "a 304 that was not asked for" {
	assert_fails 10 "HTTP status 304" "$bad/304"
	make_place
	get "$seq/good,304"
	fetch -q -o "$place/page" "$seq/good,304"
	[ "$status" -eq 10 ] || show
}

@test "a 304 from elsewhere is not believed: asked again without the condition" {
	get "$seq/good~$tag,304,good"
	# As if it had led elsewhere then.
	sed -i "s|^final_url=.*|final_url=$bad/elsewhere|" "$state"
	get --tries 1 "$seq/good~$tag,304,good"
	[ "$(grep -c '^GET' "$requests")" -eq 2 ]
	[ "$(grep -c '^If-None-Match' "$requests")" -eq 1 ]
	is_new
}

@test "the file disappears while the 304 is on its way: asked again" {
	get "$page"
	sed "s|^url=.*|url=$bad/gone~$tag|; s|^final_url=.*|final_url=$bad/gone~$tag|" "$state" >"$BATS_TEST_TMPDIR/state"
	cp "$BATS_TEST_TMPDIR/state" "$state"
	# The case gone deletes the file before it answers 304.
	echo "$place/page" >"$bad_file.delete"
	get --tries 1 "$bad/gone~$tag"
	is_new
}

@test "the same page once more, without a 304, is no change" {
	get "$bad/good"
	local before
	get "$bad/gzip"
	asked_unconditionally
	before=$(stat -c '%i %Y %Z' "$place/page")
	get "$bad/gzip"
	[ "$(stat -c '%i %Y %Z' "$place/page")" = "$before" ]
}

@test "another page of the same size is a change" {
	local names
	for names in good,good-end good-end,good; do
		make_place
		get "$seq/$names"
		get "$seq/$names"
		asked_unconditionally
		case $names in
		*,good) is_new ;;
		*) [ "$(tail -n 1 "$place/page")" = "new pagE" ] ;;
		esac
	done
}

@test "the beginning of the old page, or more than it, is a change" {
	get "$seq/good,good-start,good"
	get "$seq/good,good-start,good"
	[ "$(stat -c %s "$place/page")" -eq 900 ]
	get "$seq/good,good-start,good"
	is_new
}

@test "killed between the page and the state: unconditional, and healed" {
	need strace strace
	strace -o /dev/null true 2>/dev/null || skip "strace may not trace here"
	local names="good~$tag,small~ETag:%20\"b\",good~$tag"
	get "$seq/$names"
	# The page's rename is the first.
	ASAN_OPTIONS=detect_leaks=0 strace -f -o /dev/null -e 'inject=/^renameat2?$:signal=KILL:when=2' \
		"$hellofetch" -q -o "$place/page" "$seq/$names" || true
	[ "$(cat "$place/page")" = new ]
	[ "$(value_of etag)" = '"a"' ]
	# The page has changed back: to the one that the state is about.
	get "$seq/$names"
	asked_unconditionally
	is_new
	get "$seq/$names"
	asked_with 'If-None-Match: "a"'
}

@test "what the state says" {
	get "$bad/to?/good~$tag"
	[ "$(head -n 1 "$state")" = "hellofetch-state 1" ]
	[ "$(tail -n 1 "$state")" = end ]
	[ "$(value_of url)" = "$bad/to?/good~$tag" ]
	[ "$(value_of final_url)" = "$bad/good~$tag" ]
	[ "$(value_of etag)" = '"a"' ]
	[ "$(value_of size)" = 4500 ]
	[ "$(value_of ino)" = "$(stat -c %i "$place/page")" ]
	[ -z "$(value_of sha256)" ]
	[ "$(stat -c %a "$state")" = 600 ]
	local sum
	sum=$(sha256sum <"$new" | cut -d ' ' -f 1)
	get --sha256 "$sum" "$bad/good~$tag"
	[ "$(value_of sha256)" = "$sum" ]
}

@test "--state puts it elsewhere, --no-state nowhere" {
	get --state "$BATS_TEST_TMPDIR/elsewhere" "$page"
	assert_files page
	get --state "$BATS_TEST_TMPDIR/elsewhere" "$page"
	asked_with 'If-None-Match: "a"'
	get --no-state "$page"
	asked_unconditionally
	assert_files page
}

@test "a state that is a link, or no file, is refused" {
	echo victim >"$BATS_TEST_TMPDIR/victim"
	ln -s "$BATS_TEST_TMPDIR/victim" "$state"
	fetch -q -o "$place/page" "$page"
	[ "$status" -eq 13 ] || show
	assert_says "cannot replace $state: it is a symbolic link"
	[ "$(cat "$BATS_TEST_TMPDIR/victim")" = victim ]
	rm "$state"
	mkfifo "$state"
	fetch -q -o "$place/page" "$page"
	[ "$status" -eq 13 ] || show
	assert_says "cannot replace $state: it is not a regular file"
	cmp "$place/page" "$BATS_TEST_TMPDIR/old"
}

@test "a state that somebody else has written is not believed" {
	[ "$(id -u)" -eq 0 ] || skip "only root can give files away"
	get "$page"
	chown 12345 "$state" || skip "this root cannot give files away"
	get "$page"
	asked_unconditionally
}
