/*
 * engine.c - all jobs, side by side
 *
 * Owns the one loop of hellofetch: it waits for libcurl, signals, hooks and the
 * time, and tells the jobs what has come. Never knows what a job does. hellofetch is
 * one process.
 */
#include "config.h"

/* System */
#include <sys/resource.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Library */
#include <curl/curl.h>

/* Project */
#include "hellofetch/confine.h"
#include "hellofetch/engine.h"
#include "hellofetch/places.h"
#include "hellofetch/signals.h"
#include "hellofetch/sweep.h"
#include "lib/clock.h"
#include "lib/units.h"

#define POLL_MAX 1000         /* milliseconds; libcurl's own timers are sooner */
#define DESCRIPTORS_OURS 32   /* besides the jobs' */
#define DESCRIPTORS_A_JOB 4   /* that has begun: directory, file, old file, state */
#define DESCRIPTORS_A_FETCH 8 /* and of one that is not just waiting, sockets and hook */

struct engine {
	int parallel;
	int64_t until; /* clock_usec() */
	struct signals signals;
	struct hook_starter hooks;
	CURLM *multi;
	struct curl_waitfd *waiting; /* the signals' and the hooks' descriptors */
	struct job *jobs;
	size_t count;
	size_t begun;      /* jobs[0] to jobs[begun - 1] */
	struct job **live; /* those that have not ended */
	size_t live_count;
	size_t live_max;
	int signal; /* that ends us, or 0 */
};

/* How many jobs may have begun, with the descriptors that we may have. */
static size_t
count_room(int parallel)
{
	rlim_t reserved = DESCRIPTORS_OURS + DESCRIPTORS_A_FETCH * (rlim_t)parallel;
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur <= reserved)
		return 1;
	return (limit.rlim_cur - reserved) / DESCRIPTORS_A_JOB + 1;
}

/* Where the work is done: a job that waits for nothing of ours takes no place. */
static int
count_busy(const struct engine *engine)
{
	int busy = 0;

	for (size_t i = 0; i < engine->live_count; i++)
		/* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): the first are all there */
		busy += engine->live[i]->phase == JOB_FETCHING ||
			engine->live[i]->phase == JOB_HOOKING;
	return busy;
}

static void
forget_ended(struct engine *engine)
{
	size_t kept = 0;

	for (size_t i = 0; i < engine->live_count; i++)
		if (engine->live[i]->phase != JOB_ENDED)
			engine->live[kept++] = engine->live[i];
	engine->live_count = kept;
}

static struct job *
find_ready(const struct engine *engine)
{
	for (size_t i = 0; i < engine->live_count; i++)
		if (engine->live[i]->phase == JOB_READY)
			return engine->live[i];
	return NULL;
}

/* Gives free places away: to those that have waited longest. */
static void
fill_places(struct engine *engine)
{
	int busy = count_busy(engine);
	struct job *job;

	while (busy < engine->parallel) {
		job = find_ready(engine);
		if (job != NULL) {
			job_fetch(job, engine->multi);
			busy += job->phase == JOB_FETCHING;
		} else if (engine->begun < engine->count && engine->live_count < engine->live_max) {
			job = &engine->jobs[engine->begun++];
			engine->live[engine->live_count++] = job;
			job_begin(job, engine->until);
		} else {
			break;
		}
		forget_ended(engine);
	}
}

static void
wake_due(struct engine *engine)
{
	int64_t now = clock_usec();

	for (size_t i = 0; i < engine->live_count; i++)
		if (job_wake_at(engine->live[i]) <= now)
			job_wake(engine->live[i]);
}

/* libcurl's turn; then what it has done with. */
static CURLMcode
transfer(struct engine *engine)
{
	int running, left;
	CURLMcode error;
	CURLMsg *message;

	errno = 0; /* what it leaves there is of use to fetch_end() */
	error = curl_multi_perform(engine->multi, &running);

	while ((message = curl_multi_info_read(engine->multi, &left)) != NULL)
		if (message->msg == CURLMSG_DONE)
			job_fetched(fetch_owner(message->easy_handle), message->data.result,
				    &engine->hooks);
	return error;
}

static int
milliseconds_to_wait(const struct engine *engine)
{
	int64_t now = clock_usec(), wake = now + POLL_MAX * USEC_PER_MSEC;

	for (size_t i = 0; i < engine->live_count; i++)
		if (job_wake_at(engine->live[i]) < wake)
			wake = job_wake_at(engine->live[i]);
	return wake > now ? (int)((wake - now + USEC_PER_MSEC - 1) / USEC_PER_MSEC) : 0;
}

