/*
 * worker.h - what the rooms of a worker share: its event loop and its means
 *
 * For what runs in a worker only; the master sees contract.h.
 */
#ifndef HELLOD_WORKER_H
#define HELLOD_WORKER_H

#include "hellod/contract.h"
#include "hellod/held.h"
#include "hellod/session.h"
#include "hellod/slab.h"
#include "hellod/timers.h"

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct acceptor;
struct limits;
struct scoreboard_slot;
struct worker;

/* Whatever epoll watches begins with this: who is called when it is ready. */
struct watch {
	void (*ready)(struct worker *worker, struct watch *watch);
};

/* What a connection can wait for, and so be late for. */
enum wait {
	WAIT_HEADER,   /* what a proxy says of its client */
	WAIT_NAME,     /* the client's first name: name_timeout */
	WAIT_INPUT,    /* its next one: idle_timeout */
	WAIT_DELAY,    /* the moment to answer: reply_delay */
	WAIT_ROOM,     /* the client to take its answers: write_timeout */
	WAIT_FAREWELL, /* the client to close, after us */
	WAIT_COUNT,
};

/* Why a client is let go whose time is over. */
enum timeout {
	TIMEOUT_NAME,
	TIMEOUT_IDLE,
	TIMEOUT_STRESS,
	TIMEOUT_WRITE,
	TIMEOUT_SESSION,
	TIMEOUT_COUNT,
};

/* What every connection works in while it is served, one at a time. */
struct scratch {
	char *in;
	size_t in_size;
	char *out;
	size_t out_size;
	struct session_io io; /* a step of the dialogue, in these two */
};

struct worker {
	struct worker_inheritance inheritance;
	const struct configuration *configuration;
	struct scoreboard_slot *slot;
	int epoll;
	int64_t now;   /* CLOCK_MONOTONIC in microseconds, once an epoll_wait */
	int64_t alarm; /* nothing but what epoll tells has to be done before it */
	struct timer_queue waits[WAIT_COUNT];
	struct timer_queue lifetimes; /* of sessions: session_timeout */
	bool stressed;                /* so silent clients are let go earlier */
	bool stress_said;             /* in the log, at the last look */
	int64_t stress_look;          /* when to look next whether it is so */
	struct scratch scratch;
	struct slab clients;   /* a struct connection each */
	struct held_pool pool; /* what connections hold between two events */
	struct acceptor *acceptor;
	struct limits *limits;
	struct watch channel; /* the master's words */
	struct watch signals;
	int signal_fd;
	unsigned connections; /* descriptors of clients, of whatever state */
	unsigned sessions;    /* of them, dialogues that go on */
	unsigned arrivals;    /* clients taken, as share.c counts them */
	bool draining;        /* no new clients */
	bool stopping;        /* and quiet ones are let go */
	int64_t drain_deadline;
	int64_t heartbeat_interval; /* the longest that a turn may wait */
	int64_t log_second_ends;    /* 0: every client has been logged in it */
	uint64_t sessions_left;     /* of max_sessions_per_worker; 0: no limit, or said */
};

/* What a descriptor waits for in the worker's epoll. Return 0, or -1 with errno. */
int worker_watch(struct worker *worker, int fd, uint32_t events, struct watch *watch);
int worker_rewatch(struct worker *worker, int fd, uint32_t events, struct watch *watch);

/*
 * Something is to be done at that time, or later. Who has set an alarm, and then
 * does not need it, lets it ring: that is cheaper than to look each turn who is
 * the next.
 */
static inline void
worker_set_alarm(struct worker *worker, int64_t when)
{
	if (when < worker->alarm)
		worker->alarm = when;
}

/* Notes in the scoreboard that a session more is open, or one less. */
void worker_count_sessions(struct worker *worker, int change);

#endif
