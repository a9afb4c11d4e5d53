# hellod.m4 - the project's own questions to the compiler
#
# Every flag is tried before it is used. A flag that the linker has a say in is
# tried by linking a whole program.

# HELLOD_ADD_CFLAGS(VARIABLE, FLAGS)
# Appends each of the flags that the compiler takes without a word to VARIABLE.
AC_DEFUN([HELLOD_ADD_CFLAGS], [
	hellod_werror="-Werror"
	for hellod_flag in $2; do
		AC_MSG_CHECKING([whether $CC accepts $hellod_flag])
		hellod_saved_CFLAGS=$CFLAGS
		CFLAGS="$CFLAGS $hellod_werror $hellod_flag"
		AC_COMPILE_IFELSE([AC_LANG_PROGRAM()],
			[AC_MSG_RESULT([yes]); AS_VAR_APPEND([$1], [" $hellod_flag"])],
			[AC_MSG_RESULT([no])])
		CFLAGS=$hellod_saved_CFLAGS
	done
])

# HELLOD_IF_LINKS(CFLAGS, LDFLAGS, IF-YES, [IF-NO])
# Does a program that calls the C library build with these flags, silently? The
# array makes the stack protector put its guard in.
AC_DEFUN([HELLOD_IF_LINKS], [
	AC_MSG_CHECKING([whether $CC links with m4_normalize([$1 $2])])
	hellod_saved_CFLAGS=$CFLAGS
	hellod_saved_LDFLAGS=$LDFLAGS
	CFLAGS="$CFLAGS -Werror $1"
	LDFLAGS="$LDFLAGS $2"
	AC_LINK_IFELSE([AC_LANG_PROGRAM([[
#include <stdio.h>
#include <string.h>
]], [[
		char text[64];
		if (!fgets(text, sizeof(text), stdin))
			return 1;
		return (int)strlen(text);
]])], [hellod_links=yes], [hellod_links=no])
	CFLAGS=$hellod_saved_CFLAGS
	LDFLAGS=$hellod_saved_LDFLAGS
	AC_MSG_RESULT([$hellod_links])
	AS_IF([test "$hellod_links" = yes], [$3], [$4])
])

# HELLOD_WARNINGS
# Sets WARNING_CFLAGS: what both gcc and clang can say about plain C.
AC_DEFUN([HELLOD_WARNINGS], [
	WARNING_CFLAGS=
	HELLOD_ADD_CFLAGS([WARNING_CFLAGS], [dnl
		-Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion dnl
		-Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition dnl
		-Wmissing-declarations -Wredundant-decls -Wnested-externs dnl
		-Wpointer-arith -Wcast-align -Wwrite-strings -Wvla dnl
		-Wundef -Wformat=2 -Wformat-signedness dnl
		-Wimplicit-fallthrough -Wdouble-promotion -Wdate-time dnl
		-Wlogical-op -Wduplicated-cond -Wduplicated-branches dnl
		-Wtrampolines -Walloca])
	AC_ARG_ENABLE([werror],
		[AS_HELP_STRING([--enable-werror], [make every warning an error])],
		[], [enable_werror=no])
	AS_IF([test "$enable_werror" = yes],
		[AS_VAR_APPEND([WARNING_CFLAGS], [" -Werror"])])
	AC_SUBST([WARNING_CFLAGS])
])

# HELLOD_SANITIZERS
# Sets SANITIZER_CFLAGS for --enable-sanitizers[=LIST]. The flags are wanted at
# compiling and at linking.
AC_DEFUN([HELLOD_SANITIZERS], [
	AC_ARG_ENABLE([sanitizers],
		[AS_HELP_STRING([--enable-sanitizers@<:@=LIST@:>@],
			[build with sanitizers (default list: address,undefined); any finding ends the program])],
		[], [enable_sanitizers=no])
	AS_CASE([$enable_sanitizers],
		[yes], [enable_sanitizers=address,undefined],
		[""], [enable_sanitizers=no])
	SANITIZER_CFLAGS=
	AS_IF([test "$enable_sanitizers" != no], [
		hellod_flags="-fsanitize=$enable_sanitizers"
		AS_VAR_APPEND([hellod_flags], [" -fno-sanitize-recover=all -fno-omit-frame-pointer"])
		HELLOD_IF_LINKS([$hellod_flags], [],
			[SANITIZER_CFLAGS=$hellod_flags],
			[AC_MSG_ERROR([$CC cannot link with -fsanitize=$enable_sanitizers dnl
(for clang, Debian has the run-time library in libclang-rt-14-dev)])])
		AC_DEFINE([ENABLE_SANITIZERS], [1], [Define to 1 for a build with sanitizers.])
	])
	AC_SUBST([SANITIZER_CFLAGS])
])

