#!/usr/bin/env bats
# Floods of clients that mean harm: the honest ones do not notice. A few hundred
# of them; with HELLOD_TEST_LONG=1 ten thousand, fifty thousand of those that go at
# once, and figures that are asked for of a machine that does nothing else.

load "${abs_top_srcdir:?}/tests/lifecycle/common"

FLOOD=$abs_top_srcdir/tests/hellod/flood.py
READY=$BATS_TEST_TMPDIR/ready

# A hellod that takes lines.
serve() { # ARGUMENT...
	cat >"$BATS_TEST_TMPDIR/flood.conf" <<-'END_OF_FILE'
		listen = ( { port = 0; framing = "line"; } ); workers = 2; max_connections = 20000;
	END_OF_FILE
	STARTED=$SECONDS
	start -c "$BATS_TEST_TMPDIR/flood.conf" "$@"
}

# Begins a flood in the background, and waits until all are there.
flood_begin() { # KIND CLIENTS SOURCES SECONDS
	"$FLOOD" "$1" "$HELLOD_ADDRESS" "$2" "$3" "$(rounds 1 2)" "$READY" "$4" \
		>"$BATS_TEST_TMPDIR/flood" 3>&- &
	FLOOD_PID=$!
	wait_until [ -e "$READY" ]
}

# Prints how it went.
flood_end() {
	wait "$FLOOD_PID"
	tell "$(cat "$BATS_TEST_TMPDIR/flood")"
}

flood_has() { # EXPRESSION, of the object that it printed
	/usr/bin/python3 -c 'import json, sys
with open(sys.argv[1]) as file:
    flood = json.load(file)
assert eval(sys.argv[2]), (sys.argv[2], flood)' "$BATS_TEST_TMPDIR/flood" "$1"
}

# Honest clients, for so long. All are served; in the long form, in time.
honest() { # SECONDS
	load_clients --rate "$(rounds 50 200)" --seconds "$1" --framing line --welcome 'Welcome!\n' \
		--timeout "$(rounds 20 5)" >"$BATS_TEST_TMPDIR/honest"
	local p99
	p99=$(sed -n 's/^ *"p99": \([0-9]*\).*/\1/p' "$BATS_TEST_TMPDIR/honest" | sort -n | tail -n 1)
	tell "honest: $(grep -c . "$BATS_TEST_TMPDIR/honest") lines; slowest p99 of a step $p99 ms"
	! is_long || [ "$p99" -le 100 ]
}

tell() { # TEXT
	echo "$1"
	! is_long || echo "# $1" >&3
}

# Anonymous memory of all workers, KiB.
workers_memory() {
	local pid
	for pid in $(hellod_workers); do
		awk '/^RssAnon:/ { print $2 }' "/proc/$pid/status"
	done | awk '{ n += $1 } END { print n }'
}

# Clock ticks that the workers have used so far.
workers_time() {
	local pid
	for pid in $(hellod_workers); do
		sed 's/^.*) //' "/proc/$pid/stat"
	done | awk '{ n += $12 + $13 } END { print n }'
}

# Runs the command. Sets used, the part of a processor that the workers used, percent.
measure() { # COMMAND...
	local before began=${EPOCHREALTIME/[.,]/}
	before=$(workers_time)
	"$@"
	used=$((($(workers_time) - before) * 1000000 * 100 / $(getconf CLK_TCK) / (${EPOCHREALTIME/[.,]/} - began)))
}

# Nobody is left, and the workers have nothing to do.
calm_again() { # DESCRIPTORS OF THE WORKERS
	wait_until status_is sessions 0
	ctl why 127.0.0.1 | grep -q '^silent clients: 0,'
	wait_until workers_have_descriptors "$1"
	measure sleep 1 # the time that is measured
	tell "afterwards the workers use $used % of a processor"
	[ "$used" -le 5 ]
}

workers_descriptors() {
	local pid
	for pid in $(hellod_workers); do
		count_descriptors "$pid"
	done | awk '{ n += $1 } END { print n }'
}

workers_have_descriptors() { # COUNT
	[ "$(workers_descriptors)" -eq "$1" ]
}

# Two lines of each of 100 clients a second, and a few others.
log_is_short() {
	tell "the log has $(wc -l <"$HELLOD_LOG") lines, of $((SECONDS - STARTED)) s"
	[ "$(wc -l <"$HELLOD_LOG")" -le $((10 + 205 * (SECONDS - STARTED + 1))) ]
}

