/*
 * pool.c - the workers: as many as there should be
 *
 * Owns: the worker processes and the master's ends of their channels.
 * Never: blocks, and forgets how many there should be.
 * Runs: in the master; worker_main() is called in the child.
 */
#include "config.h"

#include "hellod/pool.h"

/* System */
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Project */
#include "hellod/configuration.h"
#include "hellod/listener.h"
#include "hellod/scoreboard.h"
#include "hellod/timers.h"
#include "hellod/way_back.h"
#include "lib/alloc.h"
#include "lib/descriptors.h"
#include "lib/log.h"
#include "lib/units.h"

#define LEAVE_GRACE USEC_PER_SEC /* from drain_timeout until a worker is killed */

int
pool_init(struct pool *pool, struct scoreboard *scoreboard, bool detached)
{
	*pool = (struct pool){.scoreboard = scoreboard, .detached = detached, .doubtful = true};
	pool->workers = calloc(SCOREBOARD_SLOTS, sizeof(*pool->workers));
	if (!pool->workers)
		return -1;
	oom_watch_init(&pool->oom, "/proc/self/cgroup", "/sys/fs/cgroup");
	return 0;
}

void
pool_done(struct pool *pool)
{
	free(pool->workers);
	oom_watch_done(&pool->oom);
	*pool = (struct pool){0};
}

void
pool_take_over(struct pool *pool, const struct pool_worker *workers, unsigned count)
{
	if (count > 0)
		memcpy(pool->workers, workers, count * sizeof(*workers));
	pool->count = count;
}

/* The lowest slot that no process has, or SCOREBOARD_SLOTS. */
static unsigned
free_slot(const struct pool *pool)
{
	bool taken[SCOREBOARD_SLOTS + 1] = {false};
	unsigned slot = 0;

	for (unsigned i = 0; i < pool->count; i++)
		taken[pool->workers[i].slot] = true;
	while (taken[slot] || (slot < SCOREBOARD_SLOTS && pool_is_orphans(pool, slot)))
		slot++;
	return slot;
}

/* How many slots, from the first, are in use with this one. */
static unsigned
slots_with(const struct pool *pool, unsigned slot)
{
	unsigned before = atomic_load(&pool->scoreboard->slot_count);
	unsigned count = slot + 1;

	for (unsigned i = 0; i < pool->count; i++)
		if (pool->workers[i].slot >= count)
			count = pool->workers[i].slot + 1;
	for (unsigned i = count; i < before && i < SCOREBOARD_SLOTS; i++)
		if (pool_is_orphans(pool, i))
			count = i + 1;
	return count;
}

/* In the child: what it was handed, it has; the master's things, it has not. */
static _Noreturn void
become_worker(const struct worker_inheritance *inheritance)
{
	const struct listeners *listeners = inheritance->listeners;
	size_t count = 0;
	int *keep = must_alloc((listeners->count + 2) * sizeof(*keep));

	for (size_t i = 0; i < listeners->count; i++)
		keep[count++] = listeners->items[i].fd;
	keep[count++] = inheritance->channel;
	keep[count++] = log_kept_descriptor();
	descriptors_close_others(keep, count);
	free(keep);
	way_back_close(); /* the master's, if it is on probation */
	worker_main(inheritance);
}

/* What was to be a worker is none; the rest goes on. */
static bool
put_off(struct pool *pool, const char *what, unsigned slot, int64_t now)
{
	int error = errno;

	if (pool_back_off(pool, error, now)) {
		errno = error;
		log_warn("cannot %s worker %u, trying again in %.1f s, then every 3 s", what, slot,
			 (double)(pool->retry_at - now) / (double)USEC_PER_SEC);
	}
	return false;
}

/* Returns false if no worker could be had now. */
static bool
spawn(struct pool *pool, const struct generation *generation, int64_t now)
{
	unsigned slot = free_slot(pool);
	struct worker_inheritance inheritance = {
		.slot = slot,
		.generation = generation->number,
		.master = getpid(), /* not its parent: that may be another, once it looks */
		.configuration = generation->configuration,
		.listeners = generation->listeners,
		.scoreboard = pool->scoreboard,
		.detached = pool->detached,
	};
	int ends[2];
	pid_t pid;

	errno = ENOSPC;
	if (slot == SCOREBOARD_SLOTS)
		return put_off(pool, "find a place for", slot, now);
	if (channel_pair(ends) < 0)
		return put_off(pool, "make a channel for", slot, now);
	inheritance.channel = ends[1];
	scoreboard_take(pool->scoreboard, slot, slots_with(pool, slot), now);
	pid = fork();
	if (pid == 0)
		become_worker(&inheritance);
	close(ends[1]);
	if (pid < 0) {
		close(ends[0]);
		return put_off(pool, "fork", slot, now);
	}
	pool->workers[pool->count++] = (struct pool_worker){
		.pid = pid,
		.slot = slot,
		.generation = generation->number,
		.channel = ends[0],
		.started = now,
		.drain_timeout = generation->configuration->drain_timeout,
		.hang_timeout = generation->configuration->hang_timeout,
		.accepting = true,
		.kill_at = TIMER_NEVER,
	};
	log_debug("worker %u of generation %u is pid %ld", slot, generation->number, (long)pid);
	return true;
}

static void
tell(const struct pool_worker *worker, enum word word)
{
	/* A full channel cannot be: a worker is sent a handful of words. */
	if (channel_send(worker->channel, word, -1) < 0 && errno != EPIPE)
		log_warn("cannot tell worker %u '%c'", worker->slot, (char)word);
}

