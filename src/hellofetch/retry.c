/*
 * retry.c - is another attempt worth it, and when?
 *
 * Owns the list of failures that pass, and the length of pauses. Never waits
 * (attempts.c does). Pure; hellofetch is one process.
 */
#include "config.h"

/* Project */
#include "hellofetch/retry.h"
#include "lib/units.h"

static bool
is_passing_status(int status)
{
	switch (status) {
	case 408: /* Request Timeout */
	case 425: /* Too Early */
	case 429: /* Too Many Requests */
	case 500:
	case 502:
	case 503:
	case 504:
		return true;
	default: /* 501 and 505 are as true tomorrow as today */
		return false;
	}
}

bool
retry_is_worth(const struct outcome *outcome)
{
	if (outcome->signal != 0)
		return false;
	switch (outcome->code) {
	case EXIT_NETWORK:
	case EXIT_TIME:
	case EXIT_TRUNCATED:
		return true;
	case EXIT_HTTP_CLIENT:
	case EXIT_HTTP_SERVER:
		return is_passing_status(outcome->status);
	default: /* it would be the same again, and may cost the server much */
		return false;
	}
}

int64_t
retry_pause(int attempt, int64_t delay, uint32_t random, int64_t retry_after)
{
	int64_t pause = delay, asked;

	for (int i = 1; i < attempt && pause < RETRY_DELAY_MAX; i++)
		pause *= 2;
	if (pause > RETRY_DELAY_MAX)
		pause = RETRY_DELAY_MAX;
	pause -= (int64_t)((double)pause / 2 * ((double)random / UINT32_MAX));
	if (retry_after <= 0)
		return pause;
	if (__builtin_mul_overflow(retry_after, USEC_PER_SEC, &asked))
		return INT64_MAX;
	return asked > pause ? asked : pause;
}
