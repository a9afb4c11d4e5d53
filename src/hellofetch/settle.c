/*
 * settle.c - the page has come: what becomes of the file and of the state
 *
 * Owns the order: first the file, then the state that is about it. Prints
 * nothing, waits for nothing but the disk. hellofetch is one process.
 */
#include "config.h"

/* System */
#include <errno.h>
#include <string.h>
#include <strings.h>
#include <time.h>

/* Project */
#include "hellofetch/rules.h"
#include "hellofetch/settle.h"

bool
settle_state_fits_file(const struct job *job)
{
	struct stat now;

	return save_look(&job->save, &now) == 0 && state_fits_file(job->state, &now);
}

bool
settle_state_fits(const struct job *job)
{
	char rules[PAGE_SHA256_MAX];

	return strcmp(job->state->url, job->options->request.url) == 0 &&
	       rules_digest(&job->options->request, rules) == 0 &&
	       strcmp(job->state->rules, rules) == 0 && settle_state_fits_file(job);
}

/* The same bytes once more are no change, if the server knows no 304. */
static bool
is_same(const struct job *job)
{
	return job->outcome.page.unchanged ||
	       (save_is_same(&job->save) && settle_state_fits_file(job));
}

/* Puts the new file in place; the state is then about that. */
static void
put_in_place(struct job *job)
{
	struct save *save = &job->save;
	struct stat now;

	if (is_same(job)) {
		job->outcome.unchanged = true;
		return;
	}
	if (save->had_old)
		criteria_check_shrink(&job->options->criteria, job->outcome.page.size,
				      save->old.st_size, &job->outcome);
	if (!outcome_good(&job->outcome))
		return;
	if (job->options->remote_time)
		save->mtime = page_time(&job->outcome.page, time(NULL));
	if (save_commit(save) < 0)
		outcome_fail(&job->outcome, EXIT_LOCAL, "cannot %s %s: %s", save->failed,
			     save->path, save_reason(save));
	if (!save->committed || job->options->output == NULL)
		return;
	job->state->pending_hook = job->options->hook.argv != NULL;
	job->state->fetched_at = time(NULL);
	if (fstat(save->fd, &now) == 0)
		state_set_file(job->state, &now);
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

/* Failures are counted where there is something to count in, or somebody who asks. */
void
settle_state(struct job *job)
{
	const struct silence *silence = &job->options->silence;
	struct outcome *outcome = &job->outcome;
	bool counts = job->state->url[0] != '\0' || silence->fail_after > 0 || silence->max_age > 0;

	if (job->options->no_state || job->file.fd < 0)
		return;
	if (outcome_good(outcome) || job->save.committed) {
		if (!outcome->page.unchanged &&
		    (state_set_page(job->state, job->options->request.url, &outcome->page) < 0 ||
		     rules_digest(&job->options->request, job->state->rules) < 0))
			return; /* too long a URL: the next run knows nothing, and fetches */
		state_set_success(job->state, time(NULL));
	} else if (counts) {
		state_set_failure(job->state, outcome->what, time(NULL));
	} else {
		return;
	}
	if (state_file_write(&job->file, job->state) < 0)
		outcome_fail(outcome, EXIT_LOCAL, "cannot %s %s: %s", job->file.failed,
			     job->file.path, strerror(errno));
}

void
settle(struct job *job)
{
	if (outcome_good(&job->outcome))
		put_in_place(job);
	if (outcome_good(&job->outcome) && job->options->header_file != NULL)
		save_header(job);
	settle_state(job);
}
