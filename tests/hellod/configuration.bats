#!/usr/bin/env bats
# configuration.bats - keys and their values, from a file, -o and -l, and -T
#
# configuration_files.bats has the files: what can be read, and where a fault is.

# A test is a subshell; what is set here is for the libraries; quotes, dollars
# and backslashes are of the texts:
# shellcheck disable=SC1003,SC2016,SC2030,SC2031,SC2034,SC2154

load configuration

# Every key with a range: one below, the least, the most, one above (as a file
# would have them), what is told to have been there, and what should be.
RANGES=(
	'workers|0|1|1024|1025|1 to 1024 or "auto"'
	'max_message|3|4|16384|16385|4 B to 16 KiB'
	'max_message|"3 B"|"4 B"|"16 KiB"|"16385 B"|4 B to 16 KiB'
	'reply_delay|"-1 us"|0|3600|"3600000001 us"|0 s to 1 h'
	'reply_delay|-1|0.0|3600.0|3601|0 s to 1 h'
	'max_connections|0|1|10000000|10000001|1 to 10000000'
	'max_connections_per_source|0|1|10000000|10000001|1 to 10000000 or "unlimited"'
	'max_rate_per_source|0|1|10000000|10000001|1 to 10000000 or "unlimited"'
	'log_rate|0|1|10000000|10000001|1 to 10000000 or "unlimited"'
	'max_sessions_per_worker|0|1|4000000000|4000000001|1 to 4000000000 or "unlimited"'
	'hang_timeout|-1|0|86400|86401|0 s to 1 d or "never"'
	'max_generations|0|1|64|65|1 to 64'
	'idle_timeout|-1|0|86400|86401|0 s to 1 d or "never"'
	'name_timeout|-1|0|86400|86401|0 s to 1 d or "never"'
	'session_timeout|-1|0|86400|86401|0 s to 1 d or "never"'
	'stress_timeout|-1|0|86400|86401|0 s to 1 d or "never"'
	'write_timeout|"999 us"|"1 ms"|"1 d"|"86400000001 us"|1 ms to 1 d'
	'drain_timeout|"-1 us"|"0 s"|"24 h"|"1.1 d"|0 s to 1 d'
	'listen.port|-1|0|65535|65536|0 to 65535'
	'listen.backlog|0|1|65535|65536|1 to 65535'
	'listen.mode|"-1"|"0000"|"0777"|"1000"|"0000" to "0777"'
)
TEXTS='address control_socket framing group encoding greeting log_connections log_level log_target
	allow deny dry_run early_drop exempt overload proxy_from
	owner path pid_file sandbox user v6only welcome listen'

# A setting of that key where it belongs.
setting() { # KEY VALUE
	case $1 in
	listen.mode) echo "listen = ( { path = \"/run/x\"; mode = $2; } );" ;;
	listen.*) echo "listen = ( { ${1#listen.} = $2; } );" ;;
	*) echo "$1 = $2;" ;;
	esac
}

# What -T prints says the same again, and so to the letter.
same_again() { # ARGUMENT...
	hellod 0 -T "$@"
	[ -z "$stderr" ]
	printf '%s\n' "$output" >first.conf
	hellod 0 -T -c first.conf
	[ -z "$stderr" ]
	diff first.conf <(printf '%s\n' "$output")
	hellod 0 -t -c first.conf
}

@test "a number: one below, at, one above its limits" {
	local row key below least most above want
	for row in "${RANGES[@]}"; do
		IFS='|' read -r key below least most above want <<<"$row"
		setting "$key" "$least" | accepted
		setting "$key" "$most" | accepted
		setting "$key" "$below" | refused "1: ${key/./[0].}: got $below, want $want"
		setting "$key" "$above" | refused "1: ${key/./[0].}: got $above, want $want"
	done
}

