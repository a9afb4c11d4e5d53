/*
 * pool.h - the workers: as many as there should be
 *
 * Desired against actual: whatever happened, pool_balance() brings the one to
 * the other, and may be called at any time.
 */
#ifndef HELLOD_POOL_H
#define HELLOD_POOL_H

#include "hellod/contract.h"

#include <sys/types.h>

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

/* A worker process, from its fork until it has been waited for. */
struct pool_worker {
	pid_t pid;
	unsigned slot;
	int channel;
	bool ready;
	bool leaving; /* told to drain */
	bool mute;    /* its end of the channel is closed: it is dying */
};

struct pool {
	struct worker_inheritance inheritance; /* of every worker, but slot and channel */
	struct pool_worker *workers;
	unsigned count;    /* processes, leaving ones too */
	unsigned target;   /* how many should serve */
	unsigned failures; /* starts in a row that came to nothing */
	int64_t retry_at;  /* when the next start may be tried */
};

/* Sets up a pool that wants no workers yet; the inheritance is copied. */
void pool_init(struct pool *pool, const struct worker_inheritance *inheritance);
void pool_done(struct pool *pool);

/* Starts those that are missing, tells those that are too many to leave. */
void pool_balance(struct pool *pool, int64_t now);

/* Waits for children that have ended; to be called after SIGCHLD. */
void pool_reap(struct pool *pool, int64_t now);

/* Fills in what to poll for (pool->count entries), and hears what came of it. */
void pool_poll(const struct pool *pool, struct pollfd *fds);
void pool_hear(struct pool *pool, const struct pollfd *fds);

/* Workers that serve clients. */
unsigned pool_ready(const struct pool *pool);

/* When pool_balance() is wanted without a signal, or TIMER_NEVER. */
int64_t pool_deadline(const struct pool *pool);

/* Hands the log's new file to all. */
void pool_reopen_log(const struct pool *pool);

/* Ends all at once. */
void pool_kill(const struct pool *pool);

#endif
