#!/usr/bin/env bats
# service.bats - hellod.service in the hands of an operator: start, reload, stop,
# and what is seen of it

# shellcheck disable=SC2034 # what common.bash reads
load common

@test "it is active when it serves, and says how it is" {
	inside systemctl start hellod
	greets
	property_is ActiveState active
	[[ "$(property StatusText)" =~ ^$(inside nproc)\ workers,\ 0\ sessions,\ [01]\ greetings/s,\ generation\ 1$ ]]
	run -0 inside systemctl status hellod
	[[ "$output" == *'"hellod: master'* ]]
	[[ "$output" == *'"hellod: worker 0'* ]]
	[[ "$output" == *"Status: \"$(inside nproc) workers, "* ]]
}

# The master waits by poll(2), the workers can't without epoll.
@test "it is not active before it serves" {
	drop_in <<-'END'
		[Service]
		SystemCallFilter=~epoll_create1
		SystemCallErrorNumber=EPERM
		TimeoutStartSec=1s
		Restart=no
	END
	run ! inside systemctl start hellod
	property_is Result timeout
	# Who dies at once may be gone when the journal looks for his unit.
	journal -o cat | grep -a 'worker 0: .*cannot wait for'
	run ! journal_has '^Started hellod.service'
}

# The suites' drop-in says SystemCallErrorNumber=kill: see common.bash.
@test "from start to stop, it makes no system call that the unit forbids" {
	inside systemctl start hellod
	greets
	inside systemctl reload hellod
	inside helloctl upgrade
	inside helloctl status
	greets
	inside systemctl stop hellod
	property_is Result success
	property_is ExecMainStatus 0
}

@test "a system call that the unit forbids would be its end" {
	drop_in <<-'END'
		[Service]
		SystemCallFilter=~epoll_create1
		TimeoutStartSec=1s
		Restart=no
	END
	run ! inside systemctl start hellod
	journal_has 'worker 0 .*was killed by signal 31: seccomp forbids the system call'
	MAY_BE_KILLED=1
}

@test "a bad configuration is not tried again and again" {
	configure <<<'workers = 0;'
	run ! inside systemctl start hellod
	property_is ActiveState failed
	property_is ExecMainStatus 78
	property_is NRestarts 0
	journal_has '/etc/hellod.conf:1: workers: got 0'
}

@test "reload is over when the new configuration serves" {
	local pid
	inside systemctl start hellod
	pid=$(property MainPID)
	script <<-'END' # at once, with no way to go between reload and greeting
		for turn in 1 2 3 4 5; do
			echo "greeting = \"Turn $turn, %s!\";" >/etc/hellod.conf
			systemctl reload hellod
			hellosay Yam | grep -qx "Turn $turn, Yam!"
		done
	END
	property_is ActiveState active
	property_is MainPID "$pid"
	property_is NRestarts 0
	[[ "$(property StatusText)" == *"generation 6" ]]
}

@test "systemctl kill -s HUP, which every process gets, reloads once" {
	inside systemctl start hellod
	configure <<<'greeting = "Bye, %s!";'
	inside systemctl kill -s HUP hellod
	wait_until journal_has '^reloaded: generation 2 serves'
	[ "$(greeting)" = "Bye, Yam!" ]
	[ "$(journal_count '^reloaded: generation')" -eq 1 ]
	run ! journal_has 'was killed by signal'
	property_is NRestarts 0
}

@test "a bad reload fails, says why, and changes nothing" {
	local pid before
	inside systemctl start hellod
	pid=$(property MainPID)
	before=$(workers)
	configure <<-'END'
		greeting = "Bye, %s!";
		workers = 0;
	END
	run -1 inside systemctl reload hellod
	greets
	property_is ActiveState active
	property_is MainPID "$pid"
	[ "$(workers)" = "$before" ]
	journal_has '^/etc/hellod.conf:2: workers: got 0, want '
	journal_has '^reload failed: generation 1 goes on'
	# The next good one works.
	configure <<<'greeting = "Bye, %s!";'
	inside systemctl reload hellod
	[ "$(greeting)" = "Bye, Yam!" ]
}

