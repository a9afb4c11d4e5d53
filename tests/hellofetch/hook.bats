#!/usr/bin/env bats
# A command that is run when the file has changed.

# shellcheck disable=SC2154,SC2016 # set by common.bash and by bats; for inner shells
load common

setup() {
	make_place
	state=$place/.page.hellofetch
	log=$BATS_TEST_TMPDIR/hook
	page="$bad/conditional~ETag:%20\"a\""
}

get() { # CODE URL COMMAND...
	fetch -q -o "$place/page" --on-change "$2" -- "${@:3}"
	[ "$status" -eq "$1" ] || show
}

value_of() { # KEY
	sed -n "s/^$1=//p" "$state"
}

@test "it runs when the file has changed, and only then" {
	get 0 "$page" /bin/sh -c 'echo run >>"$1"' - "$log"
	[ "$(cat "$log")" = run ]
	get 0 "$page" /bin/sh -c 'echo run >>"$1"' - "$log"
	[ "$(cat "$log")" = run ]
	get 7 "$bad/404" /bin/sh -c 'echo run >>"$1"' - "$log"
	get 0 "$bad/good" /bin/sh -c 'echo run >>"$1"' - "$log"
	[ "$(cat "$log")" = run ]
	get 0 "$bad/small" /bin/sh -c 'echo run >>"$1"' - "$log"
	[ "$(wc -l <"$log")" -eq 2 ]
	[ "$(value_of pending_hook)" = 0 ]
}

@test "no shell: words stay what they are" {
	get 0 "$page" /usr/bin/printf '%s|' 'a b' '$HOME' '*' ';' --output
	[ "$output" = 'a b|$HOME|*|;|--output|' ] || show
}

@test "what it sees: the new file, the state, the environment, signals as they were" {
	get 0 "$page" /bin/sh -c '
		cp "$HELLOFETCH_FILE" "$1.page" && cp "$2" "$1.state" && ls /proc/self/fd >"$1.fds"
		echo "$HELLOFETCH_URL $HELLOFETCH_SHA256" >"$1.env"
		grep -E "^Sig(Blk|Ign)|^NoNewPrivs" /proc/self/status >"$1.signals"' - "$log" "$state"
	cmp "$log.page" "$new"
	grep -qx 'pending_hook=1' "$log.state"
	[ "$(cat "$log.env")" = "$page $(sha256sum <"$new" | cut -d ' ' -f 1)" ]
	# None is blocked, and PIPE (13), which hellofetch ignores, is not ignored.
	[ "$(sed -n 's/SigBlk:\t//p' "$log.signals")" = 0000000000000000 ]
	local ignored
	ignored=$(sed -n 's/SigIgn:\t//p' "$log.signals")
	[ $((16#$ignored & 1 << 12)) -eq 0 ] || { cat "$log.signals" >&2; false; }
	# What confines hellofetch is not its own.
	[ "$(grep ^NoNewPrivs "$log.signals")" = "$(grep ^NoNewPrivs /proc/self/status)" ]
	# 0 to 2, the directory that ls reads, and what bats has open
	run ! grep -qx '[789]' "$log.fds"
}

@test "a failed hook is told, and run again though the page is unchanged" {
	get 15 "$page" /bin/sh -c 'exit 7'
	assert_says "the hook /bin/sh ended with exit code 7"
	assert_says "new file in place"
	cmp "$place/page" "$new"
	get 15 "$page" /bin/sh -c 'kill -KILL $$'
	assert_says "was killed by signal 9"
	[ "$(value_of pending_hook)" = 1 ]
	get 0 "$page" /bin/sh -c 'echo run >>"$1"' - "$log"
	[ "$(cat "$log")" = run ]
	get 0 "$page" /bin/sh -c 'echo run >>"$1"' - "$log"
	[ "$(cat "$log")" = run ]
}

@test "a failed hook is told to whoever does not care for its children, too" {
	run --separate-stderr /usr/bin/python3 -c 'import os, signal, sys
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
os.execv(sys.argv[1], sys.argv[1:])' "$hellofetch" -q -o "$place/page" --must-match new --on-change "$bad/good" -- /bin/false
	[ "$status" -eq 15 ] || show
	assert_says "the hook /bin/false ended with exit code 1"
}

@test "hellofetch killed while the hook runs: the next run runs it again" {
	"$hellofetch" -q -o "$place/page" --on-change "$page" -- /bin/sh -c 'echo >"$1"; exec sleep 20' - "$log" 3>&- &
	local pid=$! child
	wait_for_file "$log" "$pid"
	child=$(pgrep -P "$pid")
	kill -KILL "$pid"
	wait "$pid" || true
	kill -KILL "$child"
	get 0 "$page" /bin/sh -c 'echo run >"$1.again"' - "$log"
	[ "$(cat "$log.again")" = run ]
}

@test "a hook that does not exist" {
	get 15 "$page" /nonexistent/hook
	assert_says "the hook /nonexistent/hook cannot be started: No such file or directory"
}

@test "a hook that hangs is ended, with all that it has started" {
	local start=$SECONDS
	fetch -q -o "$place/page" --on-change --hook-timeout 300ms "$page" -- \
		/bin/sh -c 'sleep 50 & echo $! >"$1"; wait' - "$log"
	[ "$status" -eq 15 ] || show
	assert_says "took too long"
	# Its parent has died: whoever inherits it may not have waited for it yet.
	run ! grep -q '^State:.[^Z]' "/proc/$(cat "$log")/status"
	fetch -q -o "$place/page" --on-change --deadline 300ms "$page" -- /bin/sh -c 'trap "" TERM; exec sleep 50'
	[ "$status" -eq 15 ] || show
	[ $((SECONDS - start)) -lt 20 ]
}

@test "a signal ends the hook too" {
	"$hellofetch" -q -o "$place/page" --on-change "$page" -- /bin/sh -c 'echo >"$1"; exec sleep 50' - "$log" \
		2>"$BATS_TEST_TMPDIR/err" 3>&- &
	local pid=$! child
	wait_for_file "$log" "$pid"
	child=$(pgrep -P "$pid")
	kill -TERM "$pid"
	status=0
	wait "$pid" || status=$?
	[ "$status" -eq 143 ]
	run ! kill -0 "$child"
}

@test "the lock is held while the hook runs, and not by what it leaves behind" {
	get 0 "$page" "$hellofetch" -q --lock fail --tries 1 -o "$place/other" "$bad/good"
	get 15 "$bad/small" "$hellofetch" -q --lock fail -o "$place/page" "$bad/good"
	assert_says "another hellofetch is at work"
	get 0 "$bad/good" /bin/sh -c 'setsid sleep 5 >/dev/null 2>&1 3>&- & echo $! >"$1"' - "$log"
	fetch -q -o "$place/page" --lock fail "$bad/small"
	[ "$status" -eq 0 ] || show
}

@test "usage" {
	fetch -q -o "$place/page" --on-change "$page"
	[ "$status" -eq 2 ] || show
	fetch -q -o - --on-change "$page" -- true
	[ "$status" -eq 2 ] || show
	fetch -q -o "$place/page" "$page" -- true
	[ "$status" -eq 2 ] || show
}
