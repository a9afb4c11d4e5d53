/*
 * options.c - hellod's command line
 *
 * Owns: the options and their help.
 * Never: looks into a value; configuration.c does.
 * Runs: at the very start.
 */
#include "config.h"

#include "hellod/options.h"

/* System */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

/* Project */
#include "hellod/exitcode.h"
#include "lib/alloc.h"

static const char help[] =
	"Usage: hellod [OPTION]...\n"
	"Greets TCP clients by name, with a pool of worker processes.\n"
	"\n"
	"  -c, --config=FILE          read FILE, not " HELLOD_CONF "\n"
	"  -l, --listen=ADDRESS:PORT  listen there, not where the file says; also\n"
	"                             [IPV6]:PORT and unix:/path; may be repeated\n"
	"  -o, --option=KEY=VALUE     set a key as the file would; may be repeated\n"
	"  -t, --test                 test the configuration, and do no more\n"
	"  -T, --dump                 print the configuration in effect, and do no more\n"
	"  -d, --daemon               go to the background once clients are served\n"
	"  -V, --version              print the version, and do no more\n"
	"  -h, --help                 print this, and do no more\n"
	"\n"
	"Without -c, and without " HELLOD_CONF ", it serves 127.0.0.1:9999.\n"
	"Manual: hellod(8), hellod.conf(5).\n";

/* Not for people: what a running hellod asks of the program to be its next. */
#define CHECK_UPGRADE 256

static const struct option long_options[] = {
	{"config", required_argument, NULL, 'c'},
	{"listen", required_argument, NULL, 'l'},
	{"option", required_argument, NULL, 'o'},
	{"test", no_argument, NULL, 't'},
	{"dump", no_argument, NULL, 'T'},
	{"daemon", no_argument, NULL, 'd'},
	{"check-upgrade", required_argument, NULL, CHECK_UPGRADE},
	{"version", no_argument, NULL, 'V'},
	{"help", no_argument, NULL, 'h'},
	{NULL, 0, NULL, 0},
};

/* What was to be printed must have been printed. */
static _Noreturn void
finish_output(void)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		exit(EXIT_SUCCESS);
	perror("hellod: standard output");
	exit(HELLOD_EXIT_FAILED);
}

static _Noreturn void
usage(void)
{
	fputs("Try 'hellod --help' for more.\n", stderr);
	exit(HELLOD_EXIT_USAGE);
}

static void
apply(struct options *o, int option, const char **sets, const char **listens)
{
	struct configuration_options *c = &o->configuration;

	switch (option) {
	case 'c':
		c->file = optarg;
		break;
	case 'l':
		listens[c->listen_count++] = optarg;
		break;
	case 'o':
		sets[c->set_count++] = optarg;
		break;
	case 't':
		o->mode = MODE_TEST;
		break;
	case 'T':
		o->mode = MODE_DUMP;
		break;
	case 'd':
		o->daemon = true;
		break;
	case CHECK_UPGRADE:
		o->mode = MODE_CHECK_UPGRADE;
		o->handover_version = (int)strtol(optarg, NULL, 10);
		break;
	case 'V':
		puts("hellod " PACKAGE_VERSION);
		finish_output();
	case 'h':
		fputs(help, stdout);
		finish_output();
	default:
		usage(); /* getopt_long(3) has said why */
	}
}

void
must_parse_options(int argc, char *argv[], struct options *o)
{
	const char **sets = must_alloc((size_t)argc * sizeof(*sets));
	const char **listens = must_alloc((size_t)argc * sizeof(*listens));
	int option;

	*o = (struct options){.configuration = {.sets = sets, .listens = listens}};
	while ((option = getopt_long(argc, argv, "c:l:o:tTdVh", long_options, NULL)) != -1)
		apply(o, option, sets, listens);
	if (optind < argc) {
		fprintf(stderr, "hellod: unexpected argument '%s'\n", argv[optind]);
		usage();
	}
}

void
options_done(struct options *o)
{
	free((void *)o->configuration.sets);
	free((void *)o->configuration.listens);
}
