/*
 * upgrade.h - another program in this process
 *
 * The installed program is looked at first, in a child: does it start, is the
 * configuration valid for it, does it understand what we would leave to it? Then
 * it is executed in our place: the process, its workers and its sockets stay.
 * It starts workers of its own, and only then tells ours to drain. For some
 * seconds it is on probation: if it, or a worker of it, crashes, hangs or gives
 * up, the program before is executed again, from a descriptor that was kept.
 */
#ifndef HELLOD_UPGRADE_H
#define HELLOD_UPGRADE_H

#include "hellod/handover.h"

#include <sys/types.h>

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

struct master;

enum upgrade_phase {
	UPGRADE_NONE,
	UPGRADE_CHECKING,  /* the new program is looked at */
	UPGRADE_STARTING,  /* we are it; our workers start */
	UPGRADE_PROBATION, /* they serve */
};

/* This program, as it was started. */
struct program {
	char *path; /* where it is installed, absolute; NULL: not known */
	char **argv;
	int executable; /* what runs, though another file may be there by now */
};

struct upgrade {
	enum upgrade_phase phase;
	pid_t checker;
	bool checker_ended;
	int checker_status;
	int output; /* what the checker says; -1 after its end */
	char said[512];
	size_t said_len;
	int64_t deadline; /* of the phase */
	int requester;    /* the helloctl that waits; -1: none */
	unsigned crashes; /* of workers, when the probation began */
};

/* Learns where this program is; without /proc it stays unknown. */
void learn_program(char *argv[], struct program *ret_program);
void forget_program(struct program *program);

/*
 * The very first of all: if another program has executed this one, whatever ends
 * this process leads back to that program, until the way back is closed. Takes no
 * memory. To be called before anything moves arguments or environment.
 */
void upgrade_secure(char *argv[]);

/*
 * What the program before left, if this one was executed by it, or has been gone
 * back to: returns true and *ret_handover is filled, and the program is where that
 * one was.
 */
bool upgrade_arrive(struct program *program, struct handover *ret_handover);

/*
 * Begins an upgrade; requester (or -1) is told how it ended, and owned. Returns
 * false, and owns nothing, if something else is under way.
 */
bool upgrade_begin(struct master *master, int requester);

/* UPGRADE_FDS entries to poll for, and what came of them. */
#define UPGRADE_FDS 1
void upgrade_poll(const struct upgrade *upgrade, struct pollfd *fds);
void upgrade_hear(struct master *master, const struct pollfd *fds);
bool upgrade_bury(struct master *master, pid_t pid, int status);

/* Goes on as far as can be gone now. To be called in every turn of the loop. */
void upgrade_advance(struct master *master);
int64_t upgrade_deadline(const struct upgrade *upgrade, int64_t now);

/* The first workers of an upgraded program serve: the probation begins. */
void upgrade_serves(struct master *master);

/* hellod ends: so does any upgrade, and the way back is closed. */
void upgrade_abandon(struct master *master);

/*
 * Back to the program before. Returns if there is none, or if it cannot be
 * executed: then that is told, and this one goes on as if it were good.
 */
void upgrade_roll_back(struct master *master, const char *reason);

#endif