static void
retire(struct pool_worker *worker, enum word word, int64_t now)
{
	/*
	 * The worker keeps to its own drain_timeout; this is for one that doesn't.
	 * One that is not ready has no clients to wait for.
	 */
	worker->leave_by = now + (worker->ready ? worker->drain_timeout : 0) + LEAVE_GRACE;
	worker->leaving = true;
	tell(worker, word);
}

/* Those that serve or will: processes that were not told to leave. */
static unsigned
staying(const struct pool *pool, const struct generation *generation)
{
	unsigned count = 0;

	for (unsigned i = 0; i < pool->count; i++)
		count += !pool->workers[i].leaving &&
			 pool->workers[i].generation == generation->number;
	return count;
}

/* The one with the highest slot goes first. */
static struct pool_worker *
last_staying(const struct pool *pool, const struct generation *generation)
{
	struct pool_worker *last = NULL;

	for (unsigned i = 0; i < pool->count; i++) {
		struct pool_worker *worker = &pool->workers[i];

		if (!worker->leaving && worker->generation == generation->number &&
		    (!last || worker->slot > last->slot))
			last = worker;
	}
	return last;
}

/*
 * At first, and after a failure, there is one to try: others of its generation
 * would fail as it does. One of a program that was given up says nothing of ours.
 */
static bool
may_spawn(const struct pool *pool, const struct generation *generation, int64_t now)
{
	for (unsigned i = 0; i < pool->count && pool->doubtful; i++)
		if (!pool->workers[i].ready && !pool->workers[i].leaving &&
		    pool->workers[i].generation == generation->number)
			return false;
	return now >= pool->retry_at;
}

static void
balance(struct pool *pool, const struct generation *generation, int64_t now)
{
	unsigned count = staying(pool, generation);
	struct pool_worker *last;

	for (; count > generation->target && (last = last_staying(pool, generation)); count--)
		retire(last, WORD_DRAIN, now);
	while (count < generation->target && may_spawn(pool, generation, now) &&
	       spawn(pool, generation, now))
		count++;
}

void
pool_balance(struct pool *pool, int64_t now)
{
	for (unsigned i = 0; i < pool->count && !pool->keep_others; i++) {
		struct pool_worker *worker = &pool->workers[i];

		if (!worker->leaving && worker->generation != pool->current.number &&
		    worker->generation != pool->candidate.number)
			retire(worker, WORD_DRAIN, now);
	}
	balance(pool, &pool->current, now);
	if (pool->candidate.number != 0 && !pool->candidate_failed)
		balance(pool, &pool->candidate, now);
}

void
pool_poll(const struct pool *pool, struct pollfd *fds)
{
	for (unsigned i = 0; i < pool->count; i++)
		fds[i] = (struct pollfd){
			.fd = pool->workers[i].mute ? -1 : pool->workers[i].channel,
			.events = POLLIN,
		};
}

static void
hear(struct pool *pool, struct pool_worker *worker, int word)
{
	switch (word) {
	case WORD_READY:
		worker->ready = true;
		if (pool->failures > 0)
			log_notice("worker %u is ready; all are started again", worker->slot);
		pool_take_heart(pool);
		if (worker->leaving) /* told before it was ready; it may have clients */
			worker->leave_by = pool->looked_at + worker->drain_timeout + LEAVE_GRACE;
		break;
	case WORD_TIRED:
		if (!worker->leaving)
			retire(worker, WORD_DRAIN, pool->looked_at);
		break;
	case WORD_REOPENED:
		worker->reopening = false;
		break;
	case WORD_CLOSED:
		worker->accepting = false;
		break;
	case -1:
		worker->mute = true; /* SIGCHLD tells the rest */
		worker->accepting = false;
		worker->reopening = false;
		break;
	}
}

void
pool_hear(struct pool *pool, const struct pollfd *fds)
{
	for (unsigned i = 0; i < pool->count; i++) {
		int passed;

		if (!fds[i].revents)
			continue;
		hear(pool, &pool->workers[i], channel_receive(pool->workers[i].channel, &passed));
		if (passed >= 0)
			close(passed); /* a worker has nothing to give */
	}
}

void
pool_reopen_log(struct pool *pool)
{
	for (unsigned i = 0; i < pool->count; i++) {
		struct pool_worker *worker = &pool->workers[i];

		if (worker->mute)
			continue;
		worker->reopening =
			channel_send(worker->channel, WORD_REOPEN, log_descriptor()) == 0;
		if (!worker->reopening)
			log_warn("worker %u could not be given the new log file", worker->slot);
	}
}

void
pool_stop(struct pool *pool, int64_t now)
{
	pool->current.target = 0;
	pool->candidate.number = 0;
	/* Those that drain already are told again: they need not wait as long. */
	for (unsigned i = 0; i < pool->count; i++)
		retire(&pool->workers[i], WORD_STOP, now);
}

bool
pool_drain(struct pool *pool, pid_t pid, int64_t now)
{
	for (unsigned i = 0; i < pool->count; i++)
		if (pool->workers[i].pid == pid) {
			if (!pool->workers[i].leaving)
				retire(&pool->workers[i], WORD_DRAIN, now);
			return true;
		}
	return false;
}

void
pool_kill(const struct pool *pool)
{
	for (unsigned i = 0; i < pool->count; i++)
		kill(pool->workers[i].pid, SIGKILL);
}
