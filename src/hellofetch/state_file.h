/*
 * state_file.h - the state's file, and the lock that it is
 *
 * Who holds the lock is alone with the destination. The lock is flock()'s, on
 * the file of the state: the kernel drops it when its holder dies, whatever of.
 */
#ifndef HELLOFETCH_STATE_FILE_H
#define HELLOFETCH_STATE_FILE_H

#include "hellofetch/state.h"

#define STATE_FILE_SUFFIX ".hellofetch" /* of .NAME.hellofetch, beside NAME */

struct state_file {
	char *path;         /* allocated */
	int fd;             /* open and locked, -1: not locked */
	bool ours;          /* by owner: what is in it may be believed */
	bool made;          /* it did not exist, and nothing was written yet */
	const char *failed; /* what could not be done, reads on from "cannot " */
};

void state_file_init(struct state_file *file);

/*
 * path: of the state; NULL: beside the destination. Returns 0, or -1 with errno.
 */
int state_file_name(struct state_file *file, const char *path, const char *destination);

/* Locks. Returns 0, or -1 with errno, EWOULDBLOCK if somebody else has it. Never waits. */
int state_file_lock(struct state_file *file);

/* Reads the state; it is empty if there is none, or none to be believed. */
void state_file_read(struct state_file *file, struct state *ret_state);

/* Replaces the state; the lock is held on. Returns 0, or -1 with errno and failed. */
int state_file_write(struct state_file *file, const struct state *state);

/* Unlocks, and removes a file that was for the lock alone. Safe after init. */
void state_file_done(struct state_file *file);

#endif
