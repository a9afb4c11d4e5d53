# common.bash - what the tests of reload, upgrade, helloctl and supervision share
#
# Every hellod here has a configuration file and a control socket of its own.
# HELLOD_TEST_LONG=1 asks for the long forms: more rounds, and time-outs that
# take their time.

load ../lib/common

HELLOCTL=${abs_top_builddir:?}/helloctl
SUITE=${abs_top_srcdir:?}/tests/lifecycle

setup() {
	PLACE=$BATS_TEST_TMPDIR
	use_place
}

# CONF and CONTROL are in PLACE, a directory.
use_place() {
	CONF=$PLACE/hellod.conf
	CONTROL=$PLACE/control
	if [ ${#CONTROL} -gt 100 ]; then
		skip "the path of the temporary directory is too long for a UNIX socket"
	fi
	export CONF CONTROL HELLOCTL
}

# What bats has open is none of hellod's business: an upgrade would close it,
# and the number of descriptors would not be the same.
# shellcheck disable=SC2016 # it is bash that expands it
HELLOD_UNDER=(bash -c 'for fd in /proc/self/fd/*; do
	fd=${fd##*/}
	[ "$fd" -le 2 ] || eval "exec $fd>&-"
done
exec "$@"' -)

is_long() {
	[ "${HELLOD_TEST_LONG:-}" = 1 ]
}

# Prints the first number, or the second in the long form.
rounds() { # SHORT LONG
	if is_long; then echo "$2"; else echo "$1"; fi
}

# --- starting and asking

# Writes the configuration from standard input; in one step, as editors do.
configure() {
	cat >"$CONF.new"
	mv "$CONF.new" "$CONF"
}

# Starts hellod with the configuration file.
start() { # ARGUMENT...
	[ -e "$CONF" ] || configure <<<'listen = ( { port = 0; } );'
	hellod_start -c "$CONF" -o "control_socket=$CONTROL" "$@"
}

ctl() { # ARGUMENT...
	timeout 60 "$HELLOCTL" -s "$CONTROL" "$@" 3>&-
}

# helloctl must leave with this code. Sets output and stderr.
ctl_ends() { # CODE ARGUMENT...
	local code=$1
	shift
	run "-$code" --separate-stderr timeout 60 "$HELLOCTL" -s "$CONTROL" "$@" 3>&-
}

# Prints a value of the status, as "target": all have names of their own.
status_of() { # KEY
	local text
	text=$(ctl status --json) && [[ $text =~ \"$1\":\"?([^]\",}]*) ]] && echo "${BASH_REMATCH[1]}"
}

status_is() { # KEY VALUE
	[ "$(status_of "$1")" = "$2" ]
}

# helloctl ps, a line a worker: GENERATION SLOT PID STATE
workers_by_generation() {
	ctl ps | awk 'NR > 1 { print $1, $2, $3, $7 }'
}

# Only one generation is left.
is_settled() {
	[ "$(workers_by_generation | cut -d' ' -f1 | sort -u | wc -l)" -eq 1 ] &&
		status_is state serving
}

# A TCP port that nobody has just now.
free_port() {
	/usr/bin/python3 -c 'import socket
s = socket.socket()
s.bind(("127.0.0.1", 0))
print(s.getsockname()[1])'
}

# Who listens there? Prints the inode of the socket, and its backlog.
listening() { # ADDRESS:PORT
	ss -Hltne "src = $1" | awk '
		{ for (i = 1; i <= NF; i++) if ($i ~ /^ino:/) print $i, "backlog:" $3 }'
}

# --- the state of a hellod

descriptors_of() { # PID
	local fd
	for fd in "/proc/$1"/fd/*; do
		readlink "$fd" || true
	done | sort
}

# All that a failed change must leave as it was.
snapshot() {
	ctl config
	hellod_workers | sort
	descriptors_of "$HELLOD_PID"
	ctl status | grep -E '^(listening|workers)'
}

remember() {
	snapshot >"$BATS_TEST_TMPDIR/remembered"
}

is_as_remembered() {
	snapshot | diff "$BATS_TEST_TMPDIR/remembered" - >"$BATS_TEST_TMPDIR/differences"
}

stays_as_remembered() {
	wait_until -t 5 is_as_remembered || {
		cat "$BATS_TEST_TMPDIR/differences"
		return 1
	}
}

# --- load

# Sessions that come at a steady rate, whatever happens. One load at a time.
load_begin() { # RATE SECONDS ARGUMENT...
	local rate=$1 seconds=$2
	shift 2
	load_clients --rate "$rate" --seconds "$seconds" --think 100 --timeout 10 "$@" \
		>"$BATS_TEST_TMPDIR/load" &
	LOAD=$!
	wait_until log_has ' accepted '
}

load_goes_on() {
	kill -0 "$LOAD" 2>/dev/null
}

# No session failed.
load_end() {
	wait "$LOAD" && return
	cat "$BATS_TEST_TMPDIR/load"
	return 1
}

load_count() { # CLASS
	sed -n "s/^ *\"$1\": \([0-9]*\),*\$/\1/p" "$BATS_TEST_TMPDIR/load"
}

# --- faults made to order: see faults.c

# --- systemd, played by a script

start_manager() {
	NOTES=$BATS_TEST_TMPDIR/notes
	ldd "$HELLOD" | grep -q libsystemd || skip "hellod was built --without-systemd"
	/usr/bin/python3 "$SUITE/manager.py" "$NOTES" 3>&- &
	MANAGER=$!
	wait_until [ -e "$NOTES" ]
	HELLOD_UNDER=(env "NOTIFY_SOCKET=$NOTES.socket" "${HELLOD_UNDER[@]}")
}

end_manager() {
	kill "$MANAGER"
	wait "$MANAGER" || true
	rm -f "$NOTES.socket"
}
