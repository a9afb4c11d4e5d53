/*
 * confine.c - a fetch writes where it was told to, and nowhere else
 *
 * Owns the moment from which that holds. Which places those are, places.c knows;
 * how the kernel is told, lib/landlock.c. hellofetch is one process.
 */
#include "config.h"

/* System */
#include <sys/prctl.h>
#include <unistd.h>

/* Project */
#include "hellofetch/confine.h"
#include "hellofetch/places.h"
#include "lib/landlock.h"

/* A place_visitor. */
static void
allow(int dir_fd, void *user)
{
	const int *ruleset = user;

	landlock_allow_writing(*ruleset, dir_fd);
}

void
confine(const struct job *jobs, size_t count)
{
	int ruleset = landlock_writing_new();

	if (ruleset < 0)
		return;
	places_visit(jobs, count, allow, &ruleset);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0)
		landlock_restrict(ruleset);
	close(ruleset);
}
