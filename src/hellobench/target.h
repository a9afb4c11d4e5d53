/*
 * target.h - where to connect to, and from where
 */
#ifndef HELLOBENCH_TARGET_H
#define HELLOBENCH_TARGET_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

/* Library */
#include "lib/address.h"

/* Project */
#include "hellobench/options.h"

struct target {
	struct sockaddr_storage address;
	socklen_t len;
	struct sockaddr_storage source; /* the first of them */
	int64_t sources;                /* how many; 0: the kernel's choice */
	bool no_delay;                  /* small texts are sent at once, always */
	char text[ADDRESS_TEXT_MAX];    /* the address, to be shown */
};

/* Finds the addresses. Returns -1, or an exit code when everything is said. */
int target_find(const struct options *options, struct target *ret_target);

/*
 * Begins to connect. which: the number of the connection, which chooses the
 * source. Returns a non-blocking descriptor, connected or on its way; or -1 with
 * errno, where EAGAIN means that a UNIX listener's queue is full.
 */
int target_connect(const struct target *target, uint64_t which);

#endif
