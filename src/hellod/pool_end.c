/*
 * pool_end.c - workers that have ended, and what follows
 *
 * Owns: whether an end was a good one, and when the next start may be tried;
 * the slots of workers that are nobody's.
 * Never: starts a worker.
 * Runs: in the master.
 */
#include "config.h"

#include "hellod/pool.h"

/* System */
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Project */
#include "hellod/scoreboard.h"
#include "hellod/timers.h"
#include "lib/log.h"
#include "lib/units.h"

#define RETRY_FIRST (100 * USEC_PER_MSEC) /* after a start that failed; doubles */
#define RETRY_LAST (30 * USEC_PER_SEC)
#define RETRY_SHORTAGE (3 * USEC_PER_SEC) /* the same; to ask for a process costs little */
#define JITTER 4                          /* up to a quarter more */

bool
pool_back_off(struct pool *pool, int why, int64_t now)
{
	int64_t pause = RETRY_FIRST << (pool->failures < 16 ? pool->failures : 16);
	int64_t last = why > 0 ? RETRY_SHORTAGE : RETRY_LAST;
	bool news = why != pool->trouble;

	pool->trouble = why;
	pool->doubtful = true;
	if (now < pool->retry_at)
		return news; /* others that were started with it, failed before it */
	pool->failures++;
	pause = pause < last ? pause : last;
	/* Many hellods that a common fault hit are not to try in step. */
	pool->retry_at = now + pause + (int64_t)arc4random_uniform((uint32_t)(pause / JITTER));
	return news;
}

void
pool_take_heart(struct pool *pool)
{
	pool->failures = 0;
	pool->doubtful = false;
	pool->trouble = 0;
	pool->retry_at = 0;
}

bool
pool_is_child(pid_t pid)
{
	siginfo_t info;

	return pid > 0 && waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0;
}

bool
pool_is_orphans(const struct pool *pool, unsigned slot)
{
	pid_t owner = atomic_load(&pool->scoreboard->slots[slot].owner);

	for (unsigned i = 0; i < pool->count; i++)
		if (pool->workers[i].pid == owner)
			return false;
	/* Hearsay; but nobody can make us a child that we don't know. */
	return pool_is_child(owner);
}

/* Its slot is free again, if it had one. */
static bool
bury_orphan(const struct pool *pool, pid_t pid, int64_t now)
{
	unsigned count = atomic_load(&pool->scoreboard->slot_count);

	for (unsigned i = 0; i < count && i < SCOREBOARD_SLOTS; i++)
		if (atomic_load(&pool->scoreboard->slots[i].owner) == pid) {
			log_debug("a worker of another program (pid %ld) has left", (long)pid);
			scoreboard_give_back(pool->scoreboard, i, now);
			return true;
		}
	return false;
}

/* Was it the kernel, for want of memory? Then nobody else has sent KILL. */
static bool
is_for_memory(struct pool *pool, const struct pool_worker *worker, int status)
{
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL &&
	       worker->kill_at == TIMER_NEVER && oom_watch_killed(&pool->oom);
}

/* The line about it; news: not only for who wants to know everything. */
static void
tell_end(const struct pool_worker *worker, int status, const char *more, const char *then,
	 bool news)
{
	void (*tell)(const char *fmt, ...) = news ? log_warnx : log_debug;
	int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;

	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS)
		tell("worker %u (pid %ld) was killed by signal %d: seccomp forbids the system "
		     "call that it made; the kernel's log names it%s",
		     worker->slot, (long)worker->pid, WTERMSIG(status), then);
	else if (code < 0)
		tell("worker %u (pid %ld) was killed by signal %d (%s%s)%s", worker->slot,
		     (long)worker->pid, WTERMSIG(status), strsignal(WTERMSIG(status)), more, then);
	else if (code == WORKER_EXIT_CUT)
		tell("worker %u (pid %ld) cut the sessions that were left", worker->slot,
		     (long)worker->pid);
	else if (code != WORKER_EXIT_DONE || !worker->leaving)
		tell("worker %u (pid %ld) ended with exit code %d%s", worker->slot,
		     (long)worker->pid, code, then);
	else
		log_debug("worker %u (pid %ld) has left", worker->slot, (long)worker->pid);
}

/* A worker that drained and left has ended well; all else is worth a line, once. */
static void
judge_end(struct pool *pool, const struct pool_worker *worker, int status, int64_t now)
{
	bool asked = worker->leaving;
	bool candidate = worker->generation == pool->candidate.number;
	const char *more = WIFSIGNALED(status) && WCOREDUMP(status) ? ", core dumped"
			   : is_for_memory(pool, worker, status)    ? ", out of memory"
								    : "";
	char then[96] = "";
	bool news = true;

	if (!asked && worker->ready) {
		snprintf(then, sizeof(then), "; its place is filled again");
	} else if (!asked && candidate) {
		pool->candidate_failed = true;
		snprintf(then, sizeof(then), "; it had not got ready");
	} else if (!asked) {
		news = pool_back_off(pool, ~status, now);
		snprintf(then, sizeof(then),
			 "; it had not got ready; trying again in %.1f s, then ever more rarely",
			 (double)(pool->retry_at - now) / (double)USEC_PER_SEC);
	}
	pool->crashes += !asked && worker->generation == pool->current.number;
	tell_end(worker, status, more, then, news);
}

bool
pool_bury(struct pool *pool, pid_t pid, int status, int64_t now)
{
	for (unsigned i = 0; i < pool->count; i++) {
		struct pool_worker *worker = &pool->workers[i];

		if (worker->pid != pid)
			continue;
		judge_end(pool, worker, status, now);
		scoreboard_give_back(pool->scoreboard, worker->slot, now);
		close(worker->channel);
		*worker = pool->workers[--pool->count];
		return true;
	}
	return bury_orphan(pool, pid, now);
}
