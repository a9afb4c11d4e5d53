/*
 * engine_state.h - what a process that loads knows; for engine*.c alone
 *
 * engine.c has the loop, the phases and the clock; engine_turns.c has the
 * dialogues: whose turn it is, and what follows from it.
 */
#ifndef HELLOBENCH_ENGINE_STATE_H
#define HELLOBENCH_ENGINE_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

/* Project */
#include "hellobench/client.h"
#include "hellobench/engine.h"
#include "hellobench/pace.h"

#define NSEC_PER_USEC INT64_C(1000)
#define NSEC_PER_MSEC INT64_C(1000000)
#define NSEC_PER_SEC INT64_C(1000000000)

enum phase {
	PHASE_OPENING, /* what stays open is opened */
	PHASE_READY,   /* and waits for the other processes */
	PHASE_LOADING,
	PHASE_LEAVING, /* nothing new begins */
};

/* Clients that are free, in the order in which they became so. */
struct queue {
	struct client **ring;
	size_t size, first, len;
};

struct engine {
	const struct options *options;
	const struct engine_part *part;
	struct result *result;
	struct client_world world;
	struct pace pace;
	struct client *clients;
	size_t clients_len;
	int64_t *due_times; /* open loop: of the names in flight, pipeline a client */
	struct queue free;  /* open loop: who can do the next operation */
	enum phase phase;
	bool counting;  /* processor time */
	bool gate_open; /* whoever is ready may begin */
	bool open_loop;
	bool coarse;       /* the kernel waits for whole milliseconds only */
	size_t to_open;    /* the first client that was not opened yet */
	size_t connecting; /* clients of that state, or retrying */
	size_t resting, retrying;
	size_t open;           /* clients that are neither closed nor resting */
	size_t hopeless;       /* failures before anybody was welcomed */
	int64_t now;           /* nanoseconds, as all times here */
	int64_t opening;       /* when that began */
	int64_t next_look;     /* when to look for time-outs */
	int64_t until;         /* when the load ends; INT64_MAX: by count */
	int64_t measured_from; /* what began before does not count */
	int64_t timeout;
};

static inline int64_t
engine_clock(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * NSEC_PER_SEC + now.tv_nsec;
}

/* Nothing new is to begin. */
bool engine_over(const struct engine *e);

/* Nothing new begins from now on, whatever was planned. */
void engine_stop(struct engine *e);

/* What happens to a client; each goes on with its dialogue. */
void engine_begin(struct engine *e, struct client *c, int64_t start);
void engine_act(struct engine *e, struct client *c, uint32_t events);
void engine_look_at(struct engine *e, struct client *c);

/* The load begins, or ends, for a client that is open and silent, or closed. */
void engine_load(struct engine *e, struct client *c);
void engine_leave(struct engine *e, struct client *c);

/* Open loop: what is due begins, as long as somebody is free. */
void engine_dispatch(struct engine *e);

#endif
