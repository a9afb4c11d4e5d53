#!/usr/bin/env bats
# What the command line wants of a page, and where it wants it.

# shellcheck disable=SC2154 # set by common.bash and by bats
load common

setup() {
	make_place
	sum=$(sha256sum <"$new" | cut -d ' ' -f 1)
}

@test "--sha256" {
	assert_fetches "$new" --sha256 "$sum" "$bad/good"
	assert_fetches "$new" --sha256 "${sum^^}" "$bad/gzip"
	assert_fails 12 "its SHA-256 is $sum" --sha256 "${sum//0/1}" "$bad/good"
}

@test "--sha256 of another page than the one here: no condition" {
	fetch -q -o "$place/page" --sha256 "$sum" "$bad/conditional~ETag:%20\"a\""
	rm -f "$bad_file.requests"
	fetch -q -o "$place/page" --sha256 "${sum//0/1}" "$bad/conditional~ETag:%20\"a\""
	[ "$status" -eq 12 ] || show
	run ! grep -q '^If-' "$bad_file.requests"
	fetch -q -o "$place/page" --sha256 "$sum" "$bad/conditional~ETag:%20\"a\""
	[ "$status" -eq 0 ] || show
	grep -q '^If-None-Match' "$bad_file.requests"
}

@test "--content-type" {
	local html='good~Content-Type:%20text%2fhtml;%20charset=utf-8' pattern
	for pattern in text/html 'text/*' 'TEXT/*' '*'; do
		assert_fetches "$new" --content-type "$pattern" "$bad/$html"
	done
	for pattern in text/plain html 'image/*'; do
		assert_fails 11 'Content-Type \"text/html\"' --content-type "$pattern" "$bad/$html"
	done
	assert_fails 11 'Content-Type \"\"' --content-type 'text/*' "$bad/good"
	assert_fails 11 'Content-Type \"\"' --content-type 'text/*' "$bad/$html~Content-Type:%20text%2fplain"
}

@test "--must-match" {
	assert_fetches "$new" --must-match '^new (page|file)$' "$bad/good"
	assert_fetches "$new" --must-match 'new.page' "$bad/gzip-chunked"
	assert_fails 11 "does not match" --must-match 'old' "$bad/good"
	# Behind the first 64 KiB nobody looks; a NUL is no end.
	assert_fails 11 "in its first 65536 bytes" --must-match y "$bad/late-y"
	assert_fetches <(printf 'a\0b\n') --must-match b "$bad/nul-page"
}

@test "--not-match" {
	assert_fetches "$new" --not-match 'log ?in' --must-match page "$bad/good"
	assert_fails 11 'matches --not-match \"new (page|file)\"' --not-match 'new (page|file)' "$bad/good"
	assert_fails 11 "matches --not-match" --not-match 'new' --must-match page "$bad/gzip"
	head -c 65536 /dev/zero | tr '\0' x >"$BATS_TEST_TMPDIR/late"
	printf y >>"$BATS_TEST_TMPDIR/late"
	assert_fetches "$BATS_TEST_TMPDIR/late" --not-match y "$bad/late-y"
}

@test "--remote-time: the page's own, if it can be believed" {
	local date start
	start=$(($(date +%s) - 1))
	fetch -q -o "$place/page" --remote-time "$bad/good~Last-Modified:%20Tue%2c%2001%20Jan%202019%2012:00:00%20GMT"
	[ "$status" -eq 0 ] || show
	[ "$(stat -c %Y "$place/page")" -eq 1546344000 ] || show
	# What it said counts for the next request, too: the state fits the file.
	rm -f "$bad_file.requests"
	fetch -q -o "$place/page" --remote-time "$bad/good~Last-Modified:%20Tue%2c%2001%20Jan%202019%2012:00:00%20GMT"
	grep -q '^If-Modified-Since: Tue, 01 Jan 2019 12:00:00 GMT' "$bad_file.requests"
	for date in 'Fri%2c%2006%20Jan%202090%2012:00:00%20GMT' 'Mon%2c%2001%20Jan%201940%2012:00:00%20GMT' yesterday ''; do
		make_place
		fetch -q -o "$place/page" --remote-time "$bad/small~Last-Modified:%20$date"
		[ "$status" -eq 0 ] || show
		[ "$(stat -c %Y "$place/page")" -ge "$start" ] || show
		[ "$(stat -c %Y "$place/page")" -le "$(date +%s)" ] || show
	done
	make_place
	fetch -q -o "$place/page" "$bad/good~Last-Modified:%20Tue%2c%2001%20Jan%202019%2012:00:00%20GMT"
	[ "$(stat -c %Y "$place/page")" -ge "$start" ] || show
}

@test "--shrink-limit, --force" {
	for ((i = 0; i < 1000; i++)); do echo "old page"; done >"$BATS_TEST_TMPDIR/long"
	cp "$BATS_TEST_TMPDIR/long" "$place/page"
	fetch -q -o "$place/page" --shrink-limit 51% "$bad/good"
	[ "$status" -eq 11 ] || show
	assert_says "shrunk too much: 4500 bytes, the old one has 9000"
	cmp "$place/page" "$BATS_TEST_TMPDIR/long"
	fetch -q -o "$place/page" --shrink-limit 50 "$bad/good"
	[ "$status" -eq 0 ] || show
	cp "$BATS_TEST_TMPDIR/long" "$place/page"
	fetch -q -o "$place/page" --shrink-limit 51% --force "$bad/good"
	[ "$status" -eq 0 ] || show
	cmp "$place/page" "$new"
	rm "$place/page"
	fetch -q -o "$place/page" --shrink-limit 100% "$bad/small"
	[ "$status" -eq 0 ] || show
}

