#!/usr/bin/env bats
# Each allocation fails once, and then all from there on: nothing crashes, nothing is
# left behind, and what runs goes on as before. HELLOD_TEST_LONG=1 tries every
# allocation of all; else those are left out that take long, in even steps.

# common.bash uses the variables that are set here.
# shellcheck disable=SC2034
load ../lib/common

setup() {
	LIBRARY=$BATS_FILE_TMPDIR/allocations.so
	ORDER=$BATS_TEST_TMPDIR/order
	PLACE=$BATS_TEST_TMPDIR/place
	CONF=$BATS_TEST_TMPDIR/hellod.conf
	HELLOCTL=$abs_top_builddir/helloctl
	build_preload "$LIBRARY" "$abs_top_srcdir/tests/torture/allocations.c"
	# libconfig may crash, in a child; that is for the child's parent to see.
	export ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}verify_asan_link_order=0:handle_segv=0
	mkdir "$PLACE"
	[ ${#PLACE} -le 95 ] || skip "the path of the temporary directory is too long for a UNIX socket"
	cat >"$CONF" <<-END
		listen = ( { address = "127.0.0.1"; port = 0; }, { path = "$PLACE/socket"; } );
		workers = 1;
		hang_timeout = 0;
		deny = [ "192.0.2.0/24" ];
		early_drop = "10:30:100";
		control_socket = "$PLACE/control";
	END
	# There are allocations without which libseccomp never comes back: a worker
	# that hangs at its start is waited for, 10 s each time.
	is_long || echo 'sandbox = "off";' >>"$CONF"
}

is_long() {
	[ "${HELLOD_TEST_LONG:-}" = 1 ]
}

# Which allocations to try: every STEPth but in the long form. With a sanitizer all
# takes several times as long.
torture() { # KIND STEP COMMAND...
	local kind=$1 step=$2
	shift 2
	! is_sanitized || step=$((4 * step))
	! is_long || step=1
	(cd "$PLACE" && "$abs_top_srcdir/tests/torture/torture.py" "$LIBRARY" "$ORDER" "$kind" 1 "$step" "$@" 3>&-)
}

start_tortured() {
	printf '%-64s' 0 >"$ORDER"
	HELLOD_UNDER=(env -i "PATH=$PATH" "LD_PRELOAD=$LIBRARY" "HELLOD_ALLOCATIONS=$ORDER"
		"ASAN_OPTIONS=$ASAN_OPTIONS")
	HELLOD_CONTROL_IN_FILE=1
	HELLOD_MAY_DIE=1 # workers, at their start
	hellod_start -c "$CONF"
}

@test "hellod -t" {
	torture program 4 "$HELLOD" -t -c "$CONF"
}

@test "hellod starts" {
	WHO=master torture daemon 2 "$HELLOD" -c "$CONF" -o "pid_file=$PLACE/pid"
	WHO=child torture daemon 41 "$HELLOD" -c "$CONF" -o "pid_file=$PLACE/pid"
}

@test "a reload: in the master, and in those that it forks" {
	start_tortured
	WHO=master torture request 1 "$HELLOCTL" -s "$PLACE/control" reload
	WHO=child torture request 47 "$HELLOCTL" -s "$PLACE/control" reload
	[ "$(hellod_workers | wc -l)" -ge 1 ]
	log_has 'reload: out of memory'
}

@test "what helloctl may ask" {
	local question
	start_tortured
	for question in status "status --json" ps config "why 192.0.2.1"; do
		# shellcheck disable=SC2086 # words
		WHO=master torture request 1 "$HELLOCTL" -s "$PLACE/control" $question
	done
}

# Those that hellod was started with by mistake, an upgrade closes.
no_descriptor_was_lost() {
	wait_until hellod_has_workers 1
	[ "$(count_descriptors "$HELLOD_PID")" -le "${HELLOD_DESCRIPTORS[$HELLOD_PID]}" ]
	unset "HELLOD_DESCRIPTORS[$HELLOD_PID]"
}

@test "an upgrade, in the new program until it serves" {
	start_tortured
	WHO=next torture request 500 "$HELLOCTL" -s "$PLACE/control" upgrade
	no_descriptor_was_lost
	log_has 'upgrade failed: the new program crashed'
}

@test "an upgrade, in all of it" {
	is_long || skip "takes 5 s each; with HELLOD_TEST_LONG=1"
	start_tortured
	WHO=master torture request 1 "$HELLOCTL" -s "$PLACE/control" upgrade
	no_descriptor_was_lost
}

@test "the first session of a worker" {
	start_tortured
	WHO=child torture session 1 "$HELLOCTL" -s "$PLACE/control"
}

@test "helloctl, hellosay and hellobench" {
	HELLOD_CONTROL_IN_FILE=1
	hellod_start -c "$CONF"
	torture program 1 "$HELLOCTL" -s "$PLACE/control" status
	torture program 1 "$abs_top_builddir/hellosay" -p "$HELLOD_PORT" Yam Vic
	torture program 1 "$abs_top_builddir/hellobench" -p "$HELLOD_PORT" -c 4 -j 2 -n 40
}

@test "hellofetch, one URL" {
	! is_sanitized || skip "a sanitizer ends the program whose thread lacks memory"
	torture fetch 97 "$abs_top_builddir/hellofetch" -o page --header-file header --follow --same-host \
		--tries 1 --must-match 'new' --not-match 'old' URL
}

@test "hellofetch, a job file" {
	! is_sanitized || skip "a sanitizer ends the program whose thread lacks memory"
	torture fetch 97 "$abs_top_builddir/hellofetch" --jobs jobs
}
