/*
 * rate.c - how often a second something that is counted happens
 *
 * Owns: the length of the window, and the words for a rate.
 * Never: looks at a clock or at a counter itself.
 * Runs: in the master.
 */
#include "config.h"

#include "hellod/rate.h"

/* System */
#include <stdio.h>

/* Project */
#include "lib/units.h"

#define INTERVAL (2 * USEC_PER_SEC)    /* between two notes */
#define WINDOW_MIN (USEC_PER_SEC / 10) /* below it, a rate would be noise */

void
rate_init(struct rate *rate, int64_t now, uint64_t count)
{
	*rate = (struct rate){{now, now}, {count, count}};
}

int64_t
rate_deadline(const struct rate *rate)
{
	return rate->at[1] + INTERVAL;
}

void
rate_note(struct rate *rate, int64_t now, uint64_t count)
{
	if (now < rate_deadline(rate))
		return;
	*rate = (struct rate){{rate->at[1], now}, {rate->count[1], count}};
}

double
rate_now(const struct rate *rate, int64_t now, uint64_t count)
{
	int64_t window = now - rate->at[0];

	/* A count that fell is none of ours: a worker's slot is hearsay. */
	if (window < WINDOW_MIN || count < rate->count[0])
		return 0;
	return (double)(count - rate->count[0]) * (double)USEC_PER_SEC / (double)window;
}

char *
rate_format(double per_second, char text[RATE_TEXT_MAX])
{
	/* What would be written "1000" or "1000.0 k" is the next unit's already. */
	if (per_second < 999.5)
		snprintf(text, RATE_TEXT_MAX, "%.0f", per_second);
	else if (per_second < 999.95e3)
		snprintf(text, RATE_TEXT_MAX, "%.1f k", per_second / 1e3);
	else
		snprintf(text, RATE_TEXT_MAX, "%.1f M", per_second / 1e6);
	return text;
}
