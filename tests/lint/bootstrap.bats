#!/usr/bin/env bats
# bootstrap.bats - what bootstrap.sh says before it does anything

bats_require_minimum_version 1.5.0

setup() {
	bootstrap=${abs_top_srcdir:?}/bootstrap.sh
}

@test "bootstrap.sh without or with wrong arguments shows its usage" {
	run -2 "$bootstrap"
	[[ "$output" == *"bootstrap.sh run "*"bootstrap.sh check "* ]]
	run -2 "$bootstrap" walk
	[[ "$output" == *"usage: "* ]]
	run -2 "$bootstrap" run check
	[[ "$output" == *"usage: "* ]]
}

@test "bootstrap.sh --help is no error" {
	run -0 --separate-stderr "$bootstrap" --help
	[[ "$output" == *"usage: "* ]]
	[ -z "$stderr" ]
}

@test "bootstrap.sh tells what to install where there is no apt" {
	local tool
	# A machine with what the script uses first, but for Debian's tools.
	mkdir "$BATS_TEST_TMPDIR/bin"
	for tool in bash cat dirname; do
		ln -s "$(command -v "$tool")" "$BATS_TEST_TMPDIR/bin"
	done
	PATH=$BATS_TEST_TMPDIR/bin run -1 bash "$bootstrap" run
	[[ "$output" == *"not Debian"*libconfig*autoreconf* ]]
}
