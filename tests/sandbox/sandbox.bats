#!/usr/bin/env bats
# sandbox.bats - what somebody who has taken a worker over can still do: nothing

# shellcheck disable=SC2034 # what common.bash reads
load ../lib/common

PRIVILEGES=1 LIMITS=2 LANDLOCK=4 SECCOMP=8 ALL=15

SANDBOX=${abs_top_srcdir:?}/tests/sandbox
HOSTILE=${abs_top_builddir:?}/tests/sandbox/hostile

setup() {
	read -r has_layers abi < <("$HOSTILE" versions)
	place=$BATS_TEST_TMPDIR/place
	mkdir "$place"
	chmod 1777 "$place"
	make_reachable "$place"
}

# An ordinary user has to find the way to it.
make_reachable() { # DIRECTORY
	local directory=$1
	is_root || return 0
	while [ "$directory" != "${TMPDIR:-/tmp}" ] && [ "$directory" != / ]; do
		chmod a+x "$directory"
		directory=${directory%/*}
	done
}

need_layers() { # SUM
	[ $((has_layers & $1)) -eq "$1" ] ||
		skip "this kernel, or a build with sanitizers, has not all layers of the sandbox"
}

need_abi() { # NUMBER
	[ "$abi" -ge "$1" ] || skip "this kernel's Landlock is version $abi, not $1"
}

# Sets tried: "NAME: OUTCOME" of each attempt in the layers. Standard error is no
# file, so that none may be written.
attempts() { # LAYERS [NAME...]
	tried=$("$HOSTILE" "$place" "$@" 2> >(cat >&2))
	echo "$tried"
}

all_end_so() { # OUTCOME NAME...
	local outcome=$1 name
	shift
	for name; do
		grep -qx "$name: $outcome" <<<"$tried" || { echo "not so: $name: $outcome"; return 1; }
	done
}

files=(read-file list-directory make-file append remove mkdir exec)

# --- one layer after the other

@test "outside of the sandbox, an intruder can do nearly all of it" {
	attempts 0
	all_end_so allowed "${files[@]}" stat fork signal trace read-memory renice socket bind \
		listen connect abstract shut-listener block-listener option linger send-buffer \
		duplicate pass-descriptor ioctl exec-memory \
		make-executable share-memory memory-file raise-limit watch pipe be-dumped
	all_end_so SIGABRT abort
	[ "$(wc -l <<<"$tried")" -ge 44 ]
}

@test "all layers together: each attempt is the last" {
	need_layers $ALL
	attempts $ALL
	all_end_so SIGABRT abort
	run ! grep -Ev ': SIGSYS$|^abort: ' <<<"$tried"
	[ "$(wc -l <<<"$tried")" -ge 44 ]
}

@test "seccomp alone: each attempt is the last" {
	need_layers $SECCOMP
	attempts $SECCOMP
	all_end_so SIGABRT abort
	run ! grep -Ev ': SIGSYS$|^abort: ' <<<"$tried"
}

@test "Landlock alone: no file, no program, no other process's memory" {
	need_layers $LANDLOCK
	attempts $LANDLOCK "${files[@]}" trace read-memory
	all_end_so EACCES "${files[@]}"
	all_end_so EPERM trace read-memory
}

@test "Landlock alone: no TCP port of its own" {
	need_layers $LANDLOCK
	need_abi 4
	attempts $LANDLOCK bind connect
	all_end_so EACCES bind connect
}

@test "Landlock alone: no signal to others, no abstract socket of others" {
	need_layers $LANDLOCK
	need_abi 6
	attempts $LANDLOCK signal abstract
	all_end_so EPERM signal abstract
}

@test "limits alone: no process, no byte in a file" {
	need_layers $LIMITS
	attempts $LIMITS fork make-file
	all_end_so EAGAIN fork
	all_end_so SIGXFSZ make-file
}

@test "no_new_privs and no capabilities alone: root is nobody" {
	need_root
	local -x HOSTILE_ROOT=1
	attempts 0 packet-socket chroot mount
	[[ "$tried" != *EPERM* ]] || skip "root may not do everything here"
	attempts $PRIVILEGES packet-socket chroot mount
	all_end_so EPERM packet-socket chroot mount
}

# --- in a real worker

# WATCHED=1: also in a build with sanitizers, which has no sandbox.
library() { # NAME SOURCE...
	local compiler=${CC:-cc} library=$BATS_FILE_TMPDIR/$1.so
	shift
	need "${compiler%% *}" gcc
	if is_sanitized; then
		[ -n "${WATCHED:-}" ] || skip "a build with sanitizers has no sandbox"
		ldd "$HELLOD" | grep -q libasan ||
			skip "a sanitizer that is part of the program comes before any preloaded library"
	fi
	[ -e "$library" ] || (cd "$SANDBOX" && $compiler -I../../src -shared -fPIC -O1 -o "$library" "$@")
	HELLOD_UNDER=(env "LD_PRELOAD=$library" "ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}verify_asan_link_order=0"
		"INTRUDER_DIRECTORY=$place" "OLD_KERNEL=${OLD_KERNEL:-}")
}

@test "a worker that was taken over is killed at its first attempt, and replaced" {
	need_layers $ALL
	library intruder intruder.c attempts.c
	HELLOD_MAY_DIE=1
	hellod_start -o workers=2
	# shellcheck disable=SC2046 # words are wanted
	client $("$HOSTILE" "$place" 0 | cut -d: -f1) <<-'END'
		import os, sys
		from hello_client import Client, wait_until
		def killed():
		    with open(os.environ["HELLOD_LOG"]) as log:
		        return log.read().count("was killed by signal ")
		for i, name in enumerate(sys.argv[1:]):
		    client = Client(os.environ["HELLOD_ADDRESS"])
		    client.hear(b"Welcome!")
		    client.say(b"attack " + name.encode())
		    wait_until(lambda: killed() == i + 1, 10)
		    other = Client(os.environ["HELLOD_ADDRESS"])
		    other.hear(b"Welcome!")
		    other.say(b"Yam")
		    other.hear(b"Hello, Yam!")
	END
	log_has_times 1 'killed by signal 6'
	log_has "warning: worker [01] \(pid [0-9]+\) was killed by signal 31: seccomp forbids the system call"
	[ "$(log_count 'killed by signal 31: seccomp forbids')" -ge 44 ]
	wait_until hellod_has_workers 2
	greets
}

@test "a worker that scribbles over the scoreboard does not harm the master" {
	WATCHED=1 library intruder intruder.c attempts.c
	local control=$BATS_TEST_TMPDIR/control all
	local -a ctl=(timeout 20 "$abs_top_builddir/helloctl" -s "$control")
	HELLOD_MAY_DIE=1
	hellod_start -o workers=3 -o "control_socket=$control"
	client <<-'END'
		import os
		from hello_client import Client
		client = Client(os.environ["HELLOD_ADDRESS"])
		client.hear(b"Welcome!")
		client.say(b"attack scribble")
		client.hear(b"Hello, allowed!")
	END
	run -0 "${ctl[@]}" status
	run -0 "${ctl[@]}" status --json
	run -0 "${ctl[@]}" ps
	kill -KILL "$(worker_pid 1)"
	wait_until has_worker 1
	# Fresh workers, and a fresh view of them.
	run -0 "${ctl[@]}" reload
	wait_until greets
	run -0 "${ctl[@]}" status
	[[ "$output" == *"sessions: 0"* ]]
	# Nor can it keep a better program out.
	run -0 "${ctl[@]}" upgrade
	wait_until greets
	is_running "$HELLOD_PID"
	unset "HELLOD_DESCRIPTORS[$HELLOD_PID]" # an upgrade closes what bats had open
}

@test "a worker that writes anything into its slot harms nobody else; it is replaced" {
	WATCHED=1 library intruder intruder.c attempts.c
	HELLOD_MAY_DIE=1
	hellod_start -o workers=2 -o 'hang_timeout=1 s' -o "control_socket=$BATS_TEST_TMPDIR/control"
	client "$abs_top_builddir/helloctl" "$BATS_TEST_TMPDIR/control" <<-'END'
		import os, signal, subprocess, sys
		from hello_client import Client, wait_until
		def ctl(*command):
		    return subprocess.run([sys.argv[1], "-s", sys.argv[2], *command], check=True,
		                          capture_output=True, text=True, timeout=20).stdout
		def ready():
		    return "workers: 2 of 2 ready, 0 draining" in ctl("status")
		def workers():
		    return [line.split()[2] for line in ctl("ps").splitlines()[1:]]
		def greets():
		    with Client() as client:
		        if client.socket.recv(1) == b"B":  # by wrong figures
		            return False
		        client.hear(b"elcome!")
		        client.say(b"Yam")
		        client.hear(b"Hello, Yam!")
		        return True
		for seed in range(12):
		    with Client() as client:
		        client.hear(b"Welcome!")
		        client.say(b"attack random %d" % seed)
		        client.hear(b"Hello, allowed!")
		        for question in ("status",), ("status", "--json"), ("ps",), ("why", "127.0.0.1"):
		            ctl(*question)
		        for pid in workers():
		            try:
		                os.kill(int(pid), signal.SIGKILL)
		            except ProcessLookupError:
		                pass  # it was taken for one that hangs
		    wait_until(ready)
		    wait_until(greets)
		wait_until(lambda: "sessions: 0 of" in ctl("status"))
	END
	is_running "$HELLOD_PID"
}

@test "a worker that calls the master's other children workers does not hinder a reload" {
	WATCHED=1 library intruder intruder.c attempts.c
	local conf=$BATS_TEST_TMPDIR/hellod.conf control=$BATS_TEST_TMPDIR/control
	echo 'listen = ( { port = 0; } ); workers = 2;' >"$conf"
	hellod_start -c "$conf" -o "control_socket=$control"
	client <<-'END'
		from hello_client import Client
		client = Client()
		client.hear(b"Welcome!")
		client.say(b"attack claim")
		client.hear(b"Hello, allowed!")
	END
	run -0 timeout 20 "$abs_top_builddir/helloctl" -s "$control" reload
	[[ $output == *'reloaded: generation 2 serves'* ]]
	greets
}

@test "clients of one listener are served when another has been closed" {
	need_layers $ALL
	local socket=$BATS_TEST_TMPDIR/socket
	hellod_start -o workers=1 -l 127.0.0.1:0 -l "unix:$socket"
	client "$(hellod_workers)" "unix:$socket" <<-'END'
		import os, signal, sys
		from hello_client import Client, log, wait_until
		worker = int(sys.argv[1])
		os.kill(worker, signal.SIGSTOP)
		clients = [Client(address) for address in [os.environ["HELLOD_ADDRESS"], sys.argv[2]] * 10]
		for client in clients:
		    client.say(b"Yam\nexit\n")
		os.kill(int(os.environ["HELLOD_PID"]), signal.SIGTERM)
		wait_until(lambda: "TERM: stopping" in log())
		os.kill(worker, signal.SIGCONT)
		for client in clients:
		    client.hear_end(b"Welcome!Hello, Yam!\n")
	END
	hellod_wait 0
}

# A socket that the receiver has to close, and that says how long it may take.
@test "nobody makes hellod close a descriptor for them" {
	/usr/bin/python3 -c 'import socket
socket.socket(socket.AF_UNIX).setsockopt(socket.SOL_SOCKET, 83, 0)' 2>/dev/null ||
		skip "this kernel has no SO_PASSRIGHTS (Linux 6.16)"
	local socket=$BATS_TEST_TMPDIR/socket control=$BATS_TEST_TMPDIR/control
	hellod_start -o workers=1 -l "unix:$socket" -o "control_socket=$control"
	client "$socket" "$control" <<-'END'
		import errno, socket, sys
		for kind, path in (socket.SOCK_STREAM, sys.argv[1]), (socket.SOCK_SEQPACKET, sys.argv[2]):
		    client = socket.socket(socket.AF_UNIX, kind)
		    client.connect(path)
		    try:
		        socket.send_fds(client, [b"Yam"], [0])
		        raise AssertionError(path)
		    except PermissionError:
		        pass
	END
	greets "unix:$socket"
}

@test "sandbox = \"off\" is warned of, and means it" {
	library intruder intruder.c attempts.c
	hellod_start -o workers=2 -o sandbox=off
	log_has_times 1 'warning: sandbox is off: '
	client <<-'END'
		import os
		from hello_client import Client
		client = Client(os.environ["HELLOD_ADDRESS"])
		client.hear(b"Welcome!")
		client.say(b"attack read-file")
		client.hear(b"Hello, allowed!")
	END
	run -0 grep -E '^Seccomp:' "/proc/$(worker_pid 0)/status"
	[ "$output" = "Seccomp:	0" ]
}

status_says() { # PID LINE...
	local pid=$1 line
	shift
	for line; do
		grep -Eqx "$line" "/proc/$pid/status" || { cat "/proc/$pid/status"; return 1; }
	done
}

@test "a worker has few descriptors, no capabilities, and no way to more" {
	need_layers $ALL
	local pid fd
	hellod_start -o workers=1
	not log_has 'sandbox'
	pid=$(worker_pid 0)
	status_says "$pid" 'Cap(Inh|Prm|Eff|Amb):.0+' 'NoNewPrivs:.1' 'Seccomp:.2'
	! is_root || status_says "$pid" 'CapBnd:.0+' 'Groups:. *' 'Uid:(.[1-9][0-9]*){4}'
	grep -Eq '^Max processes +0 +0 ' "/proc/$pid/limits"
	is_root || return 0 # it may not look at more
	# The standard ones, epoll, signals, the master, the listener, the reserve.
	for fd in "/proc/$pid"/fd/*; do
		readlink "$fd"
	done >"$BATS_TEST_TMPDIR/descriptors"
	cat "$BATS_TEST_TMPDIR/descriptors"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/descriptors")" -eq 8 ]
	[ "$(grep -cx /dev/null "$BATS_TEST_TMPDIR/descriptors")" -eq 2 ]
	[ "$(grep -c '^socket:' "$BATS_TEST_TMPDIR/descriptors")" -eq 3 ]
}

@test "no core, unless hellod was started with the wish for one" {
	need_layers $LIMITS
	HELLOD_UNDER=(bash -c 'ulimit -S -c 0; exec "$@"' -)
	hellod_start -o workers=1
	grep -Eq '^Max core file size +0 +0 ' "/proc/$(worker_pid 0)/limits"
	hellod_stop
	HELLOD_UNDER=(bash -c "ulimit -S -c $(ulimit -H -c)"'; exec "$@"' -)
	[ "$(ulimit -H -c)" != 0 ] || skip "no core is to be had here"
	hellod_start -o workers=1
	not grep -Eq '^Max core file size +0 ' "/proc/$(worker_pid 0)/limits"
}

@test "root as the workers' user has no capabilities either" {
	need_root
	need_layers $ALL
	hellod_start -o workers=1 -o user=root
	status_says "$(worker_pid 0)" 'Cap(Inh|Prm|Eff|Bnd|Amb):.0+' 'Uid:(.0){4}'
	greets
}

# --- kernels that have less

@test "what the kernel lacks is said once, and the workers go without" {
	OLD_KERNEL='abi=0' library old_kernel old_kernel.c -ldl
	hellod_start -o workers=3
	log_has_times 1 'warning: sandbox: this kernel lacks Landlock; the workers go without'
	log_has_times 1 sandbox
	greets
	hellod_stop
	OLD_KERNEL='abi=0 noseccomp' library old_kernel old_kernel.c -ldl
	hellod_start -o workers=3
	log_has_times 1 'warning: sandbox: this kernel lacks Landlock, seccomp; the workers go without'
	status_says "$(worker_pid 0)" 'Seccomp:.0' 'NoNewPrivs:.1'
	greets
}

@test "each version of Landlock is asked for what it has" {
	need_layers $ALL
	local version
	for version in 1 2 3 4 5 6 7; do
		[ "$version" -le "$abi" ] || break
		OLD_KERNEL="abi=$version" library old_kernel old_kernel.c -ldl
		hellod_start -o workers=1 -o sandbox=require
		if [ "$version" -lt 4 ]; then
			log_has "Landlock \(ABI $version\) restricts files, but neither TCP nor signals"
		elif [ "$version" -lt 6 ]; then
			log_has "Landlock \(ABI $version\) restricts files and TCP, but no signals"
		else
			not log_has 'sandbox'
		fi
		greets
		hellod_stop
	done
}

@test "what is required and missing is the end of the start" {
	OLD_KERNEL='abi=0' library old_kernel old_kernel.c -ldl
	hellod_launch -o sandbox=require
	hellod_wait 1
	log_has 'error: sandbox = "require": missing here: Landlock$'
}

@test "a reload that requires what is missing is refused" {
	OLD_KERNEL='abi=0' library old_kernel old_kernel.c -ldl
	local conf=$BATS_TEST_TMPDIR/hellod.conf
	echo 'listen = ( { port = 0; } ); workers = 2;' >"$conf"
	hellod_start -c "$conf"
	echo 'listen = ( { port = 0; } ); workers = 2; sandbox = "require";' >"$conf"
	HELLOD_MAY_DIE=1
	kill -HUP "$HELLOD_PID"
	wait_until log_has 'reload failed: generation 1 goes on as before'
	log_has 'worker [0-9]*: error: sandbox = "require": not without Landlock$'
	greets
}

@test "with all that is required, it serves" {
	need_layers $ALL
	hellod_start -o workers=2 -o sandbox=require
	greets
	load_clients --clients 20
}
