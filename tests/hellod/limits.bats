#!/usr/bin/env bats
# Who may come in: each limit one below, at and above, with the words for the
# client. All clients are of this machine; 127.0.0.0/8 gives them sources.

# common.bash uses the variables that are set here (2034).
# shellcheck disable=SC2034
load ../lib/common

HELLOCTL=${abs_top_builddir:?}/helloctl

start() { # ARGUMENT...
	hellod_start -o "control_socket=$BATS_TEST_TMPDIR/control" "$@"
}

ctl() { # ARGUMENT...
	"$HELLOCTL" -s "$BATS_TEST_TMPDIR/control" "$@" 3>&-
}

counter_is() { # NAME VALUE
	ctl status | grep -qx "$1: $2"
}

# What every client here needs: come(SOURCE) is a client, served(SOURCE) one that
# was greeted.
sources() { # ARGUMENT...
	client "$@" < <(
		cat <<-'END'
			import os, socket, sys, time
			from hello_client import TIMEOUT, Client, log, parse, wait_until

			def come(source, address=None):
			    family, where = parse(address or os.environ["HELLOD_ADDRESS"])
			    client = Client.__new__(Client)
			    client.socket = socket.socket(family, socket.SOCK_STREAM)
			    client.socket.settimeout(TIMEOUT)
			    client.socket.bind((source, 0))
			    client.socket.connect(where)
			    return client

			def served(source, address=None):
			    client = come(source, address)
			    client.hear(b"Welcome!")
			    client.say(b"Yam")
			    client.hear(b"Hello, Yam!")
			    return client

			def refused(source, words, address=None):
			    come(source, address).hear_end(words)

			def leave(client, ended):
			    client.say(b"exit")
			    client.hear_end()
			    wait_until(lambda: log().count(": closed ") >= ended)
		END
		cat
	)
}

@test "deny: and allow: the networks' first and last address, and the ones beside them" {
	start -o workers=1 -o 'deny=["127.1.0.0/16", "127.3.3.3", "127.6.8.0/21"]' -o 'allow=127.1.2.0/24'
	sources <<-'END'
		words = b"Busy: this address is denied (deny)"
		for source in ("127.1.0.0", "127.1.1.255", "127.1.3.0", "127.1.255.255", "127.3.3.3",
		               "127.6.8.0", "127.6.15.255"):
		    refused(source, words)
		for source in ("127.0.255.255", "127.2.0.0", "127.1.2.0", "127.1.2.255", "127.3.3.2", "127.3.3.4",
		               "127.6.7.255", "127.6.16.0"):
		    served(source)
	END
	counter_is denied 7
	counter_is refused 7
	log_has 'warning: refused [0-9] clients? on .*, the last one 127\.[136]\..*: this address is denied \(deny\)'
	[ "$(log_count 'warning: refused')" -le 3 ]
	ctl why 127.1.0.1 | grep -qx 'verdict: refused: this address is denied (deny)'
	ctl why 127.1.0.1 | grep -qx 'deny: 127.1.0.0/16'
	ctl why 127.1.2.1 | grep -qx 'allow: 127.1.2.0/24'
	ctl why 127.1.2.1 | grep -qx 'verdict: served'
	run -2 ctl why localhost
	[[ $output == *'want an IPv4 or IPv6 address'* ]]
}

@test "deny: an IPv4 client of an IPv6 listener is an IPv4 client" {
	need_ipv6
	cat >"$BATS_TEST_TMPDIR/c" <<-'END'
		listen = ( { address = "::"; port = 0; v6only = false; } );
		deny = [ "127.1.0.0/16", "::1" ];
	END
	start -o workers=1 -c "$BATS_TEST_TMPDIR/c"
	sources "$HELLOD_PORT" <<-'END'
		where = "127.0.0.1:" + sys.argv[1]
		refused("127.1.1.1", b"Busy: this address is denied (deny)", where)
		refused("::1", b"Busy: this address is denied (deny)", "[::1]:" + sys.argv[1])
		served("127.0.0.1", where)
	END
}

@test "a line listener's refusal is a line; clients of a UNIX socket have no source" {
	cat >"$BATS_TEST_TMPDIR/c" <<-END
		listen = ( { address = "127.0.0.1"; port = 0; framing = "line"; },
			{ path = "$BATS_TEST_TMPDIR/socket"; } );
		deny = [ "0.0.0.0/0" ]; max_connections_per_source = 1; max_rate_per_source = 1;
	END
	start -o workers=1 -c "$BATS_TEST_TMPDIR/c"
	sources <<-'END'
		refused("127.0.0.1", b"Busy: this address is denied (deny)\n")
	END
	greets "unix:$BATS_TEST_TMPDIR/socket"
	greets "unix:$BATS_TEST_TMPDIR/socket"
}

