#!/usr/bin/env bats
# configuration_files.bats - what files a configuration is read from, and where
# in them a fault is told to be

# A test is a subshell; what is set here is for the libraries:
# shellcheck disable=SC2030,SC2031,SC2034,SC2154

load configuration

@test "a file that is not there, or cannot be read" {
	faults -c nosuch.conf -- 'nosuch.conf: cannot open it: No such file or directory'
	faults -c nosuch/t.conf -- 'nosuch/t.conf: cannot open it: No such file or directory'
	as_user
	printf 'workers = 1;\n' >"$PUBLIC/t.conf"
	chmod 000 "$PUBLIC/t.conf"
	faults -c "$PUBLIC/t.conf" -- "$PUBLIC/t.conf: cannot open it: Permission denied"
	printf '\n@include "t.conf"\n' >"$PUBLIC/main.conf"
	faults -c "$PUBLIC/main.conf" -- \
		"$PUBLIC/main.conf:2: @include \"$PUBLIC/t.conf\": cannot open it: Permission denied"
}

@test "what is no regular file is told at once" {
	mkfifo fifo
	mkdir directory
	faults -c fifo -- 'fifo: got a FIFO, want a regular file'
	faults -c directory -- 'directory: got a directory, want a regular file'
	faults -c /dev/null -- '/dev/null: got a device, want a regular file'
	/usr/bin/python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("socket")'
	hellod 78 -t -c socket
	rm socket
	[[ $stderr == 'socket: got a socket, want a regular file'$'\n'* ]]
}

@test "a huge file is told at once, one as large as may be is read soon" {
	local size
	truncate -s 1G huge.conf
	hellod 78 -t -c huge.conf
	[[ $stderr == 'huge.conf: got 1073741824 bytes, want at most '[0-9]* ]]
	size=$(largest_file)
	printf 'workers = 0;\n#' >large.conf
	truncate -s "$size" large.conf
	tr '\0' x <large.conf >larger.conf
	faults -c larger.conf -- 'larger.conf:1: workers: got 0, want 1 to 1024 or "auto"'
	printf x >>larger.conf
	faults -c larger.conf -- "larger.conf: got $((size + 1)) bytes, want at most $size"
}

# Seconds of hellod's own, however busy the machine is.
limit_cpu_time() { # SECONDS
	HELLOD_UNDER=(bash -c "ulimit -t $1; exec \"\$@\"" -)
}

@test "a file as large as may be, full of keys, is read soon" {
	limit_cpu_time 5
	seq -f 'a%.0f=1;' "$(($(largest_file) / 10))" | head -c "$(largest_file)" >large.conf
	hellod 78 -t -c large.conf
	[[ $stderr == 'large.conf:1: a1: unknown key'* ]]
}

@test "files that include too many others are read soon" {
	local level
	limit_cpu_time 5
	printf '@include "%s.conf"\n' 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 >t.conf
	for level in 1 2 3 4 5 6 7 8; do
		sed "s/$level/$((level + 1))/; s/\"1\./\"$((level + 1))./" t.conf >$level.conf
	done
	: >9.conf
	hellod 78 -t -c t.conf
	[[ $stderr =~ ^[a-z0-9]+\.conf:[0-9]+: ]]
}

@test "a NUL byte" {
	printf 'workers = 1;\n\n# a \0 b\n' >t.conf
	faults -c t.conf -- 't.conf:3: got a NUL byte, want text'
	printf '\0' >t.conf
	faults -c t.conf -- 't.conf:1: got a NUL byte, want text'
	printf 'workers = 1;\n\0' >t.conf
	faults -c t.conf -- 't.conf:2: got a NUL byte, want text'
	printf 'workers = 1;\n@include "t.conf"\n' >main.conf
	faults -c main.conf -- 't.conf:2: got a NUL byte, want text'
}

# It would end the text there, and nobody would know.
@test "a NUL byte that is written as \\x00" {
	refused_for '^t\.conf:2: ' <<<$'\nwelcome = "a\\x00b";'
	refused_for '^t\.conf:1: ' <<<'pid_file = "/run/a\x00b";'
	refused_for '^t\.conf:1: ' <<<'welcome = "a\X00b";'
}

