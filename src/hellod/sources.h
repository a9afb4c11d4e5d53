/*
 * sources.h - where clients come from, and how many from each place
 *
 * A source is an IPv4 address or an IPv6 /64. Each worker has a table of its
 * own in the shared memory and is its only writer; what all have of one source
 * is the sum over the tables, as hearsay. So there is no lock, and a worker that
 * dies leaves a table that the master clears, no count that is wrong for ever.
 *
 * A table is made as a processor's cache: the source says in which set of 8 its
 * place is. Where all 8 have clients now, one more source is not counted: then
 * there are thousands of them, and what limits them is max_connections.
 */
#ifndef HELLOD_SOURCES_H
#define HELLOD_SOURCES_H

#include "hellod/peer.h"

#include <stdatomic.h>
#include <stdint.h>

#define SOURCE_SETS_LOG2 10
#define SOURCE_SETS (1 << SOURCE_SETS_LOG2)
#define SOURCE_WAYS 8
#define SOURCE_PERIOD_SECONDS 60 /* in which connections are counted */

struct source {
	atomic_ullong key; /* 0: free */
	atomic_uint open;  /* sessions now */
	atomic_uint period;
	atomic_uint now;    /* connections in that period */
	atomic_uint before; /* and in the one before it */
	uint64_t unused;    /* so that a set fills whole cache lines */
};

struct source_table {
	_Alignas(128) atomic_uint used; /* 0: nothing has been written below */
	uint64_t seed;                  /* odd; nobody outside knows who meets in a set */
	_Alignas(128) struct source sets[SOURCE_SETS][SOURCE_WAYS];
};

/* Of one source, in all tables that were added up. */
struct source_count {
	uint64_t open;
	uint64_t now;
	uint64_t before;
};

/* What the peer counts as; 0 for one of a UNIX socket, who is not counted. */
uint64_t source_key(const struct peer *peer);

/*
 * One client more (now: CLOCK_MONOTONIC, microseconds). Returns its place in the
 * table, up to SOURCE_PLACES, or 0 if there is none for it.
 */
#define SOURCE_PLACES (SOURCE_SETS * SOURCE_WAYS)
unsigned source_enter(struct source_table *table, uint64_t key, int64_t now);

/* One client less; place: 0 is fine. */
void source_leave(struct source_table *table, unsigned place);

/* Adds what a table has of a source. */
void source_add(const struct source_table *table, uint64_t key, int64_t now,
		struct source_count *count);

/* Connections in the period that ends now: that of the clock, and a share of the one before. */
uint64_t source_rate(const struct source_count *count, int64_t now);

/* Clears a table that has no writer any more; its rates go on in another one's. */
void sources_fold(struct source_table *from, struct source_table *to, int64_t now);

#endif
