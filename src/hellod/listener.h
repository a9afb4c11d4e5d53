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

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/*
 * Kernel memory that one connection may pin, in bytes; the kernel doubles both
 * (socket(7)). Without these a client that never reads costs megabytes. Set
 * before listen(2): accepted TCP sockets inherit them, and so does the window.
 * Accepted UNIX sockets don't.
 */
#define LISTENER_SEND_BUFFER (8 * 1024)
#define LISTENER_RECEIVE_BUFFER (4 * 1024)

/* Sets these, and for TCP also what hellod wants of each client's socket. */
int listener_set_options(int fd, int family);

struct configuration;

struct listener {
	int fd; /* listening, non-blocking, close-on-exec */
	enum framing framing;
	size_t settings; /* its place in the configuration's list; SIZE_MAX: none */
	int backlog;
	bool v6only;
	bool shared;  /* it was there before */
	char *path;   /* a UNIX socket's file that we made, or NULL */
	dev_t device; /* of that file: only ours is removed */
	ino_t inode;
	char wanted[ADDRESS_TEXT_MAX]; /* the address asked for; port 0 is one */
	char name[ADDRESS_TEXT_MAX];   /* the address really bound */
};

struct listeners {
	struct listener *items;
	size_t count;
};

/*
 * Binds and listens on all that the configuration names; a host, which must have
 * been looked up (lookup.h), gives a listener for each of its addresses. What
 * old (or NULL) has already is not bound again: it stays the same socket, with
 * its queue, under a descriptor of its own. only_old: the old ones are a socket
 * unit's; then nothing is bound, what is not among them is a failure, and if the
 * configuration names no address, all of them are taken.
 * Each failure is told as a line on errors: which address, why, and what to do.
 * Returns 0, or -1 and what was opened is closed again. Old is not changed
 * either way: what else is new for the same socket, listeners_apply() does.
 */
int listeners_open(struct listeners *listeners, const struct configuration *configuration,
		   const struct listeners *old, bool only_old, FILE *errors);

/*
 * Gives listeners that are old ones the backlog, mode, owner and group that the
 * configuration has for them now. What fails is told as a line on errors.
 */
void listeners_apply(const struct listeners *listeners, const struct configuration *configuration,
		     FILE *errors);

/* True if the list (NULL: none) has the same socket's address. */
bool listeners_have(const struct listeners *listeners, const struct listener *one);

/*
 * In all processes, for good: no TCP connection is begun any more, so that the
 * queues can be emptied before they are closed; who asks meanwhile is refused
 * after that. As far as the kernel allows it. For UNIX sockets listeners_unlink() does as much.
 */
void listeners_turn_away(const struct listeners *listeners);

/* Closes the sockets of this process; others' stay open. */
void listeners_close(struct listeners *listeners);

/*
 * Removes the files of UNIX sockets, if they are still the ones we made and are
 * not in the other list (NULL: none).
 */
void listeners_unlink(const struct listeners *listeners, const struct listeners *but_not);

#endif
