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

# The installed file is replaced as a package does it.
replace_hellod() {
	script <<-'END'
		file=$(sed -n 's/^ExecStart=//p' "$(systemctl show --value -p FragmentPath hellod)")
		cp -p "$file" "$file.new"
		mv "$file.new" "$file"
	END
}

@test "five upgrades: the same process, the same service, no session lost" {
	local turn pid descriptors
	inside systemctl start hellod
	pid=$(property MainPID)
	descriptors=$(inside ls "/proc/$pid/fd" | wc -l)
	load_start 30
	for turn in 1 2 3 4 5; do
		replace_hellod
		run -0 inside helloctl upgrade
		[[ "$output" == *"upgraded to version"* ]]
		property_is ActiveState active
	done
	property_is MainPID "$pid"
	property_is NRestarts 0
	[ "$(journal_count '^upgrade: executing ')" -eq 5 ]
	load_end
	[ "$(inside ls "/proc/$pid/fd" | wc -l)" -eq "$descriptors" ]
	property_is NFileDescriptorStore 2
	# And what was upgraded can be restarted, reloaded and stopped.
	inside systemctl reload hellod
	inside systemctl restart hellod
	greets
	inside systemctl stop hellod
	property_is Result success
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

# systemctl tells all processes of the service, among them the one that looks at
# the new program, if it is quick; the others that follow are quick enough.
@test "systemctl kill -s USR2, which every process gets, upgrades once" {
	local pid
	inside systemctl start hellod
	pid=$(property MainPID)
	load_start 8
	script <<-'END'
		systemctl kill -s USR2 hellod
		for turn in {1..50}; do
			while read -r pid; do
				kill -USR2 "$pid" || true # it may be gone by now
			done </sys/fs/cgroup/system.slice/hellod.service/cgroup.procs
		done 2>/dev/null
	END
	wait_until journal_has '^upgraded to version'
	load_end
	[ "$(journal_count '^upgrade failed: ')" -eq 0 ]
	[ "$(journal_count '^upgrade: executing ')" -eq 1 ]
	[ "$(journal_count '^upgraded to version')" -eq 1 ]
	run ! journal_has 'was killed by signal'
	property_is MainPID "$pid"
	property_is NRestarts 0
	property_is ActiveState active
}
