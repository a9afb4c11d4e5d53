/*
 * deadlines.c - how long clients may take, and when the next one has taken it
 *
 * Owns: the lengths of a worker's queues, and the look whether there is stress.
 * Never: knows what becomes of a client that is late.
 * Runs: in a worker.
 */
#include "config.h"

#include "hellod/deadlines.h"

/* Project */
#include "hellod/configuration.h"
#include "hellod/connection.h"
#include "hellod/connection_log.h"
#include "hellod/scoreboard.h"
#include "lib/log.h"
#include "lib/units.h"

#define HEADER_TIME (3 * USEC_PER_SEC)
#define FAREWELL_TIME (2 * USEC_PER_SEC)
#define LAST_WORD_TIME USEC_PER_SEC /* for a silent client, while stopping */
#define STRESS_LOOK USEC_PER_SEC    /* between two looks at how full it is */
#define STRESS_PERCENT 80           /* of max_connections: what is more is stress */

static int64_t
or_never(int64_t timeout)
{
	return timeout == 0 ? TIMER_NEVER : timeout;
}

static int64_t
shorter(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/*
 * How long silence may last. The queues are in the order in which it began: who
 * has been silent longest goes first, also when the time becomes shorter.
 */
static void
set_patience(struct worker *w)
{
	const struct configuration *c = w->configuration;
	int64_t longest = w->stressed ? or_never(c->stress_timeout) : TIMER_NEVER;
	int64_t idle = shorter(or_never(c->idle_timeout), longest);

	w->waits[WAIT_INPUT].duration = idle;
	w->waits[WAIT_NAME].duration = shorter(or_never(c->name_timeout), idle);
}

static bool
is_nearly_full(const struct worker *w)
{
	uint64_t sessions = scoreboard_total(w->inheritance.scoreboard).sessions;

	return sessions * 100 > (uint64_t)w->configuration->max_connections * STRESS_PERCENT;
}

static void
set_stress(struct worker *w, bool stressed)
{
	if (stressed == w->stressed)
		return;
	w->stressed = stressed;
	set_patience(w);
}

/* One worker says it for all. */
static void
say_stress(struct worker *w, bool stressed)
{
	struct scoreboard *scoreboard = w->inheritance.scoreboard;
	unsigned times;

	if (stressed == w->stress_said)
		return;
	w->stress_said = stressed;
	if (!complaint_due(stressed ? &scoreboard->stressed : &scoreboard->calm, w->now, &times))
		return;
	if (stressed)
		log_warnx("more than %d %% of max_connections are open: "
			  "silent clients are let go after stress_timeout",
			  STRESS_PERCENT);
	else
		log_notice("silent clients may stay again");
}

/* Is it so full that silent clients must go earlier? */
static void
look_for_stress(struct worker *w)
{
	bool stressed;

	if (w->now < w->stress_look)
		return;
	w->stress_look = w->now + STRESS_LOOK;
	stressed = is_nearly_full(w);
	set_stress(w, stressed);
	say_stress(w, stressed);
}

void
deadlines_init(struct worker *w)
{
	const struct configuration *c = w->configuration;

	timer_queue_init(&w->waits[WAIT_HEADER], HEADER_TIME);
	timer_queue_init(&w->waits[WAIT_NAME], TIMER_NEVER);
	timer_queue_init(&w->waits[WAIT_INPUT], TIMER_NEVER);
	set_patience(w);
	timer_queue_init(&w->waits[WAIT_DELAY], c->reply_delay);
	timer_queue_init(&w->waits[WAIT_ROOM], c->write_timeout);
	timer_queue_init(&w->waits[WAIT_FAREWELL], FAREWELL_TIME);
	timer_queue_init(&w->lifetimes, or_never(c->session_timeout));
	w->stress_look = c->stress_timeout > 0 ? w->now : TIMER_NEVER;
}

void
deadlines_handle(struct worker *w)
{
	struct timer *timer;

	look_for_stress(w);
	connection_log_tick(w);
	for (int i = 0; i < WAIT_COUNT; i++)
		while ((timer = timer_queue_due(&w->waits[i], w->now))) {
			connection_timed_out(w, timer);
			if (w->stressed) /* no more of them than must go */
				set_stress(w, is_nearly_full(w));
		}
	while ((timer = timer_queue_due(&w->lifetimes, w->now)))
		connection_outlived(w, timer);

	for (int i = 0; i < WAIT_COUNT; i++)
		worker_set_alarm(w, timer_queue_deadline(&w->waits[i]));
	worker_set_alarm(w, timer_queue_deadline(&w->lifetimes));
	if (w->connections > 0)
		worker_set_alarm(w, w->stress_look);
}

void
deadlines_hurry(struct worker *w)
{
	static const enum wait silent[] = {WAIT_NAME, WAIT_INPUT};

	w->stress_look = TIMER_NEVER;
	w->stressed = false; /* for good: this is the shortest time of all */
	worker_set_alarm(w, w->now);
	for (size_t i = 0; i < sizeof(silent) / sizeof(silent[0]); i++) {
		struct timer_queue *queue = &w->waits[silent[i]];

		timer_queue_restart(queue, shorter(queue->duration, LAST_WORD_TIME), w->now);
	}
}
