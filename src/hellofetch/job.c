/*
 * job.c - one destination, from the lock to the state
 *
 * Owns the order of a job's phases: lock, read the state, fetch, pause and fetch
 * again, settle, run the hook. Prints nothing, and never waits: between
 * its phases other jobs go on. hellofetch is one process.
 */
#include "config.h"

/* System */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

/* Project */
#include "hellofetch/job.h"
#include "hellofetch/settle.h"
#include "lib/clock.h"
#include "lib/units.h"

#define LOCK_POLL \
	(50 * USEC_PER_MSEC) /* how often a lock is asked for: flock() has no time limit */

void
job_init(struct job *job, const struct options *options)
{
	memset(job, 0, sizeof(*job));
	job->options = options;
	save_init(&job->save);
	header_init(&job->header);
	outcome_init(&job->outcome);
	state_file_init(&job->file);
}

void
job_done(struct job *job)
{
	save_done(&job->save);
	header_done(&job->header);
	outcome_done(&job->outcome);
	state_file_done(&job->file);
	free(job->state);
}

/* What is still needed is what there is to tell, and to print. */
static void
end(struct job *job)
{
	bool printed = job->options->output == NULL && job->save.committed;

	if (!printed)
		save_close(&job->save);
	if (job->options->quiet)
		header_done(&job->header);
	state_file_done(&job->file);
	job->outcome.elapsed = job->start != 0 ? clock_usec() - job->start : 0;
	job->silent = job->state != NULL &&
		      silence_holds(&job->options->silence, &job->outcome, job->state, time(NULL));
	free(job->state);
	job->state = NULL;
	job->phase = JOB_ENDED;
}

static void
fail_save(struct job *job, const struct save *save)
{
	outcome_fail(&job->outcome, EXIT_LOCAL, "cannot %s %s: %s", save->failed, save->path,
		     save_reason(save));
}

/*
 * What is written behind the page could be: else each run would fetch and replace
 * it, and then fail.
 */
static void
try_to_save(struct job *job, const char *path)
{
	struct save save;

	save_init(&save);
	if (save_open(&save, path) < 0)
		fail_save(job, &save);
	save_done(&save);
}

/* Opens what is to be saved, or sees that it can be; failures go to the outcome. */
static void
open_files(struct job *job)
{
	const struct options *options = job->options;
	const char *output = options->output;

	if (output != NULL && state_file_name(&job->file, options->state, output) < 0)
		outcome_fail(&job->outcome, EXIT_LOCAL, "out of memory");
	else if ((output != NULL ? save_open(&job->save, output) : save_open_spool(&job->save)) < 0)
		fail_save(job, &job->save);
	if (outcome_good(&job->outcome) && output != NULL)
		try_to_save(job, job->file.path);
	if (outcome_good(&job->outcome) && options->header_file != NULL)
		try_to_save(job, options->header_file);
}

/* It costs time: only for somebody who reads it. */
static bool
wants_hash(const struct options *options)
{
	return options->criteria.sha256 != NULL || options->hook.argv != NULL;
}

/* With a condition if what it is about is there. */
static void
make_request(struct job *job)
{
	const struct state *state = job->state;
	const char *sha256 = job->options->criteria.sha256;

	job->request = job->options->request;
	job->request.hash = wants_hash(job->options);
	if (job->options->output == NULL || !settle_state_fits(job) ||
	    (sha256 != NULL && strcasecmp(sha256, state->sha256) != 0) ||
	    (state->etag[0] == '\0' && state->modified[0] == '\0'))
		return;
	job->condition = (struct condition){state->final_url, state->etag, state->modified};
	job->request.condition = &job->condition;
}

/* From here to the end we are alone with the destination. */
static void
begin_locked(struct job *job)
{
	if (job->options->output != NULL && !job->options->no_state)
		state_file_read(&job->file, job->state);
	make_request(job);
	job->phase = JOB_READY;
}

static void
fail_busy(struct job *job)
{
	if (job->options->lock == LOCK_SKIP)
		job->skipped = true;
	else
		outcome_fail(&job->outcome, EXIT_LOCKED,
			     "another hellofetch is at work on this file (lock: %s)",
			     job->file.path);
	end(job);
}

static void
ask_for_lock(struct job *job)
{
	int64_t now = clock_usec();

	if (state_file_lock(&job->file) == 0) {
		begin_locked(job);
	} else if (errno != EWOULDBLOCK) {
		outcome_fail(&job->outcome, EXIT_LOCAL, "cannot lock %s: %s", job->file.path,
			     strerror(errno));
		end(job);
	} else if (job->options->lock != LOCK_WAIT || job->until <= now) {
		fail_busy(job);
	} else {
		job->phase = JOB_LOCKING;
		job->wake_at = now + LOCK_POLL < job->until ? now + LOCK_POLL : job->until;
	}
}

