/*
 * listener.h - the sockets that clients connect to
 *
 * Bound by the master, inherited by every worker: one socket, one queue, so a
 * client waits for no particular worker and none is lost when one dies.
 */
#ifndef HELLOD_LISTENER_H
#define HELLOD_LISTENER_H

#include "hellod/session.h"
#include "lib/address.h"

#include <sys/types.h>

#include <stddef.h>
#include <stdio.h>

struct configuration;

struct listener {
	int fd; /* listening, non-blocking, close-on-exec */
	enum framing framing;
	char *path;   /* a UNIX socket's file that we made, or NULL */
	dev_t device; /* of that file: only ours is removed */
	ino_t inode;
	char name[ADDRESS_TEXT_MAX]; /* the address really bound */
};

struct listeners {
	struct listener *items;
	size_t count;
};

/*
 * Binds and listens on all that the configuration names; a host name gives a
 * listener for each of its addresses. Each failure is told as a line on
 * errors: which address, why, and what to do.
 * Returns 0, or -1 and nothing is left open.
 */
int listeners_open(struct listeners *listeners, const struct configuration *configuration,
		   FILE *errors);

/* Closes the sockets of this process; others' stay open. */
void listeners_close(struct listeners *listeners);

/* Removes the files of UNIX sockets, if they are still the ones we made. */
void listeners_unlink(const struct listeners *listeners);

#endif
