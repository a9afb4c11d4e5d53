#!/usr/bin/env bats
# What the server answers decides whether the file is replaced.

# shellcheck disable=SC2154 # set by common.bash and by bats
load common

# --- whole answers

@test "a body with Content-Length is saved" { assert_fetches "$new" "$bad/good"; }
@test "a chunked body is saved" { assert_fetches "$new" "$bad/chunked"; }
@test "a chunked body with a trailer is saved" { assert_fetches "$new" "$bad/trailer"; }
@test "an HTTP/1.0 answer with a length is saved" { assert_fetches "$new" "$bad/http10"; }
@test "line ends without CR are accepted" { assert_fetches "$new" "$bad/bare-lf"; }
@test "a folded field that does not matter is accepted" { assert_fetches "$new" "$bad/folded"; }
@test "two equal lengths are accepted" { assert_fetches "$new" "$bad/same-lengths"; }
@test "an interim answer is passed over" { assert_fetches "$new" "$bad/early-hints"; }
@test "a redirect is followed" { assert_fetches "$new" "$bad/redirect"; }
@test "an empty page is saved with --min-size 0" { assert_fetches /dev/null --min-size 0 "$bad/empty"; }
@test "a body of exactly --max-size is saved" { assert_fetches "$new" --max-size 4500 "$bad/chunked"; }

@test "the request asks for gzip and names the program" {
	make_place
	fetch -q -o "$place/page" "$bad/echo"
	[ "$status" -eq 0 ] || show
	grep -q $'^Accept-Encoding: gzip\r$' "$place/page"
	grep -q '^User-Agent: hellofetch/' "$place/page"
	run ! grep -qi '^Authorization' "$place/page"
}

@test "~/.netrc is not read" {
	make_place
	printf 'machine 127.0.0.1 login joe password s3cret\n' >"$BATS_TEST_TMPDIR/.netrc"
	chmod 600 "$BATS_TEST_TMPDIR/.netrc"
	HOME=$BATS_TEST_TMPDIR run "$hellofetch" -q -o "$place/page" "$bad/echo"
	[ "$status" -eq 0 ]
	run ! grep -qi '^Authorization' "$place/page"
}

# --- cut short

@test "less than Content-Length: truncated" {
	assert_fails 9 "cut short" "$bad/short-length"
	assert_says "HTTP status 200, 1000 of 4500 bytes"
}
@test "cut inside a chunk: truncated" { assert_fails 9 "cut short" "$bad/cut-chunk"; }
@test "no last chunk: truncated" { assert_fails 9 "cut short" "$bad/no-last-chunk"; }
@test "a reset in the body: truncated" { assert_fails 9 "cut short" "$bad/reset"; }
@test "closed without an answer: truncated" { assert_fails 9 "without any answer" "$bad/no-answer"; }
@test "closed inside the header" { assert_fails 9 "cut short" "$bad/half-header"; }
@test "a bad chunk size: truncated" { assert_fails 9 "cut short" "$bad/bad-chunk"; }
@test "a body that ends where the connection does is not known to be whole" {
	assert_fails 10 "does not tell where its body ends" "$bad/until-close"
}

# --- no page

@test "101 that was not asked for" { assert_fails 10 "HTTP status 101" "$bad/101"; }
@test "204" { assert_fails 10 "HTTP status 204" "$bad/204"; }
@test "206 that was not asked for" { assert_fails 10 "HTTP status 206" "$bad/206"; }
@test "300, even with a Location" { assert_fails 10 "HTTP status 300" "$bad/300"; }
@test "304 that was not asked for" { assert_fails 10 "HTTP status 304" "$bad/304"; }
@test "404" { assert_fails 7 "HTTP status 404" "$bad/404"; }
@test "429 counts as the server's trouble" { assert_fails 8 "HTTP status 429" "$bad/429"; }
@test "503" { assert_fails 8 "HTTP status 503" "$bad/503"; }
@test "200 with an empty body" { assert_fails 11 "too small" "$bad/empty"; }
@test "200 with no chunk" { assert_fails 11 "too small" "$bad/empty-chunked"; }
@test "a body below --min-size" { assert_fails 11 "too small" --min-size 4501 "$bad/good"; }
@test "a length above --max-size" { assert_fails 11 "too large" --max-size 4499 "$bad/good"; }
@test "a chunked body above --max-size" { assert_fails 11 "too large" --max-size 1MiB "$bad/endless"; }
@test "Content-Range with 200" { assert_fails 10 "Content-Range" "$bad/content-range"; }

