/*
 * master.h - the process that supervises and never serves
 */
#ifndef HELLOD_MASTER_H
#define HELLOD_MASTER_H

struct configuration;
struct configuration_options;
struct handover;
struct program;

/*
 * Blocks the signals that the master reads as events. To be called in main()
 * before anything that takes time: one that arrives before the master runs is
 * not lost.
 */
void master_block_signals(void);

/*
 * Runs hellod from binding the listeners to the end. Owns the configuration
 * from then on; options: what a reload reads it from; program: what an upgrade
 * replaces; handover: what the program before left, or NULL. starter: what
 * must_daemonize() returned, or -1. Returns an exit code (exitcode.h).
 */
int master_run(struct configuration *configuration, const struct configuration_options *options,
	       const struct program *program, const struct handover *handover, int starter);

#endif
