/*
 * attempts.h - a fetch that is tried again
 *
 * Decides only: whether, and when. Who waits is engine.c.
 */
#ifndef HELLOFETCH_ATTEMPTS_H
#define HELLOFETCH_ATTEMPTS_H

#include "hellofetch/outcome.h"

struct attempts_plan {
	int tries;     /* 1 at least */
	int64_t delay; /* microseconds before the second attempt, see retry_pause() */
};

#define ATTEMPTS_OVER (-1)

/*
 * An attempt has ended as the outcome says: its number, from 1, is
 * outcome->attempts. Returns how many microseconds from now the next one is to
 * start, or ATTEMPTS_OVER. A pause that does not end within what is left
 * (microseconds) is not begun; the outcome gets a note then. A 304 that cannot be
 * believed (outcome->ask_again) costs another attempt, at once; *tries is
 * how many attempts there may be, and grows by that.
 */
int64_t attempts_next(int *tries, int64_t delay, int64_t left, struct outcome *outcome);

/* The pause took longer than it was to, and left no time: the outcome gets a note. */
void attempts_miss(struct outcome *outcome);

#endif