# --- redirects

@test "a redirect without Location" { assert_fails 10 "302 without a Location" "$bad/redirect-nowhere"; }
@test "a redirect with an empty Location" { assert_fails 10 "302 without a Location" "$bad/redirect-empty"; }
@test "a redirect to two places" { assert_fails 10 "two Location fields" "$bad/redirect-two"; }
@test "ten redirects are followed, and not one more" {
	assert_fetches "$new" "$bad/hops~10"
	assert_fails 11 "too many redirects" "$bad/hops~11"
}
@test "a redirect loop ends" { assert_fails 11 "too many redirects" "$bad/redirect-loop"; }
@test "a redirect to a file" { assert_fails 11 "scheme that is not allowed" "$bad/redirect-file"; }
@test "a redirect to ftp" { assert_fails 11 "scheme that is not allowed" "$bad/to?ftp://127.0.0.1/x"; }
@test "a redirect to rubbish" { assert_fails 10 "not HTTP/1" "$bad/redirect-rubbish"; }
@test "a redirect to a URL with a password, which is not shown" {
	assert_fails 11 "user name" "$bad/redirect-user"
	[[ $stderr != *s3cret* ]] || show
}
@test "a failure after a redirect tells where it led" {
	assert_fails 7 "redirected to $bad/404" "$bad/to?/404"
}

# --- malformed

@test "two lengths that differ" { assert_fails 10 "two Content-Length" "$bad/two-lengths"; }
@test "a list of lengths" { assert_fails 10 "malformed header" "$bad/length-list"; }
@test "a length with a sign" { assert_fails 10 "malformed header" "$bad/length-plus"; }
@test "a negative length" { assert_fails 10 "malformed header" "$bad/length-negative"; }
@test "a length beyond 63 bits" { assert_fails 10 "malformed header" "$bad/length-too-long"; }
@test "a NUL in the header" { assert_fails 10 "malformed header" "$bad/nul"; }
@test "a CR in the header" { assert_fails 10 "a CR inside a line" "$bad/cr-inside"; }
@test "a blank before the colon" { assert_fails 10 "malformed header" "$bad/blank-colon"; }
@test "a transfer coding other than chunked" { assert_fails 10 "Transfer-Encoding" "$bad/gzip-coding"; }
@test "chunked in HTTP/1.0" { assert_fails 10 "Transfer-Encoding" "$bad/chunked-http10"; }
@test "a status line as a trailer" { assert_fails 10 "malformed" "$bad/trailer-status"; }
@test "a header line of 110 000 bytes" { assert_fails 10 "malformed" "$bad/long-line"; }
@test "a header of 270 000 bytes" { assert_fails 10 "larger than" "$bad/long-header"; }
@test "no HTTP at all" { assert_fails 10 "not HTTP/1" "$bad/rubbish"; }

# --- time and network

@test "a length that no disk holds" { assert_fails 13 "cannot reserve room for" "$bad/huge-length"; }
@test "a stall ends at the deadline" { assert_fails 5 "too long" --deadline 400ms "$bad/stall"; }
@test "silence ends at the deadline" { assert_fails 5 "too long" --deadline 400ms "$bad/silence"; }
@test "a header that drips ends at the deadline" {
	local start=${EPOCHREALTIME/./}
	assert_fails 5 "too long" --deadline 400ms "$bad/drip"
	# four runs
	[ $((${EPOCHREALTIME/./} - start)) -lt 10000000 ]
}
@test "a refused connection" {
	local port
	port=$(/usr/bin/python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
	assert_fails 4 "cannot connect" "http://127.0.0.1:$port/page"
}
@test "a name that does not exist" {
	# A label is 63 bytes at most: no name server needs to be asked.
	assert_fails 4 "cannot be resolved" "http://$(printf 'x%.0s' {1..64}).invalid/page"
}
