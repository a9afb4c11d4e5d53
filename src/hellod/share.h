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
	bool stand_back; /* after the next client: let others take some */
};

/* A look at the scoreboard. */
struct share share_look(struct worker *worker);

/* Begins as if it had taken as many clients as the others. */
void share_start(struct worker *worker);

/* A client was taken. */
void share_count(struct worker *worker);

#endif
