/*
 * job.c - one destination, from the lock to the state
 *
 * Owns the order: lock, read the state, fetch, put the file in place, write the
 * state. Whenever it is killed in between, the next run finds a whole file, and
 * a state that fits it or none that does. Prints nothing. hellofetch is one
 * process.
 */
#include "config.h"

/* System */
#include <errno.h>
#include <string.h>
#include <strings.h>
#include <time.h>

/* Project */
#include "hellofetch/job.h"
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
}

static void
fail_save(struct job *job)
{
	outcome_fail(&job->outcome, EXIT_LOCAL, "cannot %s %s: %s", job->save.failed,
		     job->save.path, save_reason(&job->save));
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
}

/* From here to the end we are alone with the destination. */
static bool
lock(struct job *job, struct signals *signals)
{
	int64_t left;
	int signal = 0;

	if (state_file_name(&job->file, job->options->state, job->options->output) < 0) {
		outcome_fail(&job->outcome, EXIT_LOCAL, "out of memory");
		return false;
	}
	while (state_file_lock(&job->file) < 0) {
		left = job->until - clock_usec();
		if (errno != EWOULDBLOCK)
			outcome_fail(&job->outcome, EXIT_LOCAL, "cannot lock %s: %s",
				     job->file.path, strerror(errno));
		else if (job->options->lock != LOCK_WAIT || left <= 0)
			fail_busy(job);
		else
			signal = signals_wait(signals, left < LOCK_POLL ? left : LOCK_POLL);
		if (signal != 0)
			outcome_fail_signal(&job->outcome, signal);
		if (!outcome_good(&job->outcome) || job->skipped)
			return false;
	}
	return true;
}

/* True if the state is about the file that is there now. */
static bool
fits_file(const struct job *job)
{
	struct stat now;

	return save_look(&job->save, &now) == 0 && state_fits_file(&job->state, &now);
}

/* True if it is about this URL too. */
static bool
state_fits(const struct job *job)
{
	return strcmp(job->state.url, job->options->request.url) == 0 && fits_file(job);
}

static void
run_attempts(struct job *job, struct signals *signals, const struct condition *condition)
{
	struct fetch_request request = job->options->request;

	request.condition = condition;
	attempts_run(&job->options->plan, &request, job->until, signals, &job->save, &job->header,
		     &job->outcome);
}

/*
 * With a condition if what it is about is there, and still is when the answer
 * has come: else a 304 would be about a file that nobody has.
 */
static void
fetch_page(struct job *job, struct signals *signals)
{
	struct condition condition = {job->state.final_url, job->state.etag, job->state.modified};
	const char *sha256 = job->options->criteria.sha256;
	bool conditional = state_fits(job) &&
			   (sha256 == NULL || strcasecmp(sha256, job->state.sha256) == 0) &&
			   (job->state.etag[0] || job->state.modified[0]);

	run_attempts(job, signals, conditional ? &condition : NULL);
	if (!outcome_good(&job->outcome) || !job->outcome.page.unchanged || state_fits(job))
		return;
	if (attempts_start_over(&job->save, &job->header, &job->outcome))
		run_attempts(job, signals, NULL);
}

/* The same bytes once more are no change, if the server knows no 304. */
static bool
is_same(const struct job *job)
{
	const struct page *page = &job->outcome.page;

	return page->unchanged || (job->state.size == page->size &&
				   strcmp(job->state.sha256, page->sha256) == 0 && fits_file(job));
}

/* Puts the new file in place; the state is then about that. */
static void
put_in_place(struct job *job)
{
	struct stat now;

	if (is_same(job)) {
		job->outcome.unchanged = true;
		return;
	}
	if (job->save.had_old)
		criteria_check_shrink(&job->options->criteria, job->outcome.page.size,
				      job->save.old.st_size, &job->outcome);
	if (!outcome_good(&job->outcome))
		return;
	if (save_commit(&job->save) < 0)
		fail_save(job);
	if (!job->save.committed || job->options->output == NULL)
		return;
	job->state.pending_hook = job->options->hook.argv != NULL;
	job->state.fetched_at = time(NULL);
	if (fstat(job->save.fd, &now) == 0)
		state_set_file(&job->state, &now);
}

