/*
 * hook.h - a command to run when the file has changed
 *
 * It runs beside us: whoever started it waits for its pidfd, or for its time to
 * pass, together with everything else.
 */
#ifndef HELLOFETCH_HOOK_H
#define HELLOFETCH_HOOK_H

#include <sys/types.h>

#include <signal.h>

#include "hellofetch/outcome.h"
#include "hellofetch/outside.h"

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

/* How commands are started. */
struct hook_starter {
	sigset_t mask;          /* of signals, that they have */
	struct outside outside; /* from where */
};

/* A command that runs. */
struct hook_run {
	const char *name;
	pid_t pid;
	int pidfd;     /* readable when it has ended */
	int64_t until; /* clock_usec(): then hook_overdue() is to be called */
	bool ending;   /* it was told to end */
};

/*
 * Starts the command in a process group of its own; no shell has a part in it.
 * It may run until its time-out, or `until` if that is sooner. Returns true if it
 * runs; else the outcome has the reason.
 */
bool hook_start(struct hook_run *run, const struct hook *hook, const struct hook_facts *facts,
		struct hook_starter *starter, int64_t until, struct outcome *outcome);

/* Its time has passed: it is told to end, and when called again, is killed. */
void hook_overdue(struct hook_run *run, struct outcome *outcome);

/* Tells it to end, for a reason that the outcome has already. */
void hook_stop(struct hook_run *run);

/* The pidfd is readable: all is as it should be if the outcome is good now. */
void hook_ended(struct hook_run *run, struct outcome *outcome);

#endif
