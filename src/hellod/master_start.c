/*
 * master_start.c - what a master must have before it forks
 *
 * Owns: the order in which it is had, and where each thing comes from: systemd,
 * an earlier life, the program before an upgrade, or new.
 * Never: forks.
 * Runs: in the master.
 */
#include "config.h"

/* System */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Project */
#include "hellod/control.h"
#include "hellod/exitcode.h"
#include "hellod/master.h"
#include "hellod/master_state.h"
#include "hellod/notify.h"
#include "hellod/pidfile.h"
#include "hellod/sandbox.h"
#include "lib/log.h"
#include "lib/text.h"

/* Somebody wanted clients there, and they will not be told that nobody serves them. */
static void
tell_unwanted(const struct listeners *passed, const struct listeners *served)
{
	for (size_t i = 0; i < passed->count; i++)
		if (!listeners_have(served, &passed->items[i]))
			log_warnx(
				"systemd passed %s, which is not configured: its clients wait, and "
				"nobody serves them",
				passed->items[i].name);
}

/* From systemd, from an earlier life, or new. Each failure is a line on errors. */
static int
find_listeners(struct master *m, FILE *errors)
{
	const struct inheritance *from = &m->inheritance;

	if (m->upgrade.phase == UPGRADE_STARTING)
		from = &m->handover.descriptors;
	else if (inherit_from_systemd(&m->inheritance, errors) < 0) {
		m->exit_code = HELLOD_EXIT_CONFIG;
		return -1;
	}
	m->inheritance.activated = from->activated;
	if (listeners_open(m->listeners, m->configuration, &from->stored, from->activated, errors) <
	    0) {
		/* Units and configuration contradict each other: no retry helps. */
		m->exit_code = from->activated ? HELLOD_EXIT_CONFIG : HELLOD_EXIT_FAILED;
		return -1;
	}
	if (m->inheritance.activated)
		tell_unwanted(&from->stored, m->listeners);
	listeners_apply(m->listeners, m->configuration, errors);
	return 0;
}

/* Returns 0, or -1 after every failure has been told. */
static int
open_listeners(struct master *m)
{
	struct text errors;
	int r = text_begin(&errors) < 0 ? -1 : find_listeners(m, errors.out);
	char *line = text_end(&errors);

	if (!line && r < 0)
		log_errorx("out of memory");
	for (line = line ? strtok(line, "\n") : NULL; line; line = strtok(NULL, "\n"))
		log_errorx("%s", line);
	text_done(&errors);
	return r;
}

/* The one before, where it was kept; else a new one. */
static int
open_scoreboard(struct master *m)
{
	bool upgraded = m->upgrade.phase == UPGRADE_STARTING;

	m->scoreboard_fd =
		upgraded ? m->handover.descriptors.scoreboard : m->inheritance.scoreboard;
	if (m->scoreboard_fd >= 0 &&
	    (m->scoreboard = scoreboard_take_over(m->scoreboard_fd, upgraded)))
		return 0;
	if (upgraded) {
		log_error("cannot take over the scoreboard");
		return -1;
	}
	if (m->scoreboard_fd >= 0)
		inherit_drop_scoreboard(m->scoreboard_fd);
	m->scoreboard = scoreboard_new(&m->scoreboard_fd);
	if (m->scoreboard)
		return 0;
	log_error("cannot make the scoreboard");
	return -1;
}

/* An upgraded program is found where the one before was: see master_move_in(). */
static int
open_places(struct master *m)
{
	if (m->upgrade.phase != UPGRADE_STARTING)
		return pidfile_claim(m->configuration->pid_file, &m->pidfile) < 0
			       ? -1
			       : control_open(m->configuration->control_socket, &m->control);
	if (pidfile_claim(m->handover.pid_file, &m->pidfile) < 0)
		return -1;
	pidfile_fill(m->pidfile); /* it is the same process, and serves */
	return m->handover.control < 0 ? 0 : control_take_over(m->handover.control, &m->control);
}

void
master_move_in(struct master *m)
{
	const struct configuration *c = m->configuration;
	struct pidfile *pidfile;

	if (strcmp(pidfile_path(m->pidfile), c->pid_file) != 0) {
		if (pidfile_claim(c->pid_file, &pidfile) == 0) {
			pidfile_fill(pidfile);
			pidfile_release(m->pidfile);
			m->pidfile = pidfile;
		} else {
			log_warnx("the pid file stays as it was, until a restart");
		}
	}
	if (control_move(c->control_socket, &m->control) < 0)
		log_warnx("the control socket stays where it was, until a restart");
}

static int
open_log(const struct master *m)
{
	const struct configuration *c = m->configuration;
	bool detached = m->starter >= 0 || m->handover.detached;
	const char *target = c->log_target;

	/* Standard error will be gone. */
	if (detached && (strcmp(target, "auto") == 0 || strcmp(target, "stderr") == 0))
		target = "syslog";
	if (log_open("hellod", target, LOG_ERR + (int)c->log_level) == 0)
		return 0;
	log_errorx("cannot log to %s: %s; choose another log_target", target, strerror(errno));
	return -1;
}

/*
 * What can fail is tried while its failure can still be seen on the terminal:
 * the log is opened last but one.
 */
int
master_set_up(struct master *m)
{
	m->signal_fd = master_open_signals();
	if (m->signal_fd < 0) {
		log_error("cannot wait for signals");
		return -1;
	}
	if (open_places(m) < 0 || open_listeners(m) < 0 || open_scoreboard(m) < 0)
		return -1;
	/* What systemd still keeps of an earlier life, and nobody wants any more. */
	if (!m->inheritance.activated)
		inherit_store_listeners(m->listeners, &m->inheritance.stored);
	inherit_done(&m->inheritance); /* what was wanted of it has been shared */
	m->watchdog_interval = notify_watchdog_interval();
	if (open_log(m) < 0)
		return -1;
	return sandbox_announce((enum sandbox_mode)m->configuration->sandbox);
}
