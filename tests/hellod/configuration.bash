# configuration.bash - what the tests of the configuration share
#
# Each test is in an empty directory of its own, so that names are short and
# relative. hellod only tests or prints here: nothing is started.

load ../lib/common

setup() {
	mkdir "$BATS_TEST_TMPDIR/here"
	cd "$BATS_TEST_TMPDIR/here" || return
}

# Runs hellod; no configuration may hold it up. Sets status, output and stderr.
hellod() { # CODE ARGUMENT...
	local code=$1
	shift
	run "-$code" --separate-stderr timeout -s KILL "$DEADLINE" "${HELLOD_UNDER[@]}" "$HELLOD" "$@"
}

# hellod finds these faults, in this order, and no others.
faults() { # ARGUMENT... -- FAULT...
	local arguments=()
	while [ "$1" != -- ]; do
		arguments+=("$1")
		shift
	done
	shift
	hellod 78 -t "${arguments[@]}"
	[ -z "$output" ]
	diff <(printf '%s\n' "$@") <(grep -v '^hellod: the configuration is not valid' <<<"$stderr")
	[[ $stderr == *$'\nhellod: the configuration is not valid (see above)'* ]]
}

# The configuration on standard input has these faults; of t.conf, if they
# begin with a number.
refused() { # FAULT...
	local fault all=()
	cat >t.conf
	for fault; do
		[[ $fault != [0-9]* ]] || fault=t.conf:$fault
		all+=("$fault")
	done
	faults -c t.conf -- "${all[@]}"
}

# The configuration on standard input has one fault at least; the words are
# those of the first.
refused_for() { # EXTENDED-REGULAR-EXPRESSION
	cat >t.conf
	hellod 78 -t -c t.conf
	echo "$stderr"
	[[ ${stderr%%$'\n'*} =~ $1 ]]
}

# The configuration on standard input is valid; -T prints these lines, too.
accepted() { # [LINE...]
	cat >t.conf
	prints -c t.conf -- "$@"
}

# hellod -T prints these lines among others, in any order.
prints() { # ARGUMENT... -- [LINE...]
	local arguments=() line
	while [ "$1" != -- ]; do
		arguments+=("$1")
		shift
	done
	shift
	hellod 0 -T "${arguments[@]}"
	[ -z "$stderr" ] || { echo "$stderr"; return 1; }
	for line; do
		grep -qxF -- "$line" <(printf '%s\n' "$output" | sed 's/^\t*//') ||
			{ printf 'no line "%s" in\n%s\n' "$line" "$output"; return 1; }
	done
}

# The longest file that is read, in bytes, as hellod tells it.
largest_file() {
	truncate -s 1G largest_file.conf
	"$HELLOD" -t -c largest_file.conf 2>&1 | sed -n 's/.*want at most \([0-9]*\)$/\1/p'
}

text_of() { # LENGTH
	printf 'w%.0s' $(seq "$1")
}
