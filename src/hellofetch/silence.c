/*
 * silence.c - which failures need not be told yet
 *
 * Owns the rule. Faults of this machine, and signals, are always told: they do
 * not pass by themselves. Pure; hellofetch is one process.
 */
#include "config.h"

/* Project */
#include "hellofetch/silence.h"
#include "lib/units.h"

static bool
may_pass(const struct outcome *outcome)
{
	return outcome->signal == 0 && outcome->code != EXIT_USAGE && outcome->code != EXIT_LOCAL &&
	       outcome->code != EXIT_HOOK;
}

bool
silence_holds(const struct silence *silence, const struct outcome *outcome,
	      const struct state *state, int64_t now)
{
	/*
	 * A file that was never known to be current is older than anything; and so is
	 * one that was in days to come: a clock went wrong, then or now.
	 */
	bool old = state->checked_at <= 0 || state->checked_at > now ||
		   now - state->checked_at >= silence->max_age / USEC_PER_SEC;

	if ((silence->fail_after == 0 && silence->max_age == 0) || !may_pass(outcome))
		return false;
	if (silence->fail_after > 0 && state->fail_count >= silence->fail_after)
		return false;
	return silence->max_age == 0 || !old;
}
