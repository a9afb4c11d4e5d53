#!/usr/bin/env bats
# storms.bats - reloads, upgrades and signals that follow each other at once, under
# load: systemd sees one service in one process all the while

load common

RATE=${HELLOD_TEST_RATE:-$(rounds 200 1000)}

# --- what must hold

# The service as it is before a storm.
remember() {
	inside systemctl start hellod
	STATE=$(state)
	DESCRIPTORS=$(descriptors)
}

# The times change whenever the unit becomes active, or ceases to be: that it says
# RELOADING=1 is neither.
state() {
	inside systemctl show hellod -p MainPID -p NRestarts -p InvocationID \
		-p ActiveEnterTimestampMonotonic -p ActiveExitTimestampMonotonic
}

descriptors() {
	inside ls "/proc/$(property MainPID)/fd" | wc -l
}

is_as_configured() { # WORKERS
	[ "$(workers | wc -l)" -eq "$1" ] && counter_is sessions 0
}

assert_same_service() { # WORKERS
	wait_until is_as_configured "$1"
	diff - <(state) <<<"$STATE"
	property_is ActiveState active
	property_is NFileDescriptorStore 2
	[ "$(descriptors)" -eq "$DESCRIPTORS" ]
	run ! journal_has 'was killed by signal|ended with exit code|BUG:'
	greets
}

# Runs the command, with its number, until it was often enough, under loads of so
# many seconds each. Sets DONE and LONGEST, in milliseconds.
storm() { # ROUNDS SECONDS COMMAND...
	local want=$1 seconds=$2 longest
	shift 2
	DONE=0 LONGEST=0
	while [ "$DONE" -lt "$want" ]; do
		load_start "$seconds" --rate "$RATE" --processes "$(rounds 1 2)" --timeout 10
		while load_goes_on; do
			DONE=$((DONE + 1))
			"$@" "$DONE"
		done
		load_end >"$BATS_TEST_TMPDIR/result" || { cat "$BATS_TEST_TMPDIR/result" && return 1; }
		longest=$(sed -n 's/^ *"max": \([0-9]*\).*/\1/p' "$BATS_TEST_TMPDIR/load.json" |
			sort -n | tail -n 1)
		[ "$longest" -le "$LONGEST" ] || LONGEST=$longest
	done
	echo "# $DONE times; the longest answer took $LONGEST ms" >&3
}

# --- upgrades

# The installed file is replaced as a package does it, by one that differs.
upgrade() { # NUMBER
	script <<-END
		file=\$(sed -n 's/^ExecStart=//p' "\$(systemctl show --value -p FragmentPath hellod)")
		cp -p "\$file" "\$file.new"
		[ $(($1 % 2)) -eq 0 ] || truncate -s +1 "\$file.new"
		mv "\$file.new" "\$file"
		helloctl upgrade | grep '^upgraded to version'
	END
}

@test "a storm of upgrades: the same process, the same service, no session lost" {
	configure <<<'log_connections = false;'
	remember
	storm "$(rounds 2 200)" "$(rounds 8 60)" upgrade
	assert_same_service "$(inside nproc)"
	[ "$(journal_count '^upgrade: executing ')" -eq "$DONE" ]
	# And what was upgraded can be restarted and stopped.
	inside systemctl restart hellod
	greets
	inside systemctl stop hellod
	property_is Result success
}

# --- reloads

# Ten, by systemctl, with more and fewer workers, and a listener that comes and goes.
reload() {
	script <<-'END'
		for turn in {1..10}; do
			echo "workers = $((turn % 5 + 1)); max_generations = 32; log_connections = false;" \
				>/etc/hellod.conf
			[ $((turn % 3)) -ne 0 ] ||
				echo 'listen = ({ port = 9999; }, { port = 9998; });' >>/etc/hellod.conf
			systemctl reload hellod
		done
	END
}

@test "a storm of reloads: the same process, the same service, no session lost" {
	configure <<<'workers = 1; max_generations = 32; log_connections = false;'
	remember
	storm "$(rounds 1 100)" "$(rounds 3 30)" reload
	assert_same_service 1
	[[ "$(property StatusText)" == *" generation $((DONE * 10 + 1))" ]]
	run ! journal_has '^reload failed|max_generations'
}

# --- signals

# systemctl tells all processes of the service, among them the one that looks at
# the new program, if it is quick; the others that follow are quick enough.
@test "systemctl kill -s USR2, which every process gets, upgrades once" {
	remember
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
	assert_same_service "$(inside nproc)"
}

# Any that means something to the master, and some that mean nothing, to it and all
# others: most of them when something else is under way.
signals() { # NUMBER
	script <<-END
		kinds=(HUP HUP USR1 USR2 TTIN TTOU CHLD PIPE WINCH)
		RANDOM=$1
		for _ in {1..20}; do
			systemctl kill -s "\${kinds[RANDOM % \${#kinds[@]}]}" hellod
		done
	END
}

no_upgrade_goes_on() {
	[ "$(journal_count '^upgrade: executing ')" -eq "$(journal_count '^upgraded to version')" ]
}

@test "any signal to every process: one thing at a time, and then it is as configured" {
	configure <<<'workers = 2; max_generations = 64; log_connections = false;'
	remember
	storm "$(rounds 2 500)" "$(rounds 3 30)" signals
	wait_until no_upgrade_goes_on
	wait_until inside systemctl reload hellod
	assert_same_service 2
	run ! journal_has '^(reload|upgrade) failed|max_generations'
}
