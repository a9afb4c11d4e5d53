#!/usr/bin/env bash
# bootstrap.sh - from a fresh checkout to a running, or a tested, hellod
#
# What it installs are Debian packages, by apt; what it builds is in ./build.
# Root's rights are used for apt alone, unless root owns this tree.
set -euo pipefail

cd "$(dirname "$0")"

# The packages, and what each is for. README.md says why hellod wants a library.
build_packages=(
	build-essential autoconf automake pkg-config
	libconfig-dev libsystemd-dev libcurl4-openssl-dev libbsd-dev
	libseccomp-dev zlib1g-dev nettle-dev
	ca-certificates # whom hellofetch trusts
)
test_packages=(
	bats libcmocka-dev           # what the tests are written in
	python3 netcat-openbsd       # clients that talk to hellod
	cron                         # calls hellofetch, in that box
	nginx openssl                # servers that hellofetch talks to
	haproxy                      # a proxy in front of hellod
	procps strace                # what processes are called, and do
	valgrind                     # and how many instructions that takes
	systemd systemd-container    # systemd-analyze, for the unit; a box with a systemd in it
	mandoc man-db groff          # the manual pages' lints
	clang-format shellcheck cppcheck universal-ctags # and those of sources and scripts
)
bench_packages=(
	redis-server memcached haproxy golang-go nodejs apache2 # whom hellod is compared with
	gnuplot-nox                                             # the plot
)
# Those of them that Debian would have running.
services=(cron nginx redis-server memcached haproxy apache2)
read -ra extra_packages <<<"${EXTRA_PACKAGES:-}"

build=build
port=9999

usage() {
	cat <<-USAGE
	usage: ./bootstrap.sh run     install what is missing, build, start hellod here
	       ./bootstrap.sh check   install what the tests need too, build, run them all
	       ./bootstrap.sh bench   install hellod's peers too, build, compare them (12 min)

	On Debian and its kin. It asks nothing (but sudo may ask for your password).
	\$EXTRA_PACKAGES names more packages for check to install.
	USAGE
}

say() {
	printf '%s\n' "bootstrap: $*" >&2
}

die() {
	say "$@"
	exit 1
}

#
# Packages
#

# Prints those of the packages that are not installed.
missing() {
	local installed
	installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "$@" 2>/dev/null || true)
	for package in "$@"; do
		[[ $'\n'"$installed"$'\n' == *$'\n'"installed $package"$'\n'* ]] || echo "$package"
	done
}

as_root() {
	if [ "$(id -u)" -eq 0 ]; then
		"$@"
	elif command -v sudo >/dev/null; then
		sudo "$@"
	else
		say "you are not root, and there is no sudo here"
		return 1
	fi
}

apt_install() {
	as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends \
		-o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300 install "$@" </dev/null >/dev/null
}

# nginx is installed as a program for the tests, not as a service on port 80; and
# so are the peers.
# policy-rc.d is Debian's way to say that nothing is to be started just now.
policy=/usr/sbin/policy-rc.d

forbid_starts() {
	[ ! -e "$policy" ] || return 0
	trap allow_starts EXIT
	printf '#!/bin/sh\n# made by hellod: bootstrap.sh, and removed by it\nexit 101\n' |
		as_root tee "$policy" >/dev/null
	as_root chmod 755 "$policy"
}

allow_starts() {
	! grep -q 'made by hellod' "$policy" 2>/dev/null || as_root rm -f "$policy"
	trap - EXIT
}

# Not at the next boot either.
disable_service() {
	if command -v systemctl >/dev/null; then
		as_root systemctl disable --quiet "$1" >/dev/null 2>&1 || true
	fi
	as_root update-rc.d "$1" disable >/dev/null 2>&1 || true
}

