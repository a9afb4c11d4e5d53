/*
 * inherit.h - descriptors that were there before this process
 *
 * systemd hands over sockets of a socket unit, and gives back what hellod put
 * into its descriptor store: the listeners, so that no client is refused while
 * a killed master is started again, and the scoreboard, so that totals go on.
 */
#ifndef HELLOD_INHERIT_H
#define HELLOD_INHERIT_H

#include "hellod/listener.h"

#include <stdio.h>

struct inheritance {
	struct listeners stored; /* ours, of an earlier life; or, if activated, */
	bool activated;          /* a socket unit's, and then nothing else */
	int scoreboard;          /* -1: none */
};

/*
 * Takes what systemd passed; descriptors of no use are closed. Each that cannot
 * be used is told as a line on errors; then it returns -1.
 */
int inherit_from_systemd(struct inheritance *inheritance, FILE *errors);
void inherit_done(struct inheritance *inheritance);

/*
 * Adds a descriptor that is said to listen on an address. ours: its file, if it
 * has one, is ours to remove. Returns 0, or -1 if it is no listening socket.
 */
int inherit_add_listener(struct listeners *listeners, int fd, int backlog, const char *wanted,
			 bool ours);

/* Puts what is new into systemd's store, and takes out what is gone. */
void inherit_store_listeners(const struct listeners *fresh, const struct listeners *old);
void inherit_store_scoreboard(int fd);

/* One from the store that is of no use: it is closed, and given up there too. */
void inherit_drop_scoreboard(int fd);

#endif
