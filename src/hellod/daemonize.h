/*
 * daemonize.h - going to the background (-d)
 *
 * The process that was started waits until clients are served, or it has
 * failed, and ends with that exit code: whoever started it knows which.
 */
#ifndef HELLOD_DAEMONIZE_H
#define HELLOD_DAEMONIZE_H

#include <stdbool.h>

/*
 * Forks. Returns, in the daemon only, a descriptor for daemonize_ready(); the
 * daemon has a session of its own and no controlling terminal, but still the
 * standard descriptors, to say what goes wrong. Ends the program on failure.
 */
int must_daemonize(void);

/*
 * Lets the starter go with exit code 0, and the terminal with it. stay: a path
 * on the command line is relative, so the directory must remain.
 */
void daemonize_ready(int starter, bool stay);

#endif
