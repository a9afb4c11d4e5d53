/*
 * master.c - the process that supervises and never serves
 *
 * Owns: the master's event loop: signals, words of workers and of helloctl,
 * deadlines; and its end.
 * Never: reads a client's bytes, and never waits for anything but the loop.
 * Runs: in the master.
 */
#include "config.h"

#include "hellod/master.h"

/* System */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>

/* Project */
#include "hellod/control.h"
#include "hellod/exitcode.h"
#include "hellod/master_state.h"
#include "hellod/notify.h"
#include "hellod/pidfile.h"
#include "hellod/timers.h"
#include "hellod/title.h"
#include "lib/alloc.h"
#include "lib/clock.h"
#include "lib/log.h"
#include "lib/units.h"

#define START_TIME (10 * USEC_PER_SEC) /* for the first workers to be ready */
#define CUT_TIME USEC_PER_SEC          /* from drain_timeout until all are killed */
#define SHORT_OF_MEMORY 100            /* milliseconds until events are looked for again */

int
master_reopen_log(struct master *m, const char *why)
{
	if (log_reopen() < 0) {
		log_warn("%s: cannot reopen the log, keeping the old file", why);
		return -1;
	}
	pool_reopen_log(&m->pool);
	log_notice("%s: log reopened", why);
	return 0;
}

bool
master_set_workers(struct master *m, int64_t target, const char *why)
{
	if (m->phase != MASTER_RUNNING || target < 1 || target > WORKERS_MAX)
		return false;
	log_notice("%s: workers %u -> %u", why, m->pool.current.target, (unsigned)target);
	m->pool.current.target = m->workers_asked = (unsigned)target;
	return true;
}

/* The workers finish what they have begun; their number is to be none. */
void
master_stop(struct master *m, const char *why)
{
	int64_t drain = m->configuration->drain_timeout;
	unsigned long long sessions = scoreboard_total(m->scoreboard).sessions;

	if (m->phase == MASTER_STOPPING) {
		log_notice("%s again: stopping at once", why);
		pool_kill(&m->pool);
		return;
	}
	reload_fail(m, "hellod is stopping");
	upgrade_abandon(m);
	if (m->exit_code == HELLOD_EXIT_STOPPED) /* else it has been told */
		log_notice("%s: stopping; %llu session%s may finish within %.0f s", why, sessions,
			   sessions == 1 ? "" : "s", (double)drain / (double)USEC_PER_SEC);
	m->phase = MASTER_STOPPING;
	m->deadline = m->now + drain + CUT_TIME;
	master_report_stopping(m);
	/* In systemd's hands they live on, for the next start to serve. */
	if (!notify_has_store() && !m->inheritance.activated) {
		listeners_unlink(m->listeners, NULL);
		listeners_turn_away(m->listeners);
	}
	pool_stop(&m->pool, m->now);
	/* The workers' copies keep the queues until they have been emptied. */
	listeners_close(m->listeners);
}

/* A phase has lasted too long. */
static void
check_deadline(struct master *m)
{
	if (m->now < m->deadline)
		return;
	m->deadline = TIMER_NEVER;
	if (m->phase == MASTER_STARTING) {
		upgrade_roll_back(m, "the new program's workers did not get ready within 10 s");
		log_errorx("only %u of %u workers got ready within 10 s; giving up",
			   pool_ready(&m->pool, &m->pool.current), m->pool.current.target);
		m->exit_code = HELLOD_EXIT_FAILED;
		master_stop(m, "start failed");
	}
	pool_kill(&m->pool);
}