@test "empty files, and files of comments" {
	: >t.conf
	prints -c t.conf -- 'port = 9999;'
	printf '# no LF' | accepted 'port = 9999;'
	printf '// no LF' | accepted 'port = 9999;'
	printf '/* no LF */' | accepted 'port = 9999;'
	printf ' \t\r\n\f\n' | accepted 'port = 9999;'
	printf 'workers = 1;\r\nuser = "root";\r\n' | accepted 'workers = 1;' 'user = "root";'
	printf 'workers = 1' | accepted 'workers = 1;'
}

@test "@include: a name is seen from the file that says it" {
	mkdir -p etc/part/deep
	printf '@include "part/one.conf"\nuser = "root";' >etc/t.conf
	printf '\t@include\t"deep/two.conf"\n  @include "../three.conf"' >etc/part/one.conf
	printf 'workers = 2;' >etc/part/deep/two.conf
	printf '@include "%s/four.conf"' "$PWD" >etc/three.conf
	printf 'welcome = "four";' >four.conf
	prints -c etc/t.conf -- 'workers = 2;' 'welcome = "four";' 'user = "root";'
	prints -c "$PWD/etc/t.conf" -- 'workers = 2;' 'welcome = "four";' 'user = "root";'
	cd etc/part/deep
	prints -c ../../t.conf -- 'workers = 2;' 'welcome = "four";' 'user = "root";'
}

@test "@include: amid a list, a group, a setting" {
	printf '{ port = 7; },\n' >one.conf
	printf 'port = 8;\n' >two.conf
	printf '3\n' >three.conf
	accepted 'port = 7;' 'port = 8;' 'workers = 3;' <<-'END'
		listen = (
		@include "one.conf"
		{
		@include "two.conf"
		} );
		workers =
		@include "three.conf"
		;
	END
}

@test "@include: what cannot be included" {
	mkfifo fifo
	mkdir directory
	printf '@include "fifo"\n' | refused '1: @include "fifo": got a FIFO, want a regular file'
	printf '\n@include "directory"\n' |
		refused '2: @include "directory": got a directory, want a regular file'
	printf '\n\n@include "/dev/zero"' | refused '3: @include "/dev/zero": got a device, want a regular file'
	printf '@include "nosuch.conf"' |
		refused '1: @include "nosuch.conf": cannot open it: No such file or directory'
	truncate -s 1G huge.conf
	printf '@include "huge.conf"' | refused_for '^t\.conf:1: @include "huge\.conf": got 1073741824 bytes, want at most '
	printf '@include t.conf\n' | refused '1: @include: want a file name in double quotes on the same line'
	printf '\n@include\n"t.conf"' | refused_for '^t\.conf:2: @include: want a file name'
	printf '@include "t.conf' | refused_for '^t\.conf:1: @include: want a file name'
	printf '@include ""' | refused_for '^t\.conf:1: @include: want a file name'
	printf 'workers = 1; @include "t.conf"\n' | refused_for '^t\.conf:1: '
}

@test "@include: the name is escaped when it is shown" {
	printf '@include "a\033[31m\377"\n' >t.conf
	hellod 78 -t -c t.conf
	[[ $stderr == 't.conf:1: @include "a\x1b[31m\xff": cannot open it'* ]]
}

@test "@include: nothing else on its line" {
	printf 'workers = 2;\n' >part.conf
	refused '1: @include: want nothing else on its line' <<<'@include "part.conf" user = "nobody";'
}

@test "@include: a circle" {
	printf '\n@include "t.conf"\n' | refused_for '^t\.conf:2: @include "t\.conf": .*circle'
	printf '@include "b.conf"\n' >a.conf
	printf '\n\n@include "a.conf"\n@include "a.conf"\n' >b.conf
	hellod 78 -t -c a.conf
	[[ $stderr =~ ^(a\.conf:1|b\.conf:3):\ @include\ .*circle ]]
}

