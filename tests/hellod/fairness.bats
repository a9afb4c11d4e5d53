#!/usr/bin/env bats
# fairness.bats - the clients are shared: no worker has more than 1.10 times the
# mean of all, however they come and go
#
# FAIRNESS_SESSIONS=20000 makes it the long form.

load ../lib/common

WORKERS=8
SESSIONS=${FAIRNESS_SESSIONS:-6000}
export WORKERS

setup() {
	HELLOBENCH=$abs_top_builddir/hellobench
	HELLOCTL=$abs_top_builddir/helloctl
	SOCKET=$BATS_TEST_TMPDIR/control
}

start() { # ARGUMENT...
	hellod_start -o workers=$WORKERS -o log_rate=unlimited -o "control_socket=$SOCKET" "$@"
}

bench() { # ARGUMENT...
	"$HELLOBENCH" --quiet --port="$HELLOD_PORT" --timeout=20s "$@" >"$BATS_TEST_TMPDIR/bench" ||
		{ cat "$BATS_TEST_TMPDIR/bench"; return 1; }
}

# Prints a number for each worker: SESSIONS or GREETINGS.
counts() { # COLUMN
	"$HELLOCTL" -s "$SOCKET" ps | awk -v name="$1" '
		NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) column = i; next }
		{ print $column }'
}

# All of them together are TOTAL, and none is over 1.10 times the mean.
assert_fair() { # COLUMN TOTAL
	counts "$1" >"$BATS_TEST_TMPDIR/counts"
	tr '\n' ' ' <"$BATS_TEST_TMPDIR/counts"
	awk -v want="$2" -v workers=$WORKERS '
		{ sum += $1; if ($1 > most) most = $1 }
		END {
			printf ": busiest %.3f times the mean\n", most / (sum / workers)
			exit NR != workers || sum != want || most * workers > 1.10 * sum
		}' "$BATS_TEST_TMPDIR/counts"
}

total_is() { # COLUMN TOTAL
	[ "$(counts "$1" | awk '{ sum += $1 } END { print sum }')" -eq "$2" ]
}

share_short_sessions() { # CLIENTS
	start -o log_connections=false
	bench --dialogue=session --connections="$1" --count="$SESSIONS"
	assert_fair GREETINGS "$SESSIONS"
}

@test "short sessions of one client are shared fairly" {
	share_short_sessions 1
}

@test "short sessions of 4 clients at a time are shared fairly" {
	share_short_sessions 4
}

@test "short sessions of 32 clients at a time are shared fairly" {
	share_short_sessions 32
}

@test "long sessions are shared fairly, and after half have left one worker again" {
	start
	client "$((SESSIONS / 5))" "$BATS_TEST_TMPDIR" <<-'END' &
		import re, sys
		from pathlib import Path
		from hello_client import Client, log, wait_until
		count, directory = int(sys.argv[1]), Path(sys.argv[2])
		def connect():
		    client = Client()
		    client.hear(b"Welcome!")
		    return client
		clients = [connect() for _ in range(count)]
		(directory / "come").touch()
		wait_until(lambda: (directory / "leave").exists())
		of_first = set(re.findall(r"worker 0: accepted 127.0.0.1:(\d+) ", log()))
		leaving = [c for c in clients if str(c.socket.getsockname()[1]) in of_first]
		leaving = leaving[: len(leaving) // 2]
		assert len(leaving) > count / 20
		for client in leaving:
		    clients.remove(client)
		    client.close()
		wait_until(lambda: log().count(": closed ") == len(leaving))
		clients += [connect() for _ in leaving]
		(directory / "again").touch()
		wait_until(lambda: (directory / "done").exists())
	END
	local pid=$!
	wait_until -t 60 [ -e "$BATS_TEST_TMPDIR/come" ]
	assert_fair SESSIONS $((SESSIONS / 5))
	touch "$BATS_TEST_TMPDIR/leave"
	wait_until -t 60 [ -e "$BATS_TEST_TMPDIR/again" ]
	assert_fair SESSIONS $((SESSIONS / 5))
	touch "$BATS_TEST_TMPDIR/done"
	wait "$pid"
}

# Prints how many milliseconds the sessions took, one after the other.
time_sessions() { # PORT
	local began=${EPOCHREALTIME/[.,]/}
	HELLOD_PORT=$1 bench --dialogue=session --connections=1 --count=$((SESSIONS / 5))
	echo $(((${EPOCHREALTIME/[.,]/} - began) / 1000))
}

# By turns, as the machine is not equally busy all the while.
@test "one worker among seven that are stopped serves as quickly as one alone" {
	local one alone=() among=() stopped
	start -o workers=1 -o log_connections=false -o control_socket=
	one=$HELLOD_PORT
	start -o hang_timeout=0 -o log_connections=false
	stopped=$(for i in 0 1 2 4 5 6 7; do worker_pid $i; done)
	# shellcheck disable=SC2086 # seven words
	kill -STOP $stopped
	for _ in 1 2 3 4 5; do
		alone+=("$(time_sessions "$one")")
		among+=("$(time_sessions "$HELLOD_PORT")")
	done
	# shellcheck disable=SC2086
	kill -CONT $stopped
	echo "a fifth of $SESSIONS sessions, ms: ${alone[*]} alone, ${among[*]} among others"
	[ "$(middle "${among[@]}")" -le $((2 * $(middle "${alone[@]}") + 200)) ]
}

middle() { # NUMBER OF FIVE...
	printf '%s\n' "$@" | sort -n | sed -n 3p
}

@test "workers that are stopped delay nobody, and later have their share" {
	start -o hang_timeout=0 -o log_connections=false
	local first=0 stopped
	stopped="$(worker_pid 0) $(worker_pid 5)"
	# shellcheck disable=SC2086 # two words
	kill -STOP $stopped
	bench --dialogue=session --connections=8 --count="$SESSIONS"
	cat "$BATS_TEST_TMPDIR/bench"
	# shellcheck disable=SC2086
	kill -CONT $stopped
	counts GREETINGS | tr '\n' ' '
	total_is GREETINGS "$SESSIONS"
	first=$(counts GREETINGS | head -n 1)
	bench --dialogue=session --connections=8 --count="$SESSIONS"
	counts GREETINGS | tr '\n' ' '
	# What it missed is not made up for.
	[ $((($(counts GREETINGS | head -n 1) - first) * WORKERS * 10)) -le $((SESSIONS * 13)) ]
	[ $((($(counts GREETINGS | head -n 1) - first) * WORKERS * 10)) -ge $((SESSIONS * 8)) ]
}
