#!/usr/bin/env bats
# What happens to the file, and to whom it is told.

# shellcheck disable=SC2154 # set by common.bash and by bats
load common

teardown() {
	stop "${fetch_pid:-}"
}

assert_new() {
	[ "$status" -eq 0 ] || show
	cmp "$place/page" "$new" || show
	assert_files .page.hellofetch page
}

assert_kept() { # CODE WORDS
	[ "$status" -eq "$1" ] || show
	assert_says "$2"
	assert_says "exit code $1"
	cmp "$place/page" "$BATS_TEST_TMPDIR/old" || show
	assert_files page
}

mode() {
	stat -c %a "$1"
}

# --- owner and mode

@test "the mode of the old file is kept, whatever the umask" {
	chmod 640 "$place/page"
	umask 077
	fetch -q -o "$place/page" "$bad/good"
	assert_new
	[ "$(mode "$place/page")" = 640 ]
}

@test "a new file's mode follows the umask" {
	rm "$place/page"
	umask 027
	fetch -q -o "$place/page" "$bad/good"
	assert_new
	[ "$(mode "$place/page")" = 640 ]
}

@test "set-id bits are not carried over" {
	chmod 4755 "$place/page"
	fetch -q -o "$place/page" "$bad/good"
	assert_new
	[ "$(mode "$place/page")" = 755 ]
}

@test "root keeps the owner and group of the old file" {
	[ "$(id -u)" -eq 0 ] || skip "only root can give files away"
	chown 12345:23456 "$place/page" || skip "this root cannot give files away"
	fetch -q -o "$place/page" "$bad/good"
	assert_new
	[ "$(stat -c %u:%g "$place/page")" = 12345:23456 ]
}

@test "where the old group cannot be kept, ours can do no more than everybody" {
	[ "$(id -u)" -eq 0 ] || skip "only root can make a file of another group"
	need setpriv util-linux
	local nobody=(setpriv --reuid 65534 --regid 65534 --clear-groups)
	chmod 755 "$BATS_RUN_TMPDIR" "$BATS_TEST_TMPDIR" "$place" && chmod 1777 "$place"
	"${nobody[@]}" test -x "$hellofetch" -a -r "$place/page" || skip "another user cannot get at the program"
	chown 65534:23456 "$place/page"
	chmod 664 "$place/page"
	run --separate-stderr "${nobody[@]}" "$hellofetch" -q -o "$place/page" "$bad/good"
	assert_new
	[ "$(stat -c %g:%a "$place/page")" = 65534:644 ] || show
}

# --- destinations that are none

@test "a symbolic link is refused, its target untouched" {
	ln -s page "$place/link"
	fetch -q -o "$place/link" "$bad/good"
	[ "$status" -eq 13 ] || show
	assert_says "it is a symbolic link"
	assert_says "nothing was changed"
	[ -L "$place/link" ]
	cmp "$place/page" "$BATS_TEST_TMPDIR/old"
	assert_files link page
}

@test "a dangling symbolic link is refused" {
	ln -s nowhere "$place/link"
	fetch -q -o "$place/link" "$bad/good"
	[ "$status" -eq 13 ] || show
	assert_says "it is a symbolic link"
	assert_files link page
}

@test "a directory is refused" {
	local name
	mkdir "$place/directory"
	for name in directory directory/ . .. directory/.; do
		fetch -q -o "$place/$name" "$bad/good"
		[ "$status" -eq 13 ] || show
		assert_says "it is a directory"
	done
	assert_files directory page
	[ -z "$(ls -A "$place/directory")" ]
}

@test "a named pipe is refused" {
	mkfifo "$place/pipe"
	fetch -q -o "$place/pipe" "$bad/good"
	[ "$status" -eq 13 ] || show
	assert_says "it is not a regular file"
	[ -p "$place/pipe" ]
}

@test "a device is refused" {
	local device=/dev/null
	# Were it not refused, root would replace it: a device of the test's own then.
	if [ -w /dev ]; then
		device=$place/null
		mknod "$device" c 1 3 || skip "no device can be made here"
	fi
	fetch -q -o "$device" "$bad/good"
	[ "$status" -eq 13 ] || show
	assert_says "it is not a regular file"
	[ -c "$device" ]
}

