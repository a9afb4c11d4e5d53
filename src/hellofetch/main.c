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
#include "hellofetch/options.h"
#include "hellofetch/report.h"
#include "lib/clock.h"

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

static void
fail_save(const struct save *save, struct outcome *outcome)
{
	outcome_fail(outcome, EXIT_LOCAL, "cannot %s %s: %s", save->failed, save->path,
		     save_reason(save));
}

/* Fetches, and puts the new file in place if all is well. */
static void
fetch_and_save(const struct options *options, struct save *save, struct header *header,
	       struct outcome *outcome)
{
	int64_t start = clock_usec();
	struct signals signals;
	int signal;

	/* Before the first file is opened, after the last is in place. */
	if (signals_block(&signals) < 0) {
		outcome_fail(outcome, EXIT_LOCAL, "cannot block signals: %s", strerror(errno));
		return;
	}
	if ((options->output != NULL ? save_open(save, options->output) : save_open_spool(save)) <
	    0)
		fail_save(save, outcome);
	else
		attempts_run(&options->plan, &options->request, start + options->deadline, &signals,
			     save, header, outcome);
	outcome->elapsed = clock_usec() - start;

	signal = signals_take(&signals);
	if (signal != 0)
		outcome_fail_signal(outcome, signal);
	if (outcome_good(outcome) && save_commit(save) < 0)
		fail_save(save, outcome);
	if (!save->committed)
		save_discard(save);
	/* From here nothing is half done; and printing, which may block, can be ended. */
	signals_restore(&signals);
}

/* Prints what goes to standard output. A header that nobody reads is no failure. */
static void
print(const struct options *options, struct save *save, const struct header *header,
      struct outcome *outcome)
{
	if (options->output == NULL) {
		if (outcome_good(outcome) && save_print(save, STDOUT_FILENO) < 0)
			fail_save(save, outcome);
	} else if (!options->quiet && report_header(STDOUT_FILENO, header) < 0 && errno != EPIPE &&
		   errno != EBADF) {
		outcome_fail(outcome, EXIT_LOCAL, "cannot print the header: %s", strerror(errno));
	}
}

static int
run(const struct options *options)
{
	struct save save;
	struct header header;
	struct outcome outcome;
	int code;

	save_init(&save);
	header_init(&header);
	outcome_init(&outcome);
	fetch_and_save(options, &save, &header, &outcome);
	print(options, &save, &header, &outcome);
	if (!outcome_good(&outcome))
		report_failure(options->request.url, &outcome, &save);
	if (outcome.signal != 0)
		signals_die_of(outcome.signal);

	code = (int)outcome.code;
	save_done(&save);
	header_done(&header);
	outcome_done(&outcome);
	return code;
}

int
main(int argc, char *argv[])
{
	struct options options;
	int code;

	if (fill_standard_descriptors() < 0)
		return EXIT_LOCAL;
	code = options_parse(argc, argv, &options);
	if (code < 0)
		code = run(&options);
	options_done(&options);
	return code;
}
