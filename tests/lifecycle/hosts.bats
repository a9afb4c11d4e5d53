#!/usr/bin/env bats
# Host names in "listen", and name servers that are silent or know none.

# shellcheck disable=SC2034,SC2004 # what common.bash reads, and fills
load ./programs

# A process of hellod's has this title.
has_titled() { # TITLE
	local pid
	for pid in $(hellod_workers); do
		[ "$(title_of "$pid")" != "$1" ] || return 0
	done
	return 1
}

@test "a name server that is silent holds up neither the master nor its clients" {
	use_faults
	HELLOD_MAY_DIE=1
	configure <<<'listen = ( { address = "hellod.test"; port = 0; } ); workers = 2;'
	start
	remember
	load_begin 50 1
	fault names-hang
	ctl reload >"$BATS_TEST_TMPDIR/reload" 2>&1 &
	local reload=$! pid
	wait_until has_titled 'hellod: configuration reader'
	# Workers are replaced, and questions answered, all the while.
	load_end
	pid=$(worker_pid 0)
	kill -KILL "$pid"
	wait_until -t 2 has_worker 0
	wait_until -t 2 status_is ready 2
	ctl_ends 5 reload
	# It is the reader that waits yet, and nobody else.
	has_titled 'hellod: configuration reader'
	fault none
	wait "$reload" || { cat "$BATS_TEST_TMPDIR/reload" && return 1; }
	wait_until is_settled
	log_has 'reloaded: generation 2 serves'
	load_clients --clients 20
}

@test "a name server that is silent for long: the reload fails" {
	is_long || skip "takes 10 s; HELLOD_TEST_LONG=1 asks for it"
	use_faults
	configure <<<'listen = ( { address = "hellod.test"; port = 0; } ); workers = 2;'
	start
	remember
	fault names-hang
	ctl_ends 1 reload
	[[ $stderr == *'could not be read, or a host in it looked up, within 10 s'* ]]
	fault none
	stays_as_remembered
}

@test "a host that is not known: the reload fails, and says which" {
	use_faults
	configure <<<'listen = ( { address = "hellod.test"; port = 0; } ); workers = 2;'
	start
	remember
	fault names-fail
	ctl_ends 1 reload
	[[ $stderr == *'cannot listen on hellod.test port 0: Name or service not known; want '* ]]
	[[ $stderr == *'reload failed: generation 1 goes on as before' ]]
	stays_as_remembered
	fault none
	load_clients --clients 20
	ctl_ends 0 reload
}

@test "the reader ends with the master" {
	use_faults
	configure <<<'listen = ( { address = "hellod.test"; port = 0; } ); workers = 1;'
	start
	fault names-hang
	kill -HUP "$HELLOD_PID"
	wait_until has_titled 'hellod: configuration reader'
	kill -KILL "$HELLOD_PID"
	hellod_wait 137
	wait_until -t 3 session_is_empty "$HELLOD_PID"
	rm -f "$CONTROL"
}

@test "a name server that fails meanwhile: not upgraded, or back without asking it" {
	HELLOD_MAY_DIE=1
	use_faults
	configure <<<'listen = ( { address = "hellod.test"; port = 0; } ); workers = 2;'
	start
	put_good_program
	fault names-fail
	ctl_ends 1 upgrade
	[[ $stderr == *'the new program would not do: cannot listen on hellod.test port 0: '* ]]
	fault none
	put_faulty_program master-exits-later
	begin_upgrade
	wait_until log_has 'upgrade: executing'
	fault names-fail
	upgrade_ends 1
	wait_until is_settled
	hellod_has_workers 2
	greets
	fault none
	ctl_ends 0 reload
}
