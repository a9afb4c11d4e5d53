#!/usr/bin/env bats
# The command line, and whether --help and the manual page tell the same.

# shellcheck disable=SC2154 # set by common.bash and by bats
load common

setup() {
	manual=$abs_top_srcdir/man/hellofetch.1
	place=$BATS_TEST_TMPDIR/place
	mkdir "$place"
	cd "$place" || return
}

assert_usage() { # WORDS ARGUMENT...
	local words=$1
	shift
	run --separate-stderr "$hellofetch" "$@"
	[ "$status" -eq 2 ] || show
	[ -z "$output" ] || show
	assert_says "$words"
	assert_says "Try 'hellofetch --help'."
	[ -z "$(ls -A)" ] || show
}

# The manual's text without its markup.
plain_manual() {
	sed -e 's/\\-/-/g' -e 's/\\f[BIRP]//g' "$manual"
}

@test "--help and -h go to standard output" {
	local option
	for option in -h --help; do
		run --separate-stderr "$hellofetch" $option
		[ "$status" -eq 0 ] || show
		[[ $output == "Usage: hellofetch "* ]] || show
		[ -z "$stderr" ] || show
	done
}

@test "--version and -V" {
	local option
	for option in -V --version; do
		run --separate-stderr "$hellofetch" $option
		[ "$status" -eq 0 ] || show
		[[ ${lines[0]} =~ ^hellofetch\ [0-9]+\.[0-9]+\.[0-9]+ ]] || show
	done
}

@test "no URL, two URLs" {
	assert_usage "want one URL, got 0"
	assert_usage "want one URL, got 2" http://127.0.0.1/a http://127.0.0.1/b
}

@test "URLs that cannot be fetched" {
	local url
	for url in ftp://127.0.0.1/x file:///etc/passwd gopher://127.0.0.1/; do
		assert_usage "only http and https" -o page "$url"
	done
	for url in "" 127.0.0.1/x page http://; do
		assert_usage "not a URL" -o page "$url"
	done
}

@test "a user name or password in the URL is refused and not repeated" {
	local url
	for url in http://joe@127.0.0.1/x http://joe:s3cret@127.0.0.1/x; do
		assert_usage "user name or password" "$url"
		[[ $stderr != *joe* && $stderr != *s3cret* ]] || show
	done
}

@test "options that do not exist, values that are none" {
	assert_usage "unrecognized option" --no-such-option http://127.0.0.1/x
	assert_usage "requires an argument" http://127.0.0.1/x -o
	assert_usage "want a file name" -o "" http://127.0.0.1/x
	assert_usage "--lock: got \"maybe\", want wait, skip or fail" --lock maybe http://127.0.0.1/x
	assert_usage "--sha256: got" --sha256 abc http://127.0.0.1/x
	assert_usage "--must-match: got" --must-match '(' http://127.0.0.1/x
	assert_usage "--mode: got" --mode 999 http://127.0.0.1/x
	assert_usage "--shrink-limit: got" --shrink-limit 101 http://127.0.0.1/x
	local proxy
	for proxy in "" localhost:3128 ftp://h file:///x http://; do
		assert_usage "--proxy: got \"$proxy\", want" --proxy "$proxy" http://127.0.0.1/x
	done
	assert_usage "--proxy: a user name or password is refused" --proxy http://joe:s3cret@h:3128 http://127.0.0.1/x
	[[ $stderr != *s3cret* ]]
	assert_usage "--credential: got \"a/b\", want the name" --credential a/b http://127.0.0.1/x
	local pin=sha256//47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=
	for value in "" "${pin#sha256//}" "${pin%=}" "$pin;" ";$pin" "$pin,$pin" "$pin=" "sha1//x" /etc/passwd; do
		assert_usage "--pin: got \"$value\", want" --pin "$value" http://127.0.0.1/x
	done
	assert_usage "--state: got \"\", want a file name" --state "" http://127.0.0.1/x
	local value
	for value in "" 0 -1 1001 1x many; do
		assert_usage "--tries: got \"$value\", want" --tries "$value" http://127.0.0.1/x
	done
	for value in "" 0 -1 soon 8d 10x; do
		assert_usage "--deadline: got \"$value\", want" --deadline "$value" http://127.0.0.1/x
		assert_usage "--connect-timeout: got" --connect-timeout "$value" http://127.0.0.1/x
	done
	for value in "" -1 1.5 many 1XB; do
		assert_usage "--max-size: got \"$value\", want" --max-size "$value" http://127.0.0.1/x
		assert_usage "--min-size: got" --min-size "$value" http://127.0.0.1/x
	done
	assert_usage "more than --max-size" --min-size 2 --max-size 1 http://127.0.0.1/x
	assert_usage "two of them are the same file" -o x --header-file ./x http://127.0.0.1/x
	assert_usage "two of them are the same file" --header-file "$PWD/x" http://127.0.0.1/x
	assert_usage "two of them are the same file" -o x --state ../place/x http://127.0.0.1/x
	assert_usage "two of them are the same file" --header-file .x.hellofetch http://127.0.0.1/x
}

