# common.bash - what the suites in the box share
#
# A file has one box, a test starts with a hellod that is not running, the
# installed configuration and no drop-ins. Whatever a test does happens in the
# box: its port 9999 is nobody else's, and its processes end with it.

bats_require_minimum_version 1.5.0
load "${abs_top_srcdir:?}/tests/lib/waiting"

BOX=${abs_top_srcdir:?}/tests/system/box
BOX_DIR=$BATS_FILE_TMPDIR/box

# --- the box

# Runs in the box, with the arguments of the shell.
inside() { # COMMAND...
	"$BOX" run "$BOX_DIR" "$@" 3>&-
}

# The same for a script on standard input.
script() {
	inside bash -euo pipefail -s
}

# Why the built programs can't be tried in a box, or nothing.
why_not() {
	local unit=${abs_top_builddir:?}/systemd/hellod.service reason
	reason=$("$BOX" check) || echo "$reason"
	grep -qx 'Type=notify' "$unit" || echo "hellod was built without libsystemd"
	grep -Eqx 'ExecStart=/usr/(local/)?sbin/hellod' "$unit" ||
		echo "hellod was built for a directory that systemd does not search for units"
}

# make is not to know of the make that runs the suite. Tests start hellod more
# often than an operator would. A system call that the units forbid is not just
# refused: it kills whoever tries it, so that no suite passes with one. A
# LeakSanitizer, if this is a build with one, wants ptrace(2), which is forbidden.
# shellcheck disable=SC2016 # expanded by the inner shell
prepare='
	unset MAKEFLAGS MFLAGS MAKELEVEL
	make -s -C "$1" install DESTDIR="$BOX_ROOT" && cp -r "$2/tests/lib" "$BOX_ROOT/tests"
	for unit in hellod.service hellofetch@.service; do
		mkdir -p "$BOX_ROOT/etc/systemd/system/$unit.d"
		printf "%s\n" "[Unit]" StartLimitIntervalSec=0 \
			"[Service]" SystemCallErrorNumber=kill \
			Environment=ASAN_OPTIONS=detect_leaks=0 \
			>"$BOX_ROOT/etc/systemd/system/$unit.d/base.conf"
	done'

setup_file() {
	local reason
	reason=$(why_not)
	if [ -n "$reason" ]; then
		echo "$reason" >"$BATS_FILE_TMPDIR/why_not"
		return 0
	fi
	BOX_LIFE=$(rounds 300 3600) "$BOX" start "$BOX_DIR" sh -c "$prepare" sh "$abs_top_builddir" "$abs_top_srcdir" 3>&-
	if declare -F prepare_box >/dev/null; then
		prepare_box
	fi
}

teardown_file() {
	"$BOX" stop "$BOX_DIR" 3>&-
}

setup() {
	[ ! -e "$BATS_FILE_TMPDIR/why_not" ] || skip "$(head -n 1 "$BATS_FILE_TMPDIR/why_not")"
	CURSOR=$(script <<-'END'
		systemctl stop hellod.socket hellod.service 2>/dev/null
		: >/etc/hellod.conf
		rm -rf /run/systemd/system/hello*
		systemctl daemon-reload
		systemctl reset-failed
		journalctl --quiet -n 0 --show-cursor | sed -n 's/^-- cursor: //p'
	END
	)
}

teardown() {
	[ ! -e "$BATS_FILE_TMPDIR/why_not" ] || return 0
	if [ -z "$BATS_TEST_COMPLETED" ]; then
		inside systemctl status --no-pager -n 0 hellod.service hellod.socket || true
		journal -o short-monotonic | grep -av 'worker [0-9]*: \(accepted\|closed\) ' | tail -n 60
		return 0
	fi
	! journal -o cat | grep -Ea 'BUG: |Sanitizer|runtime error:' || return
	[ -n "${MAY_BE_KILLED:-}" ] || ! journal -o cat | grep -Ea 'status=31/SYS|by signal 31'
}

# Prints the first number, or the second where the full forms are asked for.
rounds() { # SHORT LONG
	if [ "${HELLOD_TEST_LONG:-}" = 1 ]; then echo "$2"; else echo "$1"; fi
}

# --- the unit

# Adds what is on standard input to the unit.
drop_in() { # [UNIT]
	local unit=${1:-hellod.service}
	# shellcheck disable=SC2016 # expanded in the box
	inside sh -c 'd=/run/systemd/system/$1.d && mkdir -p "$d" &&
		cat >"$d/test-$(ls "$d" | wc -l).conf" && systemctl daemon-reload' sh "$unit"
}

# Makes standard input the configuration.
configure() {
	inside sh -c 'cat >/etc/hellod.conf'
}

property() { # NAME [UNIT]
	inside systemctl show --value -p "$1" "${2:-hellod.service}"
}

property_is() { # NAME VALUE [UNIT]
	[ "$(property "$1" "${3:-hellod.service}")" = "$2" ]
}

# The workers' processes: all of the service but its main one.
workers() {
	local main
	main=$(property MainPID)
	inside cat /sys/fs/cgroup/system.slice/hellod.service/cgroup.procs | grep -vx "$main"
}

# What the test has put into the journal so far, from all units or as told.
journal() { # ARGUMENT...
	"$BOX" journal "$BOX_DIR" --after-cursor="$CURSOR" "$@" 3>&-
}

journal_has() { # EXTENDED-REGULAR-EXPRESSION
	journal -u hellod -o cat | grep -Eqa -- "$1"
}

journal_count() { # EXTENDED-REGULAR-EXPRESSION
	journal -u hellod -o cat | grep -Eca -- "$1" || true
}

# --- clients

# Prints the answer to a name.
greeting() { # [HELLOSAY-OPTION...]
	inside hellosay "$@" Yam | tail -n 1
}

greets() { # [HELLOSAY-OPTION...]
	[ "$(greeting "$@")" = "Hello, Yam!" ]
}

counter() { # NAME
	inside helloctl status | sed -n "s/^$1: \([0-9]*\).*/\1/p"
}

counter_is() { # NAME NUMBER
	[ "$(counter "$1")" -eq "$2" ]
}

# A load in the background, open-loop: each session starts at its time, whatever
# becomes of the others.
load_start() { # SECONDS [OPTION...]
	inside /tests/hello_load.py --connect 127.0.0.1:9999 --rate 200 --think 100 --seconds "$@" \
		>"$BATS_TEST_TMPDIR/load.json" 2>"$BATS_TEST_TMPDIR/load.err" &
	LOAD_PID=$!
	wait_until serves_someone
}

load_goes_on() {
	kill -0 "$LOAD_PID" 2>/dev/null
}

serves_someone() {
	[ "$(counter accepted)" -gt 0 ]
}

# Waits for its end; what it classed otherwise than it may fails the test.
load_end() {
	local status=0
	wait "$LOAD_PID" || status=$?
	cat "$BATS_TEST_TMPDIR/load.json" "$BATS_TEST_TMPDIR/load.err"
	return "$status"
}

# Sessions of a class.
loaded() { # CLASS
	/usr/bin/python3 -c 'import json, sys; print(json.load(sys.stdin)[sys.argv[1]])' "$1" \
		<"$BATS_TEST_TMPDIR/load.json"
}
