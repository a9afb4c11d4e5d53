/*
 * scoreboard.h - what everyone sees of the workers
 *
 * Memory that the master and all workers share. A slot is written by one
 * process alone, its worker; everybody may read it, without a lock, and takes
 * what it says as hearsay.
 */
#ifndef HELLOD_SCOREBOARD_H
#define HELLOD_SCOREBOARD_H

#include <stdatomic.h>
#include <stdint.h>

#define SCOREBOARD_SLOTS 1024 /* the most workers there can be */

/* One worker's; alone in its cache lines, so that writers don't meet. */
struct scoreboard_slot {
	_Alignas(128) atomic_uint serving; /* 1: it takes clients, 0: it does not */
	atomic_uint sessions;              /* open now */
	atomic_ullong accepted;            /* since the slot's worker started */
	atomic_ullong refused;             /* told Busy */
	atomic_ullong greetings;
};

struct scoreboard {
	atomic_uint slot_count; /* slots in use, from the first; by the master */
	struct scoreboard_slot slots[SCOREBOARD_SLOTS];
};

/* Made by the master before the first fork. Returns NULL with errno. */
struct scoreboard *scoreboard_new(void);

/* Clears a slot whose worker is gone. */
void scoreboard_clear(struct scoreboard_slot *slot);

/* All slots together. */
struct scoreboard_total {
	uint64_t sessions;
	unsigned serving;
};

struct scoreboard_total scoreboard_total(const struct scoreboard *scoreboard);

/* Adds to a counter that only the caller writes; no locked instruction. */
static inline void
scoreboard_add(atomic_ullong *counter, unsigned long long more)
{
	atomic_store_explicit(counter, atomic_load_explicit(counter, memory_order_relaxed) + more,
			      memory_order_relaxed);
}

#endif
