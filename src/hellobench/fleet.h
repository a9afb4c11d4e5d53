/*
 * fleet.h - the processes that load, and the one that waits for them
 */
#ifndef HELLOBENCH_FLEET_H
#define HELLOBENCH_FLEET_H

/* Project */
#include "hellobench/options.h"
#include "hellobench/result.h"
#include "hellobench/script.h"
#include "hellobench/target.h"

/*
 * Runs the load in options->processes processes, shows a live line meanwhile
 * if somebody watches, and adds up what they measured. SIGINT and SIGTERM end
 * the load early. Returns EXIT_OK or EXIT_LOCAL; a failure was told.
 */
int fleet_run(const struct options *options, const struct script *script,
	      const struct target *target, struct result *ret_sum);

#endif
