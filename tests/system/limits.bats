#!/usr/bin/env bats
# limits.bats - the limits of the service: too few processes, too little memory

load common

# Skips where systemd cannot set it: where version 1 of the control groups has the
# controller, a box does not.
need_limit() { # FILE
	inside systemctl start hellod
	inside test -e "/sys/fs/cgroup/system.slice/hellod.service/$1" ||
		skip "this machine's control groups of version 2 have no $1"
}

has_workers() { # COUNT
	[ "$(workers | wc -l)" -eq "$1" ]
}

@test "TasksMax: short of workers, but well; full within 5 s after it" {
	configure <<<'workers = 4;'
	need_limit pids.max
	local pid victims
	pid=$(property MainPID)
	victims=$(workers | head -n 2)
	inside systemctl set-property --runtime hellod TasksMax=3
	# shellcheck disable=SC2086 # several
	inside kill -KILL $victims
	wait_until journal_has 'cannot fork worker ., trying again in'
	[[ "$(property StatusText)" == 'Degraded: 2 of 4 workers'* ]]
	load_start 3
	load_end
	inside systemctl set-property --runtime hellod TasksMax=infinity
	DEADLINE=10 wait_until has_workers 4
	property_is MainPID "$pid"
	property_is NRestarts 0
	inside systemctl reload hellod
}

# A library that makes one worker take all memory that it can get, once told to.
install_faults() {
	local library=$BATS_TEST_TMPDIR/faults.so compiler=${CC:-cc}
	! grep -qa __asan_init "$abs_top_builddir/hellod" || skip "a sanitizer needs more memory"
	command -v "${compiler%% *}" >/dev/null || skip "there is no compiler (Debian: gcc)"
	$compiler -shared -fPIC -O1 -o "$library" "$abs_top_srcdir/tests/lifecycle/faults.c"
	inside sh -c 'cat >/usr/lib/hellod-faults.so' <"$library"
	fault none
	inside chmod 666 /srv/faults
	drop_in <<-'END'
		[Service]
		Environment=LD_PRELOAD=/usr/lib/hellod-faults.so HELLOD_FAULTS=/srv/faults
		ReadWritePaths=/srv/faults
		MemoryMax=100M
		MemorySwapMax=0
	END
}

fault() { # NAME
	# shellcheck disable=SC2016 # expanded in the box
	inside sh -c 'printf "%-64s" "$1" 1<>/srv/faults' sh "$1"
}

@test "MemoryMax: the worker that takes it all is replaced, and nothing else happens" {
	configure <<<'workers = 2;'
	need_limit memory.max
	local pid
	install_faults
	inside systemctl restart hellod
	pid=$(property MainPID)
	fault worker-hogs
	wait_until journal_has 'was killed by signal 9 \(Killed, out of memory\); its place is filled'
	wait_until has_workers 2
	greets
	[ "$(journal_count 'was killed by signal')" -eq 1 ]
	property_is MainPID "$pid"
	property_is NRestarts 0
	property_is ActiveState active
}