@test "a directory that does not exist is told" {
	fetch -q -o "$place/none/page" "$bad/good"
	[ "$status" -eq 13 ] || show
	assert_says "cannot open the directory of $place/none/page: No such file or directory"
	assert_files page
}

@test "a directory where everybody can rename files is refused" {
	chmod 777 "$place"
	fetch -q -o "$place/page" --state "$BATS_TEST_TMPDIR/state" "$bad/good"
	assert_kept 13 "everybody can rename files in its directory"
	chmod 1777 "$place"
	fetch -q -o "$place/page" "$bad/good"
	assert_new
}

@test "a directory that cannot be written is told before anything is fetched" {
	[ "$(id -u)" -ne 0 ] || skip "root can write everywhere"
	chmod 555 "$place"
	fetch -q -o "$place/page" "$bad/silence"
	chmod 755 "$place"
	assert_kept 13 "Permission denied"
}

# --- room

@test "a file size limit is met: old file kept" {
	run --separate-stderr bash -c 'ulimit -f 16 && exec "$@"' - \
		"$hellofetch" -q -o "$place/page" "$bad/endless"
	assert_kept 13 "cannot write $place/page: File too large"
}

@test "a full disk: old file kept" {
	local enter=(unshare --mount)
	[ "$(id -u)" -eq 0 ] || enter=(unshare --user --map-root-user --mount)
	"${enter[@]}" mount -t tmpfs none "$place" 2>/dev/null || skip "no tmpfs can be mounted here"
	local url
	# Announced, so that room cannot be reserved; and not announced.
	for url in "$bad/large" "$bad/endless"; do
		# shellcheck disable=SC2016 # the inner shell expands it
		run --separate-stderr "${enter[@]}" bash -c '
			mount -t tmpfs -o size=64k none "$1" && cp "$2" "$1/page" || exit 99
			"$3" -q -o "$1/page" "$4"
			status=$?
			cmp "$1/page" "$2" && [ "$(ls "$1")" = page ] && exit $status
			exit 98' - "$place" "$BATS_TEST_TMPDIR/old" "$hellofetch" "$url"
		[ "$status" -eq 13 ] || show
		assert_says "No space left on device"
		assert_says "old file kept"
	done
}

# --- names

@test "without -o the name is the last part of the URL's path" {
	rm "$place/page"
	cd "$place" || return
	run --separate-stderr "$hellofetch" -q "$bad/a/b/good?query=x/y#part"
	[ "$status" -eq 0 ] || show
	assert_files .good.hellofetch good
	cmp good "$new"
}

@test "without -o and without a name it is index.html" {
	rm "$place/page"
	cd "$place" || return
	run --separate-stderr "$hellofetch" -q "$bad/to?/good"
	[ "$status" -eq 0 ] || show
	assert_files .to.hellofetch to
	rm to .to.hellofetch
	run --separate-stderr "$hellofetch" -q --deadline 300ms "$bad/"
	assert_says "(index.html)"
	run --separate-stderr "$hellofetch" -q --deadline 300ms "$bad"
	assert_says "(index.html)"
}

@test "a name with a slash or a control byte in it is refused" {
	local name
	cd "$place" || return
	for name in a%2Fgood %2e%2e ..%2Fgood good%00 good%0a %2E; do
		run --separate-stderr "$hellofetch" -q "$bad/x/$name"
		# "." and ".." are taken out of the path before: then it is index.html.
		[ "$status" -eq 2 ] || [[ $stderr == *"(index.html)"* ]] || show
		assert_files page
	done
}

# --- standard output

@test "the header of the last answer is printed, byte for byte" {
	"$hellofetch" -o "$place/page" "$bad/redirect" >"$BATS_TEST_TMPDIR/header"
	printf 'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 4500\r\n\r\n' |
		cmp - "$BATS_TEST_TMPDIR/header"
}

@test "no interim answer and no trailer is in the printed header" {
	local name
	for name in early-hints trailer; do
		run --separate-stderr "$hellofetch" -o "$place/page" "$bad/$name"
		assert_new
		[[ $output != *Hints* && $output != *Link* && $output != *late* ]] || show
		[[ $output == "HTTP/1.1 200 OK"* ]] || show
	done
}