# When this fails, a key is new: give it its row above, or its text below.
@test "every key of -T is tested here" {
	local key keys
	printf 'listen = ( { port = 1; }, { path = "/run/x"; } );' >t.conf
	hellod 0 -T -c t.conf
	mapfile -t keys < <(sed -n 's/^\t*\([a-z_0-9]*\) = .*/\1/p' <<<"$output")
	[ ${#keys[@]} -gt 20 ]
	for key in "${keys[@]}"; do
		[[ " ${TEXTS//[$'\n\t']/ } ${RANGES[*]//|/ } " == *[\ .]"$key "* ]] ||
			{ echo "not tested: $key"; return 1; }
	done
}

@test "a text: as long as may be, one byte longer" {
	local row key most rest
	for row in welcome/1024 greeting/1024 user/256 group/256 listen.address/255; do
		key=${row%/*} most=${row#*/}
		setting "$key" "\"$(text_of $((most + 1)))\"" |
			refused_for "^t\.conf:1: ${key/./\\[0\\].}: got \"www.*\.\.\.\", want a text in double quotes of [012] to $most bytes$"
	done
	setting welcome "\"$(text_of 1024)\"" | accepted
	setting greeting "\"%s$(text_of 1022)\"" | accepted
	setting listen.address "\"$(text_of 255)\"" | accepted
	setting listen.path "\"/$(text_of 106)\"" | accepted
	setting listen.path "\"/$(text_of 107)\"" |
		refused_for '^t\.conf:1: listen\[0\]\.path: got "/www.*", want a .* 107 bytes'
	setting greeting '"%"' | refused_for '^t\.conf:1: greeting: got "%", want .* of 2 to 1024 bytes$'
}

@test "a value of the wrong type" {
	local count='1 to 1024 or "auto"'
	refused "1: workers: got true, want $count" <<<'workers = true;'
	refused "1: workers: got \"four\", want $count" <<<'workers = "four";'
	refused "1: workers: got 4.5, want $count" <<<'workers = 4.5;'
	refused "1: workers: got a list, want $count" <<<'workers = [ 1, 2 ];'
	refused "1: workers: got a list, want $count" <<<'workers = ( 1 );'
	refused "1: workers: got a group { }, want $count" <<<'workers = { };'
	refused '1: log_connections: got 1, want true or false' <<<'log_connections = 1;'
	refused '1: log_connections: got "true", want true or false' <<<'log_connections = "true";'
	refused '1: welcome: got 5, want a text in double quotes of 0 to 1024 bytes' <<<'welcome = 5;'
	refused '1: encoding: got 8, want "utf-8" or "bytes"' <<<'encoding = 8;'
	refused '1: reply_delay: got "soon", want 0 s to 1 h' <<<'reply_delay = "soon";'
	refused '1: reply_delay: got "1 KiB", want 0 s to 1 h; units are us, ms, s, min, h, d' \
		<<<'reply_delay = "1 KiB";'
	refused '1: reply_delay: got "2 h", want 0 s to 1 h' <<<'reply_delay = "2 h";'
	refused '1: max_message: got "1 s", want 4 B to 16 KiB; units are B, KiB, MiB, GiB, kB, MB, GB' \
		<<<'max_message = "1 s";'
	refused '1: max_message: got "1 GiB", want 4 B to 16 KiB' <<<'max_message = "1 GiB";'
	refused '1: max_message: got 1000.5, want 4 B to 16 KiB' <<<'max_message = 1000.5;'
	setting listen.mode 0660 | refused '1: listen[0].mode: got 660, want "0000" to "0777"'
	setting listen.mode '"0800"' | refused '1: listen[0].mode: got "0800", want "0000" to "0777"'
	setting listen.v6only '"yes"' | refused '1: listen[0].v6only: got "yes", want true or false'
}

# "got 4, want 1 to 1024" would be a riddle.
@test "what is told to have been there is not what should be there" {
	refused_for '^t\.conf:1: workers: got 4' <<<'workers = 4.0;'
	[[ $stderr != *'got 4, want 1 to 1024'* ]]
	refused_for '^t\.conf:1: reply_delay: got ' <<<'reply_delay = 3600.001;'
	[[ $stderr == *'got 3600.001, '* ]]
}

@test "a list that is none, or too short, or too long" {
	refused_for '^t\.conf:1: listen: got 5, want a list of 1 to 64 ' <<<'listen = 5;'
	refused_for '^t\.conf:1: listen: got "127\.0\.0\.1:80", want a list of 1 to 64 ' \
		<<<'listen = "127.0.0.1:80";'
	refused_for '^t\.conf:1: listen: got a group.*, want a list of 1 to 64 ' <<<'listen = { port = 1; };'
	refused_for '^t\.conf:1: listen: got an empty list, want a list of 1 to 64 ' <<<'listen = ();'
	refused_for '^t\.conf:1: listen: got .*, want a list of 1 to 64 ' \
		<<<"listen = ( $(printf '{ port = 0; }, %.0s' {1..64}) { port = 0; } );"
	refused_for '^t\.conf:2: listen\[1\]: got 5, want a group' <<<$'listen = ( { port = 0; },\n5 );'
	accepted <<<"listen = ( $(printf '{ port = 0; }, %.0s' {1..63}) { port = 0; } );"
}

@test "a word that is none: did you mean" {
	refused '1: encoding: got "utf8", want "utf-8" or "bytes"; did you mean "utf-8"?' \
		<<<'encoding = "utf8";'
	refused_for '^t\.conf:1: log_level: got "warn", want "[a-z", ]* or "debug"' <<<'log_level = "warn";'
	setting listen.framing '"lines"' |
		refused '1: listen[0].framing: got "lines", want "auto", "line" or "message"; did you mean "line"?'
	setting listen.framing '"chunk"' |
		refused '1: listen[0].framing: got "chunk", want "auto", "line" or "message"'
}

@test "a word: each that there is" {
	local word
	for word in utf-8 bytes; do
		setting encoding "\"$word\"" | accepted "encoding = \"$word\";"
	done
	for word in auto line message; do
		setting listen.framing "\"$word\"" | accepted "framing = \"$word\";"
	done
	for word in error warning notice info debug; do
		setting log_level "\"$word\"" | accepted "log_level = \"$word\";"
	done
	for word in true false; do
		setting log_connections $word | accepted "log_connections = $word;"
		setting listen.v6only $word | accepted "v6only = $word;"
	done
}

@test "an unknown key: did you mean" {
	refused '1: wrokers: unknown key; did you mean "workers"?' <<<'wrokers = 4;'
	refused '1: Workers: unknown key; did you mean "workers"?' <<<'Workers = 4;'
	refused '1: zygote: unknown key (hellod.conf(5) lists them all)' <<<'zygote = 4;'
	refused '1: port: a key of a listener: listen = ( { port = ...; } );' <<<'port = 4;'
	refused '1: path: a key of a listener: listen = ( { path = ...; } );' <<<'path = "/run/x";'
	setting listen.prot 80 | refused '1: listen[0].prot: unknown key; did you mean "port"?'
	refused '1: a-4294967396: unknown key (hellod.conf(5) lists them all)' <<<'a-4294967396 = 1;'
}

@test "a text that means nothing" {
	local percent='one %s, for the name, and %% for each other percent sign'
	refused "1: greeting: got \"Hello!\", want $percent" <<<'greeting = "Hello!";'
	refused "1: greeting: got \"%s %s\", want $percent" <<<'greeting = "%s %s";'
	refused "1: greeting: got \"%d %s\", want $percent" <<<'greeting = "%d %s";'
	refused "1: greeting: got \"%s 100%\", want $percent" <<<'greeting = "%s 100%";'
	refused "1: greeting: got \"100%%s\", want $percent" <<<'greeting = "100%%s";'
	refused_for '^t\.conf:1: user: got "no such user", want a user that exists' \
		<<<'user = "no such user";'
	refused_for '^t\.conf:1: group: got "no such group", want a group that exists' \
		<<<'group = "no such group";'
	refused_for '^t\.conf:1: pid_file: got "hellod\.pid", want an absolute path' \
		<<<'pid_file = "hellod.pid";'
	refused_for '^t\.conf:1: pid_file: got "/run/a\\nb", want an absolute path without control' \
		<<<'pid_file = "/run/a\nb";'
	refused_for '^t\.conf:1: control_socket: got "/run/a\\x7f", want "auto", an absolute path with' \
		<<<'control_socket = "/run/a\x7f";'
	refused_for '^t\.conf:1: log_target: got "file:relative", want "auto", ' \
		<<<'log_target = "file:relative";'
	refused_for '^t\.conf:1: log_target: got "paper", want "auto", ' <<<'log_target = "paper";'
	setting listen.path '"relative"' |
		refused_for '^t\.conf:1: listen\[0\]\.path: got "relative", want an absolute path'
}

@test "keys of the other kind of listener" {
	refused_for '^t\.conf:1: listen\[0\]\.port: ' <<<'listen = ( { path = "/run/x"; port = 1; } );'
	refused_for '^t\.conf:1: listen\[0\]\.address: ' \
		<<<'listen = ( { path = "/run/x"; address = "::1"; } );'
	refused_for '^t\.conf:1: listen\[0\]\.mode: ' <<<'listen = ( { port = 1; mode = "0600"; } );'
	refused_for '^t\.conf:1: listen\[0\]\.path: ' <<<'listen = ( { path = ""; } );'
}

# Of the name, -t can only tell whether it could be one.
@test "an address that is none" {
	local address want='an IPv4 or IPv6 address without port and brackets, or a host name'
	for address in 127.0.0.1:80 '[::1]' '[::1]:80' 300.1.1.1 1.2.3.4.5 ::1::2 fe80::1% 'two words' \
		127.0.0.0/8 '**' a,b; do
		setting listen.address "\"$address\"" |
			refused "1: listen[0].address: got \"$address\", want $want"
	done
	for address in 127.0.0.1 127.1 0 :: ::1 ::ffff:10.0.0.1 fe80::1%eth0 '*' localhost a.b-c.example. a_b \
		300.1.1.1.example; do
		setting listen.address "\"$address\"" | accepted "address = \"$address\";"
	done
	faults -l 300.1.1.1:80 -- \
		'-l 300.1.1.1:80: the address is none, and no host name; want ADDRESS:PORT, [IPV6]:PORT or unix:/path'
}

@test "a listener twice" {
	refused_for '^t\.conf:2: listen\[1\]: the same address as listen\[0\]' \
		<<<$'listen = ( { port = 80; },\n{ address = "127.0.0.1"; port = 80; } );'
	refused_for '^t\.conf:3: listen\[2\]: the same address as listen\[0\]' \
		<<<$'listen = ( { address = "localhost"; }, { port = 80; },\n\n{ address = "LocalHost"; } );'
	refused_for '^t\.conf:1: listen\[1\]: the same address as listen\[0\]' \
		<<<'listen = ( { path = "/run/x"; }, { path = "/run/x"; } );'
	faults -l 127.0.0.1:80 -l 127.0.0.1:80 -- '-l 127.0.0.1:80: given twice; remove one of them'
	accepted <<<'listen = ( { port = 0; }, { port = 0; }, { address = "::1"; port = 80; },
		{ address = "127.0.0.1"; port = 80; }, { address = "::1"; port = 81; } );'
}

@test "a key twice" {
	refused_for '^t\.conf:3: duplicate setting name; the key is set before, too: remove one of the two$' \
		<<<$'workers = 1;\nuser = "nobody";\nworkers = 2;'
}

@test "all faults in one go, of the file, -o and -l" {
	cat >t.conf <<-'END'
		workers = 0;
		wrokers = 4;
		greeting = "Hi";
		listen = (
			{ port = 65536; framing = "lines"; },
			7,
			{ bogus = true; }
		);
		idle_timeout = "1 week";
		log_connections = "no";
	END
	hellod 78 -t -c t.conf -o workers=-1 -o nonsense -l nowhere
	[[ $stderr == 't.conf:1: workers: got 0, want '*'
t.conf:2: wrokers: unknown key; did you mean "workers"?
t.conf:3: greeting: got "Hi", want '*'
t.conf:5: listen[0].port: got 65536, want 0 to 65535
t.conf:5: listen[0].framing: got "lines", want '*'
t.conf:6: listen[1]: '*'
t.conf:7: listen[2].bogus: unknown key'*'
t.conf:9: idle_timeout: got "1 week", want '*'
t.conf:10: log_connections: got "no", want true or false
-o workers=-1: workers: got -1, want '*'
-o nonsense: want KEY=VALUE, '*'
-l nowhere: '*'
hellod: the configuration is not valid'* ]]
}

@test "numbers of more than 32 bits are not cut" {
	local number
	# Of these, the low 32 bits would be 100.
	for number in 4294967396 0x100000064 +4294967396 4294967396L 0x7fffffff00000064; do
		setting max_connections $number | refused_for '^t\.conf:1: max_connections: got [0-9]{10,}, want 1 to 10000000$'
		hellod 78 -t -o "max_connections=$number"
		[[ $stderr == "-o max_connections=$number: max_connections: got "[0-9]*', want 1 to 10000000'* ]]
	done
	setting max_connections -4294967196 | refused '1: max_connections: got -4294967196, want 1 to 10000000'
	setting max_connections 2147483648 | refused '1: max_connections: got 2147483648, want 1 to 10000000'
	# Nor these, whose low 64 bits are.
	for number in 18446744073709551716 18446744073709551716L 0x10000000000000064 0x10000000000000064L; do
		setting max_connections $number | refused_for '^t\.conf:1: '
		hellod 78 -t -o "max_connections=$number"
	done
}

@test "long numbers that are no integers are left alone" {
	accepted 'reply_delay = "500 ms";' <<<'reply_delay = 0.50000000000;'
	accepted 'reply_delay = "500 ms";' <<<'reply_delay = .50000000000;'
	accepted 'reply_delay = "500 ms";' <<<'reply_delay = 50000000000e-11;'
	accepted 'welcome = "4294967396 0x100000064";' <<<'welcome = "4294967396 0x100000064"; # 4294967396'
	accepted 'welcome = "\"4294967396";' <<<'welcome = "\"4294967396"; /* 4294967396 */'
}

@test "hexadecimal numbers" {
	accepted 'max_connections = 100;' <<<'max_connections = 0x64;'
	accepted 'max_message = "255 B";' <<<'max_message = 0xFF;'
}

@test "units" {
	local row key value want
	for row in 'reply_delay|0|0 s' 'reply_delay|1|1 s' 'reply_delay|0.25|250 ms' \
		'reply_delay|1.5e0|1500 ms' 'reply_delay|"1.5"|1500 ms' 'reply_delay|"250ms"|250 ms' \
		'reply_delay|"0.25 s"|250 ms' 'reply_delay|"1 us"|1 us' 'idle_timeout|"10 min"|10 min' \
		'idle_timeout|600|10 min' 'idle_timeout|"24 h"|1 d' 'idle_timeout|"never"|never' \
		'idle_timeout|0|never' 'max_message|"1 KiB"|1 KiB' 'max_message|1024|1 KiB' \
		'max_message|"1 kB"|1000 B' 'max_message|"100 B"|100 B' 'workers|"auto"|auto'; do
		IFS='|' read -r key value want <<<"$row"
		setting "$key" "$value" | accepted "$key = \"$want\";"
	done
}

@test "-o: a value of each type" {
	prints -o workers=3 -o welcome=Hi -o log_connections=false -o reply_delay=0.5 \
		-o max_message='"2 KiB"' -o idle_timeout='5 min' -o encoding=bytes -o log_level='"debug"' -- \
		'workers = 3;' 'welcome = "Hi";' 'log_connections = false;' 'reply_delay = "500 ms";' \
		'max_message = "2 KiB";' 'idle_timeout = "5 min";' 'encoding = "bytes";' 'log_level = "debug";'
	prints -o 'welcome=Hello, "world" \ 100% # // /*' -- 'welcome = "Hello, \"world\" \\ 100% # // /*";'
	prints -o welcome= -- 'welcome = "";'
	prints -o 'welcome="quoted"' -- 'welcome = "quoted";'
	prints -o 'welcome=a=b;c' -- 'welcome = "a=b;c";'
	prints -o 'workers = 3' -- 'workers = 3;'
	prints -o 'listen=( { port = 7; }, { path = "/run/x"; mode = "0600"; } )' -- \
		'port = 7;' 'path = "/run/x";' 'mode = "0600";'
	prints --option=workers=3 -- 'workers = 3;'
}

@test "-o: over the file, a later one over an earlier one" {
	printf 'workers = 2; welcome = "file"; listen = ( { port = 1; } );' >t.conf
	prints -c t.conf -o workers=3 -o workers=4 -- 'workers = 4;' 'welcome = "file";' 'port = 1;'
	prints -o workers=4 -c t.conf -- 'workers = 4;'
	prints -c t.conf -o 'listen=({port=2;},{port=3;})' -o 'listen=({port=4;})' -- 'port = 4;'
	[[ $output != *'port = 1;'* && $output != *'port = 2;'* && $output != *'port = 3;'* ]]
}

@test "-o: what is wrong with it" {
	faults -o workers=0 -- '-o workers=0: workers: got 0, want 1 to 1024 or "auto"'
	faults -o wrokers=1 -- '-o wrokers=1: wrokers: unknown key; did you mean "workers"?'
	faults -o workers -- '-o workers: want KEY=VALUE, for example -o workers=4'
	faults -o =4 -- '-o =4: want KEY=VALUE, for example -o workers=4'
	hellod 78 -t -o $'welcome\x1b[31m=x'
	[[ $stderr != *$'\x1b'* && $stderr == '-o welcome\x1b[31m=x: '* ]]
}

# A key is a name: nothing else may stand before the "=", and one -o sets one key.
@test "-o: no way around the KEY" {
	hellod 78 -t -o '#workers=4'
	hellod 78 -t -o '//workers=4'
	hellod 78 -t -o '/* */ workers=4'
	hellod 78 -t -o 'a b=1'
	hellod 78 -t -o 'workers = 4; user=root'
	hellod 78 -t -o 'workers: 4; user=root'
	hellod 78 -t -o 'workers=4; user = "root"'
}

@test "-o: a value includes no file" {
	mkfifo fifo
	printf 'user = "root";\n' >root.conf
	hellod 78 -t -o $'workers=4\n@include "fifo"'
	hellod 78 -t -o $'workers=4\n@include "root.conf"'
}

@test "-l: replaces what file and -o say" {
	printf 'listen = ( { port = 1; }, { path = "/run/x"; } );' >t.conf
	prints -c t.conf -o 'listen=({port=2;})' -l '[::1]:3' -l unix:/run/y -- \
		'address = "::1";' 'port = 3;' 'path = "/run/y";'
	[[ $output != *'port = 1;'* && $output != *'port = 2;'* && $output != *'/run/x'* ]]
	prints --listen=localhost:0 -- 'address = "localhost";' 'port = 0;'
}

@test "-l: what is wrong with it" {
	local text
	for text in '' localhost 127.0.0.1: :1 ::1:1 '[::1]' '[::1:1' unix: unix:x 127.0.0.1:65536 \
		127.0.0.1:-1 127.0.0.1:http "unix:/$(text_of 107)" "$(text_of 256):1"; do
		hellod 78 -t -l "$text"
		[[ ${stderr%%$'\n'*} == "-l ${text:0:90}"*': '*'; want ADDRESS:PORT, [IPV6]:PORT or unix:/path' ]] ||
			{ echo "$stderr"; return 1; }
	done
	prints -l "unix:/$(text_of 106)" -- "path = \"/$(text_of 106)\";"
}

@test "-T: is a valid configuration that says the same" {
	local row key below least most above
	: >t.conf
	same_again -c t.conf
	same_again
	same_again -l '[::1]:0' -l unix:/run/x -l localhost:1 -o 'listen=({port=1;})'
	for row in "${RANGES[@]}"; do
		IFS='|' read -r key below least most above <<<"$row"
		setting "$key" "$least" >t.conf
		same_again -c t.conf
		setting "$key" "$most" >t.conf
		same_again -c t.conf
	done
	cat >t.conf <<-'END'
		listen = ( { address = "::"; v6only = false; framing = "line"; backlog = 1; },
			{ path = "/run/a \"b\" \\"; mode = "0600"; owner = "root"; group = "root"; } );
		reply_delay = 0.000001; idle_timeout = "never"; write_timeout = "1.5 s";
		encoding = "bytes"; log_connections = false; log_level = "error";
		log_target = "file:/var/log/hellod \"x\".log"; pid_file = "/run/x y.pid";
	END
	same_again -c t.conf
}

@test "-T: any text" {
	local text
	for text in '\"' '\\' '\\\"' '\\n' '\\x41' '\x01\x1b\x7f\t\n\r\f\v\a\b' 'Zo\xc3\xab \xff' '100%' '%d' \
		'# no comment' '/* nor this */' "$(printf '\001\033\177')" "$(printf 'two\nlines\r\n\n@include \\"x\\"')" \
		'Zoë € 😀' "$(printf '\377\200')" 'a" "b' "'" '$HOME' '\xé'; do
		printf 'welcome = "%s"; greeting = "%s%%s";\n' "$text" "${text//\%/%%}" >t.conf
		same_again -c t.conf
	done
	# A terminal is safe from it.
	prints -o $'welcome=\x01\t\n\r\x1b\x1f\x7f é' -- 'welcome = "\x01\x09\x0a\x0d\x1b\x1f\x7f é";'
	same_again -o $'welcome=\x01 \n \\ " \xff % é'
}

# That it is the same again proves little if it was wrong at first.
@test "-T: what a client hears is what the file says" {
	cat >t.conf <<-'END'
		listen = ( { port = 0; framing = "message"; } );
		welcome = "\"q\" \\ \\n \x01\x1b\x7f\t\n 100% Zo\xc3\xab é";
		greeting = "\"50%%\" \\ %s # %%s\n";
	END
	hellod 0 -T -c t.conf
	printf '%s\n' "$output" >printed.conf
	for file in t.conf printed.conf; do
		hellod_start -c "$file"
		client <<-'END'
			import os
			from hello_client import Client
			client = Client(os.environ["HELLOD_ADDRESS"])
			client.hear(b'"q" \\ \\n \x01\x1b\x7f\t\n 100% Zo\xc3\xab \xc3\xa9')
			client.say(b"Yam")
			client.hear(b'"50%" \\ Yam # %s\n')
		END
		hellod_stop
	done
}

@test "-t: says that all is well, and what was tested" {
	printf 'workers = 1;\n' >t.conf
	hellod 0 -t -c t.conf
	[ "$output" = 'hellod: t.conf: the configuration is valid' ]
	[ -z "$stderr" ]
	hellod 0 --test --config=t.conf
	[ "$output" = 'hellod: t.conf: the configuration is valid' ]
}

@test "without a file: built-in defaults" {
	local place
	place=$("$HELLOD" -h | sed -n 's/.*read FILE, not \(.*\)/\1/p')
	[ -n "$place" ]
	[ ! -e "$place" ] || skip "this machine has $place"
	hellod 0 -t
	[ "$output" = 'hellod: built-in defaults: the configuration is valid' ]
	: >empty.conf
	hellod 0 -T -c empty.conf
	[ "$output" = "$("$HELLOD" -T)" ]
	prints -- 'address = "127.0.0.1";' 'port = 9999;' 'framing = "auto";'
}