void
job_begin(struct job *job, int64_t until)
{
	const struct options *options = job->options;
	int64_t own;

	job->start = clock_usec();
	own = job->start + options->deadline;
	job->until = own < until ? own : until;
	job->tries = options->plan.tries;
	job->save.backups = options->backups;
	job->save.mode = (mode_t)options->mode;
	job->state = calloc(1, sizeof(*job->state));
	if (job->state == NULL)
		outcome_fail(&job->outcome, EXIT_LOCAL, "out of memory");
	else
		open_files(job);
	if (!outcome_good(&job->outcome))
		end(job);
	else if (options->output != NULL)
		ask_for_lock(job);
	else
		begin_locked(job);
}

/* The hook comes behind the state: one that is killed, or fails, is remembered there. */
static void
conclude(struct job *job, struct hook_starter *starter)
{
	const struct hook *hook = &job->options->hook;
	const struct hook_facts facts = {job->options->request.url, job->options->output,
					 job->state->sha256};

	settle(job);
	if (hook->argv != NULL && job->state->pending_hook != 0 && outcome_good(&job->outcome) &&
	    hook_start(&job->hook, hook, &facts, starter, job->until, &job->outcome))
		job->phase = JOB_HOOKING;
	else
		end(job);
}

void
job_give_up(struct job *job)
{
	if (job->transfer != NULL)
		fetch_end(job->transfer, CURLE_OK);
	job->transfer = NULL;
	if (job->file.fd >= 0)
		settle(job);
	end(job);
}

/* Nothing of an attempt that failed may be seen in the next one's result. */
static bool
start_over(struct job *job)
{
	if (job->outcome.ask_again)
		job->request.condition = NULL;
	outcome_start_over(&job->outcome);
	header_done(&job->header);
	if (save_start_over(&job->save) < 0)
		fail_save(job, &job->save);
	return outcome_good(&job->outcome);
}

void
job_fetch(struct job *job, CURLM *multi)
{
	bool first = job->outcome.attempts == 0;

	/* If there was an attempt before, why that one failed is still the reason. */
	if (job->until <= clock_usec()) {
		outcome_fail(&job->outcome, EXIT_TIME, "the deadline passed before it was begun");
		if (!first)
			attempts_miss(&job->outcome);
		job_give_up(job);
		return;
	}
	if (first || start_over(job)) {
		if (job->options->output != NULL && settle_state_fits_file(job))
			save_compare(&job->save);
		job->outcome.attempts++;
		job->transfer = fetch_start(multi, &job->request, !first, job->until, &job->save,
					    &job->header, &job->outcome, job);
	}
	if (job->transfer != NULL)
		job->phase = JOB_FETCHING;
	else
		job_give_up(job);
}

void
job_fetched(struct job *job, CURLcode result, struct hook_starter *starter)
{
	struct outcome *outcome = &job->outcome;
	int64_t now = clock_usec(), pause;

	fetch_end(job->transfer, result);
	job->transfer = NULL;
	/* A 304 about a file that has meanwhile gone would be about nothing. */
	if (outcome_good(outcome) && outcome->page.unchanged && !settle_state_fits(job))
		outcome->ask_again = true;
	pause = attempts_next(&job->tries, job->options->plan.delay, job->until - now, outcome);
	if (pause == ATTEMPTS_OVER) {
		conclude(job, starter);
		return;
	}
	job->phase = JOB_PAUSING;
	job->wake_at = now + pause;
}

int64_t
job_wake_at(const struct job *job)
{
	switch (job->phase) {
	case JOB_LOCKING:
	case JOB_PAUSING:
		return job->wake_at;
	case JOB_HOOKING:
		return job->hook.until;
	default:
		return INT64_MAX;
	}
}

void
job_wake(struct job *job)
{
	if (job->phase == JOB_LOCKING)
		ask_for_lock(job);
	else if (job->phase == JOB_PAUSING)
		job->phase = JOB_READY;
	else if (job->phase == JOB_HOOKING)
		hook_overdue(&job->hook, &job->outcome);
}

void
job_hook_ended(struct job *job)
{
	hook_ended(&job->hook, &job->outcome);
	if (outcome_good(&job->outcome)) {
		job->state->pending_hook = 0;
		settle_state(job);
	}
	end(job);
}

void
job_stop(struct job *job, int signal)
{
	/* The failure before a pause is not why we end. */
	if (job->phase == JOB_PAUSING || job->phase == JOB_READY)
		outcome_start_over(&job->outcome);
	outcome_fail_signal(&job->outcome, signal);
	if (job->phase == JOB_HOOKING)
		hook_stop(&job->hook);
	else
		job_give_up(job);
}
