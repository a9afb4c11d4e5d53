#!/usr/bin/env bats
# Many fetches in one run: hellofetch --jobs.

# shellcheck disable=SC2154,SC2016 # set by common.bash and by bats; for sh
load common

setup() {
	make_place
	jobs=$BATS_TEST_TMPDIR/jobs.conf
	requests=$bad_file.requests
	rm -f "$requests"
}

teardown() {
	if [ -n "${pid:-}" ]; then
		kill -KILL "$pid" 2>/dev/null || true
		wait "$pid" 2>/dev/null || true
	fi
}

# Adds a job to the file: its output is called as it is.
job() { # NAME URL [SETTING]...
	local IFS=' '
	printf '  { name = "%s"; url = "%s"; output = "%s/%s"; %s },\n' "$1" "$2" "$place" "$1" "${*:3}" \
		>>"$BATS_TEST_TMPDIR/list"
}

write_jobs() { # [DEFAULT]...
	{
		printf 'defaults = { retry-delay = "1 ms"; %s };\n' "$*"
		printf 'jobs = (\n%s\n);\n' "$(sed '$s/,$//' "$BATS_TEST_TMPDIR/list")"
	} >"$jobs"
}

put_old() { # NAME...
	local name
	for name; do
		cp -p "$BATS_TEST_TMPDIR/old" "$place/$name"
	done
}

is_new() { # NAME...
	local name
	for name; do
		cmp "$place/$name" "$new" || show
	done
}

is_old() { # NAME...
	local name
	for name; do
		cmp "$place/$name" "$BATS_TEST_TMPDIR/old" || show
	done
}

ended_with() { # CODE
	[ "$status" -eq "$1" ] || show
	[ -z "$output" ] || show
}

# So many failures were told, in blocks that begin as all do.
told() { # COUNT
	[ "$(grep -c '^hellofetch: http' <<<"$stderr")" -eq "$1" ] || show
}

# Starts the jobs in the background; messages go to $err.
start_jobs() { # ARGUMENT...
	err=$BATS_TEST_TMPDIR/err
	"$hellofetch" --deadline 1min "$@" --jobs "$jobs" 2>"$err" 3>&- 8>&- &
	pid=$!
}

end_jobs() { # CODE
	status=0 output="" stderr=""
	wait "$pid" || status=$?
	pid=""
	stderr=$(cat "$err")
	[ "$status" -eq "$1" ] || show
}

@test "fifty pages are saved, and nothing is said" {
	local i
	for i in {1..50}; do
		job "page$i" "$bad/good?$i"
		put_old "page$i"
	done
	write_jobs
	fetch --jobs "$jobs"
	ended_with 0
	[ -z "$stderr" ] || show
	for i in {1..50}; do
		is_new "page$i"
	done
	[ -z "$(find "$place" -name '.hellofetch-*')" ]
	[ "$(find "$place" -name '.page*.hellofetch' | wc -l)" -eq 50 ]
}

@test "one that fails is told, and harms no other" {
	job a "$bad/good"
	job b "$bad/short-length"
	job c "$bad/good"
	put_old a b c
	write_jobs
	fetch --jobs "$jobs"
	ended_with 9
	told 1
	assert_says "  job b"
	assert_says "old file kept ($place/b, age "
	assert_says "3 attempts"
	is_new a c
	is_old b
	[ -z "$(find "$place" -name '.hellofetch-*')" ]
}

@test "several that fail: a block each, in the file's order, and the largest code" {
	job slow "$bad/stall" 'deadline = "300 ms";'
	job gone "$bad/404"
	job good "$bad/good"
	job nul "$bad/nul"
	job busy "$bad/503"
	write_jobs
	fetch --jobs "$jobs"
	ended_with 10
	told 4
	[ "$(sed -n 's/^  job //p' <<<"$stderr" | tr '\n' ' ')" = "slow gone nul busy " ] || show
	[ "$(sed -n 's/^  exit code \([0-9]*\).*/\1/p' <<<"$stderr" | tr '\n' ' ')" = "5 7 10 8 " ] || show
}

