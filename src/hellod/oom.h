/*
 * oom.h - was it the kernel, for want of memory?
 *
 * A worker that the kernel kills because a memory limit is reached ends by
 * SIGKILL, as one that somebody kills. The kernel counts the former, for the
 * control group that hellod is in (cgroups(7)).
 */
#ifndef HELLOD_OOM_H
#define HELLOD_OOM_H

#include <stdbool.h>
#include <stdint.h>

struct oom_watch {
	char *file; /* that has the count; NULL: nobody counts */
	uint64_t kills;
};

/*
 * Looks for the count. list: what /proc/self/cgroup says; root: where the
 * groups are, /sys/fs/cgroup.
 */
void oom_watch_init(struct oom_watch *watch, const char *list, const char *root);
void oom_watch_done(struct oom_watch *watch);

/* True if the kernel has killed somebody of the group since it was asked last. */
bool oom_watch_killed(struct oom_watch *watch);

/*
 * Has the kernel choose this process, when it must choose, before the one that
 * it was forked from. Where it can't be, it isn't.
 */
void oom_offer_oneself(void);

#endif
