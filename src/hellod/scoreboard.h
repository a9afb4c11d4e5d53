/*
 * scoreboard.h - what everyone sees of the workers
 *
 * Memory that the master and all workers share. A slot is written by one
 * process alone, its worker; everybody may read it, without a lock, and takes
 * what it says as hearsay.
 */
#ifndef HELLOD_SCOREBOARD_H
#define HELLOD_SCOREBOARD_H

#include "hellod/complaint.h"
#include "hellod/sources.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* Processes there can be at a time: those that serve, and those that drain. */
#define SCOREBOARD_SLOTS 4096

/* Of these, so many count where their clients come from. */
#define SOURCE_TABLES 1024

/* What is counted; scoreboard_counter_names[] has the words. */
enum counter {
	COUNT_ACCEPTED,
	COUNT_REFUSED, /* told Busy, by any limit */
	COUNT_DENIED,  /* of these: by deny, and so on */
	COUNT_SOURCE_LIMITED,
	COUNT_RATE_LIMITED,
	COUNT_DROPPED_EARLY,
	COUNT_PROXY_FAULTS,
	COUNT_WOULD_REFUSE, /* but for dry_run */
	COUNT_QUEUED,       /* times that clients were left in the queue (overload) */
	COUNT_GREETINGS,
	COUNT_BYTES_IN,
	COUNT_BYTES_OUT,
	COUNT_TIMEOUTS, /* by any of the five that follow */
	COUNT_NAME_TIMEOUTS,
	COUNT_IDLE_TIMEOUTS,
	COUNT_STRESS_TIMEOUTS,
	COUNT_WRITE_TIMEOUTS,
	COUNT_SESSION_TIMEOUTS,
	COUNT_ERRORS,        /* sessions that ended with the client gone or an error */
	COUNT_CUT,           /* by drain_timeout */
	COUNT_ACCEPT_ERRORS, /* times that accept4() failed, but for want of a client */
	COUNT_UNLOGGED,      /* clients who came, and left, without a line (log_rate) */
	COUNTER_COUNT,
};

extern const char *const scoreboard_counter_names[COUNTER_COUNT];

/*
 * One worker's; alone in its cache lines, so that writers don't meet. What the
 * others look at for each client stands apart from what changes with each name.
 */
struct scoreboard_slot {
	_Alignas(128) atomic_uint serving; /* 1: it takes clients, 0: it does not */
	atomic_uint sessions;              /* open now */
	atomic_int owner;                  /* its worker's process; 0: none */
	atomic_uint arrivals;              /* clients taken, as share.c counts them */
	atomic_uint silent;                /* of these, those that have said no name yet */

	_Alignas(64) atomic_llong heartbeat;   /* CLOCK_MONOTONIC, microseconds: the last turn */
	atomic_ullong counters[COUNTER_COUNT]; /* since the slot's worker started */
};

#define SCOREBOARD_VERSION 8 /* to be changed with the layout below, and in handover.h */

struct scoreboard {
	uint32_t version;
	atomic_uint slot_count; /* slots in use, from the first; by the master */
	/* What the workers before counted, so that totals never fall. */
	atomic_ullong base[COUNTER_COUNT];
	/* Of what a counter counts, and of what none does. */
	struct complaint complaints[COUNTER_COUNT];
	struct complaint stressed;
	struct complaint calm;
	atomic_ullong log_second; /* see connection_log.c */
	struct scoreboard_slot slots[SCOREBOARD_SLOTS];
	uint64_t source_seed;
	struct source_table sources_before; /* rates of workers that are gone */
	/* Memory only where it was written; most of it never is. */
	struct source_table sources[SOURCE_TABLES];
};

/*
 * Made by the master before the first fork. Returns NULL with errno. *ret_fd is
 * the memory as a descriptor, the caller's; or -1 where a limit (RLIMIT_FSIZE)
 * forbids a memory file of that size: then it cannot be handed over.
 */
struct scoreboard *scoreboard_new(int *ret_fd);

/*
 * The scoreboard that an earlier master left in a descriptor: its counts go on.
 * alive: its workers do, too, and the program before has said that it is of this
 * version (handover.h); else it must say so itself, and their slots are cleared.
 * NULL with errno if it is none.
 */
struct scoreboard *scoreboard_take_over(int fd, bool alive);

/*
 * Gives a slot to a worker that is about to start, whatever stands in it. count:
 * slots from the first that are in use by now, this one among them.
 */
void scoreboard_take(struct scoreboard *scoreboard, unsigned slot, unsigned count, int64_t now);

/* Clears a slot whose worker is gone; what it counted stays in the totals. */
void scoreboard_give_back(struct scoreboard *scoreboard, unsigned slot, int64_t now);

/* How many slots, from the first, are in use. */
unsigned scoreboard_slots_in_use(const struct scoreboard *scoreboard);

/* All slots together. */
struct scoreboard_total {
	uint64_t sessions;
	uint64_t silent;
};

struct scoreboard_total scoreboard_total(const struct scoreboard *scoreboard);

/* What all workers have, and had, of a source. */
struct source_count scoreboard_source(const struct scoreboard *scoreboard, uint64_t key,
				      int64_t now);

/* A counter of all workers that there ever were. */
uint64_t scoreboard_sum(const struct scoreboard *scoreboard, enum counter counter);

/* Adds to a counter that only the caller writes; no locked instruction. */
static inline void
scoreboard_add(struct scoreboard_slot *slot, enum counter counter, unsigned long long more)
{
	atomic_ullong *value = &slot->counters[counter];

	atomic_store_explicit(value, atomic_load_explicit(value, memory_order_relaxed) + more,
			      memory_order_relaxed);
}

#endif
