/*
 * run.c - from what the command line asks for to the exit code
 *
 * Owns what happens before and after the engine runs: nothing is printed
 * meanwhile, for that may take long. hellofetch is one process.
 */
#include "config.h"

/* System */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Project */
#include "hellofetch/engine.h"
#include "hellofetch/job_file.h"
#include "hellofetch/progress.h"
#include "hellofetch/report.h"
#include "hellofetch/run.h"
#include "hellofetch/signals.h"
#include "lib/alloc.h"

/* Prints what goes to standard output. A header that nobody reads is no failure. */
static void
print(struct job *job)
{
	struct save *save = &job->save;

	if (job->options->output == NULL) {
		if (outcome_good(&job->outcome) && save_print(save, STDOUT_FILENO) < 0)
			outcome_fail(&job->outcome, EXIT_LOCAL, "cannot %s %s: %s", save->failed,
				     save->path, save_reason(save));
	} else if (!job->options->quiet && report_header(STDOUT_FILENO, &job->header) < 0 &&
		   errno != EPIPE && errno != EBADF) {
		outcome_fail(&job->outcome, EXIT_LOCAL, "cannot print the header: %s",
			     strerror(errno));
	}
}

static void
conclude(struct job *job)
{
	print(job);
	if (!outcome_good(&job->outcome) && !job->silent)
		report_failure(job->options->name, job->options->request.url, &job->outcome,
			       &job->save);
}

/* The largest of all codes; or that nothing has changed, if that is to be told. */
static int
find_code(const struct job *jobs, size_t count, bool tell_unchanged)
{
	enum exit_code code = EXIT_CURRENT;

	for (size_t i = 0; i < count; i++) {
		if (jobs[i].outcome.code > code)
			code = jobs[i].outcome.code;
		tell_unchanged &= jobs[i].outcome.unchanged;
	}
	return code == EXIT_CURRENT && tell_unchanged ? EXIT_UNCHANGED : (int)code;
}

static int
run_all(const struct options *run, const struct options *options, size_t count)
{
	const struct engine_plan plan = {.parallel = run->parallel, .deadline = run->deadline};
	struct job *jobs = must_alloc(count * sizeof(*jobs));
	size_t rest = 0;
	int signal, code;

	for (size_t i = 0; i < count; i++)
		job_init(&jobs[i], &options[i]);
	signal = engine_run(&plan, jobs, count);
	for (size_t i = 0; i < count; i++) {
		if (jobs[i].phase == JOB_ENDED)
			conclude(&jobs[i]);
		else
			rest++;
	}
	report_not_begun(rest, signal);
	if (signal != 0)
		signals_die_of(signal);
	code = find_code(jobs, count, run->exit_unchanged);
	for (size_t i = 0; i < count; i++)
		job_done(&jobs[i]);
	free(jobs);
	return code;
}

static int
run_file(const struct command_line *line)
{
	struct job_file file;
	struct faults faults = {stderr, 0};
	int code = EXIT_USAGE;

	if (job_file_read(&file, line, &faults) == 0)
		code = run_all(&line->options, file.options, file.count);
	job_file_done(&file);
	return code;
}

int
run(struct command_line *line)
{
	struct progress progress;

	if (line->options.jobs != NULL)
		return run_file(line);
	progress_init(&progress, STDERR_FILENO);
	if (!line->options.quiet)
		line->options.request.progress = &progress;
	return run_all(&line->options, &line->options, 1);
}
