#!/usr/bin/env bats
# Strangers who share the machine or the directory, pages that are made to hold us
# up, file systems that cannot do all, and names that nobody would choose.

# shellcheck disable=SC2154 # set by common.bash and by bats
load common

teardown() {
	stop "${fetch_pid:-}"
}

assert_kept() { # CODE WORDS
	[ "$status" -eq "$1" ] || show
	assert_says "$2"
	cmp "$place/page" "$BATS_TEST_TMPDIR/old" || show
}

assert_new() {
	[ "$status" -eq 0 ] || show
	cmp "$place/page" "$new" || show
}

# Nobody was asked for anything.
assert_not_asked() {
	[ ! -e "$bad_file.requests" ] || { cat "$bad_file.requests" >&2; show; }
}

need_root() {
	[ "$(id -u)" -eq 0 ] || skip "only root can make files of other users"
	chown 12345 "$place/page" || skip "this root cannot give files away"
	chown 0 "$place/page"
}

need_strace() {
	need strace strace
	strace -o /dev/null true 2>/dev/null || skip "strace may not trace here"
	# The leak sanitizer cannot run in a traced process.
	export ASAN_OPTIONS=detect_leaks=0
}

# --- time

@test "a page that a pattern never ends with is given up in time" {
	# regexec() would take six seconds for it.
	fetch -q -o "$place/page" --must-match 'x.*y' "$bad/one-letter"
	assert_kept 11 'it takes longer than 1 s to look for --must-match \"x.*y\"'
	fetch -q -o "$place/page" --not-match '(x*)\1y' "$bad/one-letter"
	assert_kept 11 'to look for --not-match \"(x*)\\1y\"'
	assert_files page
	local start=${EPOCHREALTIME/./}
	fetch -q -o "$place/page" --deadline 300ms --must-match 'x.*y' "$bad/one-letter"
	assert_kept 5 "it took too long"
	[ $((${EPOCHREALTIME/./} - start)) -lt 5000000 ]
	fetch -q -o "$place/page" --must-match 'x.*' --not-match y "$bad/one-letter"
	[ "$status" -eq 0 ] || show
}

# Asks for what never ends, with ten seconds' time.
endless() { # CODE WORDS NAME ARGUMENT...
	fetch -q -o "$place/page" --tries 1 --deadline 10s "${@:4}" "$bad/endless-$3"
	assert_kept "$1" "$2"
	assert_files page
}

@test "headers, trailers, chunks and streams that never end" {
	endless 7 "HTTP status 404" error
	endless 10 "larger than 262144 bytes" interim
	endless 10 "larger than 262144 bytes" header
	endless 10 "malformed answer" line
	# Of trailers libcurl would keep as many as there is memory for.
	endless 10 "larger than 262144 bytes" trailer
	endless 9 "cut short" size
	endless 5 "it took too long" extension --deadline 500ms
	endless 11 "too large" gzip-name --max-size 1MiB
	endless 11 "too large" gzip-members --max-size 100KiB
	endless 11 "too large" gzip-blocks --max-size 1MiB
	# The body of a redirect is nobody's.
	fetch -q -o "$place/page" "$bad/endless-redirect"
	assert_new
}

@test "the deadline is over the comparison with the old file too" {
	need_strace
	fetch -q -o "$place/page" "$bad/large"
	[ "$status" -eq 0 ] || show
	local start=$SECONDS
	# The old file comes as slowly as from a disk that has much else to do: a minute for all.
	run --separate-stderr strace -f -o /dev/null -e inject=pread64:delay_enter=30000 \
		"$hellofetch" -q -o "$place/page" --deadline 1s --tries 1 "$bad/large"
	[ "$status" -eq 5 ] || show
	assert_says "it took too long"
	[ $((SECONDS - start)) -lt 30 ]
	[ "$(stat -c %s "$place/page")" -eq $((64 * 1024 * 1024)) ]
	assert_files .page.hellofetch page
}

# --- others in the directory

@test "where everybody can make files, those of others are none of ours" {
	need_root
	chmod 1777 "$place"
	rm -f "$bad_file.requests"
	chown 12345 "$place/page"
	fetch -q -o "$place/page" "$bad/good"
	assert_kept 13 "it is another user's, where everybody can make files"
	chown 0 "$place/page"
	# It would be believed by nobody, but its lock would stop us for ever.
	: >"$place/.page.hellofetch"
	chown 12345 "$place/.page.hellofetch"
	fetch -q -o "$place/page" "$bad/good"
	assert_kept 13 "it is another user's, where everybody can make files"
	assert_not_asked
	rm "$place/.page.hellofetch"
	fetch -q -o "$place/page" "$bad/good"
	assert_new
	# In a directory of somebody's own, his file stays his.
	chmod 755 "$place"
	chown 12345 "$place/page"
	fetch -q -o "$place/page" "$bad/small"
	[ "$status" -eq 0 ] || show
	[ "$(stat -c %u "$place/page")" = 12345 ]
}

