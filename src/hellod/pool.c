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
#include "hellod/listener.h"
#include "hellod/scoreboard.h"
#include "hellod/timers.h"
#include "lib/alloc.h"
#include "lib/descriptors.h"
#include "lib/log.h"
#include "lib/units.h"

#define RETRY_FIRST (100 * USEC_PER_MSEC) /* after a start that failed; doubles */
#define RETRY_LAST (30 * USEC_PER_SEC)

void
pool_init(struct pool *pool, const struct worker_inheritance *inheritance)
{
	*pool = (struct pool){.inheritance = *inheritance};
	pool->workers = must_alloc(SCOREBOARD_SLOTS * sizeof(*pool->workers));
}

void
pool_done(struct pool *pool)
{
	free(pool->workers);
	*pool = (struct pool){0};
}

/* The lowest slot that no process has, or SCOREBOARD_SLOTS. */
static unsigned
free_slot(const struct pool *pool)
{
	bool taken[SCOREBOARD_SLOTS + 1] = {false};
	unsigned slot = 0;

	for (unsigned i = 0; i < pool->count; i++)
		taken[pool->workers[i].slot] = true;
	while (taken[slot])
		slot++;
	return slot;
}

/* Only grows: a slot that nobody has counts no sessions. */
static void
use_slot(const struct pool *pool, unsigned slot)
{
	struct scoreboard *scoreboard = pool->inheritance.scoreboard;

	scoreboard_clear(&scoreboard->slots[slot]);
	if (slot >= atomic_load(&scoreboard->slot_count))
		atomic_store(&scoreboard->slot_count, slot + 1);
}

/* In the child: what it was handed, it has; the master's things, it has not. */
static _Noreturn void
become_worker(const struct pool *pool, unsigned slot, int channel)
{
	struct worker_inheritance inheritance = pool->inheritance;
	const struct listeners *listeners = inheritance.listeners;
	size_t count = 0;
	int *keep = must_alloc((listeners->count + 2) * sizeof(*keep));

	for (size_t i = 0; i < listeners->count; i++)
		keep[count++] = listeners->items[i].fd;
	keep[count++] = channel;
	keep[count++] = log_kept_descriptor();
	descriptors_close_others(keep, count);
	free(keep);
	inheritance.slot = slot;
	inheritance.channel = channel;
	worker_main(&inheritance);
}

/* Puts off the next start: 100 ms, 200 ms, ... 30 s. */
static void
back_off(struct pool *pool, int64_t now)
{
	int64_t pause = RETRY_FIRST << (pool->failures < 16 ? pool->failures : 16);

	pool->failures++;
	pool->retry_at = now + (pause < RETRY_LAST ? pause : RETRY_LAST);
}

static double
seconds_until(int64_t then, int64_t now)
{
	return (double)(then - now) / (double)USEC_PER_SEC;
}

/* Returns false if no worker could be had now. */
static bool
spawn(struct pool *pool, int64_t now)
{
	unsigned slot = free_slot(pool);
	int ends[2];
	pid_t pid;

	if (slot == SCOREBOARD_SLOTS)
		return false; /* all are taken by workers on their way out */
	use_slot(pool, slot);
	if (channel_pair(ends) < 0) {
		back_off(pool, now);
		log_warn("cannot make a channel for worker %u, trying again in %.1f s", slot,
			 seconds_until(pool->retry_at, now));
		return false;
	}
	pid = fork();
	if (pid == 0)
		become_worker(pool, slot, ends[1]);
	close(ends[1]);
	if (pid < 0) {
		close(ends[0]);
		back_off(pool, now);
		log_warn("cannot fork worker %u, trying again in %.1f s", slot,
			 seconds_until(pool->retry_at, now));
		return false;
	}
	pool->workers[pool->count++] =
		(struct pool_worker){.pid = pid, .slot = slot, .channel = ends[0]};
	log_debug("worker %u is pid %ld", slot, (long)pid);
	return true;
}

static void
retire(struct pool_worker *worker)
{
	worker->leaving = true;
	/* A full channel cannot be: a worker is sent a handful of words. */
	if (channel_send(worker->channel, WORD_DRAIN, -1) < 0)
		log_warn("cannot tell worker %u to leave", worker->slot);
}

/* Those that serve or will: processes that were not told to leave. */
static unsigned
staying(const struct pool *pool)
{
	unsigned count = 0;

	for (unsigned i = 0; i < pool->count; i++)
		count += !pool->workers[i].leaving;
	return count;
}

