/*
 * share.c - how many of the clients are ours
 *
 * Owns: what is fair; in the scoreboard, this worker's count of arrivals.
 * Never: accepts; waits for another worker, or relies on what one says.
 * Runs: in a worker.
 *
 * Fair is, first, that all have as many sessions: when clients leave unevenly,
 * the next ones go where there is room. Among those that have about as many,
 * fair is to have taken as many. A worker above the mean stands back for a moment
 * after each client, not before it: nobody waits for a worker that doesn't come.
 */
#include "config.h"

#include "hellod/share.h"

/* System */
#include <stdatomic.h>

/* Project */
#include "hellod/scoreboard.h"
#include "hellod/worker.h"

#define SESSIONS_ABOVE 8  /* the mean: until a worker stands back */
#define ARRIVALS_ABOVE 32 /* as above */
#define MEMORY 64         /* arrivals fewer than the mean that are not forgotten */
#define ASLEEP 256        /* arrivals behind the first: a worker that is stopped or stuck */

/* The workers that take clients, as this one sees them. */
struct others {
	int64_t count;
	int64_t sessions; /* of all together */
	int64_t ahead;    /* arrivals more than ours, of all together */
};

/* Counts of arrivals are compared by their distance: they may wrap. */
static int64_t
distance(const struct worker *w, const struct scoreboard_slot *slot)
{
	unsigned arrivals = atomic_load_explicit(&slot->arrivals, memory_order_relaxed);

	return (int32_t)(arrivals - w->arrivals);
}

static unsigned
sessions_of(const struct scoreboard_slot *slot)
{
	return atomic_load_explicit(&slot->sessions, memory_order_relaxed);
}

static bool
is_serving(const struct scoreboard_slot *slot)
{
	return atomic_load_explicit(&slot->serving, memory_order_relaxed) != 0;
}

/* Of all that serve and keep up with the first; *ret_open: sessions of any. */
static struct others
look(const struct worker *w, uint64_t *ret_open)
{
	const struct scoreboard *scoreboard = w->inheritance.scoreboard;
	unsigned count = scoreboard_slots_in_use(scoreboard);
	int64_t first = INT32_MIN;
	struct others others = {0};

	*ret_open = 0;
	for (unsigned i = 0; i < count; i++) {
		const struct scoreboard_slot *slot = &scoreboard->slots[i];

		*ret_open += sessions_of(slot);
		if (is_serving(slot) && distance(w, slot) > first)
			first = distance(w, slot);
	}
	for (unsigned i = 0; i < count; i++) {
		const struct scoreboard_slot *slot = &scoreboard->slots[i];

		if (!is_serving(slot) || distance(w, slot) + ASLEEP < first)
			continue;
		others.count++;
		others.sessions += sessions_of(slot);
		others.ahead += distance(w, slot);
	}
	return others;
}

static void
set_arrivals(struct worker *w, unsigned arrivals)
{
	w->arrivals = arrivals;
	atomic_store_explicit(&w->slot->arrivals, arrivals, memory_order_relaxed);
}

/*
 * Only what was lately counts: long ago there was a reason. Who is behind makes up
 * for little of it. Who is ahead stays so: it is by their distance that those
 * are known who no longer come. Returns how far the mean is ahead then.
 */
static int64_t
forget(struct worker *w, int64_t ahead)
{
	if (ahead <= MEMORY)
		return ahead;
	set_arrivals(w, w->arrivals + (unsigned)(ahead - MEMORY));
	return MEMORY;
}

struct share
share_look(struct worker *w)
{
	struct share share = {0};
	struct others others = look(w, &share.open);
	int64_t room, ahead;

	if (others.count <= 1)
		return share;
	ahead = forget(w, others.ahead / others.count);
	room = others.sessions / others.count + SESSIONS_ABOVE - w->sessions;
	share.stand_back = room <= 0 || (room <= 2 * SESSIONS_ABOVE && ahead <= -ARRIVALS_ABOVE);
	return share;
}

void
share_start(struct worker *w)
{
	uint64_t open;
	struct others others = look(w, &open);

	if (others.count > 0)
		set_arrivals(w, (unsigned)(others.ahead / others.count));
}

void
share_count(struct worker *w)
{
	set_arrivals(w, w->arrivals + 1);
}
