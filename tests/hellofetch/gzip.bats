#!/usr/bin/env bats
# Pages that come packed are saved unpacked, or not at all.

# shellcheck disable=SC2154 # set by common.bash and by bats
load common

@test "a gzip stream is unpacked" { assert_fetches "$new" "$bad/gzip"; }
@test "x-gzip is gzip, in whatever case" { assert_fetches "$new" "$bad/x-gzip"; }
@test "a gzip stream in chunks of one byte" { assert_fetches "$new" "$bad/gzip-chunked"; }
@test "two members are one stream" { assert_fetches "$new" "$bad/gzip-members"; }
@test "an empty page, packed" { assert_fetches /dev/null --min-size 0 "$bad/gzip-empty"; }
@test "identity is what it was before" { assert_fetches "$new" "$bad/good~Content-Encoding:%20identity"; }

@test "a page of many buffers" {
	make_place
	fetch -q -o "$place/page" --max-size 300MiB "$bad/bomb"
	[ "$status" -eq 0 ] || show
	head -c 314572800 /dev/zero | cmp - "$place/page"
}

@test "a stream that was cut" { assert_fails 9 "its gzip stream has no end" "$bad/gzip-cut"; }
@test "a stream without its last byte" { assert_fails 9 "its gzip stream has no end" "$bad/gzip-no-end"; }
@test "no stream at all" { assert_fails 9 "its gzip stream has no end" --min-size 0 "$bad/gzip-nothing"; }
@test "a stream that was cut is tried again" {
	assert_fetches "$new" --retry-delay 1ms "$bad/seq/1/gzip-cut,gzip"
	assert_fetches "$new" --retry-delay 1ms "$bad/seq/2/gzip-cut,good"
}
@test "a wrong checksum" { assert_fails 10 "no clean gzip stream" "$bad/gzip-crc"; }
@test "a wrong length at the end" { assert_fails 10 "no clean gzip stream" "$bad/gzip-size"; }
@test "a broken stream" { assert_fails 10 "no clean gzip stream" "$bad/gzip-broken"; }
@test "no gzip though the header says so" { assert_fails 10 "no clean gzip stream" "$bad/gzip-not"; }
@test "zlib's format is not gzip's" { assert_fails 10 "no clean gzip stream" "$bad/gzip-zlib"; }
@test "bytes behind the end" { assert_fails 10 "no clean gzip stream" "$bad/gzip-rest"; }
@test "zeros behind the end" { assert_fails 10 "no clean gzip stream" "$bad/gzip-zeros"; }

@test "packed twice" {
	assert_fails 10 "Content-Encoding" "$bad/gzip-twice"
	assert_fails 10 "Content-Encoding" "$bad/gzip-two-fields"
}
@test "other codings" {
	assert_fails 10 "Content-Encoding" "$bad/deflate"
	assert_fails 10 "Content-Encoding" "$bad/br"
}

@test "a bomb is stopped at --max-size" {
	assert_fails 11 "too large unpacked" --max-size 1MiB "$bad/bomb"
}
@test "--max-size holds on the wire too" { assert_fails 11 "too large" --max-size 30 "$bad/gzip-chunked"; }
@test "--min-size is of what is unpacked" {
	assert_fetches "$new" --min-size 4500 "$bad/gzip"
	assert_fails 11 "too small: 4500 bytes" --min-size 4501 "$bad/gzip"
}

@test "with --no-gzip none is asked for and none is taken" {
	make_place
	fetch -q --no-gzip -o "$place/page" "$bad/echo"
	grep -q $'^Accept-Encoding: identity\r$' "$place/page"
	assert_fails 10 "Content-Encoding" --no-gzip "$bad/gzip"
	assert_fetches "$new" --no-gzip "$bad/good"
}
