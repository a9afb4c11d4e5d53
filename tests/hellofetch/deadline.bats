#!/usr/bin/env bats
# The deadline holds, whatever the server, the name server or nobody does.
#
# Half a second more than the deadline is what hellofetch may take on a machine
# that does nothing else (DEADLINE_SLACK_MS=500); this one may be busy.

# shellcheck disable=SC2154 # set by common.bash and by bats
load common

setup_file() {
	start_bad_server
}

teardown_file() {
	stop "$bad_pid"
}

setup() {
	make_place
}

# Fetching ends by the deadline of one second, and not much later.
assert_ends() { # CODE WORDS COMMAND...
	local code=$1 words=$2 start took
	shift 2
	start=${EPOCHREALTIME/./}
	run --separate-stderr env -i "$@"
	took=$(((${EPOCHREALTIME/./} - start) / 1000))
	echo "# $took ms: ${*: -1}" >&3
	[ "$status" -eq "$code" ] || show
	assert_says "$words"
	[ "$took" -le $((1000 + ${DEADLINE_SLACK_MS:-10000})) ]
	cmp "$place/page" "$BATS_TEST_TMPDIR/old"
}

@test "a body that stalls, no answer, a header that drips" {
	local name
	for name in stall silence drip; do
		assert_ends 5 "too long" "$hellofetch" -q --deadline 1s -o "$place/page" "$bad/$name"
	done
}

@test "a server that asks for years" {
	assert_ends 8 "the server asks for a pause" "$hellofetch" -q --deadline 1s -o "$place/page" \
		"$bad/503~Retry-After:%2099999999"
}

@test "a name server that never answers" {
	local own=(unshare --net --mount)
	[ "$(id -u)" -eq 0 ] || own=(unshare --user --map-root-user --net --mount)
	need ip iproute2
	echo "nameserver 127.0.0.1" >"$BATS_TEST_TMPDIR/resolv.conf"
	# shellcheck disable=SC2016 # the inner shell expands it
	"${own[@]}" sh -c 'ip link set lo up && mount --bind "$1" /etc/resolv.conf' - \
		"$BATS_TEST_TMPDIR/resolv.conf" 2>/dev/null || skip "no network of its own can be had here"
	# In there is a socket that takes the questions, and leaves them.
	# shellcheck disable=SC2016 # the inner shell expands it
	assert_ends 5 "too long" PATH="$PATH" "${own[@]}" sh -c '
		ip link set lo up && mount --bind "$1" /etc/resolv.conf || exit 99
		shift
		/usr/bin/python3 -c "import os, socket, sys
name_server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
name_server.bind((\"127.0.0.1\", 53))
name_server.set_inheritable(True)
os.execv(sys.argv[1], sys.argv[1:])" "$@"' - "$BATS_TEST_TMPDIR/resolv.conf" \
		"$hellofetch" -q --deadline 1s -o "$place/page" http://nobody.example/page
}