@test "the directory is moved away, and another put there, while we fetch" {
	"$hellofetch" -q -o "$place/page" "$bad/slow" 2>"$BATS_TEST_TMPDIR/err" 3>&- &
	fetch_pid=$!
	wait_for_file "$place/.page.hellofetch" "$fetch_pid"
	mv "$place" "$place.moved"
	mkdir "$place"
	status=0
	wait "$fetch_pid" || status=$?
	# What was begun in the one does not end in the other.
	cmp "$place.moved/page" "$new" || cmp "$place.moved/page" "$BATS_TEST_TMPDIR/old"
	[ ! -e "$place/page" ]
	[ -z "$(find "$place" "$place.moved" -name '.hellofetch-*')" ]
	[ "$status" -eq 0 ] || grep -q "exit code $status" "$BATS_TEST_TMPDIR/err"
	fetch -q -o "$place/page" "$bad/good"
	assert_new
	assert_files .page.hellofetch page
}

@test "a hard link of the file elsewhere is left as it is" {
	ln "$place/page" "$BATS_TEST_TMPDIR/link"
	fetch -q -o "$place/page" --backups 1 "$bad/good"
	assert_new
	cmp "$BATS_TEST_TMPDIR/link" "$BATS_TEST_TMPDIR/old"
	cmp "$place/page.1" "$BATS_TEST_TMPDIR/old"
}

# --- what could not be written at the end is not begun

@test "a header file or state that cannot be written: nothing is fetched" {
	local option
	mkdir "$place/directory" "$place/open"
	mkfifo "$place/pipe"
	ln -s page "$place/link"
	chmod 777 "$place/open"
	rm -f "$bad_file.requests"
	for option in --header-file --state; do
		fetch -q -o "$place/page" "$option" "$place/none/x" "$bad/good"
		assert_kept 13 "cannot open the directory of $place/none/x: No such file or directory"
		fetch -q -o "$place/page" "$option" "$place/directory" "$bad/good"
		assert_kept 13 "cannot replace $place/directory: it is a directory"
		fetch -q -o "$place/page" "$option" "$place/pipe" "$bad/good"
		assert_kept 13 "cannot replace $place/pipe: it is not a regular file"
		fetch -q -o "$place/page" "$option" "$place/link" "$bad/good"
		assert_kept 13 "cannot replace $place/link: it is a symbolic link"
		fetch -q -o "$place/page" "$option" "$place/open/x" "$bad/good"
		assert_kept 13 "cannot replace $place/open/x: everybody can rename files in its directory"
	done
	assert_not_asked
	assert_files directory link open page pipe
}

# --- file systems

# The number of the first call that fits, among all of that name.
number_of() { # CALL PATTERN ARGUMENT...
	strace -f -e trace="$1" -o "$BATS_TEST_TMPDIR/trace" "$hellofetch" -q -o "$place/page" "${@:3}"
	grep "$1(" "$BATS_TEST_TMPDIR/trace" | grep -n -m 1 "$2" | cut -d : -f 1
}

@test "a file system that knows O_TMPFILE no way: a random name does it" {
	need_strace
	local error number
	number=$(number_of openat O_TMPFILE "$bad/good")
	for error in EOPNOTSUPP EINVAL EISDIR EPERM EIO; do
		make_place
		run --separate-stderr strace -f -o "$BATS_TEST_TMPDIR/trace" -e "inject=openat:error=$error:when=$number" \
			"$hellofetch" -q -o "$place/page" "$bad/good"
		grep -q "O_TMPFILE.*$error.*INJECTED" "$BATS_TEST_TMPDIR/trace"
		assert_new
		assert_files .page.hellofetch page
	done
}

@test "--backups where there are no hard links: none is pushed out" {
	need_strace
	local number
	number=$(number_of linkat '"page", ' --backups 2 "$bad/good")
	make_place
	echo one >"$place/page.1"
	echo two >"$place/page.2"
	run --separate-stderr strace -f -o "$BATS_TEST_TMPDIR/trace" -e "inject=linkat:error=EPERM:when=$number" \
		"$hellofetch" -q -o "$place/page" --backups 2 "$bad/good"
	assert_kept 13 "cannot keep the old file of $place/page: Operation not permitted"
	[ "$(cat "$place/page.1" "$place/page.2")" = "$(printf 'one\ntwo')" ]
	assert_files page page.1 page.2
}

