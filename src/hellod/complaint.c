/*
 * complaint.c - what is said at most once a second, with how often it happened
 *
 * Owns: the pause between two lines of one kind.
 * Never: looks at a clock, or says it.
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
	complaint->unsaid++;
	if (complaint->said != 0 && now - complaint->said < INTERVAL)
		return false;
	*ret_count = complaint->unsaid;
	complaint->unsaid = 0;
	complaint->said = now;
	return true;
}
