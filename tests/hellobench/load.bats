#!/usr/bin/env bats
# load.bats - hellobench against hellod: what it says it did, it did

# A test is a subshell; what is set here is for common.bash:
# shellcheck disable=SC2030,SC2031,SC2034,SC2154

load ../lib/common
load common

# A hellod of one worker, and TO, which leads there.
serve() { # ARGUMENT...
	hellod_start -o workers=1 -o log_connections=false -o control_socket="$BATS_TEST_TMPDIR/control" "$@"
	TO=(-p "$HELLOD_PORT")
}

# counted NAME - what hellod counted
counted() {
	"${abs_top_builddir:?}/helloctl" -s "$BATS_TEST_TMPDIR/control" status --json |
		/usr/bin/python3 -c 'import json, sys
def find(value, name):
    if isinstance(value, dict):
        for key in value:
            if key == name:
                yield value[key]
            yield from find(value[key], name)
print(next(find(json.load(sys.stdin), sys.argv[1])))' "$1"
}

@test "greet: hellod has greeted as often as is reported" {
	serve
	bench 0 -c 7 -n 1000
	holds "r['operations'] == r['greetings'] == 1000 and r['welcomed'] == 7 and r['failed'] == 0"
	[ "$(counted greetings)" -eq 1000 ]
	[ "$(counted accepted)" -eq 7 ]
}

@test "greet, pipelined: the count is kept though batches do not divide it" {
	serve
	bench 0 -c 3 -n 1000 -P 64
	holds "r['operations'] == 1000"
	[ "$(counted greetings)" -eq 1000 ]
}

@test "greet, pipelined, names that fill every buffer" {
	serve
	bench 0 -c 3 -n 3000 -P 500 -s 1000
	holds "r['operations'] == 3000"
}

@test "session: connections and names are as many as reported" {
	serve
	bench 0 -D session -c 5 -n 100 -m 3
	holds "r['operations'] == 100 and r['welcomed'] == 100 and r['greetings'] == 300"
	[ "$(counted accepted)" -eq 100 ]
	[ "$(counted greetings)" -eq 300 ]
}

@test "session, pipelined" {
	serve
	bench 0 -D session -c 5 -n 50 -m 10 -P 4
	holds "r['greetings'] == 500"
}

@test "churn: no name is said" {
	serve
	bench 0 -D churn -c 5 -n 100
	holds "r['operations'] == 100 and r['greetings'] == 0"
	[ "$(counted accepted)" -eq 100 ]
	[ "$(counted greetings)" -eq 0 ]
}

@test "idle: connections are there while it lasts, and gone afterwards" {
	serve
	"$HELLOBENCH" "${TO[@]}" -D idle -c 200 -d 60 --json >"$BATS_TEST_TMPDIR/report" 3>&- &
	wait_until has_sessions 200
	# The first SIGTERM ends it early, and it reports.
	kill -TERM $!
	wait $!
	output=$(cat "$BATS_TEST_TMPDIR/report")
	holds "r['operations'] == 200 and r['greetings'] == 0 and r['failed'] == 0"
	wait_until has_sessions 0
}

has_sessions() { # COUNT
	[ "$(counted sessions)" -eq "$1" ]
}

@test "several processes share connections and operations" {
	serve
	bench 0 -c 10 -n 1003 -j 3
	holds "r['operations'] == 1003 and r['welcomed'] == 10 and r['processes'] == 3"
	[ "$(counted greetings)" -eq 1003 ]
}

@test "every framing" {
	cat >"$BATS_TEST_TMPDIR/framings.conf" <<-'END'
		listen = ({ address = "127.0.0.1"; port = 0; framing = "auto"; },
			{ address = "127.0.0.1"; port = 0; framing = "line"; },
			{ address = "127.0.0.1"; port = 0; framing = "message"; });
	END
	serve -c "$BATS_TEST_TMPDIR/framings.conf"
	bench 0 -n 100
	bench 0 -n 100 --crlf -P 3
	bench 0 -n 100 -f message
	bench 0 -D session -n 20 -m 2 -f message
	TO=(-p "${HELLOD_ADDRESSES[1]##*:}")
	bench 0 -n 100 -f line -P 3
	bench 0 -D session -n 20 -m 2 -f line --crlf
	bench 4 -n 100 -f auto
	TO=(-p "${HELLOD_ADDRESSES[2]##*:}")
	bench 0 -n 100 -f message
	bench 0 -D churn -n 20 -f message
	bench 4 -n 100 -f auto
}