/* The one with the highest slot goes first. */
static struct pool_worker *
last_staying(struct pool *pool)
{
	struct pool_worker *last = NULL;

	for (unsigned i = 0; i < pool->count; i++) {
		struct pool_worker *worker = &pool->workers[i];

		if (!worker->leaving && (!last || worker->slot > last->slot))
			last = worker;
	}
	return last;
}

void
pool_balance(struct pool *pool, int64_t now)
{
	unsigned count = staying(pool);

	for (; count > pool->target; count--)
		retire(last_staying(pool));
	while (count < pool->target && now >= pool->retry_at && spawn(pool, now))
		count++;
}

/* A worker that drained and left has ended well; all else is worth a line. */
static void
judge_end(struct pool *pool, const struct pool_worker *worker, int status, int64_t now)
{
	bool asked = worker->leaving;
	const char *core = WIFSIGNALED(status) && WCOREDUMP(status) ? ", core dumped" : "";

	if (!worker->ready && !asked)
		back_off(pool, now);
	if (WIFSIGNALED(status))
		log_warnx("worker %u (pid %ld) was killed by signal %d (%s%s)%s", worker->slot,
			  (long)worker->pid, WTERMSIG(status), strsignal(WTERMSIG(status)), core,
			  asked ? "" : "; its place is filled again");
	else if (!worker->ready && !asked)
		log_warnx("worker %u (pid %ld) could not start (exit code %d), "
			  "trying again in %.1f s",
			  worker->slot, (long)worker->pid, WEXITSTATUS(status),
			  seconds_until(pool->retry_at, now));
	else if (WEXITSTATUS(status) == WORKER_EXIT_CUT)
		log_warnx("worker %u cut the sessions left after drain_timeout", worker->slot);
	else if (WEXITSTATUS(status) != WORKER_EXIT_DONE || !asked)
		log_warnx("worker %u (pid %ld) ended with exit code %d%s", worker->slot,
			  (long)worker->pid, WEXITSTATUS(status),
			  asked ? "" : "; its place is filled again");
	else
		log_debug("worker %u (pid %ld) has left", worker->slot, (long)worker->pid);
}

static void
bury(struct pool *pool, pid_t pid, int status, int64_t now)
{
	for (unsigned i = 0; i < pool->count; i++) {
		struct pool_worker *worker = &pool->workers[i];

		if (worker->pid != pid)
			continue;
		judge_end(pool, worker, status, now);
		scoreboard_clear(&pool->inheritance.scoreboard->slots[worker->slot]);
		close(worker->channel);
		*worker = pool->workers[--pool->count];
		return;
	}
	/* As process 1 of a container, the master is given others' orphans. */
	log_debug("reaped pid %ld, which is no worker", (long)pid);
}

void
pool_reap(struct pool *pool, int64_t now)
{
	int status;
	pid_t pid;

	/* One SIGCHLD may stand for many children. */
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		bury(pool, pid, status, now);
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

void
pool_hear(struct pool *pool, const struct pollfd *fds)
{
	for (unsigned i = 0; i < pool->count; i++) {
		struct pool_worker *worker = &pool->workers[i];
		int passed;
		int word;

		if (!fds[i].revents)
			continue;
		word = channel_receive(worker->channel, &passed);
		if (word == WORD_READY) {
			worker->ready = true;
			pool->failures = 0;
		} else if (word < 0) {
			worker->mute = true; /* SIGCHLD tells the rest */
		}
		if (passed >= 0)
			close(passed); /* a worker has nothing to give */
	}
}

unsigned
pool_ready(const struct pool *pool)
{
	unsigned count = 0;

	for (unsigned i = 0; i < pool->count; i++)
		count += pool->workers[i].ready && !pool->workers[i].leaving;
	return count;
}

int64_t
pool_deadline(const struct pool *pool)
{
	return staying(pool) < pool->target ? pool->retry_at : TIMER_NEVER;
}

void
pool_reopen_log(const struct pool *pool)
{
	for (unsigned i = 0; i < pool->count; i++)
		if (channel_send(pool->workers[i].channel, WORD_REOPEN, log_descriptor()) < 0)
			log_warn("worker %u could not be given the new log file",
				 pool->workers[i].slot);
}

void
pool_kill(const struct pool *pool)
{
	for (unsigned i = 0; i < pool->count; i++)
		kill(pool->workers[i].pid, SIGKILL);
}
