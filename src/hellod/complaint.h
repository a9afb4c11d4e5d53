/*
 * complaint.h - what is said at most once a second, with how often it happened
 */
#ifndef HELLOD_COMPLAINT_H
#define HELLOD_COMPLAINT_H

#include <stdbool.h>
#include <stdint.h>

/* One kind of it; all zero at first. */
struct complaint {
	int64_t said; /* when, or 0 */
	unsigned unsaid;
};

/*
 * It has happened, once more. Returns true if it may be said now (microseconds
 * of CLOCK_MONOTONIC); *ret_count is then how often since it was said last.
 */
bool complaint_due(struct complaint *complaint, int64_t now, unsigned *ret_count);

#endif
