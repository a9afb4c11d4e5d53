/*
 * confine.h - a fetch writes where it was told to, and nowhere else
 */
#ifndef HELLOFETCH_CONFINE_H
#define HELLOFETCH_CONFINE_H

#include "hellofetch/job.h"

/*
 * From now on this thread, and all that it starts, can make, write, rename and
 * remove files only in the directories of the jobs' files, states and headers
 * (and below), and execute nothing. Reading, and what is open, stays as it is.
 * There is no way back. It also gives up privileges that a program could gain by
 * exec. Where the kernel cannot do that, nothing happens: it is one more wall,
 * and no promise depends on it.
 */
void confine(const struct job *jobs, size_t count);

#endif
