# common.bash - what the bats files of hellofetch share

# shellcheck disable=SC2154 # run sets status, output and stderr
bats_require_minimum_version 1.5.0

hellofetch=${abs_top_builddir:?}/hellofetch
here=${abs_top_srcdir:?}/tests/hellofetch

# Waits for a file that a process makes, for 20 s at most.
wait_for_file() { # FILE PID
	local end=$((SECONDS + 20))
	until [ -e "$1" ]; do
		if ! kill -0 "$2" 2>/dev/null || [ $SECONDS -gt $end ]; then
			echo "no $1 came" >&2
			return 1
		fi
		sleep 0.02
	done
}

# Starts the misbehaving server; its port is in $bad_port, its URL in $bad. One
# more in the same file needs a name in bad_name.
# shellcheck disable=SC2120 # nginx.bats has a certificate
start_bad_server() { # [CERTIFICATE KEY]
	export bad_file=$BATS_FILE_TMPDIR/${bad_name:-bad}${1:+-tls}
	"$here/bad_server.py" "$bad_file" "$@" >"$bad_file.log" 2>&1 3>&- &
	export bad_pid=$!
	wait_for_file "$bad_file" "$bad_pid" || { cat "$bad_file.log" >&2; return 1; }
	bad_port=$(cat "$bad_file")
	export bad_port bad=http://127.0.0.1:$bad_port
}

# Starts nginx; its port is in $nginx_port. It serves the directory root of its own.
start_nginx() { # DIRECTORY [CERTIFICATE KEY]
	local directory=$1
	shift
	mkdir -p "$directory/root"
	"$here/start_nginx.py" "$directory" "$@" >"$directory/log" 2>&1 3>&- &
	export nginx_pid=$!
	wait_for_file "$directory/port" "$nginx_pid" || { cat "$directory/log" >&2; return 1; }
	nginx_port=$(cat "$directory/port")
	export nginx_port
}

# The page that the misbehaving server's good answers bring: $new.
make_new() {
	local i
	export new=$BATS_FILE_TMPDIR/new
	for ((i = 0; i < 500; i++)); do echo "new page"; done >"$new"
}

stop() { # PID
	if [ -n "${1:-}" ]; then
		kill "$1" 2>/dev/null || true
		wait "$1" 2>/dev/null || true
	fi
}

need() { # PROGRAM PACKAGE
	PATH=$PATH:/usr/sbin:/sbin command -v "$1" >/dev/null || skip "$1 is not installed (Debian: $2)"
}

# The commands of the manual's example behind these words, as they are pasted.
manual_example() { # WORDS
	sed -n "/^$1/,/^\.fi/p" "${manual:-$abs_top_srcdir/man/hellofetch.1}" | sed -e '1,/^\.RS/d' -e '/^\.RE/,$d' |
		sed -e 's/\\f[BR]//g' -e 's/\\-/-/g' -e 's/\\e$/\\/' -e 's/^\$ //'
}

# A directory for the destination alone, with the old file in it.
make_place() {
	place=$BATS_TEST_TMPDIR/place
	rm -rf "$place"
	mkdir "$place"
	echo "the old page" >"$place/page"
	cp -p "$place/page" "$BATS_TEST_TMPDIR/old"
}

# Runs hellofetch as cron would, with less than cron gives.
fetch() { # ARGUMENT...
	run --separate-stderr bash -c 'cd / && exec env -i "$@" </dev/null' - "$hellofetch" "$@"
}

show() {
	printf 'status %s\n--- stdout\n%s\n--- stderr\n%s\n--- %s\n' \
		"$status" "$output" "$stderr" "${place:-}" >&2
	ls -lA "${place:-.}" >&2
	return 1
}

# The destination holds these files and no others.
assert_files() { # NAME...
	[ "$(LC_ALL=C ls -A "$place")" = "$(printf '%s\n' "$@")" ] || show
}

assert_says() { # WORDS
	[[ $stderr == *"$1"* ]] || show
}

# Fetching the URL fails with the code and the words, in one attempt as in three;
# the old file is untouched, and where there was none, none appears.
assert_fails() { # CODE WORDS ARGUMENT... URL
	local tries
	for tries in 1 3; do
		assert_fails_once "$1" "$2" --tries $tries --retry-delay 1ms "${@:3}"
	done
}

assert_fails_once() { # CODE WORDS ARGUMENT... URL
	local code=$1 words=$2 before
	shift 2
	make_place
	before=$(stat -c '%i %Y %Z %a' "$place/page")
	fetch -q -o "$place/page" "$@"
	[ "$status" -eq "$code" ] || show
	[ -z "$output" ] || show
	assert_says "$words"
	assert_says "hellofetch: ${*: -1}"
	assert_says "old file kept ($place/page, age "
	assert_says "exit code $code ("
	cmp "$place/page" "$BATS_TEST_TMPDIR/old" || show
	[ "$(stat -c '%i %Y %Z %a' "$place/page")" = "$before" ] || show
	assert_files page

	rm "$place/page"
	fetch -q -o "$place/page" "$@"
	[ "$status" -eq "$code" ] || show
	assert_says "$words"
	assert_says "no file was there ($place/page)"
	[ -z "$(ls -A "$place")" ] || show
}

# Fetching replaces the file by these bytes, and says nothing.
assert_fetches() { # FILE ARGUMENT... URL
	local want=$1
	shift
	make_place
	fetch -q -o "$place/page" "$@"
	[ "$status" -eq 0 ] || show
	[ -z "$output" ] || show
	[ -z "$stderr" ] || show
	cmp "$place/page" "$want" || show
	assert_files .page.hellofetch page
}

# What most files begin and end with; the others have their own.

setup_file() {
	# shellcheck disable=SC2119
	start_bad_server
	make_new
}

setup() {
	make_place
}

teardown_file() {
	stop "${bad_pid:-}"
}
