/*
 * complaint.h - what is said at most once a second, with how often it happened
 *
 * Whoever can see it may complain: the workers' complaints are in shared memory,
 * and one of them speaks for all.
 */
#ifndef HELLOD_COMPLAINT_H
#define HELLOD_COMPLAINT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* One kind of it; all zero at first. */
struct complaint {
	atomic_llong said; /* when, or 0 */
	atomic_uint unsaid;
};

/*
 * It has happened, once more. Returns true if it may be said now (microseconds
 * of CLOCK_MONOTONIC); *ret_count is then how often since it was said last.
 */
bool complaint_due(struct complaint *complaint, int64_t now, unsigned *ret_count);

#endif
