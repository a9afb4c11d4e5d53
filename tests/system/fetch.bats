#!/usr/bin/env bats
# fetch.bats - hellofetch@.service and its timer

# shellcheck disable=SC2034 # what common.bash reads
load common

# A web server in the box, with one page.
prepare_box() {
	script <<-'END'
		mkdir /srv/www
		echo 'the page' >/srv/www/page.html
		systemd-run --quiet --unit=www --service-type=exec \
			/usr/bin/python3 -m http.server --bind 127.0.0.1 --directory /srv/www 8080
		mkdir -p /etc/hellofetch
	END
	wait_until inside bash -c ': </dev/tcp/127.0.0.1/8080' 2>/dev/null
}

page=/var/lib/hellofetch/news/page

# What standard input says is fetched, and nothing is known of an earlier time.
configure_fetch() {
	inside rm -rf /var/lib/private/hellofetch/news
	inside tee /etc/hellofetch/news.conf
}

@test "it fetches what its file says, as nobody in particular" {
	configure_fetch <<<'URL=http://127.0.0.1:8080/page.html'
	inside systemctl start hellofetch@news.service
	[ "$(inside cat "$page")" = "the page" ]
	[ "$(inside stat -L -c %a "$page")" = 644 ]
	# It says nothing if all is well.
	[ -z "$(journal -u hellofetch@news -t hellofetch -o cat)" ]
}

# The suites' drop-in says SystemCallErrorNumber=kill: see common.bash.
@test "a system call that the unit forbids would be its end" {
	configure_fetch <<<'URL=http://127.0.0.1:8080/page.html'
	drop_in hellofetch@.service <<-'END'
		[Service]
		SystemCallFilter=~socket
	END
	run ! inside systemctl start hellofetch@news.service
	property_is ExecMainStatus 31 hellofetch@news.service # SIGSYS
	MAY_BE_KILLED=1
}

@test "the file's name and options are as its file says" {
	configure_fetch <<-'END'
		URL=http://127.0.0.1:8080/page.html
		FILE=news.html
		OPTIONS=--deadline=10s --max-size=1KiB --must-match=page --not-match=log.in
	END
	inside systemctl start hellofetch@news.service
	[ "$(inside cat /var/lib/hellofetch/news/news.html)" = "the page" ]
	configure_fetch <<-'END'
		URL=http://127.0.0.1:8080/page.html
		OPTIONS=--deadline=10s --max-size=1B
	END
	run ! inside systemctl start hellofetch@news.service
	property_is ExecMainStatus 11 hellofetch@news.service
}

@test "a failure shows, says why, and costs no page" {
	configure_fetch <<<'URL=http://127.0.0.1:8080/page.html'
	inside systemctl start hellofetch@news.service
	inside tee /etc/hellofetch/news.conf <<<'URL=http://127.0.0.1:8080/gone.html'
	run ! inside systemctl start hellofetch@news.service
	property_is ActiveState failed hellofetch@news.service
	property_is ExecMainStatus 7 hellofetch@news.service
	journal -u hellofetch@news -t hellofetch -o cat | grep 404
	[ "$(inside cat "$page")" = "the page" ]
}

@test "the instance jobs fetches what its job file says" {
	local jobs=/var/lib/hellofetch/jobs
	inside tee /etc/hellofetch/jobs.conf <<-END
		defaults = { deadline = "10 s"; };
		jobs = (
			{ url = "http://127.0.0.1:8080/page.html"; output = "$jobs/one"; },
			{ url = "http://127.0.0.1:8080/page.html?"; output = "$jobs/two"; }
		);
	END
	inside systemctl start hellofetch@jobs.service
	[ "$(inside cat "$jobs/one" "$jobs/two")" = "$(printf 'the page\nthe page')" ]
	[ -z "$(journal -u hellofetch@jobs -t hellofetch -o cat)" ]
	# One that fails costs the other nothing, and shows.
	inside tee /etc/hellofetch/jobs.conf <<-END
		jobs = (
			{ url = "http://127.0.0.1:8080/gone.html"; output = "$jobs/one"; },
			{ url = "http://127.0.0.1:8080/page.html"; output = "$jobs/three"; }
		);
	END
	run ! inside systemctl start hellofetch@jobs.service
	property_is ExecMainStatus 7 hellofetch@jobs.service
	journal -u hellofetch@jobs -t hellofetch -o cat | grep 404
	[ "$(inside cat "$jobs/one" "$jobs/three")" = "$(printf 'the page\nthe page')" ]
	inside grep -q fail_count=1 "$jobs/.one.hellofetch"
}

@test "a page that has not changed is no failure, even if it is told" {
	configure_fetch <<-'END'
		URL=http://127.0.0.1:8080/page.html
		OPTIONS=--exit-unchanged
	END
	inside systemctl start hellofetch@news.service
	inside systemctl start hellofetch@news.service
	[ "$(inside cat "$page")" = "the page" ]
}

@test "without its file it fails" {
	run ! inside systemctl start hellofetch@nothing.service
	journal -o cat | grep 'Failed to load environment files'
}

@test "a credential is sent, and is nowhere to be read" {
	inside sh -c 'umask 077; echo "X-Key: T0pSecret" >/etc/hellofetch/news.fields'
	drop_in hellofetch@.service <<-'END'
		[Service]
		LoadCredential=fields:/etc/hellofetch/news.fields
	END
	configure_fetch <<-'END'
		URL=http://127.0.0.1:8080/page.html
		OPTIONS=--credential=fields
	END
	inside systemctl start hellofetch@news.service
	[ "$(inside cat "$page")" = "the page" ]
	# And a failure tells nothing of it.
	inside tee /etc/hellofetch/news.conf <<-'END'
		URL=http://127.0.0.1:8080/gone.html
		OPTIONS=--credential=fields
	END
	run ! inside systemctl start hellofetch@news.service
	property_is ExecMainStatus 7 hellofetch@news.service
	journal -o cat >"$BATS_TEST_TMPDIR/journal"
	run ! grep -q T0pSecret "$BATS_TEST_TMPDIR/journal"
	run ! inside grep -rq T0pSecret /var/lib/private/hellofetch
	# Without it nobody is asked.
	inside rm -r /run/systemd/system/hellofetch@.service.d
	inside systemctl daemon-reload
	run ! inside systemctl start hellofetch@news.service
	property_is ExecMainStatus 13 hellofetch@news.service
	journal -u hellofetch@news -t hellofetch -o cat | grep 'no credential fields'
	# A failure stands in the journal with its level.
	journal -u hellofetch@news -t hellofetch -p err -o cat | grep 'exit code 13'
}

@test "the timer starts it" {
	configure_fetch <<<'URL=http://127.0.0.1:8080/page.html'
	drop_in hellofetch@.timer <<-'END'
		[Timer]
		OnActiveSec=100ms
		AccuracySec=10ms
		RandomizedDelaySec=0
	END
	inside systemctl start hellofetch@news.timer
	wait_until inside test -s "$page"
	inside systemctl stop hellofetch@news.timer
}
