/*
 * live.c - the line that shows a terminal how it goes
 *
 * Owns: one line of standard error, written anew each second.
 * Runs: in the first process; the figures are the others' hearsay.
 */
#include "config.h"

#include "hellobench/live.h"

/* System */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Library */
#include "lib/alloc.h"
#include "lib/clock.h"
#include "lib/units.h"

void
live_init(struct live *live, const struct options *options)
{
	*live = (struct live){.on = !options->quiet && isatty(STDERR_FILENO),
			      .options = options,
			      .started = clock_usec()};
	live->shown = live->started;
	if (!live->on)
		return;
	live->total = must_alloc(sizeof(*live->total));
	live->before = must_alloc(sizeof(*live->before));
	live->second = must_alloc(sizeof(*live->second));
}

void
live_done(struct live *live)
{
	if (live->on)
		fputs("\r\033[K", stderr);
	free(live->total);
	free(live->before);
	free(live->second);
}

int
live_wait(const struct live *live)
{
	int64_t left = live->shown + USEC_PER_SEC - clock_usec();

	if (!live->on)
		return -1;
	return left > 0 ? (int)(left / USEC_PER_MSEC) + 1 : 0;
}

void
live_show(struct live *live, const struct result *results, unsigned count)
{
	int64_t now = clock_usec();
	double seconds = (double)(now - live->shown) / (double)USEC_PER_SEC;
	struct result *total = live->total;

	if (!live->on || seconds < 1)
		return;
	result_sum(total, results, count);
	memcpy(live->second, &total->latency, sizeof(*live->second));
	histogram_subtract(live->second, &live->before->latency);
	fprintf(stderr, "\r%4.0f s  %.0f %s/s  p50 %.1f us  p99 %.1f us  %llu failed\033[K",
		(double)(now - live->started) / (double)USEC_PER_SEC,
		(double)live->second->count / seconds,
		options_operations_word(live->options->dialogue),
		(double)histogram_quantile(live->second, 500000) / 1000,
		(double)histogram_quantile(live->second, 990000) / 1000,
		(unsigned long long)result_failures(total));
	live->total = live->before;
	live->before = total;
	live->shown = now;
}
