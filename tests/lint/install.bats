#!/usr/bin/env bats
# install.bats - what "make install" and "make uninstall" do to a machine, seen
# in a directory that stands for it

bats_require_minimum_version 1.5.0

setup() {
	cd "${abs_top_builddir:?}"
	export DESTDIR=$BATS_TEST_TMPDIR/root
	# What the make that runs the suite was told is not for this one.
	unset MAKEFLAGS MFLAGS MAKELEVEL
	sysconfdir=$(sed -n 's/^sysconfdir = //p' Makefile)
	prefix=$(sed -n 's/^prefix = //p' Makefile)
	sysconfdir=${sysconfdir/#"\${prefix}"/$prefix}
	conf=$DESTDIR$sysconfdir/hellod.conf
}

installed() {
	find "$DESTDIR" ! -type d | sed "s|^$DESTDIR||" | LC_ALL=C sort
}

@test "make install brings programs, pages, the unit and the configuration" {
	make -s install
	[ -x "$DESTDIR$prefix/sbin/hellod" ]
	[ -x "$DESTDIR$prefix/bin/hellosay" ]
	[ -x "$DESTDIR$prefix/bin/hellofetch" ]
	[ -x "$DESTDIR$prefix/bin/hellobench" ]
	cmp "$conf" "${abs_top_srcdir:?}/etc/hellod.conf"
	installed
	installed | grep -q '/man8/hellod\.8$'
	installed | grep -q '/man5/hellod\.conf\.5$'
	installed | grep -q '/man1/hellosay\.1$'
	installed | grep -q '/man1/hellofetch\.1$'
	installed | grep -q '/man1/hellobench\.1$'
	installed | grep -q '/systemd/system/hellod\.service$'
	installed | grep -q '/systemd/system/hellofetch@jobs\.service\.d/hellofetch@jobs\.conf$'
	installed | grep -q '/examples/hellod\.conf$'
	installed | grep -q '/examples/hellofetch\.cron$'
}

@test "the programs that were built know the installed configuration's place" {
	# A literal, so that a build directory moved elsewhere is of no matter.
	grep -qaF "$sysconfdir/hellod.conf" hellod
}

@test "make uninstall leaves nothing" {
	make -s install
	make -s uninstall
	[ -z "$(installed)" ]
}

@test "make install never overwrites an edited configuration" {
	mkdir -p "${conf%/*}"
	echo 'workers = 3;' >"$conf"
	run -0 make -s install
	[[ "$output" == *"stays as it is"* ]]
	[ "$(cat "$conf")" = 'workers = 3;' ]
	run -0 make -s uninstall
	[ "$(installed)" = "$sysconfdir/hellod.conf" ]
	[ "$(cat "$conf")" = 'workers = 3;' ]
}