@test "so many at a time, and not one more" {
	local i
	for i in {1..12}; do
		job "page$i" "$bad/crowd~5?$i"
	done
	write_jobs
	fetch --parallel 5 --jobs "$jobs"
	ended_with 0
	[ "$(cat "$bad_file.crowd")" = 5 ] || { cat "$bad_file.crowd" >&2; false; }
	is_new page1 page12
}

@test "a pause before another attempt holds up no other" {
	job tired "$bad/seq/$BATS_TEST_NUMBER/503,good" 'retry-delay = "1 s";'
	job a "$bad/good?a"
	job b "$bad/good?b"
	write_jobs
	fetch --parallel 1 --jobs "$jobs"
	ended_with 0
	[ "$(sed -n 's/^GET .*\(seq\|?[ab]\).*/\1/p' "$requests" | tr '\n' ' ')" = "seq ?a ?b seq " ] ||
		{ cat "$requests" >&2; false; }
	is_new tired a b
}

@test "a lock that somebody holds holds up no other" {
	job locked "$bad/good?locked"
	job a "$bad/good?a"
	job b "$bad/good?b"
	write_jobs
	put_old locked
	exec 8>"$place/.locked.hellofetch"
	flock 8
	start_jobs --parallel 1
	wait_for_file "$place/b" "$pid"
	is_old locked
	kill -0 "$pid"
	exec 8>&-
	end_jobs 0
	is_new locked a b
}

@test "a slow hook holds up no fetch" {
	job a "$bad/good?a" "on-change = [ \"/bin/sh\", \"-c\", \"until [ -e '$place/b' ]; do sleep 0.02; done\" ];"
	job b "$bad/good?b"
	write_jobs
	fetch --parallel 2 --deadline 20s --jobs "$jobs"
	ended_with 0
	is_new a b
}

