/*
 * main.c - hellod, from its command line to its exit code
 *
 * Owns: the order of things at the start.
 * Never: does any of them itself.
 * Runs: in what becomes the master.
 */
#include "config.h"

/* System */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

/* Library */
#include <bsd/unistd.h>

/* Project */
#include "hellod/configuration.h"
#include "hellod/daemonize.h"
#include "hellod/exitcode.h"
#include "hellod/lookup.h"
#include "hellod/master.h"
#include "hellod/options.h"
#include "hellod/upgrade.h"
#include "lib/alloc.h"
#include "lib/descriptors.h"

/* For the program that runs: could this one take its place? */
static int
check_upgrade(struct configuration *c, int version)
{
	if (version == HANDOVER_VERSION)
		return lookup_hosts(c, stdout) == 0 ? HELLOD_EXIT_STOPPED : HELLOD_EXIT_FAILED;
	printf("hellod %s takes over state of version %d, not %d\n", PACKAGE_VERSION,
	       HANDOVER_VERSION, version);
	return HELLOD_EXIT_FAILED;
}

/* -t, -T and the like: nothing is bound, nothing is started. */
static int
show(struct configuration *c, const struct options *options)
{
	if (options->mode == MODE_CHECK_UPGRADE)
		return check_upgrade(c, options->handover_version);
	if (options->mode == MODE_DUMP)
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
	struct program program;
	struct handover handover;
	bool upgraded;
	char *name;
	int exit_code;
	int starter = -1;

	descriptors_fill_standard();
	umask(022); /* who started us may have any; files of ours name their mode */
	name = must_strdup(argv[0]);
	setproctitle_init(argc, argv, envp); /* before argv is pointed into: it moves */
	argv[0] = name;                      /* all but this one */
	must_parse_options(argc, argv, &options);
	learn_program(argv, &program);
	upgraded = upgrade_arrive(&program, &handover); /* what ends us, ends well */
	if (options.mode == MODE_RUN)
		master_block_signals(); /* before anything that may take time */
	if (upgraded && handover.failure)
		/* Back: whatever the file, or a name server, says by now. */
		configuration = lookup_read(handover.configuration,
					    configuration_file(&options.configuration), stderr);
	else
		configuration = configuration_load(&options.configuration, stderr);
	if (!configuration) {
		fputs("hellod: the configuration is not valid (see above); "
		      "hellod.conf(5) explains it\n",
		      stderr);
		exit_code = HELLOD_EXIT_CONFIG;
	} else if (options.mode != MODE_RUN) {
		exit_code = show(configuration, &options);
	} else {
		if (options.daemon && !upgraded)
			starter = must_daemonize();
		exit_code = master_run(configuration, &options.configuration, &program,
				       upgraded ? &handover : NULL, starter);
		configuration = NULL;
	}
	configuration_free(configuration);
	options_done(&options);
	forget_program(&program);
	free(name);
	return exit_code;
}
