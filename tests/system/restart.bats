#!/usr/bin/env bats
# restart.bats - a master that ends, hangs or is replaced, and clients that come
# all the while

load common

# Sessions of a process that is killed end with it; nobody is turned away, and
# nobody waits for long.
may_end=(--allow reset --allow early_end)

@test "systemctl restart refuses nobody" {
	local turn
	inside systemctl start hellod
	load_start 4 "${may_end[@]}"
	for turn in 1 2 3; do
		inside systemctl restart hellod
	done
	load_end
	[ "$(loaded refused)" -eq 0 ]
	[ "$(loaded ok)" -gt 600 ]
}

@test "kill -9 of the master refuses nobody, and the counters go on" {
	local turn pid before turns
	turns=$(rounds 3 20)
	inside systemctl start hellod
	load_start $((turns + 2)) "${may_end[@]}"
	for turn in $(seq "$turns"); do
		pid=$(property MainPID)
		before=$(counter greetings)
		inside kill -KILL "$pid"
		wait_until property_is NRestarts "$turn"
		wait_until property_is ActiveState active
		[ "$(property MainPID)" != "$pid" ]
		[ "$(counter greetings)" -ge "$before" ]
		[ "$before" -gt 0 ]
	done
	load_end
	[ "$(loaded refused)" -eq 0 ]
	[ "$(loaded ok)" -gt $((turns * 100)) ]
	# Nothing is stored twice.
	property_is NFileDescriptorStore 2
	wait_until counter_is sessions 0
	[ "$(workers | wc -l)" -eq "$(inside nproc)" ]
}

@test "a UNIX socket outlives the master, or is made anew" {
	configure <<<'listen = ({ path = "/run/hellod/hello.sock"; });'
	inside systemctl start hellod
	inside kill -KILL "$(property MainPID)"
	wait_until property_is NRestarts 1
	greets -u /run/hellod/hello.sock
	# Without its directory there is nothing that could outlive anything.
	drop_in <<-'END'
		[Service]
		RuntimeDirectoryPreserve=no
	END
	inside systemctl restart hellod
	inside systemctl restart hellod
	greets -u /run/hellod/hello.sock
}

@test "kill -9 of the master: back within a second" {
	local before after pid
	inside systemctl start hellod
	pid=$(property MainPID)
	before=${EPOCHREALTIME/[.,]/}
	inside kill -KILL "$pid"
	greets # waits in the queue until there is someone to answer
	after=${EPOCHREALTIME/[.,]/}
	[ $((after - before)) -lt 1000000 ]
}

@test "a hung master is restarted by the watchdog" {
	local pid
	drop_in <<-'END'
		[Service]
		WatchdogSec=1s
	END
	inside systemctl start hellod
	pid=$(property MainPID)
	load_start 5 "${may_end[@]}"
	inside kill -STOP "$pid"
	wait_until property_is NRestarts 1
	wait_until property_is ActiveState active
	load_end
	[ "$(loaded refused)" -eq 0 ]
	[ "$(loaded ok)" -gt 800 ]
	journal -o cat | grep 'Watchdog timeout'
}

@test "a master that is well is left alone by the watchdog" {
	drop_in <<-'END'
		[Service]
		WatchdogSec=500ms
	END
	inside systemctl start hellod
	load_start 3
	load_end
	property_is NRestarts 0
}

@test "a program that is no good is not upgraded to" {
	local pid
	inside systemctl start hellod
	pid=$(property MainPID)
	script <<-'END'
		file=$(sed -n 's/^ExecStart=//p' "$(systemctl show --value -p FragmentPath hellod)")
		cp -p "$file" "$file.good"
		printf '#!/bin/sh\nexit 1\n' >"$file.new"
		chmod 755 "$file.new"
		mv "$file.new" "$file"
	END
	run -1 inside helloctl upgrade
	greets
	property_is ActiveState active
	property_is MainPID "$pid"
	script <<-'END'
		file=$(sed -n 's/^ExecStart=//p' "$(systemctl show --value -p FragmentPath hellod)")
		mv "$file.good" "$file"
	END
}
