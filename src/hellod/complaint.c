/*
 * complaint.c - what is said at most once a second, with how often it happened
 *
 * Owns: the pause between two lines of one kind.
 * Never: looks at a clock, or says it; waits for another process.
 * Runs: in a worker.
 */
#include "config.h"

#include "hellod/complaint.h"

/* Project */
#include "lib/units.h"

#define INTERVAL USEC_PER_SEC

bool
complaint_due(struct complaint *complaint, int64_t now, unsigned *ret_count)
{
	long long said = atomic_load_explicit(&complaint->said, memory_order_relaxed);
	int64_t distance;

	atomic_fetch_add_explicit(&complaint->unsaid, 1, memory_order_relaxed);
	/* A clock ahead of ours is another worker's turn: or a scribble, if by far. */
	if (said != 0 && !__builtin_sub_overflow(now, said, &distance) && distance < INTERVAL &&
	    distance > -INTERVAL)
		return false;
	if (!atomic_compare_exchange_strong(&complaint->said, &said, now))
		return false; /* somebody else says it, and this once with it */
	*ret_count = atomic_exchange(&complaint->unsaid, 0);
	return true;
}