@test "--backups: killed behind the backup, the next run makes no second one" {
	need_strace
	echo one >"$place/page.1"
	# The renames: two of the older ones, of which one is not there; the old file's; the new one's.
	run --separate-stderr strace -f -o /dev/null -e "inject=/^renameat2?\$:signal=KILL:when=4" \
		"$hellofetch" -q -o "$place/page" --backups 3 "$bad/good"
	cmp "$place/page" "$BATS_TEST_TMPDIR/old"
	cmp "$place/page.1" "$BATS_TEST_TMPDIR/old"
	fetch -q -o "$place/page" --backups 3 "$bad/good"
	assert_new
	cmp "$place/page.1" "$BATS_TEST_TMPDIR/old"
	[ "$(cat "$place/page.2")" = one ]
	assert_files .page.hellofetch page page.1 page.2
}

@test "something is mounted on the file" {
	local enter=(unshare --mount)
	[ "$(id -u)" -eq 0 ] || enter=(unshare --user --map-root-user --mount)
	"${enter[@]}" mount --bind "$place/page" "$place/page" 2>/dev/null || skip "nothing can be mounted here"
	# shellcheck disable=SC2016 # the inner shell expands it
	run --separate-stderr "${enter[@]}" sh -c 'mount --bind "$1/page" "$1/page" && exec "$2" -q -o "$1/page" "$3"' - \
		"$place" "$hellofetch" "$bad/good"
	assert_kept 13 "cannot replace $place/page: something is mounted on it"
	assert_files page
}

@test "a disk that fills up behind the page: the page is new, the next run heals" {
	local enter=(unshare --mount)
	[ "$(id -u)" -eq 0 ] || enter=(unshare --user --map-root-user --mount)
	"${enter[@]}" mount -t tmpfs none "$place" 2>/dev/null || skip "no tmpfs can be mounted here"
	# Of its sixteen blocks three are left: the old page and the new one fit, the state does not.
	# shellcheck disable=SC2016 # the inner shell expands it
	run --separate-stderr "${enter[@]}" bash -c '
		mount -t tmpfs -o size=64k none "$1" && head -c 52k /dev/zero >"$1/filler" && cp "$2" "$1/page" || exit 99
		"$3" -q -o "$1/page" "$4/good"
		status=$?
		cmp "$1/page" "$5" || exit 98
		# There was room again when the old page had gone, but not for a header, too.
		[ "$(LC_ALL=C ls -A "$1" | tr "\n" " ")" = ".page.hellofetch filler page " ] || exit 97
		rm "$1/filler"
		"$3" -q -o "$1/page" "$4/good" && cmp "$1/page" "$5" || exit 96
		exit $status' - "$place" "$BATS_TEST_TMPDIR/old" "$hellofetch" "$bad" "$new"
	[ "$status" -eq 0 ] || [ "$status" -eq 13 ] || show
}

# --- names

@test "a name with a line's end, quotes and escapes in it" {
	local name=$'a\n"b"\e[2J\\ %s'
	mv "$place/page" "$place/$name"
	fetch -q -o "$place/$name" "$bad/404"
	[ "$status" -eq 7 ] || show
	# The block has its five lines, and nothing in it moves a cursor.
	[ "$(wc -l <<<"$stderr")" -eq 5 ] || show
	[[ $stderr != *$'\e'* ]] || show
	assert_says 'old file kept ('"$place"'/a\n\"b\"\x1b[2J\\ %s, age '
	fetch -q -o "$place/$name" "$bad/conditional~ETag:%20\"a\""
	[ "$status" -eq 0 ] || show
	cmp "$place/$name" "$new"
	fetch -q --exit-unchanged -o "$place/$name" "$bad/conditional~ETag:%20\"a\""
	[ "$status" -eq 3 ] || show
}

@test "the longest names" {
	local name
	name=$(printf 'n%.0s' {1..255})
	rm -f "$bad_file.requests"
	# Its state has a longer one.
	fetch -q -o "$place/$name" "$bad/good"
	[ "$status" -eq 13 ] || show
	assert_says "File name too long"
	assert_not_asked
	fetch -q -o "$place/$name" --state "$place/state" "$bad/good"
	[ "$status" -eq 0 ] || show
	cmp "$place/$name" "$new"
	fetch -q -o "$place/${name:12}" "$bad/good"
	[ "$status" -eq 0 ] || show
	fetch -q -o "$place/${name}n" --state "$place/state2" "$bad/good"
	[ "$status" -eq 13 ] || show
	assert_says "File name too long"
}