@test "IPv6" {
	need_ipv6
	serve -l '[::1]:0'
	TO=(-H ::1 -p "$HELLOD_PORT")
	bench 0 -n 100
	holds "r['target'] == '[::1]:$HELLOD_PORT'"
}

@test "a UNIX socket" {
	serve -l "unix:$BATS_TEST_TMPDIR/hello.sock"
	TO=(-u "$BATS_TEST_TMPDIR/hello.sock")
	bench 0 -n 100
	bench 0 -D session -c 100 -n 1000
	holds "r['operations'] == 1000"
}

@test "a UNIX socket whose queue is full: tried again, as TCP would" {
	cat >"$BATS_TEST_TMPDIR/short.conf" <<-END
		listen = ({ path = "$BATS_TEST_TMPDIR/hello.sock"; backlog = 1; });
	END
	serve -c "$BATS_TEST_TMPDIR/short.conf"
	TO=(-u "$BATS_TEST_TMPDIR/hello.sock")
	bench 0 -D session -c 50 -n 500
	holds "r['operations'] == 500 and r['welcomed'] == 500"
	bench 0 -c 50 -n 100
}

@test "many sources: hellod sees as many addresses" {
	serve -o log_connections=true
	bench 0 -c 10 -n 10 --sources 5 --source 127.3.0.254
	[ "$(grep -ao '127\.3\.[0-9.]*:' "$HELLOD_LOG" | sort -u | tr '\n' ' ')" = \
		"127.3.0.254: 127.3.0.255: 127.3.1.0: 127.3.1.1: 127.3.1.2: " ]
}

@test "another welcome and greeting" {
	serve -o 'welcome="Good morning"' -o 'greeting="%s it is"'
	bench 4 -n 10
	bench 0 -n 10 --welcome 'Good morning' --greeting '%s it is'
}

@test "latency: what the server delays is measured" {
	serve -o reply_delay=0.2
	bench 0 -c 4 -n 8
	holds "200000 <= r['latency_us']['min'] <= r['latency_us']['p50'] <= r['latency_us']['max']"
}

@test "open loop: the rate is kept, and what waited counts from when it was due" {
	serve -o reply_delay=0.1
	# One connection can do 10 a second; 20 are asked for.
	bench 0 -c 1 -r 20 -d 1 -t 20
	holds "r['operations'] == 20 and r['rate'] == 20"
	# The last was due after 0.95 s, and answered after 2 s.
	holds "r['latency_us']['max'] > 1000000 and r['latency_us']['min'] < 500000"
	holds "r['seconds'] >= 2"
}

@test "open loop of sessions" {
	serve
	bench 0 -D session -c 10 -r 200 -d 0.5
	holds "r['operations'] == 100 and 0.4 < r['seconds']"
}

@test "open loop: a server that stands still shows in all that was due meanwhile" {
	serve
	(
		wait_until has_sessions 4
		kill -STOP "$(worker_pid 0)"
		sleep 1
		kill -CONT "$(worker_pid 0)"
	) 3>&- &
	bench 0 -c 4 -r 200 -d 4 -t 20
	wait $!
	# A second of four: a quarter of all waited, a tenth more than half a second.
	holds "r['operations'] == 800 and r['latency_us']['p90'] > 400000"
}

@test "warm-up is not measured" {
	serve
	bench 0 -c 1 -r 100 -d 0.3 -w 0.3
	holds "r['operations'] == 30 and r['greetings'] == 60"
}

