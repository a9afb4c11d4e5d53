/*
 * pace.h - when an operation is to start
 *
 * Pure. In a closed loop an operation is due as soon as there is somebody free
 * to do it, until the time is up. In an open loop number i is due at begin + i *
 * interval, whoever is free; if nobody is, it starts late, and its latency
 * counts from when it was due. All times are nanoseconds.
 */
#ifndef HELLOBENCH_PACE_H
#define HELLOBENCH_PACE_H

#include <stdbool.h>
#include <stdint.h>

struct pace {
	double interval; /* between two starts; 0: a closed loop */
	int64_t begin;   /* of the first */
	int64_t until;   /* closed loop: none starts from then on */
	uint64_t limit;  /* no more than that */
	uint64_t started;
};

/*
 * A timetable: rate operations a second (0: a closed loop), for duration
 * (INT64_MAX: no end) and at most count. index: which of several that share the
 * rate, count_of_them in all, so that they do not all start at the same time.
 */
void pace_init(struct pace *pace, double rate, int64_t begin, int64_t duration, uint64_t count,
	       unsigned index, unsigned count_of_them);

/* True when nothing will be due any more. */
bool pace_over(const struct pace *pace, int64_t now);

/* How many may start now, at most most. */
unsigned pace_due(const struct pace *pace, int64_t now, unsigned most);

/* When the next is due (open loop). */
int64_t pace_next(const struct pace *pace);

/* When the one behind the last would be due (open loop). */
int64_t pace_end(const struct pace *pace);

/* Starts one that is due. Returns the time from which its latency counts. */
int64_t pace_start(struct pace *pace, int64_t now);

#endif
