#!/usr/bin/env bats
# load.bats - hello_load.py, the load client of hellod's tests, must see what is wrong

# What is set here is for common.bash, and the reverse:
# shellcheck disable=SC2030,SC2031,SC2034,SC2154

load common

# loads CODE ARGUMENT... - runs the load against the server, expects the exit status
loads() {
	local code=$1 to="$ADDRESS:$PORT"
	shift
	[[ $ADDRESS != *:* ]] || to="[$ADDRESS]:$PORT"
	[ -n "$PORT" ] || to="unix:$ADDRESS"
	run "-$code" --separate-stderr timeout 120 "$LIB/hello_load.py" --connect "$to" "$@"
}

# saw EXPRESSION - is it true of the report? Its counts are plain names.
saw() {
	python3 -c 'import json, sys
report = json.loads(sys.argv[1])
assert eval(sys.argv[2], report), sys.argv[1]' "$output" "$1"
}

@test "a good server: every session is ok, in each framing" {
	start_server
	for framing in message line crlf; do
		loads 0 --clients 20 --framing "$framing"
		saw 'sessions == ok == 20 and failures == []'
		saw 'latency_ms["answer"]["count"] == 60'
		saw '0 < latency_ms["answer"]["p50"] <= latency_ms["answer"]["max"]'
	done
	[ "$(grep -c "^read b'exit'" "$BATS_TEST_TMPDIR/server.log")" -eq 20 ]
	[ "$(grep -c "^read b'exit.r.n'" "$BATS_TEST_TMPDIR/server.log")" -eq 20 ]
}

@test "2000 sessions at once, held until all are connected, of two processes" {
	start_server
	loads 0 --clients 2000 --hold-until-all-connected --processes 2 --timeout 60
	saw 'ok == 2000'
	# nobody spoke before the last one came
	[ "$(sed '/^read/,$d' "$BATS_TEST_TMPDIR/server.log" | grep -c '^open')" -eq 2000 ]
}

@test "pipelined lines" {
	start_server --framing line
	loads 0 --clients 5 --names 2000 --pipeline --framing crlf --welcome 'Welcome!\n' --timeout 60
	saw 'ok == 5'
}

@test "a UNIX socket, IPv6, answers that come byte by byte" {
	start_server --bytewise --unix "$BATS_TEST_TMPDIR/socket"
	loads 0 --clients 200
	stop_server
	start_server --bytewise --host ::1
	loads 0 --clients 20
}

@test "a full backlog of a UNIX socket is waited for" {
	start_server --fault deaf --unix "$BATS_TEST_TMPDIR/socket"
	loads 1 --clients 2 --timeout 1
	saw 'timeout == 2'
}

@test "another welcome, another greeting" {
	start_server --welcome Hi --greeting '%s: hi'
	loads 0 --clients 2 --welcome Hi --greeting '%s: hi'
	loads 1 --clients 2 --greeting '%s: hi'
	saw 'wrong_text == 2 and failures[0]["step"] == "0: welcome"'
	saw 'failures[0]["expected"] == "Welcome!" and failures[0]["got"] == "Hi"'
	loads 1 --clients 2 --welcome Hi
	saw 'wrong_text == 2 and failures[0]["step"] == "1: answer"'
}

@test "each fault has its class" {
	local fault class framing
	while read -r fault class framing; do
		start_server --fault "$fault"
		loads 1 --clients 7 --timeout 1 --framing "${framing:-message}"
		saw "sessions == 7 and $class == 7 and ok == 0"
		saw "len(failures) == 5 and failures[0]['class'] == '$class'"
		stop_server
	done <<-'END'
		refuse            refused
		deaf              timeout
		silent            timeout
		busy              busy
		close-at-once     early_end
		close-in-welcome  early_end
		reset-at-once     reset
		mute              timeout
		close-on-name     early_end
		close-in-answer   early_end
		close-in-answer   early_end line
		close-on-second   early_end
		reset-on-name     reset
		wrong-name        wrong_text
		wrong-second      wrong_text line
		error             wrong_text
		twice             wrong_text
		endless           wrong_text
		stay              timeout
		chatty            wrong_text line
	END
}

@test "pipelined: an answer too few, one too many, a wrong one, a missing close" {
	local fault class
	while read -r fault class; do
		start_server --fault "$fault"
		loads 1 --clients 3 --timeout 1 --framing line --pipeline
		saw "$class == 3"
		stop_server
	done <<-'END'
		close-on-second  early_end
		twice            wrong_text
		chatty           wrong_text
		wrong-second     wrong_text
		stay             timeout
	END
}

@test "a close while a session thinks is an early end" {
	start_server --fault close-in-welcome
	loads 1 --clients 3 --welcome Welc --think 1000000 --timeout 10
	saw 'early_end == 3 and failures[0]["step"] == "0: welcome, over"'
}

@test "a class that is allowed is no failure, another is" {
	start_server --fault wrong-second
	loads 0 --clients 2 --allow refused --allow wrong_text
	loads 1 --clients 2 --allow refused
}

@test "open loop: sessions start at their time, whatever became of the others" {
	start_server --fault mute
	loads 1 --rate 100 --seconds 1 --timeout 1
	saw 'sessions == timeout == 100'
	saw 'seconds < 10' # one after the other it would be 100
}

@test "open loop: all ok, with thinking time, of two processes" {
	start_server
	loads 0 --rate 200 --seconds 1 --think 50 --processes 2
	saw 'ok == 200 and seconds > 0.9'
}

@test "a transcript is escaped and cut" {
	start_server --welcome "$(printf '\e[31m%0300d' 0)"
	loads 1 --clients 1
	saw 'failures[0]["got"] == r"\x1b[31m" + 195 * "0" + "..."'
}

@test "wrong usage: exit status 2" {
	ADDRESS=127.0.0.1 PORT=1
	for wrong in '' '--clients 0' '--clients 1 --rate 1' '--rate 1 --hold-until-all-connected' \
		'--clients 1 --pipeline' '--clients 1 --allow nothing' '--clients 1 --framing x'; do
		# shellcheck disable=SC2086 # options and values are words
		loads 2 $wrong
	done
}

@test "a load that cannot be made is no verdict: exit status 3" {
	start_server
	run -3 --separate-stderr bash -c 'ulimit -n 40; exec "$@"' - \
		timeout 60 "$LIB/hello_load.py" --connect "$ADDRESS:$PORT" --clients 100 --hold-until-all-connected
	[[ $stderr == 'hello_load: cannot make the load: '*'Too many open files' ]]
	[ -z "$output" ]
}