drip_from() { # SOURCES
	local count seconds before memory descriptors
	count=$(rounds 300 10000)
	seconds=$(rounds 3 30)
	serve -o "name_timeout=$seconds s"
	greets_in_lines
	descriptors=$(workers_descriptors)
	before=$(workers_memory)
	flood_begin drip "$count" "$1" $((seconds * 4))
	measure honest $((seconds / 2))
	# By now all have dripped. On a busy machine some are gone, in the short form.
	! is_long || [ "$(status_of sessions)" -ge "$count" ]
	memory=$((($(workers_memory) - before) * 1024 / count))
	tell "$memory bytes of memory a client; $used % of a processor"
	! is_long || is_sanitized || [ "$memory" -le 2048 ]
	! is_long || [ "$used" -le 20 ]
	flood_end
	# Each was there for as long as it may be, and told why it may no longer.
	flood_has "flood['ends'] == {'Welcome! Busy: no name for too long (name_timeout)': $count}"
	stayed_for "$seconds"
	! is_long || flood_has "flood['stays'][1] <= $seconds + 1"
	status_is name_timeouts "$count"
	calm_again "$descriptors"
	log_is_short
}

# Nobody had less than this: of which the flood's clients see the less, the busier
# the machine is.
stayed_for() { # SECONDS
	! is_long || flood_has "flood['stays'][0] >= $1 - 0.5"
}

greets_in_lines() {
	client <<-'END'
		from hello_client import Client
		client = Client()
		client.hear(b"Welcome!\n")
		client.say(b"Yam\n")
		client.hear(b"Hello, Yam!\n")
		client.say(b"exit\n")
		client.hear_end()
	END
}

@test "slow drip, from many sources: cut in time, and nobody else notices" {
	drip_from 100
}

@test "slow drip, from one source: cut in time, and nobody else notices" {
	drip_from 1
}

@test "slow drip, from one source that has its limit: all but those few are refused" {
	local count
	count=$(rounds 300 10000)
	serve -o max_connections_per_source=50 -o exempt=127.0.0.1 -o "name_timeout=$(rounds 2 20) s"
	flood_begin drip "$count" 1 80
	honest 2
	flood_end
	flood_has "flood['ends']['Welcome! Busy: no name for too long (name_timeout)'] >= 50"
	flood_has "flood['ends']['Busy: 50 connections of this source are open (max_connections_per_source)'] > $count / 2"
	flood_has "len(flood['ends']) == 2"
	# A line a second, of all workers; and the time to connect them all.
	[ "$(log_count 'warning: refused ')" -le $((SECONDS - STARTED + 2)) ]
	ctl why 127.10.0.1 | grep -qx 'connections of this source: 0 of at most 50'
}

# Nine tenths of all places are taken by those who say nothing: a tenth of them
# must go, the first that came, until there is no stress; the rest may stay.
@test "slow drip that takes most places: the oldest go early, nobody else notices" {
	local count seconds
	count=$(rounds 270 9000)
	seconds=$(rounds 6 20)
	serve -o "max_connections=$((count * 10 / 9))" -o "stress_timeout=$((seconds / 3)) s" -o "name_timeout=$seconds s"
	flood_begin drip "$count" 100 $((seconds * 4))
	honest $((seconds / 2))
	flood_end
	flood_has "flood['ends']['Welcome! Busy: idle for too long under stress (stress_timeout)'] >= $count / 20"
	flood_has "flood['ends']['Welcome! Busy: no name for too long (name_timeout)'] > 0"
	flood_has "len(flood['ends']) == 2"
	stayed_for $((seconds / 3))
	[ "$(log_count 'are let go after stress_timeout')" -le $((SECONDS - STARTED + 2)) ]
	status_is refused 0
}

@test "those that never read: reset in time, and nobody else notices" {
	local count seconds descriptors before
	count=$(rounds 100 1000)
	seconds=$(rounds 3 10)
	serve -o "write_timeout=$seconds s"
	descriptors=$(workers_descriptors)
	before=$(workers_memory)
	flood_begin deaf "$count" 100 $((seconds * 4))
	tell "$((($(workers_memory) - before) * 1024 / count)) bytes of memory a client"
	if PATH=$PATH:/usr/sbin:/sbin command -v ss >/dev/null; then
		kernel_memory_is_bounded
	fi
	honest $((seconds / 2))
	flood_end
	flood_has "flood['ends'] == {'reset': $count}"
	! is_long || flood_has "flood['stays'][1] <= $seconds + 1"
	status_is write_timeouts "$count"
	calm_again "$descriptors"
	log_is_short
}

