#!/usr/bin/env bats
# hardening.bats - the programs are built as hard as configure said

bats_require_minimum_version 1.5.0

setup() {
	cd "${abs_top_builddir:?}"
	command -v readelf >/dev/null || skip "readelf is not installed"
	flags=$(sed -n 's/^HARDENING_[A-Z]* = //p' Makefile)
	[[ "$flags" == *[![:space:]]* ]] || skip "configured with --disable-hardening"
	# With another linker or compiler configure may have found less.
	programs=(hellod hellosay hellofetch hellobench)
}

has_flag() {
	[[ "$flags" == *"$1"* ]] || skip "configure found no $1"
}

@test "programs are position-independent" {
	has_flag -pie
	for program in "${programs[@]}"; do
		readelf -hW "$program" | grep -q 'Type: *DYN'
	done
}

@test "programs have full RELRO" {
	has_flag -Wl,-z,relro,-z,now
	for program in "${programs[@]}"; do
		readelf -lW "$program" | grep -q GNU_RELRO
		readelf -dW "$program" | grep -q 'FLAGS.*NOW'
	done
}

@test "programs have no executable stack" {
	for program in "${programs[@]}"; do
		readelf -lW "$program" | grep GNU_STACK | grep -q 'RW  *0x'
	done
}

@test "programs check the stack and the C library's buffers" {
	has_flag -fstack-protector-strong
	has_flag _FORTIFY_SOURCE
	for program in "${programs[@]}"; do
		readelf -sW --dyn-syms "$program" >"$BATS_TEST_TMPDIR/symbols"
		grep -q __stack_chk_fail "$BATS_TEST_TMPDIR/symbols"
		grep -q '__[a-z]*_chk@' "$BATS_TEST_TMPDIR/symbols"
	done
}
