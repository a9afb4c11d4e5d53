#!/usr/bin/env bats
# unit.bats - what systemd says of the units, without starting them

bats_require_minimum_version 1.5.0

# Ten times the exposure that "systemd-analyze security" may find.
EXPOSURE_MAX=11       # 1.1
EXPOSURE_MAX_STRICT=2 # 0.2

setup() {
	command -v systemd-analyze >/dev/null || skip "systemd-analyze is not installed"
	made=${abs_top_builddir:?}/systemd
	as_they_are=${abs_top_srcdir:?}/systemd
	units=$BATS_TEST_TMPDIR
	cp "$made"/*.service "$as_they_are"/*.socket "$as_they_are"/*.timer "$units"
	# The programs need not be installed for a look at their units.
	mkdir "$units/hellofetch@jobs.service.d"
	cp "$made/hellofetch@jobs.conf" "$units/hellofetch@jobs.service.d"
	sed -i "s|^\(Exec[SR][a-z]*=\)/[^ ]*/|\1$abs_top_builddir/|" "$units"/*.service "$units"/*.d/*
}

# Prints it, too, for whoever reads what the suite said.
exposure_is_at_most() { # TENTHS UNIT
	local status=0
	systemd-analyze security --offline=yes --threshold="$1" --no-pager "$units/$2" \
		>"$BATS_TEST_TMPDIR/exposure" || status=$?
	sed -n 's/^[^[:alnum:]]*Overall exposure level for/# exposure of/p' \
		"$BATS_TEST_TMPDIR/exposure" >&3
	[ "$status" -eq 0 ] || { cat "$BATS_TEST_TMPDIR/exposure"; return 1; }
}

@test "every directory in the units is filled in" {
	run -1 grep -n '@[a-z]\+@' "$made"/*.{service,conf}
	grep -q '^ExecStart=/.*/hellod$' "$made/hellod.service"
	grep -q '^ExecReload=/.*/helloctl reload$' "$made/hellod.service"
	grep -q '^ExecStart=/.*/hellofetch ' "$made/hellofetch@.service"
}

@test "systemd finds no fault in the units" {
	local unit
	for unit in "$units"/*.{service,socket,timer} "$units/hellofetch@jobs.service"; do
		run -0 systemd-analyze verify --man=no "$unit"
		[ -z "$output" ]
	done
}

@test "the instance jobs has a job file, and nobody's environment" {
	local unit
	unit=$(cat "$units/hellofetch@.service" "$units/hellofetch@jobs.service.d"/*)
	[ "$(sed -n 's/^ExecStart=//p' <<<"$unit" | tail -n 1)" = \
		"$abs_top_builddir/hellofetch --jobs $(sed -n 's|^# It fetches what the job file \([^ ]*\) .*|\1|p' <<<"$unit")" ]
	[ -z "$(sed -n 's/^EnvironmentFile=//p' <<<"$unit" | tail -n 1)" ]
}

@test "systemd finds a fault in a unit that has one" {
	local unit
	for unit in "$units"/*.{service,socket,timer}; do
		chmod u+w "$unit" # the sources may be read-only
		echo 'NoSuchKey=yes' >>"$unit"
		run systemd-analyze verify --man=no "$unit"
		[[ "$output" == *NoSuchKey* ]]
	done
	echo 'NoSuchKey=yes' >>"$units/hellofetch@jobs.service.d/hellofetch@jobs.conf"
	run systemd-analyze verify --man=no "$units/hellofetch@jobs.service"
	[[ "$output" == *hellofetch@jobs.conf*NoSuchKey* ]]
}

@test "the units' exposure is low" {
	exposure_is_at_most "$EXPOSURE_MAX" hellod.service
	exposure_is_at_most "$EXPOSURE_MAX" hellofetch@.service
}

@test "with hellod-strict.conf the exposure is lower still" {
	cat "$as_they_are/hellod-strict.conf" >>"$units/hellod.service"
	exposure_is_at_most "$EXPOSURE_MAX_STRICT" hellod.service
	# Each line of it counts, so that none is idle.
	sed -i '/^PrivateNetwork=/d' "$units/hellod.service"
	run ! exposure_is_at_most "$EXPOSURE_MAX_STRICT" hellod.service 3>/dev/null
}

# A unit is enabled by whoever wants it, not by an installation.
@test "nothing but [Install] says when a unit is started" {
	run -1 grep -l '^WantedBy=' "$made/hellofetch@.service"
	grep -q '^WantedBy=sockets.target$' "$as_they_are/hellod.socket"
	grep -q '^WantedBy=timers.target$' "$as_they_are/hellofetch@.timer"
	run -1 grep -rn '^\(Also\|Alias\|RequiredBy\|UpheldBy\)=' "$units"/*
}
