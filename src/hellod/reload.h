/*
 * reload.h - a new configuration, or none of it
 *
 * Two phases. First everything that can fail: the file is read (reader.h), what
 * is new is bound, the workers of a candidate generation start, and one of
 * them serves the master itself (probe.h). Then the change, which cannot fail:
 * the candidate is current, and the generation before it drains. Whatever
 * fails in the first phase, nothing has changed. It is over when nobody of the
 * generation before accepts any more: who connects then, meets the new one.
 */
#ifndef HELLOD_RELOAD_H
#define HELLOD_RELOAD_H

#include "hellod/listener.h"
#include "hellod/probe.h"
#include "hellod/reader.h"
#include "lib/text.h"

#include <sys/types.h>

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

struct master;

enum reload_phase {
	RELOAD_NONE,
	RELOAD_READING,
	RELOAD_STARTING,
	RELOAD_PROBING,
	RELOAD_RETIRING, /* the change is made; the generation before still accepts */
};

struct reload {
	enum reload_phase phase;
	struct reader reader;
	struct probe probe;
	struct configuration *configuration; /* the new one */
	struct listeners *listeners;
	int64_t deadline;    /* of the phase */
	struct text faults;  /* why not; a line each */
	struct text changes; /* or what changed; a line each */
};

/* Begins one. Returns false if one is under way already. */
bool reload_begin(struct master *master);

/* Fills in the entry of what a reload may wait for, and hears what came of it. */
void reload_poll(const struct reload *reload, struct pollfd *fd);
void reload_hear(struct master *master, const struct pollfd *fd);

/* A child has ended. Returns false if it was none of the reload's. */
bool reload_bury(struct master *master, pid_t pid, int status);

/* Goes on as far as can be gone now. To be called in every turn of the loop. */
void reload_advance(struct master *master);

/* Gives it up, if there is one that can be; reason: a sentence. */
void reload_fail(struct master *master, const char *reason);

/* When reload_advance() is wanted though nothing happens, or TIMER_NEVER. */
int64_t reload_deadline(const struct reload *reload);

#endif