@test "@include: in a comment or a text it is nothing" {
	accepted 'user = "root";' <<-'END'
		# @include "nosuch.conf"
		// @include "nosuch.conf"
		/*
		@include "nosuch.conf"
		/* */
		user = "root"; # "
	END
	printf 'welcome = "x \\"\n@include \\"nosuch.conf\\"\n\\\\";' | accepted 'welcome = "x \"\x0a@include \"nosuch.conf\"\x0a\\";'
}

# In a directory of their own: libconfig would look for them in ours.
@test "@include: behind comments and texts that look like the beginning of others" {
	local text
	mkdir etc
	printf 'workers = 2;\n' >etc/one.conf
	for text in '# "' '# /*' '// "' '// /*' '/* " */' '/* # */' '/* // */' '/*/ " */' \
		'welcome = "#";' 'welcome = "//";' 'welcome = "/*";' 'welcome = "\"";' 'welcome = "\\";'; do
		printf '%s\n@include "one.conf"\n' "$text" >etc/t.conf
		prints -c etc/t.conf -- 'workers = 2;'
		printf '%s' "$text" >etc/two.conf
		printf '@include "two.conf"\n@include "one.conf"\n' >etc/t.conf
		prints -c etc/t.conf -- 'workers = 2;'
	done
}

# Whatever stands around it: libconfig must never see one and open the file by
# itself. It would wait for the FIFO.
@test "@include: never libconfig's own" {
	local text
	mkfifo fifo
	printf 'user = "nobody";\n' >one.conf
	printf 'welcome = "open' >text.conf
	printf '/* open' >comment.conf
	for text in '@include "one.conf" @include "fifo"\n' '@include "one.conf"\t@include "fifo"\n' \
		'@include "text.conf"\n"\n@include "fifo"\n"' '@include "comment.conf"\n"*/\n@include "fifo"\n"' \
		'@include "comment.conf"\n*/\n@include "fifo"\n'; do
		# shellcheck disable=SC2059
		printf "$text" >t.conf
		echo "$text"
		hellod 78 -t -c t.conf
	done
}

@test "a comment without an end does not silently end the configuration" {
	refused_for '^t\.conf:2: ' <<<$'workers = 1;\n/* the rest\nuser = "nosuch";\nbogus = 1;'
	printf '\n\n/* open' >comment.conf
	printf '@include "comment.conf"\nbogus = 1;\n' >t.conf
	hellod 78 -t -c t.conf
	[[ $stderr == 'comment.conf:3: '* ]]
}

@test "lines: before, in and behind comments, texts and included files" {
	printf 'part1 = 1; # no LF' >part1.conf
	printf '# one\n\npart2 = 1;\n' >part2.conf
	printf 'part3 = "a\ntext"; @include "part4.conf"\n@include "part4.conf"\npart3b = 1;' >part3.conf
	sed -i 's/; @include "part4.conf"/;/' part3.conf
	printf '\npart4 = 1;\n\n\n\n' >part4.conf
	refused '1: bogus1: unknown key (hellod.conf(5) lists them all)' \
		'3: bogus3: unknown key (hellod.conf(5) lists them all)' \
		'5: bogus5: unknown key (hellod.conf(5) lists them all)' \
		'part1.conf:1: part1: unknown key (hellod.conf(5) lists them all)' \
		'7: bogus7: unknown key (hellod.conf(5) lists them all)' \
		'part2.conf:3: part2: unknown key (hellod.conf(5) lists them all)' \
		'9: bogus9: unknown key (hellod.conf(5) lists them all)' \
		'part3.conf:1: part3: unknown key (hellod.conf(5) lists them all)' \
		'part4.conf:2: part4: unknown key (hellod.conf(5) lists them all)' \
		'part3.conf:4: part3b: unknown key (hellod.conf(5) lists them all)' \
		'15: bogus15: unknown key (hellod.conf(5) lists them all)' \
		'18: bogus18: unknown key (hellod.conf(5) lists them all)' <<-'END'
			bogus1 = 1;
			/* a comment
			of lines */ bogus3 = 1;
			welcome = "a text
			of \" lines"; bogus5 = 1;
			@include "part1.conf"
			bogus7 = 1;
			  @include "part2.conf"
			bogus9 = 1; # @include "nosuch.conf"
			@include "part3.conf"
			/*
			@include "nosuch.conf"
			*/ greeting = "
			@include \"nosuch.conf\"
			%s"; bogus15 = 1;


			bogus18 = 1;
	END
}

