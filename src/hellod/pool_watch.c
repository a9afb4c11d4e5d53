/*
 * pool_watch.c - workers that hang, and those that don't leave
 *
 * Owns: when a worker has had its time, and how it is made to end.
 * Never: judges by anything but the monotonic clock: a step of the wall clock
 * kills nobody.
 * Runs: in the master.
 */
#include "config.h"

#include "hellod/pool.h"

/* System */
#include <signal.h>
#include <stdatomic.h>

/* Project */
#include "hellod/scoreboard.h"
#include "hellod/timers.h"
#include "lib/log.h"
#include "lib/units.h"

#define KILL_GRACE (2 * USEC_PER_SEC)  /* from ABRT, which may leave a core, to KILL */
#define LOOKS 4                        /* in a hang_timeout */
#define START_TIME (30 * USEC_PER_SEC) /* for a worker to get ready */

/* As often as the most watched worker wants it. */
static int64_t
look_interval(const struct pool *pool)
{
	int64_t shortest = TIMER_NEVER;

	for (unsigned i = 0; i < pool->count; i++) {
		int64_t hang_timeout = pool->workers[i].hang_timeout;

		if (hang_timeout > 0 && hang_timeout / LOOKS < shortest)
			shortest = hang_timeout / LOOKS;
	}
	return shortest;
}

/*
 * Since when the worker's loop has not turned. What was before the master
 * itself was stopped and continued doesn't count: all were stopped, maybe.
 */
static int64_t
silent_since(const struct pool *pool, const struct pool_worker *worker)
{
	int64_t beat = atomic_load(&pool->scoreboard->slots[worker->slot].heartbeat);

	return beat > pool->awake_since ? beat : pool->awake_since;
}

/* When a worker that is not ready has had its time for that. */
static int64_t
start_by(const struct pool *pool, const struct pool_worker *worker)
{
	return START_TIME +
	       (worker->started > pool->awake_since ? worker->started : pool->awake_since);
}

static void
look_at(const struct pool *pool, struct pool_worker *worker, int64_t now)
{
	if (now >= worker->kill_at) {
		kill(worker->pid, SIGKILL);
		worker->kill_at = now + KILL_GRACE;
	} else if (worker->leaving && now >= worker->leave_by && worker->kill_at == TIMER_NEVER) {
		if (worker->ready)
			log_warnx("worker %u (pid %ld) did not leave within drain_timeout; "
				  "killing it",
				  worker->slot, (long)worker->pid);
		else
			log_warnx("worker %u (pid %ld) never got ready, and is not wanted any "
				  "more; killing it",
				  worker->slot, (long)worker->pid);
		worker->kill_at = now + KILL_GRACE;
		kill(worker->pid, SIGKILL);
	} else if (!worker->ready && worker->kill_at == TIMER_NEVER &&
		   now >= start_by(pool, worker)) {
		log_warnx("worker %u (pid %ld) does not get ready; killing it", worker->slot,
			  (long)worker->pid);
		worker->kill_at = now + KILL_GRACE;
		kill(worker->pid, SIGKILL);
	} else if (worker->hang_timeout > 0 && worker->kill_at == TIMER_NEVER && worker->ready &&
		   now - silent_since(pool, worker) > worker->hang_timeout) {
		log_warnx("worker %u (pid %ld) hangs (hang_timeout); aborting it", worker->slot,
			  (long)worker->pid);
		worker->kill_at = now + KILL_GRACE;
		kill(worker->pid, SIGABRT);
	}
}

void
pool_look_after(struct pool *pool, int64_t now)
{
	int64_t interval = look_interval(pool);

	/* Much later than it wanted to wake: it was stopped, or starved. */
	if (interval != TIMER_NEVER && now - pool->looked_at > 2 * interval)
		pool->awake_since = now;
	pool->looked_at = now;
	for (unsigned i = 0; i < pool->count; i++)
		look_at(pool, &pool->workers[i], now);
}

int64_t
pool_deadline(const struct pool *pool)
{
	int64_t interval = look_interval(pool);
	int64_t next = interval == TIMER_NEVER ? TIMER_NEVER : pool->looked_at + interval;

	/* Only a start that was put off leaves workers missing. */
	if (pool->retry_at > pool->looked_at && pool->retry_at < next)
		next = pool->retry_at;
	for (unsigned i = 0; i < pool->count; i++) {
		const struct pool_worker *worker = &pool->workers[i];

		if (worker->kill_at < next)
			next = worker->kill_at;
		if (worker->leaving && worker->kill_at == TIMER_NEVER && worker->leave_by < next)
			next = worker->leave_by;
		if (!worker->ready && worker->kill_at == TIMER_NEVER &&
		    start_by(pool, worker) < next)
			next = start_by(pool, worker);
	}
	return next;
}

/*
 * The oldest generation that is on its way out, and how many there are: those
 * before the current one, and those that a reload gave up.
 */
static unsigned
count_draining(const struct pool *pool, unsigned *ret_oldest)
{
	unsigned numbers = 0;
	unsigned last = 0;

	*ret_oldest = 0;
	/* Numbers grow: each pass finds the next one above the last. */
	for (;;) {
		unsigned next = 0;

		for (unsigned i = 0; i < pool->count; i++) {
			unsigned number = pool->workers[i].generation;

			if (number > last && number != pool->current.number &&
			    number != pool->candidate.number && (next == 0 || number < next))
				next = number;
		}
		if (next == 0)
			return numbers;
		if (numbers++ == 0)
			*ret_oldest = next;
		last = next;
	}
}

void
pool_limit_generations(struct pool *pool, unsigned most)
{
	unsigned oldest;

	if (count_draining(pool, &oldest) <= most)
		return;
	log_warnx("more than %u generations drain (max_generations); cutting generation %u", most,
		  oldest);
	for (unsigned i = 0; i < pool->count; i++)
		if (pool->workers[i].generation == oldest)
			channel_send(pool->workers[i].channel, WORD_CUT, -1);
}
