#!/usr/bin/env bats
# cron.bats - hellofetch as a job of a real cron

load common

page=/srv/data/news.html

# A web server in the box, a mailer that keeps what it is given, and cron.
prepare_box() {
	[ -x /usr/sbin/cron ] || {
		echo "cron is not installed (Debian: cron)" >"$BATS_FILE_TMPDIR/why_not"
		return 0
	}
	script <<-'END'
		mkdir -p /srv/www /srv/data /srv/mail
		chown www-data: /srv/data
		chmod 1777 /srv/mail
		cat >/usr/sbin/sendmail <<-'MAILER'
			#!/bin/sh
			cat >/srv/mail/new.$$ && mv /srv/mail/new.$$ /srv/mail/mail
		MAILER
		chmod 755 /usr/sbin/sendmail
		systemd-run --quiet --unit=www --service-type=exec \
			/usr/bin/python3 -m http.server --bind 127.0.0.1 --directory /srv/www 8080
	END
	wait_until inside bash -c ': </dev/tcp/127.0.0.1/8080' 2>/dev/null
}

teardown() {
	# What common.bash's would show is in the journal; cron is to be gone for the next test.
	[ -e "$BATS_FILE_TMPDIR/why_not" ] || inside systemctl stop cron.service
}

# Starts cron with the example that is shipped, for the page of this server. A job
# "@reboot" is due at once when cron starts: nobody has to wait for a minute to end.
start_cron() { # OPTION...
	inside sh -c 'cat >/etc/cron.d/hellofetch' < <(
		sed "s|^\*/10 [* ]*  |@reboot  |; s|hellofetch -q|& $*|; s|https://[^ ]*|http://127.0.0.1:8080/news|" \
			"$abs_top_srcdir/etc/hellofetch.cron")
	inside grep -q '^@reboot  www-data  hellofetch -q' /etc/cron.d/hellofetch
	script <<-'END'
		rm -f /run/crond.reboot /srv/mail/*
		systemctl start cron.service
	END
}


# No job of cron's runs any more, nor its mailer.
cron_is_idle() {
	! inside pgrep -P "$(inside pidof -s cron)" >/dev/null
}

@test "a cron job fetches its page, and there is no mail" {
	inside sh -c 'echo "the news" >/srv/www/news'
	start_cron
	wait_until inside test -s "$page"
	[ "$(inside cat "$page")" = "the news" ]
	[ "$(inside stat -c %U "$page")" = www-data ]
	wait_until cron_is_idle
	[ -z "$(inside ls /srv/mail)" ]
}

@test "a cron job that fails keeps the page, and one mail says all" {
	inside sh -c 'echo "the news" >/srv/data/news.html; chown www-data: /srv/data/news.html; rm -f /srv/www/news'
	start_cron
	wait_until inside test -s /srv/mail/mail
	[ "$(inside cat "$page")" = "the news" ]
	inside cat /srv/mail/mail >"$BATS_TEST_TMPDIR/mail"
	grep -q '^To: root' "$BATS_TEST_TMPDIR/mail"
	grep -q '^hellofetch: http://127.0.0.1:8080/news$' "$BATS_TEST_TMPDIR/mail"
	grep -q '^  failed: the server answered with HTTP status 404$' "$BATS_TEST_TMPDIR/mail"
	grep -q '^  old file kept (/srv/data/news.html, age ' "$BATS_TEST_TMPDIR/mail"
	grep -q '^  exit code 7 ' "$BATS_TEST_TMPDIR/mail"
}

@test "a cron job that is to be silent for a while is" {
	inside sh -c 'rm -f /srv/www/news /srv/data/.news*'
	start_cron --fail-after 2
	wait_until inside grep -q '^fail_count=1$' /srv/data/.news.html.hellofetch
	wait_until cron_is_idle
	[ -z "$(inside ls /srv/mail)" ]
}