@test "stop lets a session finish, in its time, and leaves nothing" {
	local began
	configure <<-'END'
		reply_delay = 0.5;
		drain_timeout = 3;
	END
	inside systemctl start hellod
	inside hellosay Yam >"$BATS_TEST_TMPDIR/said" &
	wait_until counter_is sessions 1
	began=$SECONDS
	inside systemctl stop hellod
	[ $((SECONDS - began)) -le 4 ]
	wait $!
	[ "$(tail -n 1 "$BATS_TEST_TMPDIR/said")" = "Hello, Yam!" ]
	property_is ActiveState inactive
	property_is Result success
	property_is ExecMainStatus 0
	property_is NFileDescriptorStore 0
	inside test ! -e /run/hellod -a ! -e /run/private/hellod
	inside test ! -e /sys/fs/cgroup/system.slice/hellod.service
	run -1 inside pgrep -f 'hellod: '
	run ! greets
}

@test "after the service, hellod can be started by hand, and the service again" {
	inside systemctl start hellod
	inside systemctl stop hellod
	inside hellod -d
	greets
	inside helloctl stop
	inside systemctl start hellod
	greets
	inside helloctl reload
}

# Silent clients are let go by a stop, so these talk on and on.
@test "stop cuts what does not end within drain_timeout" {
	local began took
	configure <<-'END'
		reply_delay = 20;
		drain_timeout = 1;
	END
	inside systemctl start hellod
	inside hellosay Yam >/dev/null &
	wait_until counter_is sessions 1
	began=${EPOCHREALTIME/[.,]/}
	inside systemctl stop hellod
	took=$((${EPOCHREALTIME/[.,]/} - began))
	[ "$took" -lt 2500000 ]
	property_is Result success
	run ! wait $!
}

@test "an address that the configuration has no more is let go by a restart" {
	inside systemctl start hellod
	configure <<<'listen = ({ address = "127.0.0.1"; port = 9998; });'
	inside systemctl restart hellod
	greets -p 9998
	run ! inside bash -c ': </dev/tcp/127.0.0.1/9999'
	property_is NFileDescriptorStore 2
}

@test "the journal has levels and fields" {
	inside systemctl start hellod
	greets
	configure <<<'workers = 0;'
	run ! inside systemctl reload hellod
	journal -u hellod -o json >"$BATS_TEST_TMPDIR/journal"
	/usr/bin/python3 - "$BATS_TEST_TMPDIR/journal" <<-'END'
		import json, sys

		lines = [json.loads(line) for line in open(sys.argv[1])]
		def the(text):
		    found = [l for l in lines if text in l["MESSAGE"] and l["SYSLOG_IDENTIFIER"] == "hellod"]
		    assert len(found) == 1, (text, found)
		    return found[0]
		ready = the("ready: listening on")
		assert ready["PRIORITY"] == "5", ready
		accepted, closed = the("accepted"), the("closed")
		assert accepted["PRIORITY"] == closed["PRIORITY"] == "6", accepted
		assert accepted["HELLOD_PEER"].startswith("127.0.0.1:"), accepted
		assert accepted["HELLOD_LISTENER"] == "127.0.0.1:9999", accepted
		assert closed["HELLOD_PEER"] == accepted["HELLOD_PEER"], closed
		assert closed["HELLOD_GREETINGS"] == "1", closed
		assert the("workers: got 0")["PRIORITY"] == "3"
		assert the("reload failed")["PRIORITY"] == "3"
	END
}

@test "a journal that is gone holds up nobody; what it missed is counted" {
	local units=(systemd-journald.socket systemd-journald-dev-log.socket
		systemd-journald-audit.socket systemd-journald.service)
	inside systemctl start hellod
	greets
	load_start 4
	inside systemctl stop "${units[@]}"
	greets
	wait_until not greets_are_logged
	inside systemctl start "${units[@]}"
	load_end
	greets
	wait_until journal_has '[0-9]+ log lines were lost'
	property_is NRestarts 0
	greets_are_logged
}

greets_are_logged() {
	local before
	before=$(journal_count 'the client said exit')
	greets
	[ "$(journal_count 'the client said exit')" -gt "$before" ]
}

@test "a journal that is restarted costs no session" {
	inside systemctl start hellod
	load_start 2
	inside systemctl restart systemd-journald
	inside systemctl restart systemd-journald
	load_end
	wait_until greets_are_logged
}
