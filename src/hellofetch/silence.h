/*
 * silence.h - which failures need not be told yet
 *
 * Pure.
 */
#ifndef HELLOFETCH_SILENCE_H
#define HELLOFETCH_SILENCE_H

#include <stdbool.h>
#include <stdint.h>

#include "hellofetch/outcome.h"
#include "hellofetch/state.h"

struct silence {
	int fail_after;  /* failures in a row; 0: no rule */
	int64_t max_age; /* microseconds since the file was known to be current; 0: no rule */
};

/*
 * True if the failure need not be told: no rule asks for it. state has this
 * failure counted already. now: seconds since 1970.
 */
bool silence_holds(const struct silence *silence, const struct outcome *outcome,
		   const struct state *state, int64_t now);

#endif