@test "lines: a setting of several is where it begins" {
	refused '2: workers: got 0, want 1 to 1024 or "auto"' \
		'5: welcom: unknown key; did you mean "welcome"?' <<-'END'

		workers =

		0;
		welcom = "a
		text
		";
	END
	refused '3: listen[0].port: got -1, want 0 to 65535' \
		'8: listen[1].framing: got "x", want "auto", "line" or "message"' <<-'END'
		listen = (
		{
		port = -1;
		},
		{

		port = 1;
		framing = "x";
		} );
	END
}

@test "lines: syntax errors" {
	refused_for '^t\.conf:2: syntax error' <<<$'workers = 1;\nuser = ;\nwelcome = "x";'
	refused_for '^t\.conf:3: syntax error' <<<$'\n\n}'
	refused_for '^t\.conf:1: syntax error' <<<'= 1;'
	refused_for '^t\.conf:2: ' <<<$'workers = 1;\nuser = nobody;'
	refused_for '^t\.conf:2: ' <<<$'# a comment\n\xff'
	printf 'listen = ( { port = 1; }' | refused_for '^t\.conf:1: syntax error'
	printf '\n\nworkers' | refused_for '^t\.conf:3: syntax error'
	printf 'workers = 1;\nlisten = (\n' | refused_for '^t\.conf:[23]: syntax error'
	printf 'workers = 1;\nwelcome = "no end\n' | refused_for '^t\.conf:[23]: '
	printf '\nuser = ;\n' >part.conf
	printf 'workers = 1;\n@include "part.conf"\n' >t.conf
	hellod 78 -t -c t.conf
	[[ $stderr == 'part.conf:2: syntax error'* ]]
	printf '\n}' >part.conf
	hellod 78 -t -c t.conf
	[[ $stderr == 'part.conf:2: syntax error'* ]]
	printf 'workers = 1;\n@include "empty.conf"\n}\n' >t.conf
	: >empty.conf
	hellod 78 -t -c t.conf
	[[ $stderr == 't.conf:3: syntax error'* ]]
}

mutate() { # FILE SEED
	timeout -s KILL 110 /usr/bin/python3 "${abs_top_srcdir:?}/tests/hellod/mutate_configuration.py" \
		"$HELLOD" "$1" "$2" 200
}

@test "200 mutations of a rich configuration: valid, or refused with a place" {
	printf 'drain_timeout = "5 s"; # included\n' >part.conf
	mkfifo fifo
	cat >rich.conf <<-'END'
		# A comment, "quoted", @include "nosuch.conf"
		listen = ( { address = "127.0.0.1"; port = 0x270F; framing = "line"; backlog = 128; },
			/* one more */
			{ path = "/run/hellod/socket"; mode = "0660"; owner = ""; group = ""; },
			{ address = "::1"; port = 9999; v6only = true; } );
		workers = "auto"; user : "nobody"; group = ""
		welcome = "Wel" "come! \"\\\x21\n";
		greeting = "Hello, %s! 100%%"; // a comment
		max_message = "1 KiB"; encoding = "utf-8"; reply_delay = 0.25e0;
		max_connections = 10000L; idle_timeout = "10 min"; write_timeout = 30.0;
		@include "part.conf"
		log_target = "auto"; log_level = "info"; log_connections = true; pid_file = "";
	END
	prints -c rich.conf -- 'drain_timeout = "5 s";' 'welcome = "Welcome! \"\\!\x0a";'
	mutate rich.conf 1
}

@test "200 mutations of the sample configuration, with and without its comments" {
	sed 's/^#\([a-z]\)/\1/' "$abs_top_srcdir/etc/hellod.conf" >sample.conf
	cp "$abs_top_srcdir/etc/hellod.conf" commented.conf
	mkfifo fifo
	mutate sample.conf 2
	mutate commented.conf 3
}
