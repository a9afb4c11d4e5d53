/*
 * limits.h - who may come in
 *
 * In this order: deny (but allow goes over it); then, but not for networks
 * that are exempt: the connections of the client's source, their rate, and
 * early_drop. With dry_run a refusal is only counted and logged.
 * max_connections holds for all.
 */
#ifndef HELLOD_LIMITS_H
#define HELLOD_LIMITS_H

#include <stdbool.h>
#include <stdint.h>

struct configuration;
struct limits;
struct listener;
struct peer;
struct scoreboard;
struct worker;

enum refusal {
	REFUSAL_NONE,
	REFUSAL_FULL, /* max_connections */
	REFUSAL_DENIED,
	REFUSAL_SOURCE,
	REFUSAL_RATE,
	REFUSAL_EARLY,
	REFUSAL_PROXY, /* no header, where there must be one */
	REFUSAL_COUNT,
};

#define REFUSAL_TEXT_MAX 100 /* bytes of the words for it, NUL included */

/* What a judgement is made of; everybody may make one. */
struct case_to_judge {
	const struct configuration *configuration;
	const struct scoreboard *scoreboard;
	const struct peer *peer;
	int64_t now;   /* CLOCK_MONOTONIC, microseconds */
	unsigned dice; /* 0 to 99; early_drop hits those below its percentage */
};

/* By all limits but max_connections. words: for the client and the log. */
enum refusal limits_judge(const struct case_to_judge *the_case, char words[REFUSAL_TEXT_MAX]);

/* How many of a hundred clients early_drop refuses, with so many silent ones. */
unsigned limits_drop_percent(const struct configuration *configuration, uint64_t silent);

/* A worker's part of it: what it has said, and its dice. NULL without memory. */
struct limits *limits_new(void);

/*
 * May this one come in, with so many sessions open? Returns NULL, or the words
 * for the client, which stay until the next call; all is counted and logged.
 */
const char *limits_refuse(struct worker *worker, const struct listener *listener,
			  const struct peer *peer, uint64_t open);

/* The same by all limits but max_connections: of a client whom a proxy names. */
const char *limits_refuse_peer(struct worker *worker, const struct listener *listener,
			       const struct peer *peer);

/* Notes that a proxy has not said who its client is. Returns the words for it. */
const char *limits_refuse_proxy(struct worker *worker, const struct listener *listener,
				const struct peer *peer);

/* True if this peer of this listener is a proxy, that must say who its client is. */
bool limits_is_proxy(const struct worker *worker, const struct listener *listener,
		     const struct peer *peer);

/*
 * This one has come in. Returns its place among the sources, for
 * limits_leave(), or 0 if it isn't counted.
 */
unsigned limits_enter(const struct worker *worker, const struct peer *peer);
void limits_leave(const struct worker *worker, unsigned place);

/*
 * How many of the most wanted may be accepted, with so many sessions open: with
 * overload = "queue" those that there is room for; if there is none, says so.
 */
unsigned limits_room(struct worker *worker, unsigned most, uint64_t open);

#endif
