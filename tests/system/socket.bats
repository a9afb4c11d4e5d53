#!/usr/bin/env bats
# socket.bats - hellod.socket: systemd listens, hellod serves

load common

@test "the first client starts hellod" {
	inside systemctl start hellod.socket
	property_is ActiveState inactive
	greets
	property_is ActiveState active
	journal_has 'ready: listening on 127.0.0.1:9999'
	# A start that is over does not end with its client.
	greets
}

@test "restart and stop refuse nobody: the socket is systemd's" {
	local turns
	turns=$(rounds 2 100)
	inside systemctl start hellod.socket
	greets
	load_start $((turns + 1)) --allow reset --allow early_end
	inside systemctl stop hellod 2>/dev/null
	for _ in $(seq "$turns"); do
		inside systemctl restart hellod
	done
	load_end
	[ "$(loaded refused)" -eq 0 ]
	[ "$(loaded ok)" -gt $((turns * 150)) ]
	property_is ActiveState active hellod.socket
}

@test "kill -9 and upgrade keep the sockets" {
	local pid
	inside systemctl start hellod.socket
	greets
	pid=$(property MainPID)
	inside kill -KILL "$pid"
	wait_until property_is NRestarts 1
	greets
	inside helloctl upgrade
	greets
	inside systemctl reload hellod
	greets
	property_is NRestarts 1
}

@test "ports below 1024, several addresses, and a UNIX socket that stays" {
	drop_in hellod.socket <<-'END'
		[Socket]
		ListenStream=
		ListenStream=127.0.0.1:80
		ListenStream=[::1]:81
		ListenStream=/run/hello.sock
	END
	inside systemctl start hellod.socket
	greets -p 80
	greets -H ::1 -p 81
	greets -u /run/hello.sock
	[ "$(inside stat -c %u "/proc/$(property MainPID)")" -ne 0 ]
	inside systemctl restart hellod
	greets -u /run/hello.sock
	inside systemctl stop hellod 2>/dev/null
	inside test -S /run/hello.sock
	greets -u /run/hello.sock
}

@test "the configuration says how a passed socket is spoken to" {
	configure <<-'END'
		listen = ({ address = "127.0.0.1"; port = 9999; framing = "line"; });
	END
	inside systemctl start hellod.socket
	[ "$(inside hellosay Yam | tail -n 1)" = "Hello, Yam!" ]
	# Only line framing ends its welcome.
	script <<-'END'
		exec 5<>/dev/tcp/127.0.0.1/9999
		read -r -t 5 welcome <&5
		[ "$welcome" = "Welcome!" ]
	END
}

@test "an address that is configured but not passed is a clear error" {
	configure <<-'END'
		listen = (
			{ address = "127.0.0.1"; port = 9999; },
			{ address = "127.0.0.1"; port = 9998; },
			{ path = "/run/hellod/hello.sock"; }
		);
	END
	inside systemctl start hellod.socket
	run ! inside systemctl start hellod
	property_is ExecMainStatus 78 # trying again would not help
	property_is NRestarts 0
	journal_has '127.0.0.1:9998 is configured, but systemd passed no such socket; add it'
	journal_has 'unix:/run/hellod/hello.sock is configured, but systemd passed no such socket'
	property_is ActiveState failed
}

@test "a reload cannot bind behind the socket unit's back" {
	inside systemctl start hellod.socket
	greets
	configure <<<'listen = ({ address = "127.0.0.1"; port = 9998; });'
	run -1 inside systemctl reload hellod
	journal_has '127.0.0.1:9998 is configured, but systemd passed no such socket'
	greets
}

@test "a descriptor that is no listening stream is a clear error" {
	drop_in hellod.socket <<-'END'
		[Socket]
		ListenDatagram=127.0.0.1:9999
	END
	inside systemctl start hellod.socket
	run ! inside systemctl start hellod
	property_is ExecMainStatus 78
	property_is NRestarts 0
	journal_has 'is no listening stream socket; want ListenStream='
}

@test "a client of a passed socket costs no more of the kernel's memory than one of ours" {
	drop_in hellod.socket <<-'END'
		[Socket]
		SendBuffer=1M
		ReceiveBuffer=1M
	END
	inside systemctl start hellod.socket
	greets
	run -0 inside ss -Hltnm 'sport = 9999'
	[[ "$output" == *",rb8192,"*",tb16384,"* ]] # doubled by the kernel
}

@test "with the strict drop-in it serves, and reaches nothing" {
	drop_in <"$abs_top_srcdir/systemd/hellod-strict.conf"
	inside systemctl start hellod.socket
	greets
	inside systemctl reload hellod
	inside systemctl restart hellod
	greets
	# Its network is one of its own, with nothing in it.
	run -0 inside nsenter -n -t "$(property MainPID)" cat /proc/net/tcp /proc/net/dev
	[[ "$output" != *":270F "* ]] # 9999
	[[ "$output" != *eth* ]]
	inside systemd-analyze security --threshold=2 --no-pager hellod.service
}