/* Failures are counted where there is something to count in, or somebody who asks. */
static void
write_state(struct job *job)
{
	struct outcome *outcome = &job->outcome;
	bool counts = job->state.url[0] != '\0' || job->options->silence.fail_after > 0 ||
		      job->options->silence.max_age > 0;

	if (job->options->no_state || job->file.fd < 0)
		return;
	if (outcome_good(outcome) || job->save.committed) {
		if (!outcome->page.unchanged &&
		    state_set_page(&job->state, job->options->request.url, &outcome->page) < 0)
			return; /* too long a URL: the next run knows nothing, and fetches */
		state_set_success(&job->state, time(NULL));
	} else if (counts) {
		state_set_failure(&job->state, outcome->what, time(NULL));
	} else {
		return;
	}
	if (state_file_write(&job->file, &job->state) < 0)
		outcome_fail(outcome, EXIT_LOCAL, "cannot %s %s: %s", job->file.failed,
			     job->file.path, strerror(errno));
}

static void
save_header(struct job *job)
{
	struct save save;

	save_init(&save);
	if (save_open(&save, job->options->header_file) < 0 ||
	    save_write(&save, job->header.text, job->header.len) < 0 || save_commit(&save) < 0)
		outcome_fail(&job->outcome, EXIT_LOCAL, "cannot %s %s: %s", save.failed, save.path,
			     save_reason(&save));
	save_done(&save);
}

/*
 * Behind the state: a hook that is killed, or fails, is remembered there and run
 * again by the next run, even if that finds nothing new.
 */
static void
run_hook(struct job *job, struct signals *signals)
{
	const struct hook *hook = &job->options->hook;
	const struct hook_facts facts = {job->options->request.url, job->options->output,
					 job->state.sha256};

	if (hook->argv == NULL || job->state.pending_hook == 0 || !outcome_good(&job->outcome))
		return;
	if (!hook_run(hook, &facts, job->until, signals, &job->outcome))
		return;
	job->state.pending_hook = 0;
	write_state(job);
}

static void
run_locked(struct job *job, struct signals *signals)
{
	const char *output = job->options->output;
	int signal;

	if (output != NULL && !job->options->no_state)
		state_file_read(&job->file, &job->state);
	fetch_page(job, signals);
	signal = signals_take(signals);
	if (signal != 0)
		outcome_fail_signal(&job->outcome, signal);
	if (outcome_good(&job->outcome))
		put_in_place(job);
	if (outcome_good(&job->outcome) && job->options->header_file != NULL)
		save_header(job);
	if (output == NULL)
		return;
	write_state(job);
	run_hook(job, signals);
}

void
job_run(struct job *job)
{
	int64_t start = clock_usec();
	struct signals signals;

	job->until = start + job->options->deadline;
	/* Before the first file is opened, after the last is in place. */
	if (signals_block(&signals) < 0) {
		outcome_fail(&job->outcome, EXIT_LOCAL, "cannot block signals: %s",
			     strerror(errno));
		return;
	}
	job->save.backups = job->options->backups;
	job->save.mode = (mode_t)job->options->mode;
	if ((job->options->output != NULL ? save_open(&job->save, job->options->output)
					  : save_open_spool(&job->save)) < 0)
		fail_save(job);
	else if (job->options->output == NULL || lock(job, &signals))
		run_locked(job, &signals);
	if (!job->save.committed)
		save_discard(&job->save);
	state_file_done(&job->file);
	job->outcome.elapsed = clock_usec() - start;
	/* From here nothing is half done; and printing, which may block, can be ended. */
	signals_restore(&signals);
}
