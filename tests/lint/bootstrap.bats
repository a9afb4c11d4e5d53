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

@test "bootstrap.sh says what root is to install where there is no sudo" {
	local tool
	mkdir "$BATS_TEST_TMPDIR/bin"
	for tool in bash dirname; do
		ln -s "$(command -v "$tool")" "$BATS_TEST_TMPDIR/bin"
	done
	printf '#!/bin/sh\necho 1000\n' >"$BATS_TEST_TMPDIR/bin/id"
	printf '#!/bin/sh\nexit 1\n' >"$BATS_TEST_TMPDIR/bin/dpkg-query"
	cp "$BATS_TEST_TMPDIR/bin/dpkg-query" "$BATS_TEST_TMPDIR/bin/apt-get"
	ln -s /bin/sh "$BATS_TEST_TMPDIR/bin"
	chmod +x "$BATS_TEST_TMPDIR"/bin/{id,dpkg-query,apt-get}
	PATH=$BATS_TEST_TMPDIR/bin run -1 bash "$bootstrap" run
	[[ $output == *"you are not root, and there is no sudo here"*'as root, "apt-get install build-essential '* ]]
	[[ $output != *"command not found"* ]]
}