install_packages() {
	local wanted service
	mapfile -t wanted < <(missing "$@")
	[ ${#wanted[@]} -gt 0 ] || return 0

	say "installing ${wanted[*]}"
	if ! as_root true; then
		die "want root's rights for that: as root, \"apt-get install ${wanted[*]}\"," \
			"then try again"
	fi
	# An empty or old list of packages is fetched anew, a good one is not.
	if ! apt-cache show --no-all-versions "${wanted[@]}" >/dev/null 2>&1; then
		as_root apt-get -qq update </dev/null
	fi
	forbid_starts
	if ! apt_install "${wanted[@]}"; then
		as_root apt-get -qq update </dev/null
		apt_install "${wanted[@]}" || die "apt-get could not install ${wanted[*]}"
	fi
	allow_starts
	for service in "${services[@]}"; do
		[[ " ${wanted[*]} " != *" $service "* ]] || disable_service "$service"
	done
}

want_debian() {
	command -v apt-get >/dev/null && command -v dpkg-query >/dev/null && return 0
	cat >&2 <<-'OTHER'
	bootstrap: this is not Debian, nor a system made from it, so install these yourself:
	  to build: a C17 compiler, make, autoconf 2.71, automake 1.16, pkg-config; with their
	            headers libconfig 1.5, libcurl 7.88, libbsd, libseccomp 2.5,
	            zlib, nettle, libsystemd 252 (or none)
	  to test:  bats 1.5, cmocka 1.1.5, python3, nc (OpenBSD's), nginx, openssl, ps, strace,
	            haproxy, valgrind
	Then: autoreconf -fi && mkdir build && cd build && ../configure && make && make check
	      build/hellod
	(--without-systemd if there is no libsystemd)
	OTHER
	exit 1
}

#
# Building, as the user who owns the tree
#

as_owner() {
	local owner
	owner=$(stat -c %u .)
	if [ "$(id -u)" -eq 0 ] && [ "$owner" -ne 0 ]; then
		setpriv --reuid="$owner" --regid="$(stat -c %g .)" --clear-groups \
			env HOME="$PWD/$build" "$@"
	else
		"$@"
	fi
}

# Runs a command; its output is shown only if it fails.
quietly() {
	local log=$build/bootstrap.log
	as_owner "$@" </dev/null 2>&1 | as_owner tee "$log" >/dev/null && return 0
	tail -n 40 "$log" >&2
	die "failed: $* (all of it: $log)"
}

# True if one of the files is newer than the first, or that is missing.
outdated() {
	local product=$1 file
	shift
	for file in "$@"; do
		[ "$product" -nt "$file" ] || return 0
	done
	return 1
}

build_all() {
	local sources
	mapfile -t sources < <(find configure.ac Makefile.am m4 src etc man systemd tests \
		-name '*.am' -o -name '*.ac' -o -name '*.m4')
	as_owner mkdir -p "$build"
	if outdated configure "${sources[@]}"; then
		say "making configure"
		quietly autoreconf -fi
	fi
	# What was installed since may change what configure finds.
	if outdated "$build/config.status" configure /var/lib/dpkg/status; then
		say "configuring in $build"
		quietly env -C "$build" ../configure
	fi
	say "building in $build"
	quietly make -C "$build" -j "$(nproc)" all
}

#
# run
#

port_taken() {
	(exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

# Three ways to say hello that work on this machine as it is.
ways_to_talk() {
	local ways=() way
	command -v nc >/dev/null &&
		ways+=("nc 127.0.0.1 $port      (then type a name, and \"exit\")")
	if [ "$port" -eq 9999 ]; then
		ways+=("$build/hellosay Yam May Sarah")
	else
		ways+=("$build/hellosay -p $port Yam May Sarah")
	fi
	command -v python3 >/dev/null &&
		ways+=("python3 -c 'import socket; s = socket.create_connection((\"127.0.0.1\", $port)); print(s.recv(99)); s.send(b\"Yam\"); print(s.recv(99))'")
	command -v telnet >/dev/null && ways+=("telnet 127.0.0.1 $port")
	ways+=("bash -c 'exec 3<>/dev/tcp/127.0.0.1/$port; printf \"Yam\\nexit\\n\" >&3; cat <&3'")
	ways+=("perl -MIO::Socket::INET -e '\$s = IO::Socket::INET->new(\"127.0.0.1:$port\"); print \$s \"Yam\\nexit\\n\"; print <\$s>'")
	for way in "${ways[@]:0:3}"; do
		printf '    %s\n' "$way"
	done
}

run() {
	local options=()
	install_packages "${build_packages[@]}"
	build_all

	# Built-in defaults are meant: an installed hellod's file is not ours.
	if [ -e /etc/hellod.conf ]; then
		say "/etc/hellod.conf is left aside: \"$build/hellod\" would read it"
		as_owner sh -c "echo '# nothing: all keys have their defaults' >$build/defaults.conf"
		options+=(-c "$build/defaults.conf")
	fi
	if port_taken "$port"; then
		say "port $port is taken (by another hellod?)"
		while port_taken "$port"; do
			port=$((port + 1))
		done
		options+=(-l "127.0.0.1:$port")
	fi

	printf '\nhellod listens on 127.0.0.1:%s until you press Ctrl-C. From another terminal, here:\n' \
		"$port"
	ways_to_talk
	printf '\n'
	if [ "$(id -u)" -eq 0 ] && [ "$(stat -c %u .)" -ne 0 ]; then
		exec setpriv --reuid="$(stat -c %u .)" --regid="$(stat -c %g .)" --clear-groups \
			"$build/hellod" "${options[@]}"
	fi
	exec "$build/hellod" "${options[@]}"
}

#
# check
#

check() {
	install_packages "${build_packages[@]}" "${test_packages[@]}" "${extra_packages[@]}"
	build_all

	# Results of tests that are no more would be counted.
	as_owner find "$build" -name '*.trs' -delete
	say "running the tests (all they say goes to $build/check.log)"
	# Three test files a processor: they wait more than they compute.
	local status=0
	as_owner make -C "$build" -j $((3 * $(nproc))) -k check </dev/null 2>&1 |
		as_owner tee "$build/check.log" >/dev/null || status=$?
	as_owner tests/summary.sh "$build" "$status"
}

#
# bench
#

bench() {
	install_packages "${build_packages[@]}" "${bench_packages[@]}"
	build_all
	as_owner make -s -C "$build" bench </dev/null
}

if [ $# -ne 1 ]; then
	usage >&2
	exit 2
fi
case $1 in
run | check | bench) want_debian; "$1" ;;
-h | --help | help) usage ;;
*) usage >&2; exit 2 ;;
esac