/* Until something has come. */
static CURLMcode
wait_for_events(struct engine *engine)
{
	struct curl_waitfd *waiting = engine->waiting;
	unsigned int count = 1;
	CURLMcode error;

	waiting[0] = (struct curl_waitfd){engine->signals.fd, CURL_WAIT_POLLIN, 0};
	for (size_t i = 0; i < engine->live_count; i++)
		if (engine->live[i]->phase == JOB_HOOKING)
			waiting[count++] = (struct curl_waitfd){engine->live[i]->hook.pidfd,
								CURL_WAIT_POLLIN, 0};
	error = curl_multi_poll(engine->multi, waiting, count, milliseconds_to_wait(engine), NULL);
	if (error != CURLM_OK)
		return error;
	/* In the same order as above. */
	for (size_t i = 0, at = 1; i < engine->live_count; i++)
		if (engine->live[i]->phase == JOB_HOOKING && waiting[at++].revents != 0)
			job_hook_ended(engine->live[i]);
	return CURLM_OK;
}

/* All that have begun end; the others never begin. */
static void
stop_all(struct engine *engine)
{
	engine->count = engine->begun;
	for (size_t i = 0; i < engine->live_count; i++)
		job_stop(engine->live[i], engine->signal);
	forget_ended(engine);
}

/* All that have not ended fail, for a reason that is nobody's of them. */
static void
fail_all(struct engine *engine, const char *reason)
{
	for (size_t i = 0; i < engine->count; i++) {
		if (engine->jobs[i].phase == JOB_ENDED)
			continue;
		outcome_fail(&engine->jobs[i].outcome, EXIT_LOCAL, "%s", reason);
		job_give_up(&engine->jobs[i]);
	}
}

static void
look_for_signal(struct engine *engine)
{
	int signal = signals_take(&engine->signals);

	if (signal == 0 || engine->signal != 0)
		return;
	engine->signal = signal;
	stop_all(engine);
}

static void
run(struct engine *engine)
{
	CURLMcode error = CURLM_OK;

	fill_places(engine);
	while (engine->live_count > 0 && error == CURLM_OK) {
		error = wait_for_events(engine);
		look_for_signal(engine);
		if (error == CURLM_OK)
			error = transfer(engine);
		wake_due(engine);
		forget_ended(engine);
		fill_places(engine);
	}
	if (error != CURLM_OK)
		fail_all(engine, curl_multi_strerror(error));
}

/*
 * Before libcurl's first thread, and the first byte of a peer's. A kernel that has
 * no thread for the hooks left has to do without walls.
 */
static void
set_walls(struct engine *engine)
{
	bool hooks = false;

	outside_init(&engine->hooks.outside);
	engine->hooks.mask = engine->signals.old;
	for (size_t i = 0; i < engine->count; i++)
		hooks |= engine->jobs[i].options->hook.argv != NULL;
	if (!hooks || outside_start(&engine->hooks.outside) == 0)
		confine(engine->jobs, engine->count);
}

int
engine_run(const struct engine_plan *plan, struct job *jobs, size_t count)
{
	struct engine engine = {
		.parallel = plan->parallel,
		.until = clock_usec() + plan->deadline,
		.live_max = count_room(plan->parallel),
		.jobs = jobs,
		.count = count,
	};

	/* Before the first file is opened, after the last is in place. */
	if (signals_block(&engine.signals) < 0) {
		fail_all(&engine, "cannot block signals");
		return 0;
	}
	places_visit(jobs, count, sweep, NULL);
	set_walls(&engine);
	engine.multi = curl_multi_init();
	engine.waiting = calloc((size_t)plan->parallel + 1, sizeof(*engine.waiting));
	engine.live =
		calloc(count < engine.live_max ? count : engine.live_max, sizeof(struct job *));
	if (engine.multi != NULL && engine.waiting != NULL && engine.live != NULL)
		run(&engine);
	else
		fail_all(&engine, "out of memory");
	curl_multi_cleanup(engine.multi);
	free(engine.waiting);
	free(engine.live);
	outside_done(&engine.hooks.outside);
	/* From here nothing is half done; and printing, which may block, can be ended. */
	signals_restore(&engine.signals);
	return engine.signal;
}
