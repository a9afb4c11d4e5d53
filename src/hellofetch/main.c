/*
 * main.c - hellofetch: from the command line to the exit code
 *
 * Owns the order of things. hellofetch is one process; it ends by returning
 * from main(), or by the signal that stopped it.
 */
#include "config.h"

/* System */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* Project */
#include "hellofetch/engine.h"
#include "hellofetch/options.h"
#include "hellofetch/report.h"
#include "hellofetch/signals.h"

/*
 * A descriptor from 0 to 2 that is closed would become a socket, or the file:
 * what is printed would end up in there. Open for reading alone, /dev/null
 * takes its number, and printing fails as it should.
 */
static int
fill_standard_descriptors(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDONLY) != fd)
			return -1;
	return 0;
}

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

static int
run(const struct options *options)
{
	const struct engine_plan plan = {.parallel = 1, .deadline = options->deadline};
	struct job job;
	int signal, code;

	job_init(&job, options);
	signal = engine_run(&plan, &job, 1);
	print(&job);
	if (!outcome_good(&job.outcome) && !job.silent)
		report_failure(options->request.url, &job.outcome, &job.save);
	if (signal != 0)
		signals_die_of(signal);
	code = (int)job.outcome.code;
	if (outcome_good(&job.outcome) && job.outcome.unchanged && options->exit_unchanged)
		code = EXIT_UNCHANGED;
	job_done(&job);
	return code;
}

int
main(int argc, char *argv[])
{
	struct progress progress;
	struct options options;
	int code;

	if (fill_standard_descriptors() < 0)
		return EXIT_LOCAL;
	code = options_parse(argc, argv, &options);
	progress_init(&progress, STDERR_FILENO);
	if (!options.quiet)
		options.request.progress = &progress;
	if (code < 0)
		code = run(&options);
	options_done(&options);
	return code;
}
