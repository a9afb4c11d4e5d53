/*
 * connection_timeout.c - a client whose time is over
 *
 * Owns: which time it was, and what the client, the log and the counters are
 * told of it.
 * Never: sets how long anything may take (deadlines.c).
 * Runs: in a worker.
 */
#include "config.h"

/* System */
#include <stddef.h>
#include <stdio.h>
#include <sys/socket.h>

/* Project */
#include "hellod/configuration.h"
#include "hellod/connection.h"
#include "hellod/connection_state.h"
#include "hellod/scoreboard.h"
#include "lib/log.h"

/* What ends a session that takes too long: its client and the log are told. */
static const struct {
	const char *reason;
	enum counter counter;
} timeouts[] = {
	[TIMEOUT_NAME] = {"no name for too long (name_timeout)", COUNT_NAME_TIMEOUTS},
	[TIMEOUT_IDLE] = {"idle for too long (idle_timeout)", COUNT_IDLE_TIMEOUTS},
	[TIMEOUT_STRESS] = {"idle for too long under stress (stress_timeout)",
			    COUNT_STRESS_TIMEOUTS},
	[TIMEOUT_WRITE] = {"the client did not take its answers (write_timeout)",
			   COUNT_WRITE_TIMEOUTS},
	[TIMEOUT_SESSION] = {"here for too long (session_timeout)", COUNT_SESSION_TIMEOUTS},
};

static struct connection *
from_timer(struct timer *timer)
{
	return (struct connection *)(void *)((char *)timer - offsetof(struct connection, timer));
}

/* Which of the times that a silent client has was over first. */
static enum timeout
why_silence_ended(const struct worker *w, const struct connection *c)
{
	const struct configuration *conf = w->configuration;
	int64_t over = w->waits[connection_wait(c)].duration;

	if (c->greetings == 0 && over == conf->name_timeout)
		return TIMEOUT_NAME;
	return over == conf->idle_timeout ? TIMEOUT_IDLE : TIMEOUT_STRESS;
}

/* Counts it, and says it in the log, if the session's own end doesn't. */
static const char *
note_timeout(struct worker *w, const struct connection *c, enum timeout timeout)
{
	const char *reason = timeouts[timeout].reason;
	enum counter counter = timeouts[timeout].counter;
	unsigned times;

	if (!c->counted)
		return reason;
	scoreboard_add(w->slot, COUNT_TIMEOUTS, 1);
	scoreboard_add(w->slot, counter, 1);
	if (!c->logged &&
	    complaint_due(&w->inheritance.scoreboard->complaints[counter], w->now, &times))
		log_notice("let go of %u client%s: %s", times, times == 1 ? "" : "s", reason);
	return reason;
}

/* Without a word: it wouldn't be read, as nothing is. What is unsent is thrown away. */
static void
let_go_unheard(struct worker *w, struct connection *c, enum timeout timeout)
{
	static const struct linger reset = {.l_onoff = 1, .l_linger = 0};

	setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	connection_drop(w, c, note_timeout(w, c, timeout));
}

void
connection_timed_out(struct worker *w, struct timer *timer)
{
	struct connection *c = from_timer(timer);

	switch ((enum connection_state)c->state) {
	case CONNECTION_HEADER:
		connection_miss_header(w, c);
		break;
	case CONNECTION_READING:
		if (w->stopping)
			connection_leave(w, c, "hellod is stopping");
		else
			connection_turn_away(w, c, note_timeout(w, c, why_silence_ended(w, c)));
		break;
	case CONNECTION_DELAYED:
		connection_flush(w, c);
		break;
	case CONNECTION_WRITING:
		let_go_unheard(w, c, TIMEOUT_WRITE);
		break;
	case CONNECTION_LEAVING:
		connection_destroy(w, c);
		break;
	}
}

void
connection_outlived(struct worker *w, struct timer *timer)
{
	struct connection *c = (struct connection *)(void *)((char *)timer -
							     offsetof(struct connection, lifetime));

	if (c->state == CONNECTION_WRITING)
		let_go_unheard(w, c, TIMEOUT_SESSION);
	else
		connection_turn_away(w, c, note_timeout(w, c, TIMEOUT_SESSION));
}

void
connection_cut(struct worker *w, struct timer *timer)
{
	scoreboard_add(w->slot, COUNT_CUT, 1);
	connection_drop(w, from_timer(timer), "cut: the time to finish was over (drain_timeout)");
}

bool
connection_leaving(const struct worker *w)
{
	return timer_queue_first(&w->waits[WAIT_FAREWELL]) != NULL;
}

void
connection_end_leaving(struct worker *w, unsigned most)
{
	struct timer *timer;

	for (unsigned i = 0; i < most && (timer = timer_queue_first(&w->waits[WAIT_FAREWELL])); i++)
		connection_destroy(w, from_timer(timer));
}