@test "max_connections_per_source: one below, at and above, over all workers" {
	start -o workers=4 -o max_connections_per_source=3 -o exempt=127.9.0.0/16
	sources <<-'END'
		words = b"Busy: 3 connections of this source are open (max_connections_per_source)"
		inside = [served("127.1.1.1") for _ in range(3)]
		for _ in range(5):
		    refused("127.1.1.1", words)
		# Others don't notice, and the exempt have no limit.
		others = [served(source) for source in ("127.1.1.2", "127.1.1.0") for _ in range(3)]
		exempt = [served("127.9.1.1") for _ in range(6)]
		leave(inside.pop(), 1)
		inside.append(served("127.1.1.1"))
		refused("127.1.1.1", words)
	END
	counter_is source_limited 6
	ctl why 127.9.1.1 | grep -qx 'verdict: served'
	log_has 'warning: refused [1-6] clients? on .*, the last one 127\.1\.1\.1:[0-9]+: 3 connections of this source are open \(max_connections_per_source\)'
}

# Whoever was told no, and stays to hear more of it, has a descriptor yet.
@test "max_connections_per_source: who is refused and stays takes nobody's place" {
	HELLOD_UNDER=(bash -c 'ulimit -n 64; exec "$@"' -)
	start -o workers=1 -o max_connections=40 -o max_connections_per_source=5
	sources <<-'END'
		words = b"Busy: 5 connections of this source are open (max_connections_per_source)"
		inside = [served("127.1.1.1") for _ in range(5)]
		stayed = []
		for number in range(300):
		    stayed.append(come("127.1.1.1"))
		    stayed[-1].hear(words)
		    if number % 30 == 0:
		        served("127.2.1.1").close()
		for client in inside:
		    client.say(b"Yam")
		    client.hear(b"Hello, Yam!")
	END
	log_has 'warning: cannot accept on .*: Too many open files .*; clients that were told all there is make room; .*LimitNOFILE='
	[ "$(log_count 'warning: cannot accept')" -le 5 ]
}

@test "max_connections_per_source: an IPv6 /64 is one source" {
	need_ipv6
	start -l '[::1]:0' -o workers=2 -o max_connections_per_source=2
	sources <<-'END'
		inside = [served("::1") for _ in range(2)]
		refused("::1", b"Busy: 2 connections of this source are open (max_connections_per_source)")
	END
	ctl why ::5:6 | grep -qx 'connections of this source: 0 of at most 2'
}

@test "max_connections_per_source: a reload, and a worker's death, leave the count right" {
	HELLOD_MAY_DIE=1
	: >"$BATS_TEST_TMPDIR/c"
	start -c "$BATS_TEST_TMPDIR/c" -l 127.0.0.1:0 -o workers=2 -o max_connections_per_source=4
	sources "$HELLOCTL" "$BATS_TEST_TMPDIR/control" <<-'END'
		import signal, subprocess
		def ctl(*command):
		    return subprocess.run([sys.argv[1], "-s", sys.argv[2], *command], check=True,
		                          capture_output=True, text=True).stdout
		def counted(count):
		    return f"connections of this source: {count} of at most 4\n" in ctl("why", "127.1.1.1")
		words = b"Busy: 4 connections of this source are open (max_connections_per_source)"
		before = [served("127.1.1.1") for _ in range(2)]
		ctl("reload")
		after = [served("127.1.1.1") for _ in range(2)]
		refused("127.1.1.1", words)
		assert counted(4)
		assert "verdict: refused: 4 connections of this source" in ctl("why", "127.1.1.1")
		assert "verdict: served" in ctl("why", "127.1.1.2")
		# All workers that serve are killed: only the older generation's clients are left.
		for line in ctl("ps").splitlines():
		    if line.endswith(" serving"):
		        os.kill(int(line.split()[2]), signal.SIGKILL)
		wait_until(lambda: counted(2))
		more = [served("127.1.1.1") for _ in range(2)]
		refused("127.1.1.1", words)
	END
}

