/*
 * attempts.h - what an intruder in a worker would try
 *
 * A process that is to make attempts prepares while it still may: what it needs
 * for them is opened or started before the sandbox closes, as if the intruder
 * had found it there.
 */
#ifndef TESTS_SANDBOX_ATTEMPTS_H
#define TESTS_SANDBOX_ATTEMPTS_H

#include <sys/types.h>

/* Returns 0 if it worked, or -1 with errno. */
struct attempt {
	const char *name;
	int (*make)(void);
};

extern const struct attempt attempts[]; /* ends with a name of NULL */

/*
 * What attempts are made on: a directory that may be written to, and a process
 * of the same user. Returns 0, or -1 with errno.
 */
int attempts_prepare(const char *directory, pid_t victim);

/* The listener that attempts are made on: to be asked for, or another one. */
int attempts_listener(void);
void attempts_set_listener(int fd);

const struct attempt *attempt_find(const char *name);

#endif
