# common.bash - what the suites of hellod share
#
# A test starts as many hellods as it likes, each with a log of its own. What
# still runs at the end of the test is stopped, and then every test is checked
# for what none of them may leave behind or say: see teardown().
#
# Variables that a test may set before it starts a hellod:
#   HELLOD_UNDER     what it is to run under, e.g. (env A=b); must exec it
#   HELLOD_STDERR    where its standard error goes instead of the log
#   HELLOD_MAY_DIE   not empty: workers may be killed in this test
#   HELLOD_CONTROL_IN_FILE  not empty: the configuration names a control socket

bats_require_minimum_version 1.5.0
load "${abs_top_srcdir:?}/tests/lib/waiting"

HELLOD=${abs_top_builddir:?}/hellod
LIB=${abs_top_srcdir:?}/tests/lib
export HELLOD PYTHONPATH=$LIB PYTHONDONTWRITEBYTECODE=1

HELLOD_UNDER=()
HELLOD_RUNNING=()  # masters that teardown() must stop
HELLOD_SESSIONS=() # of all that were started
HELLOD_LOGS=()
HELLOD_DAEMONS=" " # masters that are no children of ours
declare -gA HELLOD_DESCRIPTORS HELLOD_WORKERS

# --- processes

# Prints PID STATE PARENT SESSION of every process, a line each. Asked for again
# and again, and so not in bash, which would read hundreds of files byte by byte.
processes() {
	cat /proc/[0-9]*/stat 2>/dev/null | LC_ALL=C awk '{
		pid = $1
		sub(/^.*\) /, "") # the name, in parentheses, may hold anything
		print pid, $1, $2, $4
	}'
}

