/*
 * attempts.h - a fetch that is tried again
 */
#ifndef HELLOFETCH_ATTEMPTS_H
#define HELLOFETCH_ATTEMPTS_H

#include "hellofetch/fetch.h"

struct attempts_plan {
	int tries;     /* 1 at least */
	int64_t delay; /* microseconds before the second attempt, see retry_pause() */
};

/*
 * Nothing of an attempt that failed may be seen in the next one's result. Returns
 * false if that cannot be done: the outcome has the reason.
 */
bool attempts_start_over(struct save *save, struct header *header, struct outcome *outcome);

/*
 * Fetches as fetch() does, several times if need be. Each attempt starts with
 * an empty save, an empty header and a fresh outcome; what is left behind is
 * the last one's, with the number of attempts in it. Ends by the time `until`
 * (clock_usec()): a pause that does not fit before it is not begun. A 304 that
 * cannot be believed costs another attempt, at once and without the condition.
 */
void attempts_run(const struct attempts_plan *plan, const struct fetch_request *request,
		  int64_t until, struct signals *signals, struct save *save, struct header *header,
		  struct outcome *outcome);

#endif
