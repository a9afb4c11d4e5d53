/*
 * share.h - how many of the clients are ours
 *
 * For acceptor.c only.
 */
#ifndef HELLOD_SHARE_H
#define HELLOD_SHARE_H

#include <stdbool.h>
#include <stdint.h>

struct worker;

struct share {
	uint64_t open;   /* sessions of all workers */
	unsigned size;   /* clients to take now, at least 1 */
	bool stand_back; /* and then to let others take the next */
};

/* A look at the scoreboard. turn: no more clients than that, whatever it says. */
struct share share_look(struct worker *worker, unsigned turn);

/* Begins as if it had taken as many clients as the others. */
void share_start(struct worker *worker);

/* A client was taken. */
void share_count(struct worker *worker);

#endif
