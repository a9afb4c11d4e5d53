/*
 * main.c - hellod, from its command line to its exit code
 *
 * Owns: the order of things at the start.
 * Never: does any of them itself.
 */
#include "config.h"

/* System */
#include <stdio.h>
#include <sys/stat.h>

/* Library */
#include <bsd/unistd.h>

/* Project */
#include "hellod/configuration.h"
#include "hellod/daemonize.h"
#include "hellod/exitcode.h"
#include "hellod/master.h"
#include "hellod/options.h"
#include "lib/descriptors.h"

/* -t and -T: nothing is bound, nothing is started. */
static int
show(const struct configuration *c, enum mode mode)
{
	if (mode == MODE_DUMP)
		configuration_dump(c, stdout);
	else
		printf("hellod: %s: the configuration is valid\n",
		       c->file ? c->file : "built-in defaults");
	if (fflush(stdout) == 0 && !ferror(stdout))
		return HELLOD_EXIT_STOPPED;
	perror("hellod: standard output");
	return HELLOD_EXIT_FAILED;
}

int
main(int argc, char *argv[], char *envp[])
{
	struct options options;
	struct configuration *configuration;
	int exit_code;
	int starter = -1;

	descriptors_fill_standard();
	umask(022);             /* who started us may have any; files of ours name their mode */
	master_block_signals(); /* before anything that may take time */
	setproctitle_init(argc, argv, envp); /* before argv is pointed into: it moves */
	must_parse_options(argc, argv, &options);
	configuration = configuration_load(&options.configuration, stderr);
	if (!configuration) {
		fputs("hellod: the configuration is not valid (see above); "
		      "hellod.conf(5) explains it\n",
		      stderr);
		exit_code = HELLOD_EXIT_CONFIG;
	} else if (options.mode != MODE_RUN) {
		exit_code = show(configuration, options.mode);
	} else {
		if (options.daemon)
			starter = must_daemonize();
		exit_code = master_run(configuration, starter);
	}
	configuration_free(configuration);
	options_done(&options);
	return exit_code;
}
