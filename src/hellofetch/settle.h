/*
 * settle.h - the page has come: what becomes of the file and of the state
 */
#ifndef HELLOFETCH_SETTLE_H
#define HELLOFETCH_SETTLE_H

#include "hellofetch/job.h"

/* True if the state is about the file that is there now. */
bool settle_state_fits_file(const struct job *job);

/* The same, and it is about this job: its URL, and the rules that a page must obey. */
bool settle_state_fits(const struct job *job);

/*
 * If the outcome is good, puts the new file in place, unless it is the old one
 * once more; then writes the state, also after a failure. What fails goes to the
 * outcome. Killed in between, the next run finds a whole file, and a state that
 * fits it or none that does.
 */
void settle(struct job *job);

/* Writes the state once more: a hook has ended. */
void settle_state(struct job *job);

#endif
