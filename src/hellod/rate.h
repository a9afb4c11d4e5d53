/*
 * rate.h - how often a second something that is counted happens
 *
 * Over the last two to four seconds: short enough to be about now, long enough
 * not to jump. Pure.
 */
#ifndef HELLOD_RATE_H
#define HELLOD_RATE_H

#include <stdint.h>

/* What the count was at two times, the older one first; microseconds. */
struct rate {
	int64_t at[2];
	uint64_t count[2];
};

void rate_init(struct rate *rate, int64_t now, uint64_t count);

/* To be called from time to time, at the latest at the deadline. */
void rate_note(struct rate *rate, int64_t now, uint64_t count);
int64_t rate_deadline(const struct rate *rate);

/* A second, since the older of the two; 0 just after rate_init(). */
double rate_now(const struct rate *rate, int64_t now, uint64_t count);

/*
 * For people: "7", "312", "18.2 k", "1.5 M". text has room for RATE_TEXT_MAX
 * bytes; returned.
 */
#define RATE_TEXT_MAX 32
char *rate_format(double per_second, char text[RATE_TEXT_MAX]);

#endif