@test "CSV has a name for each figure" {
	serve
	run -0 "$HELLOBENCH" "${TO[@]}" -n 100 --csv
	[ "${#lines[@]}" -eq 2 ]
	[ "$(tr -cd , <<<"${lines[0]}")" = "$(tr -cd , <<<"${lines[1]}")" ]
	[[ ${lines[0]} == dialogue,*,p99_99_us,*,failed,*,early_end,* ]]
	[[ ${lines[1]} == greet,50,1,* ]]
}

@test "the text form says the same" {
	serve
	run -0 "$HELLOBENCH" "${TO[@]}" -n 100
	[[ ${lines[0]} == "127.0.0.1:$HELLOD_PORT: greet, 50 connections, 1 at a time on each, closed loop" ]]
	[[ ${lines[1]} == "100 greetings in "* ]]
	[[ $output == *"p99.99 "*"failed: 0" ]]
}

@test "a report that cannot be written is a failure" {
	serve
	run -1 bash -c '"$@" >/dev/full' bash "$HELLOBENCH" "${TO[@]}" -n 10
	[[ $output == *"cannot write to standard output"* ]]
}

@test "a live line on a terminal, which -q takes away" {
	serve
	/usr/bin/python3 "$abs_top_srcdir/tests/hellosay/terminal.py" "$HELLOBENCH" "${TO[@]}" -d 2.5 3>&- <<-'END'
		want '1 s  '
		want ' greetings/s  p50 '
		want ' us  p99 '
		want ' us  0 failed'
		want '2 s  '
		want ' greetings in '
		exit 0
	END
	run -0 script -qec "$HELLOBENCH ${TO[*]} -q -d 1.2" /dev/null
	[[ $output != *"greetings/s"* ]]
	[[ $output == *"greetings in "* ]]
}

@test "SIGINT ends it early, from a terminal or not, and it reports" {
	serve
	"$HELLOBENCH" "${TO[@]}" -d 60 -j 2 --json >"$BATS_TEST_TMPDIR/report" 3>&- &
	wait_until has_sessions 50
	# What a shell starts in the background ignores SIGINT; a signalfd does not.
	kill -INT $!
	wait $!
	output=$(cat "$BATS_TEST_TMPDIR/report")
	holds "r['operations'] > 0 and r['failed'] == 0 and r['seconds'] < 50"
	wait_until has_sessions 0
}

@test "a process that loads and is killed is told of" {
	local pid code=0
	serve
	"$HELLOBENCH" "${TO[@]}" -d 60 -j 2 >/dev/null 2>"$BATS_TEST_TMPDIR/said" 3>&- &
	pid=$!
	wait_until has_sessions 50
	kill -KILL "$(hellod_workers "$pid" | head -n 1)"
	kill -TERM "$pid"
	wait "$pid" || code=$?
	[ "$code" -eq 1 ]
	grep -q 'a process that loads was killed: Killed' "$BATS_TEST_TMPDIR/said"
	wait_until has_sessions 0
}

@test "a hellobench that is killed leaves no process behind" {
	local pid children
	serve
	"$HELLOBENCH" "${TO[@]}" -d 60 -j 2 >/dev/null 3>&- &
	pid=$!
	wait_until has_sessions 50
	children=$(hellod_workers "$pid")
	kill -KILL "$pid"
	wait "$pid" || true
	for pid in $children; do
		wait_until is_gone "$pid"
	done
	wait_until has_sessions 0
}

@test "a kernel without epoll_pwait2: the pace is kept all the same" {
	is_sanitized && skip "a sanitizer wants to be the first library"
	serve
	${CC:-cc} -shared -fPIC -x c -o "$BATS_TEST_TMPDIR/old.so" - <<-'END'
		#include <errno.h>
		int epoll_pwait2(void);
		int epoll_pwait2(void) { errno = ENOSYS; return -1; }
	END
	export LD_PRELOAD=$BATS_TEST_TMPDIR/old.so
	bench 0 -c 2 -r 100 -n 30
	unset LD_PRELOAD
	holds "r['operations'] == 30 and r['failed'] == 0 and r['seconds'] >= 0.25"
}
