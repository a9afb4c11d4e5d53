#!/usr/bin/env bats
# A reload that changes where hellod listens: what stays is the same socket, and
# no client is turned away.

# shellcheck disable=SC2034,SC2004,SC2153 # what common.bash reads, and fills
load ./common

# Reloads, and the load that is under way must not notice.
reload_listeners() { # LISTEN
	configure <<<"listen = ( $1 ); workers = 2;"
	ctl_ends 0 reload
	wait_until is_settled
}

@test "narrower and wider addresses of the same port: no session fails" {
	local port
	port=$(free_port)
	configure <<<"listen = ( { address = \"0.0.0.0\"; port = $port; } ); workers = 2;"
	start
	HELLOD_ADDRESS=127.0.0.1:$port
	load_begin 100 4
	reload_listeners "{ address = \"127.0.0.1\"; port = $port; }"
	[[ $output == *"no longer listening on 0.0.0.0:$port"* ]]
	HELLOD_ADDRESS=127.0.0.2:$port load_clients --clients 1 --allow refused >"$BATS_TEST_TMPDIR/other"
	grep -q '"refused": 1,' "$BATS_TEST_TMPDIR/other"
	reload_listeners "{ address = \"0.0.0.0\"; port = $port; }"
	HELLOD_ADDRESS=127.0.0.2:$port load_clients --clients 10
	reload_listeners "{ address = \"127.0.0.1\"; port = $port; },
		{ address = \"127.0.0.2\"; port = $port; }"
	HELLOD_ADDRESS=127.0.0.2:$port load_clients --clients 10
	reload_listeners "{ address = \"0.0.0.0\"; port = $port; }"
	load_end
}

@test "IPv4 to all of IPv6 and back: no session fails" {
	need_ipv6
	local port
	port=$(free_port)
	configure <<<"listen = ( { address = \"127.0.0.1\"; port = $port; } ); workers = 2;"
	start
	load_begin 100 3
	reload_listeners "{ address = \"::\"; port = $port; v6only = false; }"
	HELLOD_ADDRESS="[::1]:$port" load_clients --clients 10
	reload_listeners "{ address = \"127.0.0.1\"; port = $port; }"
	load_end
}

@test "two listeners swap ports: the framing follows, sessions keep theirs" {
	local one two
	one=$(free_port)
	two=$(free_port)
	configure <<-END
		listen = ( { port = $one; framing = "line"; }, { port = $two; framing = "message"; } );
	END
	start -o workers=2
	configure <<-END
		listen = ( { port = $two; framing = "line"; }, { port = $one; framing = "message"; } );
	END
	client "127.0.0.1:$one" "127.0.0.1:$two" <<-'END'
		import os, subprocess, sys
		from hello_client import Client
		one, two = Client(sys.argv[1]), Client(sys.argv[2])
		one.hear(b"Welcome!\n")
		two.hear(b"Welcome!")
		subprocess.run([os.environ["HELLOCTL"], "-s", os.environ["CONTROL"], "reload"], check=True)
		one.say(b"Yam\nMay\n")
		one.hear(b"Hello, Yam!\nHello, May!\n")
		two.say(b"Yam")
		two.hear(b"Hello, Yam!")
	END
	wait_until is_settled
	HELLOD_ADDRESS=127.0.0.1:$one load_clients --clients 10
	HELLOD_ADDRESS=127.0.0.1:$two load_clients --clients 10 --framing line --welcome 'Welcome!\n'
}

@test "listeners come and go; those that stay are the same sockets" {
	need ss iproute2
	configure <<<'listen = ( { port = 0; backlog = 100; } );'
	start -o workers=2
	local inode more
	inode=$(listening "$HELLOD_ADDRESS")
	[[ $inode == *backlog:100 ]]
	more=$(free_port)
	load_begin 100 3
	reload_listeners "{ port = 0; backlog = 100; }, { port = $more; }"
	HELLOD_ADDRESS=127.0.0.1:$more load_clients --clients 10
	[ "$(listening "$HELLOD_ADDRESS")" = "$inode" ]
	reload_listeners "{ port = 0; backlog = 50; }"
	[ "$(listening "$HELLOD_ADDRESS")" = "${inode%100}50" ]
	[ -z "$(listening "127.0.0.1:$more")" ]
	load_end
}

@test "several listeners on port 0 stay who they are" {
	configure <<<'listen = ( { port = 0; framing = "line"; }, { port = 0; } );'
	hellod_launch -c "$CONF" -o "control_socket=$CONTROL" -o workers=2
	wait_until is_ready_or_dead
	if is_gone "$HELLOD_PID"; then
		hellod_wait 78 # it says that it can't be
		return
	fi
	read_addresses "$HELLOD_LOG"
	local before
	before=$(ctl status | grep '^listening')
	ctl_ends 0 reload
	wait_until is_settled
	[ "$(ctl status | grep '^listening')" = "$before" ]
	HELLOD_ADDRESS=${HELLOD_ADDRESSES[0]} load_clients --clients 10 --framing line \
		--welcome 'Welcome!\n'
	HELLOD_ADDRESS=${HELLOD_ADDRESSES[1]} load_clients --clients 10
}

@test "a UNIX socket: another path, another mode" {
	local one=$BATS_TEST_TMPDIR/one two=$BATS_TEST_TMPDIR/two inode
	configure <<<"listen = ( { path = \"$one\"; } );"
	start -o workers=2
	inode=$(stat -c %i "$one")
	load_begin 100 3
	reload_listeners "{ path = \"$one\"; mode = \"0600\"; }"
	[ "$(stat -c '%i %a' "$one")" = "$inode 600" ]
	reload_listeners "{ path = \"$one\"; }, { path = \"$two\"; }"
	[ "$(stat -c '%i %a' "$one")" = "$inode 666" ]
	greets "unix:$two"
	load_end
	reload_listeners "{ path = \"$two\"; }"
	[ ! -e "$one" ]
	greets "unix:$two"
}

@test "a UNIX socket whose file is another by now: that one is left alone" {
	local one=$BATS_TEST_TMPDIR/one victim=$BATS_TEST_TMPDIR/victim
	configure <<<"listen = ( { path = \"$one\"; } );"
	start -o workers=1
	install -m 600 /dev/null "$victim"
	rm "$one"
	ln -s "$victim" "$one"
	configure <<<"listen = ( { path = \"$one\"; mode = \"0660\"; } );"
	ctl_ends 0 reload
	[ "$(stat -c %a "$victim")" = 600 ]
	[[ $output == *"unix:$one: its file is gone, or another by now"* ]]
	hellod_stop
	[ -h "$one" ]
}

# --- the end

@test "a stop resets nobody, though clients come until the last listener is closed" {
	need_filter
	use_faults
	start -o workers=2
	fault worker-closes-late
	load_clients --rate 500 --seconds 2 --processes 2 --allow refused --allow reset \
		>"$BATS_TEST_TMPDIR/load" &
	local load=$!
	wait_until log_has ' closed '
	kill -TERM "$HELLOD_PID"
	wait "$load" || { cat "$BATS_TEST_TMPDIR/load" && return 1; }
	hellod_wait 0
	[ "$(load_count refused)" -gt 0 ]
	# But, perhaps, one whose handshake was under way when it began.
	[ "$(load_count reset)" -le 1 ]
}
