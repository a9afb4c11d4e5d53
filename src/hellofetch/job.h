/*
 * job.h - one destination, from the lock to the state
 *
 * A job never waits: it tells what it waits for by its phase, and goes on when
 * it is told that this has come (engine.c does both). Between two calls nothing
 * of it runs but what libcurl, or a hook's process, does.
 */
#ifndef HELLOFETCH_JOB_H
#define HELLOFETCH_JOB_H

#include "hellofetch/options.h"
#include "hellofetch/state_file.h"

enum job_phase {
	JOB_WAITING,  /* for job_begin() */
	JOB_LOCKING,  /* somebody else has the lock: job_wake() at wake_at */
	JOB_READY,    /* for job_fetch() */
	JOB_FETCHING, /* for job_fetched() */
	JOB_PAUSING,  /* before another attempt: job_wake() at wake_at */
	JOB_HOOKING,  /* for job_hook_ended(), or job_wake() at hook.until */
	JOB_ENDED,
};

struct job {
	const struct options *options;
	enum job_phase phase;
	int64_t start;   /* clock_usec() */
	int64_t until;   /* the deadline */
	int64_t wake_at; /* when a pause ends */
	struct save save;
	struct header header;
	struct outcome outcome;
	struct state_file file;
	struct state *state; /* allocated: as it was read, then as it is to be written */
	struct fetch_request request;
	struct condition condition;
	struct transfer *transfer;
	struct hook_run hook;
	int tries;    /* attempts that there may be */
	bool skipped; /* somebody else is at it, and we were told not to mind */
	bool silent;  /* its failure need not be told yet */
};

void job_init(struct job *job, const struct options *options);
void job_done(struct job *job);

/*
 * Opens the file and asks for the lock. The job's deadline is counted from here,
 * and is never later than until (clock_usec()).
 */
void job_begin(struct job *job, int64_t until);

/* Starts an attempt. */
void job_fetch(struct job *job, CURLM *multi);

/* The attempt has ended, with libcurl's result; starter: for a hook. */
void job_fetched(struct job *job, CURLcode result, struct hook_starter *starter);

/* When job_wake() is to be called, clock_usec(); INT64_MAX: never in this phase. */
int64_t job_wake_at(const struct job *job);
void job_wake(struct job *job);

/* The hook's pidfd is readable. */
void job_hook_ended(struct job *job);

/* Ends as soon as can be, nothing half done: a hook is still to be waited for. */
void job_stop(struct job *job, int signal);

/* Ends for a reason that the outcome has. Never while a hook runs. */
void job_give_up(struct job *job);

#endif