@test "--allow-unframed" {
	head -c 1000 "$new" >"$BATS_TEST_TMPDIR/start"
	assert_fetches "$BATS_TEST_TMPDIR/start" --allow-unframed "$bad/until-close"
	assert_fails 9 "cut short" --allow-unframed "$bad/short-length"
}

@test "--same-host" {
	assert_fetches "$new" --same-host "$bad/redirect"
	assert_fetches "$new" "$bad/to?${bad/127.0.0.1/localhost}/good"
	rm -f "$bad_file.requests"
	assert_fetches "$new" --same-host "$bad/to?$bad/redirect"
	assert_fails 11 "redirected to another host" --same-host "$bad/to?${bad/127.0.0.1/localhost}/good"
	assert_fails 11 "redirected to another host" --same-host "$bad/to?//localhost:$bad_port/good"
	# It is not even looked up, or connected to.
	assert_fails 11 "redirected to another host" --same-host "$bad/to?http://nobody.invalid/"
	assert_fails 11 "redirected to another host" --same-host "$bad/to?https://127.0.0.2:1/"
	run ! grep -q '^Host: localhost' "$bad_file.requests"
}

@test "--proxy, and none" {
	rm -f "$bad_file.requests"
	assert_fetches "$new" --proxy "$bad" http://nobody.example/good
	grep -q '^GET http://nobody.example/good HTTP/1.1' "$bad_file.requests"
	# shellcheck disable=SC2317 # assert_fails calls it
	fetch() {
		run --separate-stderr env -i http_proxy=http://127.0.0.1:1 "$hellofetch" "$@"
	}
	assert_fails 4 "cannot connect" "$bad/good"
	assert_fetches "$new" --proxy none "$bad/good"
	# shellcheck disable=SC2317 # so does assert_fetches
	fetch() {
		run --separate-stderr env -i no_proxy=nobody.example "$hellofetch" "$@"
	}
	assert_fetches "$new" --proxy "$bad" http://nobody.example/good
}

@test "--mode is for a new file alone" {
	chmod 600 "$place/page"
	fetch -q -o "$place/page" --mode 644 "$bad/good"
	[ "$(stat -c %a "$place/page")" = 600 ] || show
	rm "$place/page"
	umask 077
	fetch -q -o "$place/page" --mode 644 "$bad/good"
	[ "$(stat -c %a "$place/page")" = 644 ] || show
}

@test "--backups" {
	local i seq=$bad/seq/$BATS_TEST_NUMBER
	for i in 1 2 3 4; do
		fetch -q -o "$place/page" --backups 2 "$seq/good,small,small-page,chunked"
		[ "$status" -eq 0 ] || show
	done
	cmp "$place/page" "$new"
	[ "$(cat "$place/page.1")" = "small one" ]
	[ "$(cat "$place/page.2")" = "new" ]
	assert_files .page.hellofetch page page.1 page.2
	# What fails, or is unchanged, moves nothing.
	fetch -q -o "$place/page" --backups 2 "$bad/404"
	fetch -q -o "$place/page" --backups 2 "$bad/good"
	[ "$(cat "$place/page.1")" = "small one" ]
}

@test "--backups 1" {
	fetch -q -o "$place/page" --backups 1 "$bad/good"
	cmp "$place/page.1" "$BATS_TEST_TMPDIR/old"
	fetch -q -o "$place/page" --backups 1 "$bad/small"
	cmp "$place/page.1" "$new"
	assert_files .page.hellofetch page page.1
}

@test "--backups over a directory: the file is kept" {
	mkdir -p "$place/page.1/x"
	fetch -q -o "$place/page" --backups 1 "$bad/good"
	[ "$status" -eq 13 ] || show
	assert_says "cannot keep the old file of"
	cmp "$place/page" "$BATS_TEST_TMPDIR/old"
}

@test "--follow replaces the target" {
	mkdir "$place/real"
	mv "$place/page" "$place/real/target"
	ln -s real/target "$place/page"
	fetch -q -o "$place/page" --follow "$bad/good"
	[ "$status" -eq 0 ] || show
	[ -L "$place/page" ]
	cmp "$place/real/target" "$new"
	rm "$place/real/target"
	fetch -q -o "$place/page" --follow "$bad/good"
	[ "$status" -eq 13 ] || show
	assert_says "it is a symbolic link"
}

@test "--header-file" {
	fetch -q -o "$place/page" --header-file "$place/header" "$bad/redirect"
	[ "$status" -eq 0 ] || show
	printf 'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 4500\r\n\r\n' | cmp - "$place/header"
	cp "$place/header" "$BATS_TEST_TMPDIR/header"
	fetch -q -o "$place/page" --header-file "$place/header" "$bad/404"
	cmp "$place/header" "$BATS_TEST_TMPDIR/header"
}
