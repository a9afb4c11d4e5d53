/*
 * outcome.c - how a fetch ended
 *
 * Owns the rule that the first failure is the one told. Prints nothing.
 * hellofetch is one process.
 */
#include "config.h"

/* System */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Project */
#include "hellofetch/outcome.h"

void
outcome_init(struct outcome *outcome)
{
	memset(outcome, 0, sizeof(*outcome));
	outcome->length = -1;
}

void
outcome_done(struct outcome *outcome)
{
	free(outcome->last_url);
	outcome->last_url = NULL;
	free(outcome->page.url);
	outcome->page.url = NULL;
}

void
outcome_start_over(struct outcome *outcome)
{
	int attempts = outcome->attempts;

	outcome_done(outcome);
	outcome_init(outcome);
	outcome->attempts = attempts;
}

bool
outcome_good(const struct outcome *outcome)
{
	return outcome->code == EXIT_CURRENT && outcome->signal == 0;
}

void
outcome_fail(struct outcome *outcome, enum exit_code code, const char *fmt, ...)
{
	va_list args;

	if (!outcome_good(outcome))
		return;
	outcome->code = code;
	va_start(args, fmt);
	vsnprintf(outcome->what, sizeof(outcome->what), fmt, args);
	va_end(args);
}

void
outcome_fail_signal(struct outcome *outcome, int signal)
{
	if (!outcome_good(outcome))
		return;
	outcome->signal = signal;
	snprintf(outcome->what, sizeof(outcome->what), "stopped by signal %d (%s)", signal,
		 strsignal(signal));
}
