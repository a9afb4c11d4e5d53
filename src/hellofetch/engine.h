/*
 * engine.h - all jobs, side by side
 */
#ifndef HELLOFETCH_ENGINE_H
#define HELLOFETCH_ENGINE_H

#include "hellofetch/job.h"

struct engine_plan {
	int parallel;     /* how many may fetch, or run their hook, at a time */
	int64_t deadline; /* microseconds, for all of them together */
};

/*
 * Runs the jobs, which job_init() has made, to their end, in their order as far
 * as there is room; one that pauses, or waits for a lock, holds up none of the
 * others. Their outcomes tell how it went; one that was not even begun when a
 * signal came is left waiting. When it returns nothing is half done. Returns
 * the signal, or 0.
 */
int engine_run(const struct engine_plan *plan, struct job *jobs, size_t count);

#endif