@test "max_rate_per_source: one below, at and above; who was refused doesn't count" {
	start -o workers=2 -o max_rate_per_source=5 -o 'exempt=["127.9.0.0/16"]'
	sources <<-'END'
		words = b"Busy: 5 connections of this source in a minute (max_rate_per_source)"
		for number in range(5):
		    leave(served("127.1.1.1"), number + 1)
		for _ in range(3):
		    refused("127.1.1.1", words)
		served("127.1.1.2")
		for _ in range(10):
		    served("127.9.1.1")
	END
	counter_is rate_limited 3
	log_has 'warning: refused [1-3] clients? on .*, the last one 127\.1\.1\.1:[0-9]+: 5 connections of this source in a minute \(max_rate_per_source\)'
	ctl why 127.1.1.1 | grep -qx 'connections in a minute: 5 of at most 5'
}

@test "max_rate_per_source: what dead workers counted goes on" {
	HELLOD_MAY_DIE=1
	start -o workers=2 -o max_rate_per_source=3
	sources <<-'END'
		for number in range(3):
		    leave(served("127.1.1.1"), number + 1)
	END
	list_workers
	kill -KILL "${workers[@]}"
	wait_until log_has_times 2 'was killed by signal 9'
	sources <<-'END'
		refused("127.1.1.1", b"Busy: 3 connections of this source in a minute (max_rate_per_source)")
	END
}

@test "early_drop: none below START, all at FULL, some between; who said a name is not silent" {
	start -o workers=2 -o early_drop=5:50:20 -o exempt=127.9.0.0/16
	sources <<-'END'
		import re
		def is_served():
		    client = come("127.0.0.1")
		    if client.socket.recv(1) == b"W":
		        client.hear(b"elcome!")
		        return client
		    words = client.hear_all()
		    assert re.fullmatch(rb"usy: \d+ clients have said no name yet \(early_drop\)", words), words
		    return None
		talkers = [served("127.0.0.1") for _ in range(10)]
		silent = []
		while len(silent) < 5:
		    silent.append(is_served())
		    assert silent[-1]
		come("127.9.1.1").hear(b"Welcome!")
		dropped = 0
		tries = 0
		for _ in range(60):
		    client = is_served()
		    if client:
		        client.say(b"Yam")
		        client.hear(b"Hello, Yam!")
		    else:
		        dropped += 1
		print(f"{dropped} of 60 dropped")
		assert 10 <= dropped <= 50  # but for one in a million
	END
}

@test "early_drop: all are refused at FULL, and why says how many" {
	start -o workers=1 -o early_drop=2:0:2 -o exempt=127.9.0.0/16
	sources "$HELLOCTL" "$BATS_TEST_TMPDIR/control" <<-'END'
		import subprocess
		silent = [come("127.0.0.1") for _ in range(2)]
		for client in silent:
		    client.hear(b"Welcome!")
		for _ in range(20):
		    refused("127.0.0.1", b"Busy: 2 clients have said no name yet (early_drop)")
		served("127.9.1.1")
		said = subprocess.run([sys.argv[1], "-s", sys.argv[2], "why", "127.0.0.1"], check=True,
		                      capture_output=True, text=True).stdout
		assert "silent clients: 2, early_drop refuses 100 %\n" in said, said
		silent[0].say(b"Yam")
		silent[0].hear(b"Hello, Yam!")
		served("127.0.0.1")
	END
	counter_is dropped_early 20
	log_has 'warning: refused [0-9]+ clients? on .*: 2 clients have said no name yet \(early_drop\)'
	[ "$(log_count 'warning: refused')" -le 5 ]
}

@test "dry_run: all are served, counted and logged" {
	start -o workers=1 -o deny=127.1.0.0/16 -o max_connections_per_source=1 -o dry_run=true
	sources <<-'END'
		clients = [served("127.1.1.1") for _ in range(4)]
		more = [served("127.2.1.1") for _ in range(3)]
	END
	counter_is would_refuse 6
	counter_is refused 0
	log_has 'would have refused [0-9]+ clients? on .*: this address is denied \(deny\)'
	log_has 'would have refused [0-9]+ clients? on .*: 1 connections of this source are open'
	ctl why 127.1.1.1 | grep -q '^verdict: served, as dry_run is set; else refused: this address'
}

