/*
 * attempts.c - a fetch that is tried again
 *
 * Owns the loop over attempts and the pauses between them. Whether another
 * attempt is worth it, retry.c knows. hellofetch is one process.
 */
#include "config.h"

/* System */
#include <sys/random.h>

#include <stdio.h>

/* Project */
#include "hellofetch/attempts.h"
#include "hellofetch/retry.h"
#include "lib/clock.h"
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

/* Waits for the next attempt's time; false if there must not be one. */
static bool
wait_for_next(const struct attempts_plan *plan, int64_t until, struct signals *signals,
	      struct outcome *outcome)
{
	int64_t left = until - clock_usec();
	int64_t pause =
		retry_pause(outcome->attempts, plan->delay, random_number(), outcome->retry_after);
	int signal;

	if (pause >= left) {
		note_no_time(outcome, pause, left);
		return false;
	}
	signal = signals_wait(signals, pause);
	if (signal == 0)
		return true;
	outcome_start_over(outcome);
	outcome_fail_signal(outcome, signal);
	return false;
}

bool
attempts_start_over(struct save *save, struct header *header, struct outcome *outcome)
{
	outcome_start_over(outcome);
	header_done(header);
	if (save_start_over(save) == 0)
		return true;
	outcome_fail(outcome, EXIT_LOCAL, "cannot %s %s: %s", save->failed, save->path,
		     save_reason(save));
	return false;
}

void
attempts_run(const struct attempts_plan *plan, const struct fetch_request *request, int64_t until,
	     struct signals *signals, struct save *save, struct header *header,
	     struct outcome *outcome)
{
	struct fetch_request now = *request;
	int tries = plan->tries;
	bool again;

	do {
		outcome->attempts++;
		fetch(&now, until, signals, save, header, outcome);
		if (outcome->ask_again) {
			now.condition = NULL;
			tries++;
			again = true;
		} else {
			again = outcome->attempts < tries && retry_is_worth(outcome) &&
				wait_for_next(plan, until, signals, outcome);
		}
	} while (again && attempts_start_over(save, header, outcome));
}
