/*
 * main.c - hellod, from its command line to its exit code
 *
 * Owns: the order of things at the start.
 * Never: does any of them itself.
 * Runs: in what becomes the master.
 */
#include "config.h"

/* System */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Library */
#include <bsd/unistd.h>

/* Project */
#include "hellod/configuration.h"
#include "hellod/daemonize.h"
#include "hellod/exitcode.h"
#include "hellod/master.h"
#include "hellod/options.h"
#include "hellod/reader.h"
#include "hellod/upgrade.h"
#include "lib/alloc.h"
#include "lib/descriptors.h"
#include "lib/text.h"

/* For the program that runs: could this one take its place? */
static int
check_upgrade(int version)
{
	if (version == HANDOVER_VERSION)
		return HELLOD_EXIT_STOPPED;
	printf("hellod %s takes over state of version %d, not %d\n", PACKAGE_VERSION,
	       HANDOVER_VERSION, version);
	return HELLOD_EXIT_FAILED;
}

/* -t, -T and the like: nothing is bound, nothing is started. */
static int
show(const struct configuration *c, const struct options *options)
{
	if (options->mode == MODE_CHECK_UPGRADE)
		return check_upgrade(options->handover_version);
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

/* What the reader had to say. */
static void
tell(const char *prefix, const char *text)
{
	for (size_t len; *text; text += len + (text[len] != '\0')) {
		len = strcspn(text, "\n");
		fprintf(stderr, "%s%.*s\n", prefix, (int)len, text);
	}
}

/*
 * The file's configuration; or, back after an upgrade that failed, the one
 * that was in effect, whatever the file or a name server says by now. NULL
 * after telling, and the exit code.
 */
static struct configuration *
load(const struct options *options, const struct handover *back, int *ret_exit_code)
{
	const struct reader_task task = {
		.options = &options->configuration,
		.left = back ? back->configuration : NULL,
		.hosts = options->mode == MODE_RUN || options->mode == MODE_CHECK_UPGRADE,
	};
	struct configuration *c = NULL;
	struct reader reader;
	struct text text;

	*ret_exit_code = HELLOD_EXIT_FAILED;
	if (text_begin(&text) < 0 || reader_start(&reader, &task) < 0) {
		perror("hellod: cannot start a process to read the configuration");
		text_done(&text);
		return NULL;
	}
	reader_wait(&reader);
	c = reader_result(&reader, text.out, text.out);
	/* A fault begins with its place; and a program that is asked, with the matter. */
	tell(reader_found_faults(&reader) || options->mode != MODE_RUN ? "" : "hellod: ",
	     text_end(&text) ? text.bytes : "out of memory");
	if (!c && reader_found_faults(&reader)) {
		fputs("hellod: the configuration is not valid (see above); "
		      "hellod.conf(5) explains it\n",
		      stderr);
		*ret_exit_code = HELLOD_EXIT_CONFIG;
	}
	text_done(&text);
	reader_done(&reader);
	return c;
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

	descriptors_fill_standard(O_RDWR);
	upgrade_secure(argv);     /* what ends us, ends well */
	signal(SIGCHLD, SIG_DFL); /* ignored by a careless parent, children end without a word */
	umask(022);               /* who started us may have any; files of ours name their mode */
	name = must_strdup(argv[0]);
	setproctitle_init(argc, argv, envp); /* before argv is pointed into: it moves */
	argv[0] = name;                      /* all but this one */
	must_parse_options(argc, argv, &options);
	learn_program(argv, &program);
	upgraded = upgrade_arrive(&program, &handover);
	if (options.mode == MODE_RUN)
		master_block_signals(); /* before anything that may take time */
	configuration = load(&options, upgraded && handover.failure ? &handover : NULL, &exit_code);
	if (configuration && options.mode != MODE_RUN) {
		exit_code = show(configuration, &options);
	} else if (configuration) {
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
