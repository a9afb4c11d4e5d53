#!/usr/bin/env bats
# unit.bats - what systemd says of the unit, without starting it

bats_require_minimum_version 1.5.0

# Ten times the exposure that "systemd-analyze security" may find, which is 1.1.
EXPOSURE_MAX=11

setup() {
	command -v systemd-analyze >/dev/null || skip "systemd-analyze is not installed"
	unit=${abs_top_builddir:?}/systemd/hellod.service
	copy=$BATS_TEST_TMPDIR/hellod.service
	# The program need not be installed for a look at its unit.
	sed "s|^ExecStart=.*|ExecStart=${abs_top_builddir:?}/hellod|" "$unit" >"$copy"
}

@test "every directory in the unit is filled in" {
	run -1 grep -n '@[a-z]*@' "$unit"
	grep -q '^ExecStart=/.*/hellod$' "$unit"
}

@test "systemd finds no fault in the unit" {
	run -0 systemd-analyze verify --man=no "$copy"
	[ -z "$output" ]
}

@test "systemd finds a fault in a unit that has one" {
	echo '[Service]' >>"$copy"
	echo 'NoSuchKey=yes' >>"$copy"
	run systemd-analyze verify --man=no "$copy"
	[[ "$output" == *NoSuchKey* ]]
}

@test "the unit's exposure is low" {
	systemd-analyze security --offline=yes --threshold="$EXPOSURE_MAX" --no-pager "$copy"
}
