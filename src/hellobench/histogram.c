/*
 * histogram.c - how often which time was seen, in little room
 *
 * Owns: which value goes to which bucket, and back.
 * Never: looks at a clock, allocates, waits.
 * Runs: in the processes that load, which add, and in the one that reports.
 */
#include "config.h"

#include "hellobench/histogram.h"

/*
 * The leading HISTOGRAM_BITS + 1 bits of a value say where it goes: the number
 * of bits behind them chooses the power of two, they the step in it.
 */
static unsigned
bucket_of(uint64_t value)
{
	unsigned behind;

	if (value < HISTOGRAM_STEPS)
		return (unsigned)value;
	if (value >> HISTOGRAM_TOP != 0)
		return HISTOGRAM_BUCKETS - 1;
	behind = 63 - HISTOGRAM_BITS - (unsigned)__builtin_clzll(value);
	return behind * HISTOGRAM_STEPS + (unsigned)(value >> behind);
}

/* The middle of a bucket. */
static uint64_t
value_of(unsigned bucket)
{
	unsigned behind;
	uint64_t step;

	if (bucket < 2 * HISTOGRAM_STEPS)
		return bucket;
	behind = bucket / HISTOGRAM_STEPS - 1;
	step = bucket % HISTOGRAM_STEPS + HISTOGRAM_STEPS;
	return (step << behind) + (UINT64_C(1) << behind) / 2;
}

static uint64_t
get(const atomic_ullong *cell)
{
	return atomic_load_explicit(cell, memory_order_relaxed);
}

static void
set(atomic_ullong *cell, uint64_t value)
{
	atomic_store_explicit(cell, value, memory_order_relaxed);
}

void
histogram_add(struct histogram *h, int64_t value, uint64_t times)
{
	uint64_t v = value > 0 ? (uint64_t)value : 0;
	atomic_ullong *bucket = &h->buckets[bucket_of(v)];
	uint64_t count = get(&h->count);

	if (times == 0)
		return;
	set(bucket, get(bucket) + times);
	if (count == 0 || v < get(&h->min))
		set(&h->min, v);
	if (v > get(&h->max))
		set(&h->max, v);
	set(&h->sum, get(&h->sum) + v * times);
	set(&h->count, count + times);
}

void
histogram_merge(struct histogram *h, const struct histogram *other)
{
	uint64_t count = get(&other->count);

	if (count == 0)
		return;
	if (get(&h->count) == 0 || get(&other->min) < get(&h->min))
		set(&h->min, get(&other->min));
	if (get(&other->max) > get(&h->max))
		set(&h->max, get(&other->max));
	set(&h->count, get(&h->count) + count);
	set(&h->sum, get(&h->sum) + get(&other->sum));
	for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++)
		set(&h->buckets[i], get(&h->buckets[i]) + get(&other->buckets[i]));
}

void
histogram_subtract(struct histogram *h, const struct histogram *earlier)
{
	set(&h->count, get(&h->count) - get(&earlier->count));
	set(&h->sum, get(&h->sum) - get(&earlier->sum));
	for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++)
		set(&h->buckets[i], get(&h->buckets[i]) - get(&earlier->buckets[i]));
}

/* What is known exactly is not guessed: no answer lies outside of it. */
static int64_t
within(const struct histogram *h, uint64_t value)
{
	if (value < get(&h->min))
		return (int64_t)get(&h->min);
	return (int64_t)(value > get(&h->max) ? get(&h->max) : value);
}

int64_t
histogram_quantile(const struct histogram *h, unsigned millionths)
{
	uint64_t count = get(&h->count), seen = 0, rank;

	if (count == 0)
		return 0;
	if (millionths == 0)
		return (int64_t)get(&h->min);
	if (millionths >= 1000000)
		return (int64_t)get(&h->max);
	/* The least rank that leaves no more than the rest above it. */
	rank = count / 1000000 * millionths + (count % 1000000 * millionths + 999999) / 1000000;
	for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++) {
		seen += get(&h->buckets[i]);
		if (seen >= rank)
			return within(h, value_of(i));
	}
	return (int64_t)get(&h->max);
}

double
histogram_mean(const struct histogram *h)
{
	uint64_t count = get(&h->count);

	return count > 0 ? (double)get(&h->sum) / (double)count : 0;
}
