/*
 * result.h - what one process measured
 *
 * In memory that all processes share: written by the one that measures, read by
 * the first one, which takes what it sees meanwhile as hearsay.
 */
#ifndef HELLOBENCH_RESULT_H
#define HELLOBENCH_RESULT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* Project */
#include "hellobench/failure.h"
#include "hellobench/histogram.h"

struct result {
	atomic_ullong failures[FAILURE_COUNT];
	atomic_ullong connections; /* that were welcomed */
	atomic_ullong greetings;   /* right answers, measured or not */
	atomic_llong opened;       /* nanoseconds that it took to open what stays open */
	atomic_llong began, ended; /* of the measuring, CLOCK_MONOTONIC, nanoseconds */
	atomic_llong user, system; /* processor time meanwhile, microseconds */
	struct histogram latency;  /* of the operations; its count is theirs */
};

static inline void
result_count(atomic_ullong *counter, unsigned long long more)
{
	atomic_store_explicit(counter, atomic_load_explicit(counter, memory_order_relaxed) + more,
			      memory_order_relaxed);
}

/* Memory for several results, zeroed and shared with children; NULL with errno. */
struct result *result_new(unsigned count);

/* All results as one: sums, the earliest beginning, the latest end. */
void result_sum(struct result *sum, const struct result *results, unsigned count);

/* How many failures there were. */
uint64_t result_failures(const struct result *result);

/* True when there were some, and all of them that there is no connection. */
bool result_unreached(const struct result *result);

#endif