@test "the header of an error is printed too" {
	fetch -o "$place/page" "$bad/404"
	assert_kept 7 "HTTP status 404"
	[[ $output == "HTTP/1.1 404 Not Found"* ]] || show
}

@test "to a pipe control bytes go as they came, to a terminal escaped" {
	"$hellofetch" -o "$place/page" "$bad/escape" >"$BATS_TEST_TMPDIR/raw"
	grep -q $'X-Evil: \e]0;owned\a' "$BATS_TEST_TMPDIR/raw"
	"$here/on_terminal.py" "$hellofetch" -o "$place/page" "$bad/escape" >"$BATS_TEST_TMPDIR/shown"
	run ! grep -q $'\e' "$BATS_TEST_TMPDIR/shown"
	grep -qF 'X-Evil: \x1b]0;owned' "$BATS_TEST_TMPDIR/shown"
	grep -qF 'ETag: "a\b"' "$BATS_TEST_TMPDIR/shown"
}

@test "-o - prints the body alone, and nothing of a broken one" {
	"$hellofetch" -o - "$bad/good" >"$BATS_TEST_TMPDIR/out"
	cmp "$BATS_TEST_TMPDIR/out" "$new"
	run --separate-stderr "$hellofetch" -o - --retry-delay 1ms "$bad/short-length"
	[ "$status" -eq 9 ] || show
	[ -z "$output" ] || show
	assert_files page
}

@test "standard output that is full is told" {
	[ -c /dev/full ] || skip "no /dev/full"
	run --separate-stderr bash -c '"$@" >/dev/full' - "$hellofetch" -o - "$bad/good"
	[ "$status" -eq 13 ] || show
	assert_says "No space left on device"
	run --separate-stderr bash -c '"$@" >/dev/full' - "$hellofetch" -o "$place/page" "$bad/good"
	[ "$status" -eq 13 ] || show
	assert_says "cannot print the header"
	assert_says "new file in place"
	cmp "$place/page" "$new"
}

@test "nobody reads the header: saved all the same" {
	run --separate-stderr bash -c '"$@" 2>&1 > >(exec true)' - \
		"$hellofetch" -o "$place/page" "$bad/good"
	assert_new
	[ -z "$stderr" ] || show
}

# --- the environment

@test "descriptors 0 to 2 closed" {
	run bash -c 'exec "$@" <&- >&- 2>&-' - "$hellofetch" -o "$place/page" "$bad/good"
	stderr=
	assert_new
	cp -p "$BATS_TEST_TMPDIR/old" "$place/page"
	run bash -c 'exec "$@" <&- >&- 2>&-' - "$hellofetch" -o "$place/page" "$bad/404"
	[ "$status" -eq 7 ] || show
	cmp "$place/page" "$BATS_TEST_TMPDIR/old"
	run bash -c 'exec "$@" <&- >&- 2>&-' - "$hellofetch" -o - "$bad/good"
	[ "$status" -eq 13 ] || show
}

# --- signals

# Starts a fetch that stalls in the body, and waits until it does.
start_stalled() { # [COMMAND...]
	rm -f "$bad_file.stalled"
	"$@" "$hellofetch" -q -o "$place/page" "$bad/stall" 2>"$BATS_TEST_TMPDIR/err" 3>&- &
	fetch_pid=$!
	wait_for_file "$bad_file.stalled" "$fetch_pid"
}

@test "TERM, INT and HUP end it at once, old file kept" {
	local signal start=$SECONDS
	for signal in 15:TERM 2:INT 1:HUP; do
		# A shell's background process ignores INT, under nohup HUP: undo that.
		start_stalled /usr/bin/python3 -c 'import os, signal, sys
for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
    signal.signal(number, signal.SIG_DFL)
os.execv(sys.argv[1], sys.argv[1:])'
		kill -"${signal#*:}" "$fetch_pid"
		status=0
		wait "$fetch_pid" || status=$?
		stderr=$(cat "$BATS_TEST_TMPDIR/err")
		assert_kept $((128 + ${signal%:*})) "stopped by signal ${signal%:*}"
		assert_says "old file kept"
	done
	[ $((SECONDS - start)) -lt 20 ]
}

