# common.bash - what the fault tests share: the load, and what must hold after it
#
# They are tests of the lifecycle with a load that does not care: each session
# starts at its time, whatever happens to the others, thinks for up to 200 ms
# before it speaks, and is classified. HELLOD_TEST_LONG=1 asks for the full forms,
# 1 000 sessions a second among them; see README.md.

load "${abs_top_srcdir:?}/tests/lifecycle/programs"

# Sessions a second; HELLOD_TEST_RATE for a machine that cannot do so many.
RATE=${HELLOD_TEST_RATE:-$(rounds 200 1000)}

# Begins a load in the background. Sets LOAD, its process.
storm_begin() { # SECONDS ARGUMENT...
	local seconds=$1
	shift
	load_clients --rate "$RATE" --seconds "$seconds" --think 200 --timeout 10 \
		--processes "$(rounds 1 2)" "$@" \
		>"$BATS_TEST_TMPDIR/load" &
	LOAD=$!
}

# Waits for its end: no class but "ok", and those that were allowed, may have a
# session. Keeps account of all loads of a test.
STORM_SESSIONS=0
STORM_GREETED=0
STORM_LONGEST=0
storm_end() {
	local code=0 longest
	wait "$LOAD" || code=$?
	[ "$code" -eq 0 ] || { cat "$BATS_TEST_TMPDIR/load" && return 1; }
	STORM_SESSIONS=$((STORM_SESSIONS + $(load_count sessions)))
	STORM_GREETED=$((STORM_GREETED + 3 * $(load_count ok)))
	longest=$(sed -n 's/^ *"max": \([0-9]*\).*/\1/p' "$BATS_TEST_TMPDIR/load" | sort -n | tail -n 1)
	[ "$longest" -le "$STORM_LONGEST" ] || STORM_LONGEST=$longest
}

# The same load with no fault, to compare with: a machine that is busy otherwise
# answers late all by itself. Sets CALM, in milliseconds; begins the account anew.
calm() {
	storm_begin "$(rounds 2 10)"
	storm_end
	CALM=$STORM_LONGEST
	STORM_LONGEST=0
}

# No answer took longer than 250 ms, or than three times the longest without
# faults: only asked where the full form is.
answers_were_quick() {
	local most=$((3 * CALM > 250 ? 3 * CALM : 250))
	tell "$STORM_SESSIONS sessions; the longest answer took $STORM_LONGEST ms, $CALM ms without faults"
	! is_long || [ "$STORM_LONGEST" -le "$most" ]
}

# For people, while the test runs.
tell() { # TEXT
	echo "$1"
	! is_long || echo "# $1" >&3
}

resident() { # PID, prints KiB
	awk '/^VmRSS:/ { print $2 }' "/proc/$1/status"
}

# --- what must hold after every case

# hellod as it is before a case.
baseline() {
	BASE_PID=$HELLOD_PID
	BASE_DESCRIPTORS=$(count_descriptors "$HELLOD_PID")
	BASE_TARGET=$(status_of target)
}

is_at_baseline() {
	is_settled && status_is ready "$BASE_TARGET" && hellod_has_workers "$BASE_TARGET" &&
		status_is sessions 0
}

descriptors_are_back() {
	[ "$(count_descriptors "$HELLOD_PID")" -eq "$BASE_DESCRIPTORS" ]
}

# Nobody is left, nothing has leaked, and each session is accounted for. What the
# log must not say is looked for at the end of each test.
invariants() { # [SESSIONS THAT MAY BE LOST]
	local accepted
	# A draining worker may wait for as long as it may, for a client.
	wait_until is_at_baseline
	[ "$HELLOD_PID" = "$BASE_PID" ]
	wait_until -t 5 has_no_zombie "$HELLOD_PID"
	wait_until -t 5 descriptors_are_back
	# Nobody was refused: so whoever came was accepted; by one, perhaps, that was
	# killed before it could count him.
	accepted=$(status_of accepted)
	[ "$accepted" -le "$STORM_SESSIONS" ]
	[ "$accepted" -ge $((STORM_SESSIONS - ${1:-0})) ]
	[ "$(status_of greetings)" -ge "$STORM_GREETED" ]
	status_is refused 0
}
