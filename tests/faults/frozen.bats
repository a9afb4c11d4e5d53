#!/usr/bin/env bats
# Workers that stand still, and a clock that doesn't.

# shellcheck disable=SC2034,SC2004 # what common.bash reads, and fills
load ./common

# --- row 5

# So many of four workers are stopped: what they had accepted waits, and is lost
# when they are killed; nobody else is, and nobody who comes then waits for them.
stop_workers() { # COUNT
	local victims held=0 began pid
	HELLOD_MAY_DIE=1
	start -o workers=4 -o "hang_timeout=$(rounds '1 s' '10 s')" -o log_connections=false
	baseline
	storm_begin "$(rounds 5 20)" --allow reset --allow early_end --allow timeout
	wait_until accepts
	mapfile -t victims < <(hellod_workers | head -n "$1")
	began=${EPOCHREALTIME/[.,]/}
	kill -STOP "${victims[@]}"
	held=$(ctl ps | awk -v pids=" ${victims[*]} " 'index(pids, " " $3 " ") { n += $5 } END { print n + 0 }')
	for pid in "${victims[@]}"; do
		wait_until -t "$(rounds 15 25)" log_has "\(pid $pid\) hangs \(hang_timeout\); aborting it"
		wait_until -t 15 is_gone "$pid"
	done
	tell "$1 stopped, with $held sessions; replaced after $(((${EPOCHREALTIME/[.,]/} - began) / 1000)) ms"
	wait_until status_is state serving
	storm_end
	[ $((STORM_SESSIONS - $(load_count ok))) -le "$held" ]
	tell "the longest wait for a welcome: $(longest_welcome) ms"
	! is_long || [ "$(longest_welcome)" -le 1000 ]
	invariants "$held"
	log_has_times "$1" 'hangs \(hang_timeout\)'
}

longest_welcome() {
	sed -n '/"welcome"/,/}/s/^ *"max": \([0-9]*\).*/\1/p' "$BATS_TEST_TMPDIR/load"
}

accepts() {
	[ "$(status_of accepted)" -gt 20 ]
}

@test "a stopped worker is found, aborted and replaced; new clients don't wait" {
	stop_workers 1
}

@test "three of four workers are stopped: the fourth serves all" {
	stop_workers 3
}

# --- row 26

@test "the clock of the day jumps: nobody is killed, time-outs keep" {
	use_faults
	start -o workers=2 -o 'idle_timeout=3 s' -o 'hang_timeout=2 s'
	baseline
	local before
	before=$(hellod_workers | sort)
	fault clock-jumps
	storm_begin "$(rounds 4 30)"
	client <<-'END'
		import time
		from hello_client import Client
		client = Client()
		client.hear(b"Welcome!")
		began = time.monotonic()
		client.hear_all()
		seconds = time.monotonic() - began
		assert 2.5 < seconds < 9, f"let go after {seconds} s"
	END
	storm_end
	STORM_SESSIONS=$((STORM_SESSIONS + 1))
	invariants
	status_is timeouts 1
	[ "$(hellod_workers | sort)" = "$before" ]
	not log_has 'hangs'
	# They have lived in many years.
	[ "$(ctl status --json | grep -o '"uptime":[0-9]*' | cut -d: -f2)" -lt 1000 ]
	fault none
}
