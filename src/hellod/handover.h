/*
 * handover.h - what one program leaves to the next, in the same process
 *
 * An upgrade is an exec(3): process, children and descriptors stay, memory
 * does not. What must be known of them is written as text into a memory file,
 * whose descriptor the next program finds in its environment.
 */
#ifndef HELLOD_HANDOVER_H
#define HELLOD_HANDOVER_H

#include "hellod/inherit.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct pool;
struct pool_worker;

/*
 * Programs that say the same number understand each other. Its last two digits
 * are the scoreboard's version: what stands in that itself, workers can write.
 */
#define HANDOVER_VERSION 508
#define HANDOVER_VERSION_TEXT "508"

/*
 * The environment of the next program: descriptors of the text and of a way back,
 * and between them in which direction it goes; and why it goes back, if that is known.
 */
#define HANDOVER_VARIABLE "HELLOD_HANDOVER" /* "TEXT:EXECUTABLE" */
#define HANDOVER_FORTH ':'
#define HANDOVER_BACK '!'
#define HANDOVER_FAILED_VARIABLE "HELLOD_UPGRADE_FAILED"

struct handover {
	unsigned generation; /* the last number given */
	unsigned target;     /* workers that an operator asked for; 0: as configured */
	int64_t started;     /* CLOCK_MONOTONIC, microseconds */
	bool detached;       /* hellod was started with -d */
	char program[4096];  /* where it is installed; "": not known */
	char pid_file[4096]; /* its path; "": none */
	/* What the program that wrote this, or the one to go back to, runs with. */
	char *configuration;            /* as lookup_write() does it */
	int control;                    /* the control socket; -1: none */
	int requester;                  /* the helloctl that waits for the outcome; -1: none */
	int executable;                 /* of the program before; -1: there is no way back */
	char *failure;                  /* of an upgrade: we are back; NULL: there was none */
	int text;                       /* what the program before wrote; -1: none */
	struct inheritance descriptors; /* stored: the listeners */
	struct pool_worker *workers;
	unsigned worker_count;
};

#define HANDOVER_NONE \
	(struct handover) \
	{ \
		.control = -1, .requester = -1, .executable = -1, .text = -1, \
		.descriptors.scoreboard = -1 \
	}

/*
 * Writes it into a new memory file and returns its descriptor, or -1 with
 * errno. All descriptors named in it stay open over an exec from then on, and
 * so does the file's.
 */
int handover_write(const struct handover *handover);

/*
 * Reads what the program before wrote. Nothing in it is believed without a
 * look: descriptors must be what they are said to be, and workers our children.
 * Returns 0, or -1 after a line on errors. The descriptors are not yet closed
 * on exec: handover_settle() does that.
 */
int handover_read(int fd, struct handover *handover, FILE *errors);

/* Closes all descriptors but 0, 1, 2, this one and those of the handover. */
void handover_close_others(const struct handover *handover, int keep);

/* The way back is not wanted any more: our children get none of it. */
void handover_settle(const struct handover *handover);
void handover_done(struct handover *handover);

#endif
