/*
 * pool.h - the workers: as many as there should be
 *
 * Desired against actual: whatever happened, pool_balance() brings the one to
 * the other, and may be called at any time.
 *
 * Workers are of a generation: the configuration and the listeners that they
 * were forked with. One generation is current; during a reload there is a
 * candidate beside it. Workers of any other generation drain and leave.
 */
#ifndef HELLOD_POOL_H
#define HELLOD_POOL_H

#include "hellod/contract.h"
#include "hellod/oom.h"

#include <sys/types.h>

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* A worker process, from its fork until it has been waited for. */
struct pool_worker {
	pid_t pid;
	unsigned slot;
	unsigned generation;
	int channel;
	int64_t started;
	int64_t drain_timeout; /* its own, as the next: those of its configuration */
	int64_t hang_timeout;  /* 0: never */
	bool ready;
	bool leaving;     /* told to drain */
	bool accepting;   /* it has not yet said that it has closed the listeners */
	bool mute;        /* its end of the channel is closed: it is dying */
	bool reopening;   /* has not yet let go of the old log */
	int64_t leave_by; /* if leaving: then it is killed */
	int64_t kill_at;  /* after an ABRT that it may not heed, or TIMER_NEVER */
};

struct generation {
	unsigned number; /* from 1; 0: there is none */
	unsigned target; /* how many should serve */
	const struct configuration *configuration;
	struct listeners *listeners;
};

struct pool {
	struct generation current;
	struct generation candidate;
	struct scoreboard *scoreboard;
	bool detached; /* for the workers to know */
	struct pool_worker *workers;
	unsigned count;      /* processes, leaving ones too */
	unsigned failures;   /* rounds of starts in a row that came to nothing */
	bool doubtful;       /* does a worker get ready at all? The last that was tried did not */
	int trouble;         /* the last that was told, as pool_back_off() has it; or 0 */
	int64_t retry_at;    /* when the next start may be tried */
	int64_t awake_since; /* the master has looked regularly from then on */
	int64_t looked_at;
	bool candidate_failed; /* a worker of it died before it was ready */
	bool keep_others;      /* workers of other generations serve on, for now */
	unsigned crashes;      /* of workers of the current generation */
	struct oom_watch oom;  /* whom the kernel has killed */
};

/* Returns 0, or -1 if there is no memory: it is all that the pool will ever need. */
int pool_init(struct pool *pool, struct scoreboard *scoreboard, bool detached);
void pool_done(struct pool *pool);

/* Workers that the program before this one has started. */
void pool_take_over(struct pool *pool, const struct pool_worker *workers, unsigned count);

/* Starts those that are missing, tells those that are too many to leave. */
void pool_balance(struct pool *pool, int64_t now);

/* Ends workers that hang, and those that don't leave in time. */
void pool_look_after(struct pool *pool, int64_t now);

/*
 * A start came to nothing, and the next one is put off: 100 ms, 200 ms, ... and up
 * to a quarter more. why: an errno, if there was no process to be had, which is
 * tried again after 3 s at the latest; or ~STATUS, with the status of one that
 * ended, after 30 s. Returns true if this is news: until a worker gets ready, a
 * trouble is told once.
 */
bool pool_back_off(struct pool *pool, int why, int64_t now);

/* All is tried afresh, at once: a worker got ready, or is to be another one. */
void pool_take_heart(struct pool *pool);

/* A child of ours, that may have ended, but was not waited for yet. */
bool pool_is_child(pid_t pid);

/*
 * True if a slot is still that of a worker that is none of the pool's: of a new
 * program that crashed, and whose workers finish within a second.
 */
bool pool_is_orphans(const struct pool *pool, unsigned slot);

/* A child has ended. Returns false if it was no worker. */
bool pool_bury(struct pool *pool, pid_t pid, int status, int64_t now);

/* Fills in what to poll for (pool->count entries), and hears what came of it. */
void pool_poll(const struct pool *pool, struct pollfd *fds);
void pool_hear(struct pool *pool, const struct pollfd *fds);

/* Workers of a generation that serve clients. */
unsigned pool_ready(const struct pool *pool, const struct generation *generation);

/* A worker of another than the current generation that clients may still come to, or NULL. */
const struct pool_worker *pool_other_accepting(const struct pool *pool);

/* A ready worker of the generation, or NULL. */
struct pool_worker *pool_any_ready(struct pool *pool, const struct generation *generation);

/* When pool_balance() and pool_look_after() are wanted without a signal. */
int64_t pool_deadline(const struct pool *pool);

/* Hands the log's new file to all; then, whether one still has the old. */
void pool_reopen_log(struct pool *pool);
bool pool_is_reopening(const struct pool *pool);

/* All are to finish and to leave; quiet clients are let go. */
void pool_stop(struct pool *pool, int64_t now);

/* Tells one worker to drain; another takes its place. False: no such worker. */
bool pool_drain(struct pool *pool, pid_t pid, int64_t now);

/* Cuts the oldest generations while more than so many drain. */
void pool_limit_generations(struct pool *pool, unsigned most);

/* Ends all at once. */
void pool_kill(const struct pool *pool);

#endif
