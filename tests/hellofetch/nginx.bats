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
	start_nginx "$PWD/secure" "$PWD/server.crt" "$PWD/server.key"
	export https_pid=$nginx_pid https=https://127.0.0.1:$nginx_port
	start_bad_server
	export plain_pid=$bad_pid plain=$bad
	start_bad_server "$PWD/server.crt" "$PWD/server.key"
	export tls_pid=$bad_pid tls=https://127.0.0.1:$bad_port
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
@test "http may lead to https" { assert_fetches "$page" "${trust[@]}" "$plain/to?$https/page"; }
@test "https never leads to http" {
	assert_fails 11 "never from https to http" "${trust[@]}" "$tls/to?$plain/good"
}
@test "http to https to http neither" {
	assert_fails 11 "never from https to http" "${trust[@]}" "$plain/to?$tls/to?$plain/good"
}
