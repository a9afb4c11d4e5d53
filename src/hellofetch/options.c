/*
 * options.c - the command line
 *
 * Owns the defaults, and what options must not say together. Reads no other
 * source: no rc file, no ~/.netrc, no environment. hellofetch is one process.
 */
#include "config.h"

/* System */
#include <getopt.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Project */
#include "hellofetch/exitcode.h"
#include "hellofetch/option_table.h"
#include "hellofetch/options.h"
#include "hellofetch/url.h"
#include "lib/units.h"

#define FIRST_ROW 256   /* getopt's number of an option: its row and this */
#define OPTIONS_MAX 63  /* of the table, at most */
#define LETTERS_MAX 128 /* bytes of getopt's short options, NUL included */

/* The table as getopt_long() wants it. */
struct getopt_tables {
	struct option names[OPTIONS_MAX + 1];
	char letters[LETTERS_MAX];
};

static void
make_getopt_tables(struct getopt_tables *tables)
{
	size_t used = 0;

	memset(tables, 0, sizeof(*tables));
	for (size_t i = 0; i < option_table_len && i < OPTIONS_MAX; i++) {
		const struct option_row *row = &option_table[i];
		int argument = row->argument != NULL ? required_argument : no_argument;

		tables->names[i] = (struct option){row->name, argument, NULL, FIRST_ROW + (int)i};
		if (row->letter == 0)
			continue;
		tables->letters[used++] = row->letter;
		if (row->argument != NULL)
			tables->letters[used++] = ':';
	}
}

static const struct option_row *
find_row(int option)
{
	if (option >= FIRST_ROW)
		return &option_table[option - FIRST_ROW];
	for (size_t i = 0; i < option_table_len; i++)
		if (option != 0 && option_table[i].letter == option)
			return &option_table[i];
	return NULL;
}

/* Takes one option; returns as options_parse(). */
static int
take_option(int option, const char *text, struct options *options)
{
	const struct option_row *row = find_row(option);

	if (row != NULL)
		return row->take(row, text, (char *)options + row->place);
	/* getopt_long() has said what is wrong. */
	fputs("Try 'hellofetch --help'.\n", stderr);
	return EXIT_USAGE;
}

static int
take_url(const char *url, struct options *options)
{
	const char *fault = url_check(url);

	if (fault != NULL)
		return usage_error("%s", fault);
	options->request.url = url;
	if (options->request.pin != NULL && strncasecmp(url, "https:", strlen("https:")) != 0)
		return usage_error("--pin needs https: by http nobody shows a key");
	if (options->output == NULL) {
		options->default_name = url_file_name(url);
		if (options->default_name == NULL)
			return usage_error("the URL ends in no usable file name: give one with -o");
		options->output = options->default_name;
	} else if (strcmp(options->output, "-") == 0) {
		options->output = NULL;
	}
	return -1;
}

static void
set_defaults(struct options *options)
{
	*options = (struct options){
		.request =
			{
				.connect_timeout = 30 * USEC_PER_SEC,
				/* An empty page is never wanted. */
				.sizes = {1, INT64_MAX},
			},
		.plan = {.tries = 3, .delay = USEC_PER_SEC},
		.hook = {.timeout = 60 * USEC_PER_SEC},
		.deadline = 300 * USEC_PER_SEC,
	};
}

int
options_parse(int argc, char *argv[], struct options *options)
{
	struct getopt_tables tables;
	int option, left = -1;

	set_defaults(options);
	make_getopt_tables(&tables);
	while (left < 0 &&
	       (option = getopt_long(argc, argv, tables.letters, tables.names, NULL)) != -1)
		left = take_option(option, optarg, options);
	if (left >= 0)
		return left;
	if (options->request.sizes.min > options->request.sizes.max)
		return usage_error("--min-size is more than --max-size");
	if (options->on_change && argc - optind < 2)
		return usage_error("--on-change: want a URL, \"--\" and a command");
	if (!options->on_change && argc - optind != 1)
		return usage_error("want one URL, got %d", argc - optind);
	if (options->on_change)
		options->hook.argv = argv + optind + 1;
	if (options->no_state && (options->silence.fail_after > 0 || options->silence.max_age > 0))
		return usage_error("--fail-after and --max-age need a state: not with --no-state");
	left = take_url(argv[optind], options);
	options->request.criteria = &options->criteria;
	if (left < 0 && options->output == NULL &&
	    (options->on_change || options->silence.fail_after > 0 || options->silence.max_age > 0))
		return usage_error(
			"standard output has no state: there is nothing to compare with");
	if (left < 0 && options->follow && options->output != NULL) {
		options->resolved = realpath(options->output, NULL);
		if (options->resolved != NULL)
			options->output = options->resolved;
	}
	return left;
}

void
options_done(struct options *options)
{
	criteria_done(&options->criteria);
	free(options->resolved);
	free(options->default_name);
}
