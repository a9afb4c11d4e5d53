/*
 * reload.c - a new configuration, or none of it
 *
 * Owns: the order of a reload's steps, and the way back from each.
 * Never: waits for a step; never leaves half of a change behind.
 * Runs: in the master.
 */
#include "config.h"

#include "hellod/reload.h"

/* System */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Project */
#include "hellod/control.h"
#include "hellod/inherit.h"
#include "hellod/master_state.h"
#include "hellod/timers.h"
#include "lib/log.h"
#include "lib/units.h"

#define OUT_OF_MEMORY "out of memory"
#define STEP_TIME (10 * USEC_PER_SEC)  /* for each step until it counts as hung */
#define RETIRE_TIME (2 * USEC_PER_SEC) /* for the workers before to stop accepting */

static void
enter(struct master *m, enum reload_phase phase)
{
	m->reload.phase = phase;
	m->reload.deadline = m->now + STEP_TIME;
}

static bool
may_begin(const struct master *m)
{
	return m->reload.phase == RELOAD_NONE && m->upgrade.phase == UPGRADE_NONE &&
	       m->phase == MASTER_RUNNING;
}

bool
reload_begin(struct master *m)
{
	struct reload *r = &m->reload;
	struct reader_task task = {.options = m->options, .hosts = true, .old = m->configuration};

	if (!may_begin(m))
		return false;
	m->reload_wanted = false; /* before the file is read: what changes later, is told later */
	*r = (struct reload){.probe.fd = -1};
	master_report_reloading(m);
	enter(m, RELOAD_READING);
	if (text_begin(&r->faults) < 0 || text_begin(&r->changes) < 0)
		reload_fail(m, OUT_OF_MEMORY);
	else if (reader_start(&r->reader, &task) < 0)
		reload_fail(m, "cannot start a process to read the configuration");
	return true;
}

/* All that a reload has, goes; what it changed, stays. */
static void
clean_up(struct master *m)
{
	struct reload *r = &m->reload;

	reader_done(&r->reader);
	probe_done(&r->probe);
	text_done(&r->faults);
	text_done(&r->changes);
	*r = (struct reload){.phase = RELOAD_NONE, .probe.fd = -1};
}

/* Tells whoever wants to know: the log, helloctl, systemd. */
static void
tell(struct master *m, bool good)
{
	/* What did not happen is no news. */
	const char *text = text_end(good ? &m->reload.changes : &m->reload.faults);
	int len;

	if (!text)
		text = good ? "" : OUT_OF_MEMORY "\n";
	control_reload_ended(m, good, text);
	for (; *text; text += len + 1) {
		len = (int)strcspn(text, "\n");
		if (good)
			log_notice("reload: %.*s", len, text);
		else
			log_errorx("reload: %.*s", len, text);
	}
	if (good)
		log_notice("reloaded: generation %u serves", m->pool.current.number);
	else
		log_errorx("reload failed: generation %u goes on as before",
			   m->pool.current.number);
}

/* The change is made, and the generation before is out of the way. */
static void
finish(struct master *m)
{
	tell(m, true);
	clean_up(m);
}

void
reload_fail(struct master *m, const char *reason)
{
	struct reload *r = &m->reload;

	if (r->phase == RELOAD_NONE)
		return;
	if (r->phase == RELOAD_RETIRING) {
		finish(m); /* what was to be done, is done */
		return;
	}
	if (r->faults.out)
		fprintf(r->faults.out, "%s\n", reason);
	/* Workers of no generation are told to leave at the next balance. */
	m->pool.candidate = (struct generation){0};
	if (r->listeners) {
		listeners_unlink(r->listeners, m->listeners);
		listeners_close(r->listeners);
		free(r->listeners);
	}
	configuration_free(r->configuration);
	/* Clients that came to it meanwhile stay as long as those of any other. */
	pool_limit_generations(&m->pool, (unsigned)m->configuration->max_generations);
	tell(m, false);
	clean_up(m);
}

/* Which addresses come and which go. */
static void
compare_listeners(const struct listeners *fresh, const struct listeners *old, FILE *out)
{
	for (size_t i = 0; i < old->count; i++)
		if (!listeners_have(fresh, &old->items[i]))
			fprintf(out, "no longer listening on %s\n", old->items[i].name);
	for (size_t i = 0; i < fresh->count; i++)
		if (!listeners_have(old, &fresh->items[i]))
			fprintf(out, "listening on %s\n", fresh->items[i].name);
}