static int64_t
sooner(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int
time_to_wait(const struct master *m)
{
	int64_t next = sooner(pool_deadline(&m->pool), m->deadline);
	int64_t left;

	next = sooner(next, reload_deadline(&m->reload));
	next = sooner(next, upgrade_deadline(&m->upgrade, m->now));
	next = sooner(next, rate_deadline(&m->greetings));
	next = sooner(next, m->tell_at);
	if (m->watchdog_interval > 0)
		next = sooner(next, m->watchdog_at);
	if (next == TIMER_NEVER)
		return -1;
	left = next - clock_usec();
	left = left > 0 ? (left + USEC_PER_MSEC - 1) / USEC_PER_MSEC : 0;
	return left > INT_MAX ? INT_MAX : (int)left;
}

/* Who waits for what, in the order of the entries. */
enum {
	AT_SIGNALS,
	AT_RELOAD,
	AT_UPGRADE,
	AT_CONTROL = AT_UPGRADE + UPGRADE_FDS,
	AT_POOL = AT_CONTROL + CONTROL_FDS,
};

static void
wait_for_events(struct master *m, struct pollfd *fds)
{
	unsigned workers = m->pool.count;

	fds[AT_SIGNALS] = (struct pollfd){.fd = m->signal_fd, .events = POLLIN};
	reload_poll(&m->reload, fds + AT_RELOAD);
	upgrade_poll(&m->upgrade, fds + AT_UPGRADE);
	control_poll(m->control, fds + AT_CONTROL);
	pool_poll(&m->pool, fds + AT_POOL);
	if (poll(fds, AT_POOL + workers, time_to_wait(m)) < 0) {
		if (errno != EINTR && errno != ENOMEM)
			fatal(HELLOD_EXIT_FAILED, "cannot wait for events");
		if (errno == ENOMEM) /* of many, it wants some: there may be more soon */
			poll(NULL, 0, SHORT_OF_MEMORY);
	}
	m->now = clock_usec();
}

static void
supervise(struct master *m, struct pollfd *fds)
{
	while (m->phase != MASTER_STOPPING || m->pool.count > 0) {
		wait_for_events(m, fds);
		/* Words before deaths: a dying worker may have said something. */
		pool_hear(&m->pool, fds + AT_POOL);
		reload_hear(m, fds + AT_RELOAD);
		upgrade_hear(m, fds + AT_UPGRADE);
		control_hear(m, fds + AT_CONTROL);
		if (fds[AT_SIGNALS].revents)
			master_hear_signals(m);
		reload_advance(m);
		upgrade_advance(m);
		pool_look_after(&m->pool, m->now);
		pool_balance(&m->pool, m->now);
		control_advance(m);
		master_report(m);
		master_feed_watchdog(m);
		check_deadline(m);
		log_tell_losses();
	}
}

/* Returns 0, or -1 after telling. */
static int
start_workers(struct master *m)
{
	const struct handover *h = &m->handover;
	bool upgraded = m->upgrade.phase == UPGRADE_STARTING;

	if (pool_init(&m->pool, m->scoreboard, m->starter >= 0 || h->detached) < 0) {
		log_error("cannot keep track of workers");
		return -1;
	}
	m->now = clock_usec();
	m->started = upgraded ? h->started : m->now;
	rate_init(&m->greetings, m->now, scoreboard_sum(m->scoreboard, COUNT_GREETINGS));
	m->last_generation = h->generation + 1;
	m->workers_asked = h->target;
	m->pool.current = (struct generation){
		.number = m->last_generation,
		.target = h->target ? h->target : configuration_workers(m->configuration),
		.configuration = m->configuration,
		.listeners = m->listeners,
	};
	m->pool.looked_at = m->pool.awake_since = m->now;
	m->pool.keep_others = upgraded;
	pool_take_over(&m->pool, h->workers, h->worker_count);
	m->deadline = m->now + START_TIME;
	pool_balance(&m->pool, m->now);
	return 0;
}

int
master_run(struct configuration *configuration, const struct configuration_options *options,
	   const struct program *program, const struct handover *handover, int starter)
{
	struct master m = {
		.configuration = configuration,
		.options = options,
		.program = program,
		.listeners = must_alloc(sizeof(struct listeners)),
		.reload.probe.fd = -1,
		.upgrade = {.output = -1, .requester = -1},
		.handover = HANDOVER_NONE,
		.inheritance.scoreboard = -1,
		.signal_fd = -1,
		.starter = starter,
		.tell_at = TIMER_NEVER,
	};

	/* Whatever memory may lack, it shows before there is something to clean up. */
	struct pollfd *fds = must_alloc((AT_POOL + SCOREBOARD_SLOTS) * sizeof(*fds));

	if (handover) {
		m.handover = *handover;
		m.upgrade.phase = UPGRADE_STARTING;
		m.upgrade.requester = handover->requester;
	}
	if (master_set_up(&m) == 0 && start_workers(&m) == 0) {
		title_set("master");
		supervise(&m, fds);
		pool_done(&m.pool);
		log_notice("stopped");
	} else if (handover) {
		/* Before anything is closed: this leads to the program before. */
		exit(HELLOD_EXIT_FAILED);
	} else {
		if (m.exit_code == HELLOD_EXIT_STOPPED)
			m.exit_code = HELLOD_EXIT_FAILED;
		listeners_unlink(m.listeners, NULL);
		listeners_close(m.listeners);
	}
	free(fds);
	free(m.listeners);
	control_close(m.control);
	pidfile_release(m.pidfile);
	configuration_free(m.configuration);
	return m.exit_code;
}
