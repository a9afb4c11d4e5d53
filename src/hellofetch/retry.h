/*
 * retry.h - is another attempt worth it, and when?
 *
 * Pure: no clock, no waiting, no random numbers of its own.
 */
#ifndef HELLOFETCH_RETRY_H
#define HELLOFETCH_RETRY_H

#include <stdbool.h>
#include <stdint.h>

#include "hellofetch/outcome.h"

#define RETRY_DELAY_MAX (60 * INT64_C(1000000)) /* microseconds: pauses grow no further */

/* True if what failed may be over in a moment: by the same request, asked again. */
bool retry_is_worth(const struct outcome *outcome);

/*
 * How long to wait (microseconds) before the attempt that follows attempt
 * number `attempt` (1 is the first): delay, doubled each time up to
 * RETRY_DELAY_MAX, of which a random share of up to a half is taken away so that many
 * clients of a server that was down do not come back at the same moment; but
 * never less than the server asked for (retry_after, seconds; 0 or less: it did
 * not ask).
 */
int64_t retry_pause(int attempt, int64_t delay, uint32_t random, int64_t retry_after);

#endif