/* The file has been read: everything else that can fail follows. */
static void
prepare(struct master *m)
{
	struct reload *r = &m->reload;

	r->configuration = reader_result(&r->reader, r->faults.out, r->changes.out);
	if (!r->configuration) {
		reload_fail(m, reader_found_faults(&r->reader) ? "the configuration is not valid"
							       : "the configuration was not read");
		return;
	}
	r->listeners = calloc(1, sizeof(*r->listeners));
	if (!r->listeners) {
		reload_fail(m, OUT_OF_MEMORY);
		return;
	}
	if (listeners_open(r->listeners, r->configuration, m->listeners, m->inheritance.activated,
			   r->faults.out) < 0) {
		free(r->listeners);
		r->listeners = NULL;
		reload_fail(m, "not all addresses could be had");
		return;
	}
	compare_listeners(r->listeners, m->listeners, r->changes.out);
	m->pool.candidate_failed = false;
	pool_take_heart(&m->pool); /* the remedy does not wait until the trouble is tried again */
	m->pool.candidate = (struct generation){
		.number = ++m->last_generation,
		.target = configuration_workers(r->configuration),
		.configuration = r->configuration,
		.listeners = r->listeners,
	};
	enter(m, RELOAD_STARTING);
}

static void
check_started(struct master *m)
{
	struct reload *r = &m->reload;
	const struct generation *candidate = &m->pool.candidate;
	struct pool_worker *worker;

	if (m->pool.candidate_failed) {
		reload_fail(m, "a worker of the new generation could not start (see the log)");
		return;
	}
	if (pool_ready(&m->pool, candidate) < candidate->target)
		return;
	worker = pool_any_ready(&m->pool, candidate);
	if (probe_start(&r->probe, worker->channel, r->configuration) < 0)
		reload_fail(m, "a worker of the new generation cannot be spoken to");
	else
		enter(m, RELOAD_PROBING);
}

/* From here on there is no way back, and nothing that would need one. */
static void
commit(struct master *m)
{
	struct reload *r = &m->reload;

	m->pool.current = m->pool.candidate;
	m->workers_asked = 0;
	m->pool.candidate = (struct generation){0};
	listeners_apply(r->listeners, r->configuration, r->changes.out);
	if (!m->inheritance.activated)
		inherit_store_listeners(r->listeners, m->listeners);
	/* The old workers have their own copies, and empty the queues. */
	listeners_unlink(m->listeners, r->listeners);
	listeners_close(m->listeners);
	free(m->listeners);
	m->listeners = r->listeners;
	configuration_free(m->configuration);
	m->configuration = r->configuration;
	log_set_level(LOG_ERR + (int)m->configuration->log_level);
	pool_limit_generations(&m->pool, (unsigned)m->configuration->max_generations);
	r->phase = RELOAD_RETIRING;
	r->deadline = m->now + RETIRE_TIME;
}

/* A worker that is stopped or hangs is not waited for: it accepts nobody. */
static void
check_retired(struct master *m)
{
	const struct pool_worker *worker = pool_other_accepting(&m->pool);

	if (worker && m->now < m->reload.deadline)
		return;
	if (worker)
		log_warnx("worker %u (pid %ld) does not say that it has stopped accepting; not "
			  "waiting for it",
			  worker->slot, (long)worker->pid);
	finish(m);
}

void
reload_advance(struct master *m)
{
	struct reload *r = &m->reload;

	if (m->reload_wanted && may_begin(m))
		reload_begin(m);
	if (r->phase == RELOAD_READING && r->reader.ended)
		prepare(m);
	else if (r->phase == RELOAD_STARTING)
		check_started(m);
	else if (r->phase == RELOAD_RETIRING)
		check_retired(m);
	if (r->phase != RELOAD_NONE && m->now >= r->deadline)
		reload_fail(
			m,
			r->phase == RELOAD_READING
				? "the configuration could not be read, or a host in it looked up, "
				  "within 10 s"
			: r->phase == RELOAD_STARTING
				? "the new workers did not get ready within 10 s"
				: "a new worker did not answer within 10 s");
}

bool
reload_bury(struct master *m, pid_t pid, int status)
{
	return reader_bury(&m->reload.reader, pid, status);
}

void
reload_poll(const struct reload *r, struct pollfd *fd)
{
	*fd = (struct pollfd){.fd = r->phase == RELOAD_PROBING ? r->probe.fd : -1,
			      .events = POLLIN};
}

void
reload_hear(struct master *m, const struct pollfd *fd)
{
	if (!fd->revents)
		return;
	switch (probe_hear(&m->reload.probe)) {
	case PROBE_GOES_ON:
		break;
	case PROBE_GOOD:
		commit(m);
		break;
	case PROBE_BAD:
		reload_fail(m, "a new worker did not give the right answers");
		break;
	}
}

int64_t
reload_deadline(const struct reload *r)
{
	return r->phase == RELOAD_NONE ? TIMER_NEVER : r->deadline;
}