@test "a signal that was set to be ignored is ignored" {
	start_stalled bash -c 'trap "" HUP; exec "$@"' -
	kill -HUP "$fetch_pid"
	kill -TERM "$fetch_pid"
	status=0
	wait "$fetch_pid" || status=$?
	stderr=$(cat "$BATS_TEST_TMPDIR/err")
	assert_kept 143 "stopped by signal 15"
}

@test "KILL leaves the old file and no temporary" {
	start_stalled env
	kill -KILL "$fetch_pid"
	status=0
	wait "$fetch_pid" || status=$?
	[ "$status" -eq 137 ]
	cmp "$place/page" "$BATS_TEST_TMPDIR/old"
	# The lock; the next run makes a state of it, or removes it.
	assert_files .page.hellofetch page
}

@test "closed descriptors 0 to 2 never become a socket or the file" {
	local fd
	start_stalled bash -c 'exec "$@" <&- >&- 2>&-' -
	for fd in 0 1 2; do
		[ "$(readlink "/proc/$fetch_pid/fd/$fd")" = /dev/null ]
	done
	kill -TERM "$fetch_pid"
	wait "$fetch_pid" || [ $? -eq 143 ]
}

# --- the order of things, as the kernel sees it

need_strace() {
	need strace strace
	strace -o /dev/null true 2>/dev/null || skip "strace may not trace here"
	# The leak sanitizer cannot run in a traced process.
	export ASAN_OPTIONS=detect_leaks=0
}

@test "the file is flushed before it is renamed, the directory after" {
	need_strace
	strace -f -e trace=fsync,linkat,renameat,renameat2 -o "$BATS_TEST_TMPDIR/trace" \
		"$hellofetch" -q -o "$place/page" "$bad/good"
	run sed -E 's/^[0-9]+ +([a-z]+).*/\1/; /^[^a-z]/d' "$BATS_TEST_TMPDIR/trace"
	[ "$(grep -E '^(fsync|linkat|renameat2?)$' <<<"$output" | tr '\n' ' ' | sed 's/renameat2/renameat/')" = \
		"fsync linkat renameat fsync fsync linkat renameat fsync " ] || { cat "$BATS_TEST_TMPDIR/trace" >&2; false; }
	cmp "$place/page" "$new"
}

@test "errors of write, fsync and rename keep the old file" {
	need_strace
	local call
	for call in write fsync linkat renameat; do
		cp -p "$BATS_TEST_TMPDIR/old" "$place/page"
		run --separate-stderr strace -f -o /dev/null -e "inject=/^$call:error=EIO:when=1" \
			"$hellofetch" -q -o "$place/page" "$bad/good"
		assert_kept 13 "Input/output error"
		assert_says "old file kept"
	done
}

@test "an error of close changes nothing: the file was flushed before" {
	need_strace
	local loader
	# The dynamic loader, which closes too, would not go on.
	strace -f -e trace=close -o "$BATS_TEST_TMPDIR/trace" "$hellofetch" --version
	loader=$(grep -c 'close(' "$BATS_TEST_TMPDIR/trace")
	run --separate-stderr strace -f -o "$BATS_TEST_TMPDIR/trace" \
		-e "inject=close:error=EIO:when=$((loader + 1))+" \
		"$hellofetch" -q -o "$place/page" "$bad/good"
	grep -q 'close(.*EIO' "$BATS_TEST_TMPDIR/trace"
	assert_new
	[ -z "$stderr" ] || show
	# And what is saved then holds for the next run.
	fetch -q --exit-unchanged -o "$place/page" "$bad/good"
	[ "$status" -eq 3 ] || show
}

@test "where files without a name cannot be had, a random name does it" {
	need_strace
	local strace=(strace -f -o "$BATS_TEST_TMPDIR/trace" -e 'inject=/^f?access:error=ENOENT')
	run --separate-stderr "${strace[@]}" "$hellofetch" -q -o "$place/page" "$bad/good"
	assert_new
	run ! grep -q O_TMPFILE "$BATS_TEST_TMPDIR/trace"
	rm "$place/.page.hellofetch"
	cp -p "$BATS_TEST_TMPDIR/old" "$place/page"
	run --separate-stderr "${strace[@]}" "$hellofetch" -q --tries 1 -o "$place/page" "$bad/short-length"
	assert_kept 9 "cut short"
}
