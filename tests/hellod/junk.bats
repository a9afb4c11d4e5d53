#!/usr/bin/env bats
# Clients that talk nonsense: a few thousand of them, or a million with
# HELLOD_TEST_LONG=1, best against a build with --enable-sanitizers.

load ../lib/common

counter_is() { # NAME VALUE
	"${abs_top_builddir:?}/helloctl" -s "$BATS_TEST_TMPDIR/control" status | grep -qx "$1: $2"
}

rounds() { # SHORT LONG
	if [ "${HELLOD_TEST_LONG:-}" = 1 ]; then echo "$2"; else echo "$1"; fi
}

@test "sessions of junk: each hears what it deserves, in every framing" {
	cat >"$BATS_TEST_TMPDIR/c" <<-END
		listen = ( { port = 0; framing = "auto"; }, { port = 0; framing = "line"; },
			{ port = 0; framing = "message"; },
			{ path = "$BATS_TEST_TMPDIR/socket"; framing = "line"; } );
		log_connections = false; idle_timeout = "1 min";
	END
	hellod_start -c "$BATS_TEST_TMPDIR/c" -o workers=2 -o "control_socket=$BATS_TEST_TMPDIR/control"
	seed=${HELLOD_TEST_SEED:-$RANDOM}
	echo "seed $seed"
	"${abs_top_srcdir:?}/tests/hellod/junk.py" "$(rounds 3000 1000000)" "$seed" "$(rounds 2 4)" \
		"auto=${HELLOD_ADDRESSES[0]}" "line=${HELLOD_ADDRESSES[1]}" \
		"message=${HELLOD_ADDRESSES[2]}" "line=${HELLOD_ADDRESSES[3]}" 3>&-
	wait_until counter_is sessions '0 of at most 10000'
	greets
	# What a client says is nothing to the log.
	[ -z "$(sed '1,/ready: listening/d' "$HELLOD_LOG")" ]
}
