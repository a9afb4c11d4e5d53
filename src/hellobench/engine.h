/*
 * engine.h - one process that loads
 */
#ifndef HELLOBENCH_ENGINE_H
#define HELLOBENCH_ENGINE_H

/* Project */
#include "hellobench/options.h"
#include "hellobench/result.h"
#include "hellobench/script.h"
#include "hellobench/target.h"

/* Which part of the work this process has, and how it keeps in step. */
struct engine_part {
	unsigned index, count; /* this process, of so many */
	int ready;             /* a pipe: a byte into it says that all is open */
	int gate;              /* a pipe: its end says that all begin to measure */
	int signals;           /* a signalfd: what comes there ends the load early */
};

/*
 * Opens, loads, measures, closes. What came of it is in *result. Returns an
 * exit code: EXIT_OK or EXIT_LOCAL, which was told.
 */
int engine_run(const struct options *options, const struct script *script,
	       const struct target *target, const struct engine_part *part, struct result *result);

#endif
