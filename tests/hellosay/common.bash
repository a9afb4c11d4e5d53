# common.bash - what the tests of hellosay and of the load client share
#
# Each test has at most one server, on a port of its own; it is ended, and its
# log shown if the test failed, by teardown().

bats_require_minimum_version 1.5.0

HELLOSAY="${abs_top_builddir:?}/hellosay"
HELLOSAY_UNDER=() # what hellosay is to run under
LIB="${abs_top_srcdir:?}/tests/lib"

# start_server ARGUMENT... - sets ADDRESS, PORT (empty for a UNIX socket) and TO,
# the options that lead hellosay there
start_server() {
	mkfifo "$BATS_TEST_TMPDIR/ready"
	"$LIB/hello_server.py" "$@" >"$BATS_TEST_TMPDIR/ready" 2>"$BATS_TEST_TMPDIR/server.log" 3>&- &
	SERVER_PID=$!
	read -r -t 20 ADDRESS PORT <"$BATS_TEST_TMPDIR/ready"
	if [ -n "$PORT" ]; then
		TO=(-H "$ADDRESS" -p "$PORT")
	else
		TO=(-u "$ADDRESS")
	fi
}

stop_server() {
	kill "$SERVER_PID"
	wait "$SERVER_PID" || true
	SERVER_PID=
	rm "$BATS_TEST_TMPDIR/ready"
}

teardown() {
	if [ -n "$SERVER_PID" ]; then
		stop_server
	fi
	if [ -z "$BATS_TEST_COMPLETED" ] && [ -e "$BATS_TEST_TMPDIR/server.log" ]; then
		echo "--- server.log"
		tail -n 40 "$BATS_TEST_TMPDIR/server.log"
	fi
}

# server_read BYTES... - true when these, and only these, were the server's reads
# that returned something, as Python writes them
server_read() {
	diff <(sed -n 's/^read //p' "$BATS_TEST_TMPDIR/server.log" | grep -vx "b''") \
		<(printf '%s\n' "$@")
}

# says CODE ARGUMENT... - runs hellosay against the server, expects the exit code
says() {
	local code=$1
	shift
	run "-$code" --separate-stderr timeout 60 "${HELLOSAY_UNDER[@]}" "$HELLOSAY" "${TO[@]}" "$@"
	[ -z "$stderr" ] || [ "$code" -ne 0 ]
}
