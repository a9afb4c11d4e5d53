/*
 * connection_log.c - who came and who left, a line each, unless there are too many
 *
 * Owns: these lines, and the count of them in the second that goes on.
 * Never: logs what a limit has kept out (limits.c).
 * Runs: in a worker; all of them share the second and its count.
 */
#include "config.h"

#include "hellod/connection_log.h"

/* System */
#include <inttypes.h>

/* Project */
#include "hellod/configuration.h"
#include "hellod/connection_state.h"
#include "hellod/listener.h"
#include "hellod/scoreboard.h"
#include "lib/address.h"
#include "lib/decimal.h"
#include "lib/log.h"
#include "lib/units.h"

/* A second, as the scoreboard has it: which one, and the clients in it so far. */
#define SECOND_SHIFT 32

static uint64_t
clients_of(uint64_t second)
{
	return second & UINT32_MAX;
}

/*
 * Begins the second of now, with so many clients. One worker does, and says how
 * many too many there were in the one before. Returns false if it has begun; as
 * it has for a worker whose clock is a little behind.
 */
static bool
begin_second(const struct worker *w, unsigned clients)
{
	atomic_ullong *shared = &w->inheritance.scoreboard->log_second;
	unsigned long long before = atomic_load_explicit(shared, memory_order_relaxed);
	uint64_t now = (uint64_t)(w->now / USEC_PER_SEC);
	uint64_t most = (uint64_t)w->configuration->log_rate;

	if (before >> SECOND_SHIFT == now || before >> SECOND_SHIFT == now + 1 ||
	    !atomic_compare_exchange_strong(shared, &before, now << SECOND_SHIFT | clients))
		return false;
	if (most > 0 && clients_of(before) > most)
		log_notice("%" PRIu64 " clients more came in one second: not logged (log_rate)",
			   clients_of(before) - most);
	return true;
}

/* One line more in this second? */
static bool
may_log(struct worker *w)
{
	struct scoreboard *scoreboard = w->inheritance.scoreboard;
	uint64_t most = (uint64_t)w->configuration->log_rate;

	if (most == 0 || begin_second(w, 1) ||
	    clients_of(atomic_fetch_add(&scoreboard->log_second, 1)) < most)
		return true;
	scoreboard_add(w->slot, COUNT_UNLOGGED, 1);
	w->log_second_ends = (w->now / USEC_PER_SEC + 1) * USEC_PER_SEC;
	worker_set_alarm(w, w->log_second_ends);
	return false;
}

void
connection_log_begin(struct worker *w, struct connection *c, const struct listener *listener)
{
	char peer[ADDRESS_TEXT_MAX];
	struct log_field fields[] = {{"HELLOD_PEER", peer}, {"HELLOD_LISTENER", listener->name}};

	if (!w->configuration->log_connections || !log_enabled(LOG_INFO) || !may_log(w))
		return;
	c->logged = true;
	log_fields(LOG_INFO, fields, 2, "accepted %s on %s", peer_format(&c->peer, peer),
		   listener->name);
}

void
connection_log_end(const struct worker *w, const struct connection *c, const char *reason)
{
	char peer[ADDRESS_TEXT_MAX];
	char greetings[DECIMAL_MAX + 1];
	int64_t msec = (w->now - c->opened + USEC_PER_MSEC / 2) / USEC_PER_MSEC;
	struct log_field fields[] = {
		{"HELLOD_PEER", peer}, {"HELLOD_GREETINGS", greetings}, {"HELLOD_REASON", reason}};

	if (!c->logged)
		return;
	peer_format(&c->peer, peer);
	*decimal_put(greetings, c->greetings) = '\0';
	log_fields(LOG_INFO, fields, 3,
		   "closed %s after %s greeting%s in %" PRId64 ".%03" PRId64 " s: %s", peer,
		   greetings, c->greetings == 1 ? "" : "s", msec / MSEC_PER_SEC,
		   msec % MSEC_PER_SEC, reason);
}

void
connection_log_tick(struct worker *w)
{
	if (w->log_second_ends == 0)
		return;
	if (w->now < w->log_second_ends) {
		worker_set_alarm(w, w->log_second_ends);
		return;
	}
	w->log_second_ends = 0;
	begin_second(w, 0);
}
