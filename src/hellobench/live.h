/*
 * live.h - the line that shows a terminal how it goes
 */
#ifndef HELLOBENCH_LIVE_H
#define HELLOBENCH_LIVE_H

#include <stdbool.h>
#include <stdint.h>

/* Project */
#include "hellobench/options.h"
#include "hellobench/result.h"

struct live {
	bool on; /* somebody watches: standard error is a terminal */
	const struct options *options;
	struct result *total, *before; /* now, and a second ago; allocated if on */
	struct histogram *second;      /* what came between the two */
	int64_t started, shown;        /* CLOCK_MONOTONIC, microseconds */
};

void live_init(struct live *live, const struct options *options);
void live_done(struct live *live);

/* For poll(): milliseconds to the next showing, -1 if there is none. */
int live_wait(const struct live *live);

/* Shows the line if it is time. */
void live_show(struct live *live, const struct result *results, unsigned count);

#endif