# Of the server's side of each connection, in all its buffers.
kernel_memory_is_bounded() {
	local text
	text=$(PATH=$PATH:/usr/sbin:/sbin ss -tnmOH "sport = :$HELLOD_PORT" | /usr/bin/python3 -c 'if True:
		import re, sys
		sizes = []
		for found in re.findall(r"skmem:\((.*?)\)", sys.stdin.read()):
		    size = {key: int(n) for key, n in re.findall(r"([a-z]+)(\d+)", found)}
		    sizes.append(size["r"] + max(size["t"], size["w"]) + size["f"] + size["o"] + size["bl"])
		sizes.sort()
		sizes = sizes or [0]
		print(len(sizes), sizes[len(sizes) // 2], sizes[-1])')
	tell "kernel memory: of connections, bytes of the middle one and of the largest: $text"
	[ "${text##* }" -le 65536 ]
}

# All that was not logged is summed up in the log, to the last client.
log_adds_up() {
	sed -En 's/.* ([0-9]+) clients more came in one second: not logged \(log_rate\)$/\1/p' "$HELLOD_LOG" |
		awk -v want="$(status_of unlogged)" '{ n += $1 } END { exit n != want }'
}

@test "clients that are gone at once, by closes and resets: no death, no spin, no log flood" {
	local count descriptors
	count=$(rounds 3000 50000)
	serve
	greets_in_lines
	descriptors=$(workers_descriptors)
	"$FLOOD" gone "$HELLOD_ADDRESS" "$count" 100 2 >"$BATS_TEST_TMPDIR/flood" 3>&- &
	FLOOD_PID=$!
	honest 2
	flood_end
	flood_has "flood['ends'] == {'gone': $count}"
	calm_again "$descriptors"
	! is_long || [ "$(status_of unlogged)" -ge $((count / 3)) ]
	# What is said of them all adds up, to the last.
	wait_until log_adds_up
	log_is_short
}

# Half-open connections: from addresses where nobody is, to a short queue, without
# the kernel's cookies against it, and given up by it after a second, not a minute.
@test "SYNs of nobody, more than a queue holds: honest clients are served afterwards" {
	local count workers
	need_root
	need ip iproute2
	need nsenter util-linux
	unshare --net ip link add veth0 type veth peer name veth1 2>/dev/null ||
		skip "no network of a test's own can be made here"
	count=$(rounds 5000 50000)
	cat >"$BATS_TEST_TMPDIR/flood.conf" <<-'END_OF_FILE'
		listen = ( { address = "192.0.2.1"; port = 0; backlog = 16; } ); workers = 2;
	END_OF_FILE
	# shellcheck disable=SC2016 # it is the inner shell that expands it
	HELLOD_UNDER+=(unshare --net sh -c 'PATH=$PATH:/usr/sbin:/sbin
		ip link add veth0 type veth peer name veth1 && ip link set lo up &&
		ip link set veth0 up && ip link set veth1 up && ip address add 192.0.2.1/32 dev veth0 &&
		ip route add 10.0.0.0/8 dev veth0 && echo 0 >/proc/sys/net/ipv4/tcp_syncookies &&
		echo 0 >/proc/sys/net/ipv4/tcp_synack_retries && exec "$@"' -)
	STARTED=$SECONDS
	start -c "$BATS_TEST_TMPDIR/flood.conf"
	list_workers
	timeout 100 nsenter --net -t "$HELLOD_PID" /usr/bin/python3 - "$count" 3>&- <<-'END'
		import os, socket, struct, sys
		from hello_client import Client, wait_until
		_, _, port = os.environ["HELLOD_ADDRESS"].rpartition(":")
		here = socket.inet_aton("192.0.2.1")
		def checksum(data):
		    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
		    total = (total >> 16) + (total & 0xffff)
		    return ~(total + (total >> 16)) & 0xffff
		def syn(number):
		    source = struct.pack("!I", 0x0A000001 + number)
		    def tcp(check):
		        return struct.pack("!HHIIBBHHH", 1024 + number % 60000, int(port), number, 0, 0x50, 2, 1024, check, 0)
		    pseudo = source + here + struct.pack("!BBH", 0, socket.IPPROTO_TCP, 20)
		    return struct.pack("!BBHHHBBH4s4s", 0x45, 0, 40, 0, 0, 64, socket.IPPROTO_TCP, 0, source, here) \
		        + tcp(checksum(pseudo + tcp(0)))
		def dropped():
		    with open("/proc/net/netstat") as table:
		        names, values = [line.split() for line in table if line.startswith("TcpExt:")]
		    return int(values[names.index("TCPReqQFullDrop")])
		raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
		inside = Client()
		inside.hear(b"Welcome!")
		for number in range(int(sys.argv[1])):
		    raw.sendto(syn(number), ("192.0.2.1", 0))
		print(f"{dropped()} SYNs found the queue full")
		assert dropped() > int(sys.argv[1]) / 2
		# Who was there is served, and who comes, as soon as the kernel has given up on
		# some of the others.
		inside.say(b"Yam")
		inside.hear(b"Hello, Yam!")
		def is_served():
		    try:
		        with Client() as client:
		            client.hear(b"Welcome!")
		            return True
		    except TimeoutError:
		        return False
		wait_until(is_served, 90)
	END
	[ "$(hellod_workers | sort)" = "$(printf '%s\n' "${workers[@]}")" ]
	status_is state serving
	measure sleep 1 # the time that is measured
	[ "$used" -le 2 ]
	log_is_short
}
