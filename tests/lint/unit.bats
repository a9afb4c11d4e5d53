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
	sed -i "s|^\(Exec[SR][a-z]*=\)/[^ ]*/|\1$abs_top_builddir/|" "$units"/*.service
}

exposure_is_at_most() { # TENTHS UNIT
	systemd-analyze security --offline=yes --threshold="$1" --no-pager "$units/$2"
}

@test "every directory in the units is filled in" {
	run -1 grep -n '@[a-z]\+@' "$made"/*.service
	grep -q '^ExecStart=/.*/hellod$' "$made/hellod.service"
	grep -q '^ExecReload=/.*/helloctl reload$' "$made/hellod.service"
	grep -q '^ExecStart=/.*/hellofetch ' "$made/hellofetch@.service"
}

@test "systemd finds no fault in the units" {
	local unit
	for unit in "$units"/*.{service,socket,timer}; do
		run -0 systemd-analyze verify --man=no "$unit"
		[ -z "$output" ]
	done
}

@test "systemd finds a fault in a unit that has one" {
	local unit
	for unit in "$units"/*.{service,socket,timer}; do
		chmod u+w "$unit" # the sources may be read-only
		echo 'NoSuchKey=yes' >>"$unit"
		run systemd-analyze verify --man=no "$unit"
		[[ "$output" == *NoSuchKey* ]]
	done
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
	run ! exposure_is_at_most "$EXPOSURE_MAX_STRICT" hellod.service
}

# A unit is enabled by whoever wants it, not by an installation.
@test "nothing but [Install] says when a unit is started" {
	run -1 grep -l '^WantedBy=' "$made/hellofetch@.service"
	grep -q '^WantedBy=sockets.target$' "$as_they_are/hellod.socket"
	grep -q '^WantedBy=timers.target$' "$as_they_are/hellofetch@.timer"
	run -1 grep -n '^\(Also\|Alias\|RequiredBy\|UpheldBy\)=' "$units"/*
}