is_running() { # PID
	local line
	{ read -r line <"/proc/$1/stat"; } 2>/dev/null || return 1
	[[ ${line##*) } != Z* ]]
}

is_gone() { # PID
	! is_running "$1"
}

session_of() { # PID
	processes | awk -v pid="$1" '$1 == pid { print $4 }'
}

# The living processes of a session.
session_members() { # SESSION
	processes | awk -v session="$1" '$4 == session && $2 != "Z" { print $1 }'
}

session_is_empty() { # SESSION
	[ -z "$(session_members "$1")" ]
}

# Prints PID STATE of each child.
children_of() { # PID
	local children='' pid line
	{ read -r children <"/proc/$1/task/$1/children"; } 2>/dev/null || true
	for pid in $children; do
		{ read -r line <"/proc/$pid/stat"; } 2>/dev/null || continue
		line=${line##*) }
		echo "$pid ${line%% *}"
	done
}

# Processes ended but not waited for by a master.
zombies_of() { # PID
	local pid state
	while read -r pid state; do
		[ "$state" != Z ] || echo "$pid"
	done < <(children_of "$1")
}

has_no_zombie() { # PID
	[ -z "$(zombies_of "$1")" ]
}

# The processes of the workers, in no order.
hellod_workers() { # [PID]
	local pid state
	while read -r pid state; do
		[ "$state" = Z ] || echo "$pid"
	done < <(children_of "${1:-$HELLOD_PID}")
}

# Sets workers to their processes.
# shellcheck disable=SC2034 # for the test
list_workers() {
	mapfile -t workers < <(hellod_workers | sort)
}

hellod_has_workers() { # COUNT
	[ "$(hellod_workers | wc -l)" -eq "$1" ]
}

title_of() { # PID
	tr '\0' '\n' <"/proc/$1/cmdline" | sed 's/ *$//; q'
}

# The process of worker NUMBER.
worker_pid() { # NUMBER
	local pid
	for pid in $(hellod_workers); do
		[ "$(title_of "$pid")" != "hellod: worker $1" ] || echo "$pid"
	done
}

has_worker() { # NUMBER
	[ -n "$(worker_pid "$1")" ]
}

count_descriptors() { # PID
	local descriptors=("/proc/$1/fd/"*)
	[ -L "${descriptors[0]}" ] || descriptors=()
	echo ${#descriptors[@]}
}

# --- hellod

log_has() { # EXTENDED-REGULAR-EXPRESSION
	grep -Eqa -- "$1" "$HELLOD_LOG" 2>/dev/null
}

log_has_times() { # COUNT EXTENDED-REGULAR-EXPRESSION
	[ "$(log_count "$2")" -eq "$1" ]
}

log_count() { # EXTENDED-REGULAR-EXPRESSION
	grep -Eca -- "$1" "$HELLOD_LOG" || true
}

# Sets the arguments that every hellod of a test is given, in hellod_arguments:
# a configuration of its own, any port, and no control socket, unless the test
# says which.
make_arguments() { # ARGUMENT...
	local argument file=1 listen=1
	for argument; do
		case $argument in
		-c* | --config*) file='' listen='' ;;
		-l* | --listen*) listen='' ;;
		log_target=file:*) HELLOD_LOG=${argument#log_target=file:} ;;
		esac
	done
	hellod_arguments=("$@")
	[ -n "${HELLOD_CONTROL_IN_FILE:-}" ] || hellod_arguments=(-o control_socket= "$@")
	if [ -n "$listen" ]; then
		hellod_arguments=(-l 127.0.0.1:0 "${hellod_arguments[@]}")
	fi
	if [ -n "$file" ]; then
		: >"${PUBLIC:-$BATS_TEST_TMPDIR}/empty.conf"
		hellod_arguments=(-c "${PUBLIC:-$BATS_TEST_TMPDIR}/empty.conf" "${hellod_arguments[@]}")
	fi
}

# Starts a hellod and waits for nothing. Sets HELLOD_PID and HELLOD_LOG.
hellod_launch() { # ARGUMENT...
	local stderr=$BATS_TEST_TMPDIR/hellod.${#HELLOD_LOGS[@]}.log
	HELLOD_LOG=$stderr
	make_arguments "$@"
	# In a session of its own, so that whatever it leaves behind is found.
	setsid "${HELLOD_UNDER[@]}" "$HELLOD" "${hellod_arguments[@]}" </dev/null \
		>>"$stderr.stdout" 2>>"${HELLOD_STDERR:-$stderr}" 3>&- &
	HELLOD_PID=$!
	HELLOD_RUNNING+=("$HELLOD_PID")
	HELLOD_SESSIONS+=("$HELLOD_PID")
	HELLOD_LOGS+=("$stderr")
	[ "$HELLOD_LOG" = "$stderr" ] || HELLOD_LOGS+=("$HELLOD_LOG")
	export HELLOD_PID HELLOD_LOG
}

is_ready_or_dead() {
	log_has 'ready: listening on' || is_gone "$HELLOD_PID"
}

# Sets HELLOD_ADDRESSES from the line that says which were bound, HELLOD_ADDRESS
# and HELLOD_PORT from the first of them.
read_addresses() { # FILE
	local text
	text=$(LC_ALL=C sed -n 's/.*ready: listening on \(.*\); [0-9]* worker.*/\1/p' "$1" | tail -n 1)
	if [ -z "$text" ]; then
		echo "hellod did not get ready" >&2
		return 1
	fi
	mapfile -t HELLOD_ADDRESSES <<<"${text//, /$'\n'}"
	HELLOD_ADDRESS=${HELLOD_ADDRESSES[0]}
	HELLOD_PORT=${HELLOD_ADDRESS##*:}
	export HELLOD_ADDRESS HELLOD_PORT
}

hellod_wait_ready() {
	wait_until is_ready_or_dead || return 1
	read_addresses "$HELLOD_LOG" || return 1
	HELLOD_DESCRIPTORS[$HELLOD_PID]=$(count_descriptors "$HELLOD_PID")
	HELLOD_WORKERS[$HELLOD_PID]=$(hellod_workers | wc -l)
}

hellod_start() { # ARGUMENT...
	hellod_launch "$@" && hellod_wait_ready
}

# Runs hellod -d; the log and the pid file are in the test's directory. Sets
# what hellod_start sets, and HELLOD_PID_FILE.
hellod_daemon() { # ARGUMENT...
	local directory=${PUBLIC:-$BATS_TEST_TMPDIR}
	HELLOD_PID_FILE=$directory/hellod.pid
	make_arguments -d -o "pid_file=$HELLOD_PID_FILE" -o "log_target=file:$directory/daemon.log" "$@"
	HELLOD_LOGS+=("$HELLOD_LOG" "$BATS_TEST_TMPDIR/starter")
	timeout 60 "${HELLOD_UNDER[@]}" "$HELLOD" "${hellod_arguments[@]}" </dev/null \
		>"$BATS_TEST_TMPDIR/starter" 2>&1 3>&- || return
	adopt_daemon
}

# Takes charge of the daemon that the pid file names.
adopt_daemon() {
	local session
	HELLOD_PID=$(cat "$HELLOD_PID_FILE")
	HELLOD_RUNNING+=("$HELLOD_PID")
	HELLOD_DAEMONS+="$HELLOD_PID "
	export HELLOD_PID HELLOD_LOG
	session=$(session_of "$HELLOD_PID")
	if [ "$session" -eq "$(session_of $$)" ]; then
		echo "the daemon has stayed in the session of its starter" >&2
		return 1
	fi
	HELLOD_SESSIONS+=("$session")
	read_addresses "$BATS_TEST_TMPDIR/starter"
}

# The test has ended this hellod, or waits for it by itself.
hellod_forget() { # PID
	local pid rest=()
	for pid in "${HELLOD_RUNNING[@]}"; do
		[ "$pid" = "$1" ] || rest+=("$pid")
	done
	HELLOD_RUNNING=("${rest[@]}")
}

# Waits for the end of a hellod, and for the exit code (of a daemon there is
# none to be had).
hellod_wait() { # [CODE [PID]]
	local want=${1:-0} pid=${2:-$HELLOD_PID} code=0
	wait_until is_gone "$pid" || return 1
	hellod_forget "$pid"
	[[ $HELLOD_DAEMONS != *" $pid "* ]] || return 0
	wait "$pid" || code=$?
	if [ "$code" -ne "$want" ]; then
		echo "hellod ended with exit code $code, not $want" >&2
		return 1
	fi
}

# What the master opened, it has closed: unless it has other workers by now.
has_no_descriptor_more() { # PID
	[ "$(hellod_workers "$1" | wc -l)" -ne "${HELLOD_WORKERS[$1]}" ] ||
		[ "$(count_descriptors "$1")" -eq "${HELLOD_DESCRIPTORS[$1]}" ]
}

hellod_stop() { # [PID]
	local pid=${1:-$HELLOD_PID} r=0
	wait_until -t 5 has_no_zombie "$pid" || r=1
	if [ -n "${HELLOD_DESCRIPTORS[$pid]:-}" ]; then
		wait_until -t 5 has_no_descriptor_more "$pid" || r=1
	fi
	kill -TERM "$pid" || r=1
	hellod_wait 0 "$pid" || r=1
	return $r
}

# --- the end of a test

show_logs() {
	local log
	for log in "${HELLOD_LOGS[@]}"; do
		[ -s "$log" ] || continue
		echo "--- ${log##*/}"
		{ head -n 10 "$log" && tail -n +11 "$log" | tail -n 30; } | head -c 10000 | cat -v
	done
}

# Only a hellod is ever ended: whoever else is in that session is not ours.
end_left_behind() { # PID...
	local pid
	for pid; do
		echo "left behind: $pid $(title_of "$pid")" >&2
		[ ! "/proc/$pid/exe" -ef "$HELLOD" ] || kill -KILL "$pid"
	done
	[ $# -eq 0 ]
}

# Nothing of a session is left; if there is, it is ended here.
check_session() { # SESSION
	local pids
	wait_until -t 5 session_is_empty "$1" && return 0
	mapfile -t pids < <(session_members "$1")
	end_left_behind "${pids[@]}"
}

# Nor is there a hellod that we never heard of, a daemon whose start failed say:
# it has some file of the test's open.
check_strangers() {
	local pid pids=()
	while read -r pid; do
		[ ! "/proc/$pid/exe" -ef "$HELLOD" ] || pids+=("$pid")
	done < <(find /proc/[0-9]*/fd -lname "$BATS_TEST_TMPDIR/*" 2>/dev/null | cut -d/ -f3 | sort -u)
	end_left_behind "${pids[@]}"
}

check_logs() {
	local bad='BUG: |AddressSanitizer|LeakSanitizer|UndefinedBehaviorSanitizer|runtime error:'
	local dead='was killed by signal|ended with exit code|could not start'
	[ -n "${HELLOD_MAY_DIE:-}" ] || bad="$bad|$dead"
	! grep -Eas "$bad" "${HELLOD_LOGS[@]}" /dev/null >&2
}

# Sockets and pid files go with the hellod that made them.
check_files() {
	local left
	left=$(find "$BATS_TEST_TMPDIR" ${PUBLIC:+"$PUBLIC"} -type s -o -name '*.pid')
	[ -z "$left" ] || echo "left behind: $left" >&2
	[ -z "$left" ]
}

teardown() {
	local pid session r=0
	if [ -z "$BATS_TEST_COMPLETED" ]; then
		# It is known that something is wrong: no time for niceties.
		for pid in "${HELLOD_RUNNING[@]}"; do
			kill -KILL "$pid" || true
			wait "$pid" 2>/dev/null || true
		done
		for session in "${HELLOD_SESSIONS[@]}"; do
			check_session "$session" || true
		done
		check_strangers || true
		check_logs || true
		show_logs
	else
		for pid in "${HELLOD_RUNNING[@]}"; do
			hellod_stop "$pid" || r=1
		done
		for session in "${HELLOD_SESSIONS[@]}"; do
			check_session "$session" || r=1
		done
		check_strangers || r=1
		check_logs || r=1
		check_files || r=1
		[ $r -eq 0 ] || show_logs
	fi
	[ -z "${PUBLIC:-}" ] || rm -rf "$PUBLIC"
	return $r
}

# --- clients

# Runs the Python program on standard input; hello_client.py is at hand, and
# HELLOD_ADDRESS, HELLOD_PID and HELLOD_LOG are in the environment.
client() { # ARGUMENT...
	timeout 100 /usr/bin/python3 - "$@" 3>&-
}

# Runs hello_load.py against the first address. Prints its result.
load_clients() { # ARGUMENT...
	"$LIB/hello_load.py" --connect "$HELLOD_ADDRESS" "$@" 3>&-
}

# One whole dialogue.
greets() { # [ADDRESS]
	client "${1:-$HELLOD_ADDRESS}" <<-'END'
		import sys
		from hello_client import Client
		client = Client(sys.argv[1])
		client.hear(b"Welcome!")
		client.say(b"Yam")
		client.hear(b"Hello, Yam!")
		client.say(b"exit")
		client.hear_end()
	END
}

# --- what may be missing

need() { # PROGRAM PACKAGE
	PATH=$PATH:/usr/sbin:/sbin command -v "$1" >/dev/null ||
		skip "$1 is not installed (Debian: $2)"
}

need_ipv6() {
	/usr/bin/python3 -c 'import socket
socket.socket(socket.AF_INET6, socket.SOCK_STREAM).bind(("::1", 0))' 2>/dev/null ||
		skip "this machine has no ::1"
}

is_root() {
	[ "$(id -u)" -eq 0 ]
}

# hellod drops what would begin a connection, while it stops: newer kernels let
# only root do that.
need_filter() {
	/usr/bin/python3 -c 'import ctypes, socket, struct
code = ctypes.create_string_buffer(struct.pack("HBBI", 6, 0, 0, 1))
socket.socket().setsockopt(socket.SOL_SOCKET, 26, struct.pack("HL", 1, ctypes.addressof(code)))
' 2>/dev/null || skip "this kernel lets only root filter what comes to a socket"
}

need_root() {
	is_root || skip "needs root"
}

is_sanitized() {
	grep -qa '__asan_init' "$HELLOD"
}

# Makes a library to be preloaded into hellod, unless it is there already.
build_preload() { # LIBRARY SOURCE
	local compiler=${CC:-cc}
	need "${compiler%% *}" gcc
	if is_sanitized && ! ldd "$HELLOD" | grep -q libasan; then
		skip "a sanitizer that is part of the program comes before any preloaded library"
	fi
	[ -e "$1" ] || $compiler -shared -fPIC -O1 -fno-builtin -o "$1" "$2"
}

# Every hellod started from now on has them within it; none is active yet.
use_faults() {
	local library=$BATS_FILE_TMPDIR/faults.so
	build_preload "$library" "$abs_top_srcdir/tests/lifecycle/faults.c"
	FAULTS=$BATS_TEST_TMPDIR/faults
	printf '%-64s' none >"$FAULTS"
	HELLOD_UNDER=(env "LD_PRELOAD=$library" "HELLOD_FAULTS=$FAULTS"
		"ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}verify_asan_link_order=0" "${HELLOD_UNDER[@]}")
}

fault() { # NAME
	# In place: the file is mapped, and must never be shorter.
	printf '%-64s' "$1" 1<>"$FAULTS"
}

# What follows runs as an ordinary user, in a directory PUBLIC that it may
# write to. Root becomes nobody.
as_user() {
	PUBLIC=$(mktemp -d)
	is_root || return 0
	chmod 755 "$PUBLIC"
	chown nobody "$PUBLIC"
	HELLOD_UNDER=(setpriv --reuid=nobody "--regid=$(id -g nobody)" --clear-groups)
	"${HELLOD_UNDER[@]}" test -x "$HELLOD" ||
		skip "user nobody cannot reach the build directory"
}
