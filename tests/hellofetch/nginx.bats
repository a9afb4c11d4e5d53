#!/usr/bin/env bats
# A real web server: nginx, plain and with TLS and HTTP/2.

# shellcheck disable=SC2154 # set by common.bash and by bats
load common

# A certificate authority of our own, a certificate of 127.0.0.1 by it, and an
# authority that has nothing to do with them.
make_certificates() {
	local name new="openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes"
	for name in ca other; do
		$new -x509 -days 2 -subj "/CN=hellofetch test $name" -keyout $name.key -out $name.crt
	done
	$new -subj /CN=127.0.0.1 -keyout server.key -out server.csr
	echo "subjectAltName=IP:127.0.0.1" >extensions
	openssl x509 -req -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 \
		-extfile extensions -out server.crt
}

setup_file() {
	need nginx nginx-light
	need openssl openssl
	cd "$BATS_FILE_TMPDIR" || return
	make_certificates >openssl.log 2>&1 || { cat openssl.log; return 1; }
	export page=$PWD/page
	head -c 607618 /dev/urandom >page
	mkdir -p plain/root secure/root
	cp page plain/root
	cp page secure/root

	start_nginx "$PWD/plain"
	export http_pid=$nginx_pid http=http://127.0.0.1:$nginx_port
	make_new
	start_bad_server
	export plain_pid=$bad_pid plain=$bad
	UPSTREAM=${plain#http://} start_nginx "$PWD/secure" "$PWD/server.crt" "$PWD/server.key"
	export https_pid=$nginx_pid https=https://127.0.0.1:$nginx_port
	start_bad_server "$PWD/server.crt" "$PWD/server.key"
	export tls_pid=$bad_pid tls=https://127.0.0.1:$bad_port
}

# The pin of a key.
pin_of() { # KEY
	printf 'sha256//'
	openssl pkey -in "$1" -pubout -outform der | openssl dgst -sha256 -binary | base64
}

teardown_file() {
	stop "${http_pid:-}"
	stop "${https_pid:-}"
	stop "${plain_pid:-}"
	stop "${tls_pid:-}"
}

setup() {
	trust=(--cacert "$BATS_FILE_TMPDIR/ca.crt")
}

teardown() {
	stop "${gone_pid:-}"
}

@test "the page of 607618 bytes" { assert_fetches "$page" "$http/page"; }
@test "the page through a redirect" { assert_fetches "$page" "$http/old"; }
@test "the page, packed on the way" {
	make_place
	fetch -o "$place/page" "$http/gzip/page"
	[ "$status" -eq 0 ] || show
	[[ $output == *"Content-Encoding: gzip"* ]] || show
	cmp "$place/page" "$page"
}

@test "the page where there was none" {
	make_place
	rm "$place/page"
	fetch -q -o "$place/page" "$http/page"
	[ "$status" -eq 0 ] || show
	cmp "$place/page" "$page"
	assert_files .page.hellofetch page
}
@test "the header is nginx's" {
	make_place
	fetch -o "$place/page" "$http/page"
	[ "$status" -eq 0 ] || show
	[[ $output == "HTTP/1.1 200 OK"*"Content-Length: 607618"* ]] || show
}
@test "a page that is not there" { assert_fails 7 "HTTP status 404" "$http/nothing"; }
@test "a server that is busy" { assert_fails 8 "HTTP status 503" "$http/busy"; }
@test "a server that is busy for years" {
	assert_fails 8 "the server asks for a pause of 99999999" --tries 2 "$http/later"
}

@test "a page of 1 GiB, by its SHA-256" {
	local free
	make_place
	free=$(df --output=avail -k "$place" | tail -n 1)
	[ "$free" -gt $((3 << 20)) ] || skip "no room for it: $free KiB"
	# Zeros that take no room; a hole in a file is served as any other.
	truncate -s 1G "$BATS_FILE_TMPDIR/plain/root/large"
	fetch -q -o "$place/page" \
		--sha256 49bc20df15e412a64472421e13fe86ff1c5165e18b2afccf160d4dc19fe68a14 "$http/large"
	rm "$BATS_FILE_TMPDIR/plain/root/large"
	[ "$status" -eq 0 ] || show
	[ "$(stat -c %s "$place/page")" -eq $((1 << 30)) ]
	rm "$place/page"
}

@test "a server that has gone" {
	local directory=$BATS_TEST_TMPDIR/gone
	start_nginx "$directory"
	gone_pid=$nginx_pid
	cp "$page" "$directory/root"
	assert_fetches "$page" "http://127.0.0.1:$nginx_port/page"
	stop "$gone_pid"
	assert_fails 4 "cannot connect" "http://127.0.0.1:$nginx_port/page"
}

# --- TLS

@test "the page by https and HTTP/2" {
	assert_fetches "$page" "${trust[@]}" "$https/page"
	fetch --no-state -o "$place/page" "${trust[@]}" "$https/page"
	[[ $output == "HTTP/2 200"* ]] || show
}
@test "a certificate by nobody we know" { assert_fails 6 "certificate is not trusted" "$https/page"; }
@test "a certificate by another authority" {
	assert_fails 6 "certificate is not trusted" --cacert "$BATS_FILE_TMPDIR/other.crt" "$https/page"
}
@test "a certificate of another host" {
	assert_fails 6 "certificate is not trusted" "${trust[@]}" "${https/127.0.0.1/localhost}/page"
}
@test "a file of certificates that is not there" {
	assert_fails 6 "file of trusted certificates is unusable" --cacert /nonexistent "$https/page"
}
@test "https to a server without it" { assert_fails 6 "no secure connection" "${http/http/https}/page"; }
@test "a body cut short by https" { assert_fails 9 "cut short" "${trust[@]}" "$tls/short-length"; }
@test "a body that ends with the connection, by https" {
	assert_fails 10 "does not tell where its body ends" "${trust[@]}" "$tls/until-close"
}
@test "TLS 1.1 is not spoken, whatever OpenSSL would allow" {
	local port lax=$BATS_TEST_TMPDIR/openssl.cnf server=$BATS_FILE_TMPDIR/server
	cat >"$lax" <<-END
		openssl_conf = all
		[all]
		ssl_conf = ssl
		[ssl]
		system_default = lax
		[lax]
		MinProtocol = TLSv1
		CipherString = ALL:@SECLEVEL=0
	END
	OPENSSL_CONF=$lax openssl s_server -accept 127.0.0.1:0 -tls1_1 -cert "$server.crt" -key "$server.key" -www \
		>"$BATS_TEST_TMPDIR/log" 2>&1 3>&- </dev/null &
	gone_pid=$!
	local end=$((SECONDS + 20))
	until port=$(sed -n 's/^ACCEPT .*:\([0-9]*\)$/\1/p' "$BATS_TEST_TMPDIR/log") && [ -n "$port" ]; do
		[ $SECONDS -lt $end ] || { cat "$BATS_TEST_TMPDIR/log" >&2; return 1; }
		sleep 0.05
	done
	OPENSSL_CONF=$lax openssl s_client -connect "127.0.0.1:$port" </dev/null >/dev/null 2>&1 ||
		skip "TLS 1.1 cannot be had here at all"
	make_place
	run --separate-stderr env -i OPENSSL_CONF="$lax" "$hellofetch" -q --tries 1 --allow-unframed \
		-o "$place/page" "${trust[@]}" "https://127.0.0.1:$port/"
	[ "$status" -eq 6 ] || show
	assert_says "no secure connection"
	cmp "$place/page" "$BATS_TEST_TMPDIR/old"
}
@test "http may lead to https" { assert_fetches "$page" "${trust[@]}" "$plain/to?$https/page"; }
@test "https never leads to http" {
	assert_fails 11 "never from https to http" "${trust[@]}" "$tls/to?$plain/good"
}
@test "http to https to http neither" {
	assert_fails 11 "never from https to http" "${trust[@]}" "$plain/to?$tls/to?$plain/good"
}

# --- what it may write

@test "nothing is written outside of the destination's directory" {
	local log=$BATS_TEST_TMPDIR/elsewhere/keys
	# The system call landlock_create_ruleset, asked for its version.
	[ "$(/usr/bin/python3 -c 'import ctypes; print(ctypes.CDLL(None).syscall(444, None, 0, 1))')" -gt 0 ] ||
		skip "this kernel has no Landlock"
	make_place
	mkdir "$BATS_TEST_TMPDIR/elsewhere" "$place/below"
	# libcurl writes the keys of its sessions where this variable says: in this
	# very process, while it fetches.
	get_with_keys() { # FILE
		run --separate-stderr env -i SSLKEYLOGFILE="$1" "$hellofetch" -q --no-state \
			--header-file "$BATS_TEST_TMPDIR/header/x" -o "$place/page" "${trust[@]}" "$https/page"
		[ "$status" -eq 0 ] || show
		cmp "$place/page" "$page"
	}
	mkdir "$BATS_TEST_TMPDIR/header"
	get_with_keys "$log"
	[ ! -e "$log" ]
	touch "$log"
	get_with_keys "$log"
	[ ! -s "$log" ]
	get_with_keys "$place/below/keys"
	[ -s "$place/below/keys" ]
	[ -s "$BATS_TEST_TMPDIR/header/x" ]
}

# --- a pinned key

@test "--pin: the key, or one of several" {
	local pin other
	pin=$(pin_of "$BATS_FILE_TMPDIR/server.key")
	other=$(pin_of "$BATS_FILE_TMPDIR/other.key")
	assert_fetches "$page" "${trust[@]}" --pin "$pin" "$https/page"
	assert_fetches "$page" "${trust[@]}" --pin "$other;$pin" "$https/page"
	assert_fails 6 "the server's key is none of --pin" "${trust[@]}" --pin "$other" "$https/page"
	# A pin is no trust.
	assert_fails 6 "certificate is not trusted" --pin "$pin" "$https/page"
}

@test "--pin: as the manual says that it is found out" {
	local command
	command=$(manual_example "Find out the pin of a server")
	[[ $command == *www.example.com:443* ]]
	[ "sha256//$(bash -c "${command/www.example.com:443/${https#https://}}")" = "$(pin_of "$BATS_FILE_TMPDIR/server.key")" ]
}

@test "--pin: where redirects lead, too, and nothing is sent there" {
	local pin stranger=$BATS_TEST_TMPDIR/stranger
	pin=$(pin_of "$BATS_FILE_TMPDIR/server.key")
	assert_fetches "$page" "${trust[@]}" --pin "$pin" "$https/old"
	assert_fetches "$page" "${trust[@]}" --pin "$pin" "$tls/to?$https/page"

	# The same authority and the same name, but another key.
	cd "$BATS_FILE_TMPDIR"
	openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=127.0.0.1 \
		-keyout "$stranger.key" -out "$stranger.csr" 2>/dev/null
	openssl x509 -req -in "$stranger.csr" -CA ca.crt -CAkey ca.key -set_serial 77 -days 2 \
		-extfile extensions -out "$stranger.crt" 2>/dev/null
	bad_name=stranger start_bad_server "$stranger.crt" "$stranger.key"
	gone_pid=$bad_pid
	assert_fetches "$new" "${trust[@]}" "$tls/to?https://127.0.0.1:$bad_port/good"
	rm -f "$bad_file.requests"
	assert_fails 6 "the server's key is none of --pin" "${trust[@]}" --pin "$pin" \
		"$tls/to?https://127.0.0.1:$bad_port/good"
	[ ! -e "$bad_file.requests" ]
}

@test "--pin: a job does not use a connection that only another's pin allows" {
	local pin other jobs=$BATS_TEST_TMPDIR/jobs
	pin=$(pin_of "$BATS_FILE_TMPDIR/server.key")
	other=$(pin_of "$BATS_FILE_TMPDIR/other.key")
	make_place
	cat >"$jobs" <<-END
		defaults = { cacert = "$BATS_FILE_TMPDIR/ca.crt"; no-state = true; };
		jobs = (
			{ url = "$https/page"; output = "$place/good"; pin = "$pin"; },
			{ url = "$https/page"; output = "$place/page"; pin = "$other"; },
			{ url = "$https/page"; output = "$place/free"; }
		);
	END
	fetch -q --jobs "$jobs" --parallel 1
	[ "$status" -eq 6 ] || show
	assert_says "the server's key is none of --pin"
	cmp "$place/good" "$page"
	cmp "$place/free" "$page"
	cmp "$place/page" "$BATS_TEST_TMPDIR/old"
}

@test "--pin: by http there is no key" {
	local pin
	pin=$(pin_of "$BATS_FILE_TMPDIR/server.key")
	assert_fails_usage() {
		fetch -q -o "$BATS_TEST_TMPDIR/page" "$@"
		[ "$status" -eq 2 ] || show
	}
	assert_fails_usage --pin "$pin" "$http/page"
	assert_says "--pin needs https"
}

# --- HTTP/2, spoken by nginx for the misbehaving server behind it

@test "HTTP/2: a body needs no length, its stream has an end" {
	assert_fetches "$new" "${trust[@]}" "$https/by/chunked"
	fetch --no-state -o "$place/page" "${trust[@]}" "$https/by/chunked"
	[[ ${output,,} == "http/2 200"* && ${output,,} != *content-length* ]] || show
}
@test "HTTP/2: the header as it came, names in small letters" {
	make_place
	fetch -o "$place/page" "${trust[@]}" "$https/by/good~X-Odd:%20Value"
	[ "$status" -eq 0 ] || show
	[[ $output == "HTTP/2 200"* && $output == *$'\n'"x-odd: Value"* ]] || show
	[[ $output != *:status* ]] || show
}
@test "HTTP/2: a stream that is reset, with a length and without" {
	assert_fails 9 "cut short" "${trust[@]}" "$https/by/short-length"
	assert_fails 9 "cut short" "${trust[@]}" "$https/by/cut-chunk"
	assert_fails 9 "cut short" "${trust[@]}" "$https/by/no-last-chunk"
	assert_fails 9 "cut short" "${trust[@]}" "$https/by/reset"
}
@test "HTTP/2: the header is judged all the same" {
	assert_fails 10 "Content-Range" "${trust[@]}" "$https/by/content-range"
	assert_fails 10 "Content-Encoding" "${trust[@]}" "$https/by/br"
	assert_fails 11 "--max-size" "${trust[@]}" --max-size 10 "$https/by/good"
	assert_fails 7 "HTTP status 404" "${trust[@]}" "$https/by/404"
	assert_fetches "$new" "${trust[@]}" "$https/by/gzip"
	assert_fails 9 "gzip stream has no end" "${trust[@]}" "$https/by/gzip-no-end"
}
@test "HTTP/2: conditions" {
	make_place
	fetch -q -o "$place/page" "${trust[@]}" "$https/page"
	fetch -q --exit-unchanged -o "$place/page" "${trust[@]}" "$https/page"
	[ "$status" -eq 3 ] || show
}
@test "HTTP/2: the connection breaks in the middle" {
	local directory=$BATS_TEST_TMPDIR/gone stalled=$BATS_FILE_TMPDIR/bad.stalled fetcher
	UPSTREAM=${plain#http://} start_nginx "$directory" "$BATS_FILE_TMPDIR/server.crt" "$BATS_FILE_TMPDIR/server.key"
	gone_pid=$nginx_pid
	make_place
	rm -f "$stalled"
	"$hellofetch" -q --tries 1 -o "$place/page" "${trust[@]}" "https://127.0.0.1:$nginx_port/by/stall" \
		2>"$BATS_TEST_TMPDIR/err" 3>&- &
	fetcher=$!
	wait_for_file "$stalled" "$fetcher"
	# Its worker: no last word, no GOAWAY.
	pkill -KILL -P "$(cat "$directory/pid")"
	status=0 output=""
	wait "$fetcher" || status=$?
	stderr=$(cat "$BATS_TEST_TMPDIR/err")
	[ "$status" -eq 9 ] || show
	assert_says "old file kept"
	cmp "$place/page" "$BATS_TEST_TMPDIR/old" || show
	assert_files page
}
@test "HTTP/2: a server that takes its leave in the middle" {
	local name leaving=$BATS_TEST_TMPDIR/leaving
	"$here/h2_server.py" "$leaving" "$BATS_FILE_TMPDIR/server.crt" "$BATS_FILE_TMPDIR/server.key" \
		>"$leaving.log" 2>&1 3>&- &
	gone_pid=$!
	wait_for_file "$leaving" "$gone_pid" || { cat "$leaving.log" >&2; return 1; }
	local url
	url=https://127.0.0.1:$(cat "$leaving")/page
	echo good >"$leaving.cases"
	assert_fetches "$new" "${trust[@]}" "$url"
	echo polite >"$leaving.cases"
	assert_fetches "$new" "${trust[@]}" "$url"
	for name in cut cut-length whole-without-end error unseen at-once; do
		echo "$name" >"$leaving.cases"
		: >"$leaving.served"
		assert_fails 9 "the answer was cut short" "${trust[@]}" "$url"
		# One attempt and three, with an old file and without.
		[ "$(wc -l <"$leaving.served")" -eq 8 ] || { cat "$leaving.served" >&2; return 1; }
		echo "$name good" >"$leaving.cases"
		assert_fetches "$new" --tries 2 --retry-delay 1ms "${trust[@]}" "$url"
	done
}
@test "HTTP/2: many jobs at one server" {
	local i jobs=$BATS_TEST_TMPDIR/jobs.conf
	make_place
	{
		echo "defaults = { cacert = \"$BATS_FILE_TMPDIR/ca.crt\"; }; jobs = ("
		for i in {1..20}; do
			echo "{ url = \"$https/page?$i\"; output = \"$place/good$i\"; },"
		done
		echo "{ url = \"$https/by/cut-chunk\"; output = \"$place/page\"; tries = 1; } );"
	} >"$jobs"
	fetch --jobs "$jobs"
	[ "$status" -eq 9 ] || show
	[ "$(grep -c '^hellofetch: ' <<<"$stderr")" -eq 1 ] || show
	for i in {1..20}; do
		cmp "$place/good$i" "$page" || show
	done
	cmp "$place/page" "$BATS_TEST_TMPDIR/old"
}
