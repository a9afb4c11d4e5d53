#!/usr/bin/env bats
# failures.bats - hellobench against servers that misbehave: each class of
# failure is found, and is the only one that is told of

# A test is a subshell; what is set here is for common.bash:
# shellcheck disable=SC2030,SC2031,SC2034,SC2154

load ../hellosay/common
load common

# finds CLASS FAULT ARGUMENT... - against a server with the fault, the report
# has failures of the class and of no other
finds() {
	local class=$1 fault=$2 code=4
	shift 2
	case $class in
	refused | unreachable | connect_timeout) code=3 ;;
	esac
	start_server --fault "$fault"
	bench "$code" -D session -c 2 -n 4 -t 0.5 "$@"
	holds "r['failures']['$class'] > 0 and r['failed'] == r['failures']['$class']"
}

@test "refused" {
	finds refused refuse
	[[ $stderr == *"cannot connect to 127.0.0.1:$PORT; is hellod running there?"* ]]
	holds "r['failed'] == 2 and r['operations'] == 0"
	# For people: where nothing was done, nothing took any time.
	run -3 --separate-stderr "$HELLOBENCH" -p "$PORT" -n 4 -c 2
	[[ $output == *'0 greetings in '* && $output != *latency* && $output != *' an operation'* ]]
}

@test "connect_timeout" {
	finds connect_timeout deaf
}

@test "unreachable: nobody can have a connection with everybody" {
	TO=(-H 255.255.255.255)
	bench 3 -c 2 -n 4
	holds "r['failures']['unreachable'] == r['failed'] == 2"
}

@test "refused: a UNIX socket that is not there" {
	TO=(-u "$BATS_TEST_TMPDIR/socket")
	bench 3 -c 2 -n 4
	holds "r['failures']['refused'] == r['failed'] == 2"
}

@test "busy" {
	finds busy busy
}

@test "error" {
	finds error error
	# Whoever was refused comes again, until the count is reached.
	holds "r['failed'] == 4 and r['welcomed'] == 4"
}

@test "wrong: another name" {
	finds wrong wrong-name
}

@test "wrong: the second answer" {
	finds wrong wrong-second -m 2
	holds "r['greetings'] == 4"
}

@test "wrong: an answer without end" {
	finds wrong endless
}

@test "wrong: another welcome than said" {
	start_server --welcome 'Good morning'
	bench 4 -D session -c 2 -n 4
	holds "r['failures']['wrong'] == r['failed'] == 2"
	bench 0 -D session -c 2 -n 4 --welcome 'Good morning'
}

@test "extra: every answer twice" {
	finds extra twice
}

@test "extra: words after exit" {
	finds extra chatty
}

@test "early_end: before the welcome" {
	finds early_end close-at-once
}

@test "early_end: in the welcome" {
	finds early_end close-in-welcome
}

@test "early_end: at the first name" {
	finds early_end close-on-name
}

@test "early_end: in an answer" {
	finds early_end close-in-answer
}

@test "early_end: at the second name" {
	finds early_end close-on-second -m 2
}

@test "reset: before the welcome" {
	finds reset reset-at-once
}

@test "reset: at the first name" {
	finds reset reset-on-name
}

# send() finds this one out, mostly: recv() would only see an end.
@test "reset: before the second name" {
	finds reset reset-after-name -m 2
	holds "r['greetings'] == 4"
}

@test "timeout: no welcome" {
	finds timeout silent
}

@test "timeout: no answer" {
	finds timeout mute
}

@test "timeout: no close" {
	finds timeout stay
}

@test "an idle connection that the server closes is told of" {
	start_server --fault close-at-once
	bench 4 -D idle -c 2 -d 0.2
	holds "r['failures']['early_end'] == r['failed'] > 0"
}

@test "connections that stay: a failed one is opened again" {
	start_server --fault close-on-second
	bench 4 -c 2 -n 20 -t 2
	holds "r['failures']['early_end'] == r['failed'] > 2"
	holds "r['welcomed'] >= r['failed'] and r['operations'] >= 9"
}

@test "unsent: due, but nobody was free" {
	start_server --fault mute
	bench 4 -c 1 -r 100 -d 0.2 -t 0.3
	holds "r['failures']['unsent'] > 10 and r['failures']['timeout'] > 0"
	holds "r['failed'] == r['failures']['unsent'] + r['failures']['timeout']"
}

@test "local: an address that is not this machine's" {
	start_server
	bench 4 -c 2 -n 4 --source 192.0.2.1
	holds "r['failures']['local'] == r['failed'] == 2"
}