@test "overload: with queue, clients wait in the queue until there is room, and idle workers idle" {
	start -o workers=2 -o max_connections=3 -o overload=queue
	list_workers
	export HELLOCTL CONTROL=$BATS_TEST_TMPDIR/control
	sources "${workers[@]}" <<-'END'
		import subprocess
		from hello_client import processor_time
		inside = [served("127.0.0.1") for _ in range(3)]
		waiting = come("127.0.0.1")
		said = subprocess.run([os.environ["HELLOCTL"], "-s", os.environ["CONTROL"], "why", "127.0.0.1"],
		                      check=True, capture_output=True, text=True).stdout
		assert "verdict: has to wait (max_connections, overload)\n" in said, said
		used = sum(processor_time(pid) for pid in sys.argv[1:])
		end = time.monotonic() + 1
		while time.monotonic() < end:
		    assert waiting.hears_nothing()
		    time.sleep(0.05)  # the time in which it must hear nothing
		used = sum(processor_time(pid) for pid in sys.argv[1:]) - used
		print(f"{used:.2f} s used in a second")
		assert used <= 0.1
		leave(inside.pop(), 1)
		waiting.hear(b"Welcome!")
		waiting.say(b"Yam")
		waiting.hear(b"Hello, Yam!")
	END
	log_has 'warning: clients wait in the queue \(overload\): 3 connections are open \(max_connections\)'
	counter_is refused 0
	run ! counter_is queued 0
}

@test "max_connections_per_source, max_rate_per_source: the /64 counts, not the address, nor its neighbour" {
	cat >"$BATS_TEST_TMPDIR/c" <<-'END'
		listen = ( { address = "127.0.0.1"; port = 0; proxy_from = "127.2.0.0/16"; } );
		max_connections_per_source = 3; max_rate_per_source = 5;
	END
	start -o workers=2 -c "$BATS_TEST_TMPDIR/c"
	sources <<-'END'
		def named(name):
		    client = come("127.2.0.1")
		    client.say(b"PROXY TCP6 %s 2001:db8::1 4711 9999\r\n" % name)
		    return client
		def welcomed(name):
		    client = named(name)
		    client.hear(b"Welcome!")
		    return client
		first, last = b"2001:db8:0:7::", b"2001:db8:0:7:ffff:ffff:ffff:ffff"
		inside = [welcomed(name) for name in (first, last, b"2001:db8:0:7::1")]
		named(last).hear_end(b"Busy: 3 connections of this source are open (max_connections_per_source)")
		for neighbour in (b"2001:db8:0:6:ffff:ffff:ffff:ffff", b"2001:db8:0:8::"):
		    welcomed(neighbour)
		for ended in range(2):
		    leave(inside.pop(), ended + 1)
		    inside.insert(0, welcomed(last))
		leave(inside.pop(), 3)
		named(first).hear_end(b"Busy: 5 connections of this source in a minute (max_rate_per_source)")
	END
	ctl why 2001:db8:0:7::99 | grep -qx 'connections in a minute: 5 of at most 5'
	ctl why 2001:db8:0:8::99 | grep -qx 'connections in a minute: 1 of at most 5'
}

# The manual's table of limits, a row each: LIMIT COUNTER LINE WORDS, the last of
# them those that the client is told, if any, without what is a number of ours.
limits_of_manual() {
	awk -F '\t' '
		/^\.SH / { inside = $0 == ".SH WHAT A CLIENT SEES" }
		inside && match($0, /^Busy: .* \([a-z_]+\)$/) {
			limit = $0
			gsub(/^.*\(|\)$/, "", limit)
			sub(/^Busy: ([0-9]+ )?/, "")
			sub(/ \([a-z_]+\)$/, "")
			words[limit] = $0
		}
		inside && rows && NF == 3 { print $0 "\t" words[$1] }
		inside && /^lB lB l\.$/ { rows = 1 }
	' "${abs_top_srcdir:?}/man/hellod.conf.5"
}

@test "every limit of the manual's table has its test, with its words, counter and line" {
	limits_of_manual >"$BATS_TEST_TMPDIR/limits"
	cat "$BATS_TEST_TMPDIR/limits"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/limits")" -ge 16 ]
	[ "$(cut -f 4 "$BATS_TEST_TMPDIR/limits" | grep -c .)" -ge 10 ]
	/usr/bin/python3 - "$BATS_TEST_TMPDIR/limits" "$abs_top_srcdir"/tests/{hellod,lifecycle}/*.bats <<-'END'
		import re, sys
		tests = []
		for name in sys.argv[2:]:
		    with open(name, encoding="utf-8") as file:
		        tests += re.findall(r'^@test "(.*?)" \{\n(.*?)^\}', file.read(), re.M | re.S)
		missing = []
		for row in open(sys.argv[1], encoding="utf-8"):
		    limit, *wanted = row.rstrip("\n").split("\t")
		    bodies = [body for title, body in tests if re.match(re.escape(limit) + r"(,.*)?:", title)]
		    missing += [f"{limit}: no test of it has {what!r}" for what in wanted
		                if not any(what in body for body in bodies)]
		print("\n".join(missing))
		assert not missing
	END
}
