/*
 * hook.h - a command to run when the file has changed
 */
#ifndef HELLOFETCH_HOOK_H
#define HELLOFETCH_HOOK_H

#include "hellofetch/outcome.h"
#include "hellofetch/signals.h"

struct hook {
	char **argv;     /* NULL-terminated; NULL: there is no hook */
	int64_t timeout; /* microseconds */
};

/* What the command is told, in its environment. */
struct hook_facts {
	const char *url;    /* HELLOFETCH_URL */
	const char *file;   /* HELLOFETCH_FILE */
	const char *sha256; /* HELLOFETCH_SHA256 */
};

/*
 * Runs the command to its end, in a process group of its own, with the signals
 * as they were when we started; no shell has a part in it. Returns true if it
 * ended with 0. Else the outcome has the reason: it was ended for taking longer
 * than its time-out or the time `until` (clock_usec()), a signal came for us, it
 * failed, or it could not be started.
 */
bool hook_run(const struct hook *hook, const struct hook_facts *facts, int64_t until,
	      struct signals *signals, struct outcome *outcome);

#endif
