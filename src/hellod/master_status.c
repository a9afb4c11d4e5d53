/*
 * master_status.c - what the world is told about hellod
 *
 * Owns: the line that says where it listens, systemd's status and watchdog.
 * Never: decides anything but when to say it.
 * Runs: in the master.
 */
#include "config.h"

/* System */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Project */
#include "hellod/daemonize.h"
#include "hellod/master_state.h"
#include "hellod/notify.h"
#include "hellod/pidfile.h"
#include "hellod/timers.h"
#include "lib/log.h"
#include "lib/text.h"
#include "lib/units.h"

#define TELL_AGAIN (USEC_PER_SEC / 4) /* what systemd had no room for */

static void
describe_listeners(const struct master *m, FILE *out)
{
	for (size_t i = 0; i < m->listeners->count; i++)
		fprintf(out, "%s%s", i == 0 ? "" : ", ", m->listeners->items[i].name);
}

/* The line that operators and tests wait for. */
static void
announce(const struct master *m)
{
	const struct configuration *c = m->configuration;
	struct text text;
	const char *line;
	FILE *out = text_begin(&text) == 0 ? text.out : NULL;

	if (!out) {
		log_notice("ready");
		return;
	}
	fputs("ready: listening on ", out);
	describe_listeners(m, out);
	fprintf(out, "; %u worker%s", m->pool.current.target,
		m->pool.current.target == 1 ? "" : "s");
	if (geteuid() == 0)
		fprintf(out, " as user %s", c->user);
	fprintf(out, "; configuration: %s", c->file ? c->file : "built-in defaults");
	line = text_end(&text);
	line = line ? line : "ready"; /* there may be no memory just now */
	log_notice("%s", line);
	/* With -d the log is elsewhere; this is for who started it. */
	if (m->starter >= 0)
		fprintf(stderr, "hellod: %s\n", line);
	text_done(&text);
}

double
master_greetings_rate(const struct master *m)
{
	return rate_now(&m->greetings, m->now, scoreboard_sum(m->scoreboard, COUNT_GREETINGS));
}

static void
describe_status(const struct master *m, char text[STATUS_MAX])
{
	unsigned ready = pool_ready(&m->pool, &m->pool.current);
	unsigned target = m->pool.current.target;
	unsigned long long sessions = scoreboard_total(m->scoreboard).sessions;
	char workers[48];
	char rate[RATE_TEXT_MAX];

	if (ready < target)
		snprintf(workers, sizeof(workers), "Degraded: %u of %u workers", ready, target);
	else
		snprintf(workers, sizeof(workers), "%u worker%s", target, target == 1 ? "" : "s");
	snprintf(text, STATUS_MAX, "%s, %llu session%s, %s greetings/s, generation %u", workers,
		 sessions, sessions == 1 ? "" : "s", rate_format(master_greetings_rate(m), rate),
		 m->pool.current.number);
}

/* The first workers are all up: clients are served. */
static void
become_ready(struct master *m)
{
	m->phase = MASTER_RUNNING;
	m->deadline = TIMER_NEVER;
	m->pool.keep_others = false; /* the workers of a program before drain */
	pidfile_fill(m->pidfile);
	announce(m);
	if (!m->inheritance.activated) /* a socket unit's are kept by that */
		inherit_store_listeners(m->listeners, NULL);
	if (m->scoreboard_fd >= 0)
		inherit_store_scoreboard(m->scoreboard_fd);
	if (m->starter >= 0)
		daemonize_ready(m->starter, m->options->file && *m->options->file != '/');
	m->starter = -1;
	if (m->upgrade.phase == UPGRADE_STARTING)
		upgrade_serves(m);
}

/* A state that systemd must know of: master_report() tries again what fails. */
static bool
tell(struct master *m, const char *note)
{
	bool told = notify_tell(note);

	m->tell_at = told ? TIMER_NEVER : m->now + TELL_AGAIN;
	return told;
}

void
master_report_reloading(struct master *m)
{
	char note[64];

	/* Without the time, Type=notify-reload (systemd 253) waits in vain. */
	snprintf(note, sizeof(note), "RELOADING=1\nMONOTONIC_USEC=%" PRId64, m->now);
	notify_tell(note); /* if this is lost, all that counts is the READY=1 that follows */
	m->ready_told = false;
}

void
master_report_stopping(struct master *m)
{
	char note[128];

	snprintf(note, sizeof(note),
		 "STOPPING=1\nSTATUS=Stopping: sessions may finish\nEXTEND_TIMEOUT_USEC=%" PRId64,
		 m->deadline - m->now + USEC_PER_SEC);
	tell(m, note);
}

/* Tells systemd that we serve, and how, if it does not know. */
static void
report_state(struct master *m)
{
	char text[STATUS_MAX];
	char note[sizeof("READY=1\nSTATUS=") + STATUS_MAX];

	if (m->reload.phase != RELOAD_NONE || m->upgrade.phase == UPGRADE_CHECKING)
		return;
	describe_status(m, text);
	if (m->ready_told && strcmp(text, m->status) == 0)
		return;
	snprintf(note, sizeof(note), "%sSTATUS=%s", m->ready_told ? "" : "READY=1\n", text);
	if (!tell(m, note))
		return;
	m->ready_told = true;
	memcpy(m->status, text, sizeof(text));
}

void
master_report(struct master *m)
{
	bool again = m->tell_at != TIMER_NEVER;

	if (m->phase == MASTER_STARTING &&
	    pool_ready(&m->pool, &m->pool.current) == m->pool.current.target)
		become_ready(m);
	rate_note(&m->greetings, m->now, scoreboard_sum(m->scoreboard, COUNT_GREETINGS));
	if (again && m->now < m->tell_at)
		return;           /* systemd had no room a moment ago */
	m->tell_at = TIMER_NEVER; /* there may be nothing to tell any more */
	if (m->phase == MASTER_RUNNING)
		report_state(m);
	else if (m->phase == MASTER_STOPPING && again)
		master_report_stopping(m);
}

/*
 * systemd restarts a master that says nothing. It says something while it can
 * keep at least one worker that serves.
 */
void
master_feed_watchdog(struct master *m)
{
	if (m->watchdog_interval == 0 || m->now < m->watchdog_at)
		return;
	m->watchdog_at = m->now + m->watchdog_interval / 2;
	if (m->phase != MASTER_RUNNING || pool_ready(&m->pool, &m->pool.current) > 0)
		notify_watchdog();
}