# HELLOD_FUZZER
# Sets FUZZER_LDFLAGS for --enable-fuzzer, which wants clang and brings sanitizers
# with it: call it before HELLOD_SANITIZERS.
AC_DEFUN([HELLOD_FUZZER], [
	AC_ARG_ENABLE([fuzzer],
		[AS_HELP_STRING([--enable-fuzzer], [build tests/fuzz for libFuzzer; wants CC=clang])],
		[], [enable_fuzzer=no])
	FUZZER_LDFLAGS=
	AS_IF([test "$enable_fuzzer" != no], [
		FUZZER_LDFLAGS=-fsanitize=fuzzer
		AS_CASE([${enable_sanitizers:-no}], [no|yes],
			[enable_sanitizers=fuzzer-no-link,address,undefined])
	])
	AC_SUBST([FUZZER_LDFLAGS])
	AM_CONDITIONAL([WITH_FUZZER], [test "$enable_fuzzer" != no])
])

# HELLOD_COVERAGE
# Sets COVERAGE_CFLAGS for --enable-coverage: gcov's counters.
AC_DEFUN([HELLOD_COVERAGE], [
	AC_ARG_ENABLE([coverage],
		[AS_HELP_STRING([--enable-coverage], [count executed lines, for gcov])],
		[], [enable_coverage=no])
	COVERAGE_CFLAGS=
	AS_IF([test "$enable_coverage" = yes], [
		HELLOD_IF_LINKS([--coverage], [],
			[COVERAGE_CFLAGS="--coverage"],
			[AC_MSG_ERROR([$CC cannot link with --coverage])])
	])
	AC_SUBST([COVERAGE_CFLAGS])
])

# HELLOD_HARDENING
# Sets HARDENING_CPPFLAGS, HARDENING_CFLAGS and HARDENING_LDFLAGS. Call it after
# HELLOD_SANITIZERS: the checks of _FORTIFY_SOURCE hide faults from them.
AC_DEFUN([HELLOD_HARDENING], [
	AC_ARG_ENABLE([hardening],
		[AS_HELP_STRING([--disable-hardening], [leave out PIE, RELRO, stack protection and the like])],
		[], [enable_hardening=yes])
	HARDENING_CPPFLAGS=
	HARDENING_CFLAGS=
	HARDENING_LDFLAGS=
	AS_IF([test "$enable_hardening" != no], [
		HELLOD_IF_LINKS([-fPIE], [-pie], [
			AS_VAR_APPEND([HARDENING_CFLAGS], [" -fPIE"])
			AS_VAR_APPEND([HARDENING_LDFLAGS], [" -pie"])])
		for hellod_flag in -fstack-protector-strong -fstack-clash-protection dnl
			-fcf-protection -mbranch-protection=standard; do
			HELLOD_IF_LINKS([$hellod_flag], [],
				[AS_VAR_APPEND([HARDENING_CFLAGS], [" $hellod_flag"])])
		done
		for hellod_flag in -Wl,-z,relro,-z,now -Wl,-z,noexecstack; do
			HELLOD_IF_LINKS([], [$hellod_flag],
				[AS_VAR_APPEND([HARDENING_LDFLAGS], [" $hellod_flag"])])
		done
		HELLOD_FORTIFY
	])
	AC_SUBST([HARDENING_CPPFLAGS])
	AC_SUBST([HARDENING_CFLAGS])
	AC_SUBST([HARDENING_LDFLAGS])
])

# HELLOD_FORTIFY
# The strongest _FORTIFY_SOURCE that compiler and C library both know; none
# without optimisation, under sanitizers, or if the user chose a level.
AC_DEFUN([HELLOD_FORTIFY], [
	AC_MSG_CHECKING([for a level of _FORTIFY_SOURCE])
	hellod_fortify=no
	AS_CASE(["$enable_sanitizers: $CPPFLAGS $CFLAGS"],
		[no:*_FORTIFY_SOURCE*], [hellod_fortify="yours"],
		[no:*], [
			for hellod_level in 2 3; do
				hellod_saved_CPPFLAGS=$CPPFLAGS
				hellod_saved_CFLAGS=$CFLAGS
				CPPFLAGS="$CPPFLAGS -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=$hellod_level"
				CFLAGS="$CFLAGS -Werror"
				AC_LINK_IFELSE([AC_LANG_PROGRAM([[
#include <string.h>
#if !defined(__OPTIMIZE__) || __USE_FORTIFY_LEVEL != _FORTIFY_SOURCE
#error not in force
#endif
]], [[
					char text[8];
					memset(text, 0, sizeof(text));
					return text[0];
]])], [hellod_fortify=$hellod_level])
				CPPFLAGS=$hellod_saved_CPPFLAGS
				CFLAGS=$hellod_saved_CFLAGS
			done
			AS_IF([test "$hellod_fortify" != no],
				[HARDENING_CPPFLAGS="-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=$hellod_fortify"])
		])
	AC_MSG_RESULT([$hellod_fortify])
])

# HELLOD_REQUIRE(NAME, MODULE, PACKAGE, [HINT])
# A library by pkg-config, or the end of configure with the name of the Debian
# package that has it.
AC_DEFUN([HELLOD_REQUIRE], [
	PKG_CHECK_MODULES([$1], [$2], [],
		[AC_MSG_ERROR([$2 is missing: on Debian "apt-get install $3"[]m4_ifval([$4], [; $4]). dnl
pkg-config says: $$1[]_PKG_ERRORS])])
])
