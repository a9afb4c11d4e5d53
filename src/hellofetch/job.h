/*
 * job.h - one destination, from the lock to the state
 */
#ifndef HELLOFETCH_JOB_H
#define HELLOFETCH_JOB_H

#include "hellofetch/options.h"
#include "hellofetch/state_file.h"

struct job {
	const struct options *options;
	int64_t until; /* clock_usec(): the deadline */
	struct save save;
	struct header header;
	struct outcome outcome;
	struct state_file file;
	struct state state; /* as it was read, then as it is to be written */
	bool skipped;       /* somebody else is at it, and we were told not to mind */
};

void job_init(struct job *job, const struct options *options);

/*
 * Does it all, and tells how it went in job->outcome. When it returns, nothing
 * is half done.
 */
void job_run(struct job *job);

void job_done(struct job *job);

#endif
