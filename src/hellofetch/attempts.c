/*
 * attempts.c - a fetch that is tried again
 *
 * Owns the decision whether there is another attempt, and when. Whether another
 * is worth it, and how long a pause is, retry.c knows. Never waits. hellofetch is
 * one process.
 */
#include "config.h"

/* System */
#include <sys/random.h>

#include <stdio.h>

/* Project */
#include "hellofetch/attempts.h"
#include "hellofetch/retry.h"
#include "lib/units.h"

/* No secret: if there is none to be had, the pause is the longest. */
static uint32_t
random_number(void)
{
	uint32_t number;

	return getrandom(&number, sizeof(number), GRND_NONBLOCK) == (ssize_t)sizeof(number) ? number
											    : 0;
}

/* Tells why there is no further attempt although it would be worth one. */
static void
note_no_time(struct outcome *outcome, int64_t pause, int64_t left)
{
	snprintf(outcome->note, sizeof(outcome->note),
		 "not tried again: %s a pause of %.1f s, the deadline leaves %.1f s",
		 outcome->retry_after > 0 ? "the server asks for" : "there would be",
		 (double)pause / (double)USEC_PER_SEC,
		 left > 0 ? (double)left / (double)USEC_PER_SEC : 0.0);
}

void
attempts_miss(struct outcome *outcome)
{
	snprintf(outcome->note, sizeof(outcome->note),
		 "not tried again: the deadline passed in the pause");
}

int64_t
attempts_next(int *tries, int64_t delay, int64_t left, struct outcome *outcome)
{
	int64_t pause;

	if (outcome->ask_again) {
		++*tries;
		return 0;
	}
	if (outcome->attempts >= *tries || !retry_is_worth(outcome))
		return ATTEMPTS_OVER;
	pause = retry_pause(outcome->attempts, delay, random_number(), outcome->retry_after);
	if (pause < left)
		return pause;
	note_no_time(outcome, pause, left);
	return ATTEMPTS_OVER;
}
