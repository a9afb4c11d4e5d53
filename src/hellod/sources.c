/*
 * sources.c - where clients come from, and how many from each place
 *
 * Owns: the tables' order, and how a rate is made of two counts.
 * Never: knows a limit.
 * Runs: in the workers, each on its own table, and in the master.
 */
#include "config.h"

#include "hellod/sources.h"

/* System */
#include <stddef.h>
#include <string.h>

/* Project */
#include "lib/units.h"

#define PERIOD (SOURCE_PERIOD_SECONDS * USEC_PER_SEC)
#define MULTICAST 0xffffffff00000000 /* as the start of an IPv6 address: nobody's */

/* One writer, so what was read is still there when it is written. */
static unsigned
get(const atomic_uint *value)
{
	return atomic_load_explicit(value, memory_order_relaxed);
}

static void
set(atomic_uint *value, unsigned to)
{
	atomic_store_explicit(value, to, memory_order_relaxed);
}

uint64_t
source_key(const struct peer *peer)
{
	uint64_t key = 0;
	size_t len = peer->family == AF_INET ? 4 : peer->family == AF_INET6 ? 8 : 0;

	for (size_t i = 0; i < len; i++)
		key = key << 8 | peer->bytes[i];
	if (peer->family == AF_INET)
		key |= MULTICAST;
	/* ::/64 has the key 0, which is taken; ::1 is in it. */
	return key == 0 && len > 0 ? 1 : key;
}

/* Universal hashing: any two sources meet with a chance of 2 in SOURCE_SETS. */
static unsigned
set_of(const struct source_table *table, uint64_t key)
{
	return (unsigned)(key * table->seed >> (64 - SOURCE_SETS_LOG2));
}

static unsigned
period_of(int64_t now)
{
	return (unsigned)(now / PERIOD);
}

static const struct source *
find(const struct source_table *table, uint64_t key)
{
	const struct source *ways = table->sets[set_of(table, key)];

	for (unsigned i = 0; i < SOURCE_WAYS; i++)
		if (atomic_load_explicit(&ways[i].key, memory_order_relaxed) == key)
			return &ways[i];
	return NULL;
}

/* A place for a source: its own, or the one that has been without clients longest. */
static struct source *
take(struct source_table *table, uint64_t key)
{
	struct source *best = (struct source *)find(table, key);

	if (best)
		return best;
	for (unsigned i = 0; i < SOURCE_WAYS; i++) {
		struct source *way = &table->sets[set_of(table, key)][i];

		if (get(&way->open) == 0 && (!best || get(&way->period) < get(&best->period)))
			best = way;
	}
	if (!best)
		return NULL;
	set(&best->now, 0);
	set(&best->before, 0);
	set(&best->period, 0);
	atomic_store_explicit(&best->key, key, memory_order_relaxed);
	return best;
}

/* Goes on to the period of now: what was this one is the one before, or long ago. */
static void
advance(struct source *source, unsigned period)
{
	unsigned old = get(&source->period);

	if (old == period)
		return;
	set(&source->before, old + 1 == period ? get(&source->now) : 0);
	set(&source->now, 0);
	set(&source->period, period);
}

unsigned
source_enter(struct source_table *table, uint64_t key, int64_t now)
{
	struct source *source = take(table, key);

	if (!source)
		return 0;
	set(&table->used, 1);
	advance(source, period_of(now));
	set(&source->open, get(&source->open) + 1);
	set(&source->now, get(&source->now) + 1);
	return (unsigned)(source - table->sets[0]) + 1;
}

void
source_leave(struct source_table *table, unsigned place)
{
	struct source *source;

	if (place == 0)
		return;
	source = &table->sets[(place - 1) / SOURCE_WAYS][(place - 1) % SOURCE_WAYS];
	set(&source->open, get(&source->open) - 1);
}

/* What a source has in the period of now, and had in the one before. */
static void
add_periods(const struct source *source, unsigned period, struct source_count *count)
{
	if (get(&source->period) == period) {
		count->now += get(&source->now);
		count->before += get(&source->before);
	} else if (get(&source->period) + 1 == period) {
		count->before += get(&source->now);
	}
}

void
source_add(const struct source_table *table, uint64_t key, int64_t now, struct source_count *count)
{
	const struct source *source = get(&table->used) ? find(table, key) : NULL;

	if (!source)
		return;
	count->open += get(&source->open);
	add_periods(source, period_of(now), count);
}

uint64_t
source_rate(const struct source_count *count, int64_t now)
{
	uint64_t left = (uint64_t)(PERIOD - now % PERIOD);

	return count->now + (count->before * left + PERIOD - 1) / PERIOD;
}

static void
fold(const struct source *from, struct source_table *to, int64_t now)
{
	uint64_t key = atomic_load_explicit(&from->key, memory_order_relaxed);
	struct source_count count = {0};
	struct source *source;

	add_periods(from, period_of(now), &count);
	if (count.now + count.before == 0 || !(source = take(to, key)))
		return;
	advance(source, period_of(now));
	set(&source->now, get(&source->now) + (unsigned)count.now);
	set(&source->before, get(&source->before) + (unsigned)count.before);
}

void
sources_fold(struct source_table *from, struct source_table *to, int64_t now)
{
	if (!get(&from->used))
		return;
	for (unsigned i = 0; i < SOURCE_SETS; i++)
		for (unsigned way = 0; way < SOURCE_WAYS; way++)
			fold(&from->sets[i][way], to, now);
	set(&to->used, 1);
	memset((void *)from->sets, 0, sizeof(from->sets));
	set(&from->used, 0);
}
