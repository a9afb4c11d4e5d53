# programs.bash - new programs, good and bad
#
# What is upgraded is a copy of hellod in the test's own directory.

# shellcheck disable=SC2034 # what common.bash reads
load "${abs_top_srcdir:?}/tests/lifecycle/common"

setup() {
	PLACE=$BATS_TEST_TMPDIR
	use_place
	mkdir "$BATS_TEST_TMPDIR/bin"
	HELLOD=$BATS_TEST_TMPDIR/bin/hellod
	put_program <"${abs_top_builddir:?}/hellod"
}

# --- programs

# Installs the program from standard input, as a package does: by renaming.
put_program() {
	cat >"$HELLOD.new"
	chmod 755 "$HELLOD.new"
	mv "$HELLOD.new" "$HELLOD"
}

put_good_program() {
	put_program <"${abs_top_builddir:?}/hellod"
}

# A script that does something else when it is looked at by the running one.
put_script() { # COMMAND
	put_program <<-END
		#!/bin/sh
		$1
	END
}

# A good program, but for a fault that it carries with it.
put_faulty_program() { # FAULT
	{ cat "${abs_top_builddir:?}/hellod" && printf '\nFAULT=%s\n' "$1"; } | put_program
}

# A file that has the looks of a program, of a machine that nobody has.
put_wrong_elf() {
	{ printf '\177ELF\2\1\1' && head -c 4096 /dev/zero; } | put_program
}

# Asks for an upgrade; what helloctl says is in the file "upgrade".
begin_upgrade() {
	ctl upgrade >"$BATS_TEST_TMPDIR/upgrade" 2>&1 &
	UPGRADE=$!
}

# The same to another good program, which serves then, on probation.
upgrade_to_probation() {
	put_good_program
	begin_upgrade
	wait_until log_has_times 2 'ready: listening on'
}

# It must end with this code.
upgrade_ends() { # CODE
	local code=0
	wait "$UPGRADE" || code=$?
	cat "$BATS_TEST_TMPDIR/upgrade"
	[ "$code" -eq "$1" ]
}

# Starts a hellod whose pid file and control socket have this name.
start_in_place() { # NAME
	HELLOD_CONTROL_IN_FILE=1
	configure_places "$1"
	CONTROL=$PLACE/$1.control
	hellod_start -c "$CONF"
}

configure_places() { # NAME
	configure <<-END
		listen = ( { port = 0; } );
		workers = 2;
		control_socket = "$PLACE/$1.control";
		pid_file = "$PLACE/$1.pid";
	END
}

# hellod has these, and not those of the other name.
places_are() { # NAME OTHER
	[ "$(cat "$PLACE/$1.pid")" = "$HELLOD_PID" ] && [ -S "$PLACE/$1.control" ] &&
		[ ! -e "$PLACE/$2.pid" ] && [ ! -e "$PLACE/$2.control" ]
}

# Prints the program that is executed there, its file's number.
program_of() { # PID
	stat -L -c '%d:%i' "/proc/$1/exe"
}

runs_program_of() { # FILE
	[ "$(program_of "$HELLOD_PID")" = "$(stat -c '%d:%i' "$1")" ]
}

# What must be the same process, and know the same, after an upgrade.
assert_same_hellod() {
	is_running "$HELLOD_PID"
	status_is pid "$HELLOD_PID"
	runs_program_of "$HELLOD"
	wait_until is_settled
	# All that serve are the new program's own children.
	local pid
	for pid in $(hellod_workers); do
		[ "$(program_of "$pid")" = "$(program_of "$HELLOD_PID")" ]
	done
	hellod_has_workers 2
}