@test "every option of --help is in the manual, and the reverse" {
	options() { grep -oE -- '(^|[ ,(])--?[a-zA-Z][a-z-]*' | tr -d ' ,(' | sort -u; }
	"$hellofetch" --help | grep -E '^ +-' | sed 's/  [a-z].*//' | options >help
	sed -n '/^\.SH OPTIONS/,/^\.SH EXIT/p' "$manual" | grep -A1 '^\.TP' |
		sed -e 's/\\-/-/g' -e 's/\\f[BIRP]//g' -e 's/^\.[BIR]* //' | options >page
	[ "$(wc -l <help)" -ge 13 ] || { cat help; false; }
	diff help page
}

@test "every option of the manual has a default, and an example that is taken" {
	local option='' line words
	local -A examples=() defaults=()
	while IFS= read -r line; do
		case $line in
		.B*--*) [ -n "$option" ] || option=$(grep -oE -m 1 -- '--[a-z0-9-]+' <<<"$line" | head -n 1) ;;
		.TP) option='' ;;
		*[Dd]efault*) defaults[$option]=yes ;;
		Example:)
			read -r line
			examples[$option]=${line#.B }
			;;
		esac
	done < <(plain_manual | sed -n '/^\.SH OPTIONS/,/^\.SH "EXIT/p')
	unset 'examples[]' 'defaults[]'
	[ "${#examples[@]}" -ge 38 ]
	for option in "${!examples[@]}"; do
		[ -n "${defaults[$option]:-}" ] || { echo "no default: $option" >&2; false; }
		[[ ${examples[$option]} == *"$option"* || ${examples[$option]} == "${option:1:2} "* || $option == --quiet ]] ||
			{ echo "$option: ${examples[$option]}" >&2; false; }
		# The words as a shell makes them. Nothing is at that port; what is looked at before is files.
		eval "words=(${examples[$option]})"
		case $option in
		--jobs | --parallel) continue ;; # want a file, and are in jobs.bats
		--on-change) ;;
		--pin) words+=(https://127.0.0.1:1/x) ;;
		*) words+=(http://127.0.0.1:1/x) ;;
		esac
		[ "$option" != --on-change ] || words=("${words[@]/https:*/http://127.0.0.1:1/x}")
		words=("${words[@]/proxy.example.com:3128/127.0.0.1:1}")
		words=("${words[@]/#\/srv\/data/$PWD}")
		words=("${words[@]/#\/var\/lib\/hellofetch/$PWD}")
		run --separate-stderr "$hellofetch" --tries 1 "${words[@]}"
		# No connection; or what it names is not there.
		[[ $status -eq 4 || $status -eq 13 ]] || { echo "${words[@]}" >&2; show; }
	done
}

@test "the cron example says what the manual says" {
	local example=$abs_top_srcdir/etc/hellofetch.cron want
	want=$(plain_manual | grep '^\*/10 ')
	# One of many pages, which is a comment in the example, and one of one page.
	[ "$(wc -l <<<"$want")" -eq 2 ]
	# In /etc/cron.d the user stands before the command.
	[ "$(sed -n 's/^\(#   \)\{0,1\}\(\*.*  \)[a-z-]*  hellofetch/\2hellofetch/p' "$example")" = "$want" ]
	[ "$(grep -cvE '^(#.*|[A-Z]+=.*|)$' "$example")" -eq 1 ]
	# To cron a percent sign would end the command.
	run ! grep '^[^#].*%' "$example"
	# hellofetch takes it: nothing is wrong but the address.
	local command
	read -ra command <<<"${want##*hellofetch}"
	fetch "${command[@]:0:${#command[@]}-1}" -o "$PWD/x" --tries 1 http://127.0.0.1:1/
	[ "$status" -eq 4 ] || show
}

@test "every exit code of --help is in the manual, and the reverse" {
	"$hellofetch" --help | sed -n '/^Exit codes/,$s/^  *\([0-9][0-9N+]*\) .*/\1/p' >help
	sed -n '/^\.SH "EXIT STATUS"/,/^\.SH FILES/p' "$manual" | grep -A1 '^\.TP' |
		sed -n 's/^\.[BIR]* *"\{0,1\}\([0-9][0-9]*\(+N\)\{0,1\}\).*/\1/p' >page
	[ "$(wc -l <help)" -ge 12 ]
	diff help page
}

@test "the defaults of --help are in the manual" {
	local word
	for word in "5 min" "30 s" "1 B" "3" "1 s" "1 min"; do
		"$hellofetch" --help | grep -qF "(default $word)"
		plain_manual | grep -qF "$word"
	done
}
