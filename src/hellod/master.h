/*
 * master.h - the process that supervises and never serves
 */
#ifndef HELLOD_MASTER_H
#define HELLOD_MASTER_H

struct configuration;

/*
 * Blocks the signals that the master reads as events. To be called first thing
 * in main(): one that arrives before the master runs is not lost.
 */
void master_block_signals(void);

/*
 * Runs hellod from binding the listeners to the end. starter: what
 * must_daemonize() returned, or -1. Returns an exit code (exitcode.h).
 */
int master_run(const struct configuration *configuration, int starter);

#endif