@test "hooks: what each is told, and one that fails" {
	local word
	for word in a b c; do
		job $word "$bad/good?$word" \
			"on-change = [ \"/bin/sh\", \"-c\", \"echo \$HELLOFETCH_URL >\$HELLOFETCH_FILE.told; [ \$1 != b ]\", \"-\", \"$word\" ];"
	done
	write_jobs
	fetch --jobs "$jobs"
	ended_with 15
	told 1
	assert_says "  job b"
	assert_says "new file in place"
	is_new a b c
	for word in a b c; do
		[ "$(cat "$place/$word.told")" = "$bad/good?$word" ]
	done
	# It alone is run again.
	rm "$place"/*.told
	fetch --jobs "$jobs"
	ended_with 15
	[ -e "$place/b.told" ] && [ ! -e "$place/a.told" ] || show
}

@test "the deadline of all ends all, and those that were not begun too" {
	job a "$bad/stall?a"
	job b "$bad/stall?b"
	job c "$bad/good"
	put_old a b c
	write_jobs
	local start=${EPOCHREALTIME/./}
	fetch --parallel 1 --deadline 400ms --jobs "$jobs"
	[ $((${EPOCHREALTIME/./} - start)) -lt 5000000 ]
	ended_with 5
	told 3
	assert_says "the deadline passed before it was begun"
	is_old a b c
}

@test "the deadline of one is its own" {
	job a "$bad/stall" 'deadline = "300 ms";'
	job b "$bad/good"
	write_jobs
	fetch --parallel 1 --jobs "$jobs"
	ended_with 5
	told 1
	is_new b
}

@test "TERM ends all at once, and costs no file" {
	local i
	rm -f "$bad_file.stalled"
	for i in 1 2 3 4 5; do
		job "page$i" "$bad/stall?$i"
		put_old "page$i"
	done
	write_jobs
	start_jobs --parallel 2
	wait_for_file "$bad_file.stalled" "$pid"
	kill -TERM "$pid"
	end_jobs 143
	told 2
	assert_says "stopped by signal 15"
	assert_says "3 further jobs were not begun"
	is_old page1 page2 page3 page4 page5
	[ -z "$(find "$place" -name '.hellofetch-*')" ]
}

@test "TERM ends pauses and hooks too" {
	job tired "$bad/503" 'retry-delay = "1 min";'
	job hooked "$bad/good" 'on-change = [ "/bin/sh", "-c", "echo >$HELLOFETCH_FILE.runs; exec sleep 50" ];'
	write_jobs
	start_jobs
	wait_for_file "$place/hooked.runs" "$pid"
	local child
	child=$(pgrep -P "$pid")
	kill -TERM "$pid"
	end_jobs 143
	run ! kill -0 "$child"
	# What was not run to its end is run again.
	grep -qx pending_hook=1 "$place/.hooked.hellofetch"
}

@test "SIGKILL at any moment: each file is the old one or the new one" {
	local i
	for i in {1..20}; do
		job "page$i" "$bad/good?$i"
	done
	write_jobs
	for _ in {1..15}; do
		for i in {1..20}; do
			rm -f "$place/.page$i.hellofetch"
			put_old "page$i"
		done
		start_jobs
		sleep "0.0$((RANDOM % 60 + 10))" # the moment is the test's subject
		kill -KILL "$pid" 2>/dev/null || true
		wait "$pid" 2>/dev/null || true
		for i in {1..20}; do
			cmp -s "$place/page$i" "$new" || is_old "page$i"
		done
	done
	fetch --jobs "$jobs"
	ended_with 0
	for i in {1..20}; do
		is_new "page$i"
	done
	[ -z "$(find "$place" -name '.hellofetch-*')" ] || show
}

@test "more jobs than there are descriptors for" {
	local i
	for i in {1..60}; do
		job "page$i" "$bad/503?$i" 'retry-delay = "500 ms";'
	done
	write_jobs 'tries = 2;'
	run --separate-stderr bash -c 'ulimit -n 190 && exec "$@"' - "$hellofetch" --jobs "$jobs"
	ended_with 8
	told 60
}

@test "names choose jobs" {
	job a "$bad/good"
	job b "$bad/good"
	job weather "$bad/good"
	write_jobs
	fetch --jobs "$jobs" weather a
	ended_with 0
	is_new a weather
	[ ! -e "$place/b" ]
	rm "$place/a"
	fetch --jobs "$jobs" a wether
	ended_with 2
	assert_says "jobs.conf: no job is called \"wether\"; did you mean \"weather\"?"
	[ ! -e "$place/a" ]
}

@test "a job's word goes before the defaults, and the command line's before both" {
	job a "$bad/good" 'max-size = 5000000000;'
	job b "$bad/good" 'must-match = "^new";' 'mode = 640;' 'follow = false;'
	job c "$bad/good"
	write_jobs 'max-size = "10 B";' 'must-match = "page";' 'mode = "600";' 'follow = true;'
	put_old target
	ln -s target "$place/b"
	ln -s target "$place/c"
	fetch --jobs "$jobs"
	ended_with 13
	told 2
	is_new a
	[ "$(stat -c %a "$place/a")" = 600 ]
	assert_says "cannot replace $place/b: it is a symbolic link"
	assert_says "--max-size is 10"
	fetch --max-size 1MiB --jobs "$jobs" c
	ended_with 0
	is_new target
}

@test "--exit-unchanged, if that is so of all" {
	job a "$bad/conditional~ETag:%20\\\"a\\\""
	job b "$bad/good"
	write_jobs
	fetch --exit-unchanged --jobs "$jobs"
	ended_with 0
	fetch --exit-unchanged --jobs "$jobs"
	ended_with 3
	echo edited >>"$place/b"
	fetch --exit-unchanged --jobs "$jobs"
	ended_with 0
	job c "$bad/404"
	write_jobs
	fetch --exit-unchanged --jobs "$jobs"
	ended_with 7
}

@test "--fail-after counts for each job" {
	job a "$bad/404"
	job b "$bad/503"
	write_jobs 'fail-after = 2;' 'tries = 1;'
	fetch --jobs "$jobs"
	ended_with 8
	[ -z "$stderr" ] || show
	fetch --jobs "$jobs" b
	ended_with 8
	told 1
	fetch --jobs "$jobs" a
	told 1
}

@test "a header file a job, and a state where it says" {
	job a "$bad/good" "header-file = \"$place/a.header\"; state = \"$place/a.state\";"
	write_jobs
	fetch --jobs "$jobs"
	ended_with 0
	head -n 1 "$place/a.header" | grep -q '^HTTP/1.1 200 OK'
	assert_files a a.header a.state page
}

# The file says this; each line that is then told stands behind it.
faults() { # TEXT LINE...
	printf '%s\n' "$1" >"$jobs"
	shift
	run --separate-stderr "$hellofetch" --jobs "$jobs"
	ended_with 2
	same=$(printf "$jobs:%s\n" "$@")
	[ "$stderr" = "$same" ] || { echo "want: $same" >&2; show; }
	assert_files page
}

@test "faults of the file, with line and key" {
	local good='url = "http://127.0.0.1/"; output = "/nonexistent/page";'
	faults "jobs = ();" '1: jobs: want a list of 1 to 10000 groups: ( { url = "..."; output = "/..."; } )'
	faults "job = ();" '1: job: unknown key here, want defaults and jobs'
	faults "jobs = ( 1 );" '1: jobs[0]: want a group: { url = "..."; output = "/..."; }'
	faults "jobs = ( { output = \"/x\"; } );" '1: jobs[0].url: is missing'
	faults "jobs = ( { url = \"http://127.0.0.1/\"; } );" '1: jobs[0].output: is missing'
	faults "jobs = ( { url = \"ftp://127.0.0.1/\"; output = \"/x\"; } );" '1: jobs[0]: only http and https can be fetched'
	faults "jobs = ( { url = \"http://a:b@127.0.0.1/\"; output = \"/x\"; } );" \
		'1: jobs[0]: a URL with a user name or password is refused: everybody could see it in the list of processes'
	faults "jobs = ( { url = \"http://127.0.0.1/\"; output = \"x\"; } );" '1: jobs[0].output: got "x", want an absolute path'
	faults "jobs = ( { url = \"http://127.0.0.1/\"; output = \"-\"; } );" '1: jobs[0].output: got "-", want an absolute path'
	faults "jobs = (
{ $good max_size = 1; },
{ $good
  tries = 0; deadline = true; max-size = ( 1 ); } );" \
		'2: jobs[0].max_size: unknown key here; did you mean "max-size"?' \
		'4: jobs[1].tries: got "0", want a number from 1 to 1000' \
		'4: jobs[1].deadline: got "true", want a time from 1 ms to 7 d (units: us, ms, s, min, h, d)' \
		'4: jobs[1].max-size: want a text or a number'
	faults "defaults = { follow = 1; name = \"x\"; output = \"/x\"; };
jobs = ( { $good }, { $good } );" \
		'1: defaults.follow: got "1", want true or false' \
		'1: defaults.name: unknown key here (hellofetch(1) lists them all)' \
		'1: defaults.output: unknown key here (hellofetch(1) lists them all)'
	faults "jobs = ( { $good on-change = \"make\"; }, { $good quiet = true; min-size = 2; max-size = 1; } );" \
		'1: jobs[0].on-change: want a command and its arguments, as [ "make", "-s" ]' \
		'1: jobs[1].quiet: unknown key here (hellofetch(1) lists them all)'
	faults "jobs = ( { $good min-size = 2; max-size = 1; } );" '1: jobs[0]: --min-size is more than --max-size'
	faults "jobs = ( { $good }, { $good } );" ' two jobs have the same output, "/nonexistent/page"'
	faults "jobs = ( { $good" '2: syntax error; is a quote, a bracket, a comma or a semicolon missing, or a comma too many, here or before?'
	faults "@include \"nothing.conf\"" "1: @include \"$BATS_TEST_TMPDIR/nothing.conf\": cannot open it: No such file or directory"
}

@test "one file by two names" {
	local good='url = "http://127.0.0.1/";' path='"'$BATS_TEST_TMPDIR/directory
	mkdir "$BATS_TEST_TMPDIR/directory"
	ln -s directory "$BATS_TEST_TMPDIR/link"
	faults "jobs = ( { $good output = $path/x\"; }, { $good output = $path//x\"; } );" \
		" two jobs write the same file: output $path//x\" and output $path/x\""
	faults "jobs = ( { $good output = $path/x\"; }, { $good output = \"$BATS_TEST_TMPDIR/link/x\"; } );" \
		" two jobs write the same file: output $path/x\" and output \"$BATS_TEST_TMPDIR/link/x\""
	faults "jobs = ( { $good output = $path/x\"; }, { $good output = $path/y\"; header-file = $path/x\"; } );" \
		" two jobs write the same file: output $path/x\" and header-file $path/x\""
	faults "jobs = ( { $good output = $path/x\"; state = $path/s\"; }, { $good output = $path/y\"; state = $path/s\"; } );" \
		" two jobs have the same state, $path/s\""
	faults "jobs = ( { $good output = $path/x\"; }, { $good output = $path/.x.hellofetch\"; } );" \
		" two jobs write the same file: state $path/.x.hellofetch\" and output $path/.x.hellofetch\""
	faults "jobs = ( { $good output = $path/x\"; header-file = $path/x\"; } );" \
		'1: jobs[0]: --output, --header-file and --state: two of them are the same file'
}

@test "the example of the manual is a good one" {
	sed -n '/^defaults = {/,/^);/p' "$abs_top_srcdir/man/hellofetch.1" | sed 's/\\-/-/g' >"$jobs"
	[ "$(wc -l <"$jobs")" -ge 10 ]
	# A name that is none: all is read, and nothing fetched.
	fetch --jobs "$jobs" news nothing
	ended_with 2
	[ "$stderr" = "$jobs: no job is called \"nothing\"" ] || show
}

@test "two jobs of one name" {
	job a "$bad/good"
	job a "$bad/good"
	write_jobs
	fetch --jobs "$jobs"
	ended_with 2
	assert_says 'two jobs have the same name, "a"'
}

@test "what cannot stand beside --jobs, or without it" {
	job a "$bad/good"
	write_jobs
	local option
	for option in "--output x" "--sha256 $(printf '0%.0s' {1..64})" "--header-file x" "--state x" "--on-change"; do
		# shellcheck disable=SC2086
		fetch $option --jobs "$jobs"
		ended_with 2
		assert_says "${option%% *}: with --jobs it can stand in the job file alone"
	done
	fetch --parallel 2 "$bad/good"
	ended_with 2
	assert_says "--parallel: only with --jobs"
	fetch --jobs /nonexistent
	ended_with 2
	assert_says "/nonexistent: cannot open it: No such file or directory"
	fetch -q --jobs "$jobs"
	ended_with 0
}

@test "what kills have left behind is swept once for a run, in each of its directories" {
	local i other=$BATS_TEST_TMPDIR/other
	need strace strace
	strace -o /dev/null true 2>/dev/null || skip "strace may not trace here"
	mkdir "$other"
	touch {"$place","$other"}/.hellofetch-0123456789abcdef
	for i in {1..20}; do
		job "$i" "$bad/good" "state = \"$other/$i\";"
	done
	write_jobs
	# The leak sanitizer cannot run in a traced process.
	run --separate-stderr env ASAN_OPTIONS=detect_leaks=0 strace -e trace=getdents64 \
		-o "$BATS_TEST_TMPDIR/trace" "$hellofetch" --jobs "$jobs"
	ended_with 0
	is_new {1..20}
	[ ! -e "$place/.hellofetch-0123456789abcdef" ]
	[ ! -e "$other/.hellofetch-0123456789abcdef" ]
	# What there is, and that there is no more, of two directories.
	[ "$(grep -c getdents64 "$BATS_TEST_TMPDIR/trace")" -eq 4 ] || { cat "$BATS_TEST_TMPDIR/trace" >&2; return 1; }
}
