#!/usr/bin/env bats
# accept4(2) fails in each of its ways: no client is lost that the kernel still
# has, no processor is used up, and each failure is counted.

# Lists of errors are words (2086), and programs for awk stand in single quotes (2016).
# shellcheck disable=SC2016,SC2086
load ../lib/common

# Those that end one client, those that say that something is short, no failure
# at all, and such as should not happen.
ONE_CLIENT="ECONNABORTED EPERM EPROTO ENETDOWN EINTR"
MORE_OF_ONE="ENONET ENOPROTOOPT EHOSTDOWN EHOSTUNREACH EOPNOTSUPP ENETUNREACH"
SHORT="EMFILE ENFILE ENOBUFS ENOMEM"
OTHERS="EACCES"
MORE_OTHERS="EIO ETIMEDOUT EBADF EINVAL EFAULT"

setup() {
	need strace strace
	strace -o /dev/null true 2>/dev/null || skip "this machine allows no ptrace(2)"
	export CONTROL=$BATS_TEST_TMPDIR/control HELLOCTL=$abs_top_builddir/helloctl
	# An injected call has no number, which the worker's seccomp would not let pass.
	hellod_start -o workers=1 -o sandbox=off -o "control_socket=$CONTROL"
	WORKER=$(hellod_workers)
	CALLS=$BATS_TEST_TMPDIR/calls
}

# Has a call fail in the worker from now on, as strace(1) says with "when".
inject() { # ERRNO [WHEN [CALL]]
	strace -qq -p "$WORKER" -o "$CALLS" -e "trace=${3:-accept4}" \
		-e "inject=${3:-accept4}:error=$1${2:+:when=$2}" 2>"$BATS_TEST_TMPDIR/strace" 3>&- &
	STRACE=$!
	wait_until eval 'is_traced || is_gone "$STRACE"'
	is_running "$STRACE" || skip "strace cannot attach: $(cat "$BATS_TEST_TMPDIR/strace")"
}

is_traced() {
	[ "$(awk '$1 == "TracerPid:" { print $2 }' "/proc/$WORKER/status")" -ne 0 ]
}

inject_end() {
	kill "$STRACE"
	wait "$STRACE" || true
	wait_until not is_traced
}

injected() { # ERRNO
	grep -c "= -1 $1 .*(INJECTED)" "$CALLS"
}

accept_errors() {
	"$HELLOCTL" -s "$CONTROL" status | sed -n 's/^accept_errors: //p'
}

# Each client is served in the end; where hellod is short of something it may
# tell one that it is busy.
greet_some() { # COUNT
	client "$1" <<-'END'
		import sys
		from hello_client import Client
		def is_served():
		    with Client() as client:
		        first = client.socket.recv(1)
		        if first == b"B":
		            client.hear_end(b"usy: out of descriptors")
		            return False
		        client.hear(b"elcome!")
		        client.say(b"Yam")
		        client.hear(b"Hello, Yam!")
		        return True
		for _ in range(int(sys.argv[1])):
		    assert is_served() or any(is_served() for _ in range(10))
	END
}

assert_survives() { # WHEN ERRNO...
	local when=$1 errno before want
	shift
	for errno; do
		before=$(accept_errors)
		inject "$errno" "$when"
		greet_some 5
		inject_end
		want=$(injected "$errno")
		[ "$want" -ge 2 ]
		[ "$errno" != EAGAIN ] || want=0 # only says that another worker was faster
		echo "$errno: $want failures, $(($(accept_errors) - before)) counted"
		[ $(($(accept_errors) - before)) -eq "$want" ]
	done
	[ "$(hellod_workers)" = "$WORKER" ]
}

@test "each third or fourth accept4() fails: all are served, each failure is counted" {
	assert_survives 1+3 EAGAIN $ONE_CLIENT $OTHERS
	# The client that is told, and the end of the queue, are a call each: each
	# third would always be that for the next client.
	assert_survives 1+4 $SHORT
	[ "${HELLOD_TEST_LONG:-}" != 1 ] || assert_survives 1+3 $MORE_OF_ONE $MORE_OTHERS
	log_has 'warning: cannot accept on .* \([0-9]+ times\); trying again every 100 ms; waiting clients are told Busy'
}

# Nobody can be accepted for a second: how often is it tried, at what cost?
assert_does_not_spin() { # ERRNO
	inject "$1"
	client "$WORKER" "$CALLS" <<-'END'
		import sys, time
		from hello_client import Client, processor_time
		clients = [Client() for _ in range(5)]
		used, end = processor_time(sys.argv[1]), time.monotonic() + 1
		time.sleep(1)  # the time that is measured
		calls = sum("accept4" in line for line in open(sys.argv[2]))
		used = processor_time(sys.argv[1]) - used
		print(f"{calls} calls, {used:.2f} s of processor time")
		assert 2 <= calls <= 100
		assert used <= 0.05
	END
	inject_end
	wait_until -t 1 greets
	[ "$(hellod_workers)" = "$WORKER" ]
}

@test "accept4() fails all the time: it is not tried all the time" {
	local errno errnos="EPERM ENFILE"
	[ "${HELLOD_TEST_LONG:-}" != 1 ] || errnos="$ONE_CLIENT $MORE_OF_ONE $SHORT $OTHERS $MORE_OTHERS"
	for errno in $errnos; do
		assert_does_not_spin "$errno"
	done
	log_has 'warning: cannot accept on .*: Operation not permitted \([0-9]+ times\); trying again every 100 ms$'
}

@test "a listener cannot be waited for: that is tried again, and nobody is let go" {
	client >"$BATS_TEST_TMPDIR/client" <<-'END' &
		import os, time
		from hello_client import Client, wait_until
		with Client() as client:
		    client.hear(b"Welcome!")
		    print("in", flush=True)
		    wait_until(lambda: os.path.exists(os.environ["CONTROL"] + ".go"))
		    client.say(b"Yam")
		    client.hear(b"Hello, Yam!")
	END
	local inside=$!
	wait_until [ -s "$BATS_TEST_TMPDIR/client" ]
	inject ENOMEM 1+1 epoll_ctl
	# After so many clients a worker waits for the next one anew.
	client <<-'END'
		from hello_client import Client
		for _ in range(20):
		    with Client():
		        pass
	END
	wait_until log_has 'warning: cannot accept on .*: Cannot allocate memory \([0-9]+ times\); trying again every 100 ms$'
	inject_end
	greets
	touch "$CONTROL.go"
	wait "$inside"
	[ "$(hellod_workers)" = "$WORKER" ]
}

@test "the master has no memory to wait with: it looks again soon, and goes on" {
	WORKER=$HELLOD_PID # it is the one that is traced
	inject ENOMEM 1+3 poll
	"$HELLOCTL" -s "$CONTROL" status >"$BATS_TEST_TMPDIR/status"
	"$HELLOCTL" -s "$CONTROL" reload
	inject_end
	[ "$(injected ENOMEM)" -ge 2 ]
	is_running "$HELLOD_PID"
	greets
}
