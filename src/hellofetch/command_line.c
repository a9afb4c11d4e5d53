/*
 * command_line.c - the command line
 *
 * Owns the way from argv to options. Reads no other source: no rc file, no
 * ~/.netrc, no environment. hellofetch is one process.
 */
#include "config.h"

/* System */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Project */
#include "hellofetch/command_line.h"
#include "hellofetch/exitcode.h"
#include "lib/alloc.h"
#include "lib/getopt_table.h"

static void
make_getopt_table(struct getopt_table *table)
{
	getopt_table_init(table);
	for (size_t i = 0; i < option_table_len; i++)
		getopt_table_add(table, option_table[i].letter, option_table[i].name,
				 option_table[i].argument != NULL);
}

/* Says what is wrong on standard error; returns EXIT_USAGE. */
static int __attribute__((format(printf, 1, 2))) usage_error(const char *fmt, ...)
{
	va_list args;

	fputs("hellofetch: ", stderr);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputs("\nTry 'hellofetch --help'.\n", stderr);
	return EXIT_USAGE;
}

/* --help and --version: prints, and there is nothing else to do. */
static int
print(const struct option_row *row)
{
	if (row->letter == 'V')
		puts("hellofetch " PACKAGE_VERSION);
	else
		option_table_print();
	return EXIT_CURRENT;
}

/* Takes one option; returns as command_line_parse(). */
static int
take_option(int which, const char *text, struct command_line *line)
{
	const struct option_row *row = which < 0 ? NULL : &option_table[which];
	char fault[OPTION_FAULT_MAX];

	/* getopt_long() has said what is wrong. */
	if (row == NULL) {
		fputs("Try 'hellofetch --help'.\n", stderr);
		return EXIT_USAGE;
	}
	if (row->take == NULL)
		return print(row);
	if (row->take(text, (char *)&line->options + row->place, fault) < 0)
		return usage_error("--%s: %s", row->name, fault);
	line->given = must_realloc(line->given, (line->given_count + 1) * sizeof(*line->given));
	line->given[line->given_count++] = (struct given){row, text};
	return -1;
}

/* All options must be for what is to be done: a URL, or jobs. */
static int
check_scopes(const struct command_line *line)
{
	bool jobs = line->options.jobs != NULL;
	unsigned wanted = jobs ? SCOPE_RUN | SCOPE_EACH : SCOPE_URL;

	for (size_t i = 0; i < line->given_count; i++) {
		const struct option_row *row = line->given[i].row;

		if ((row->scope & wanted) == 0)
			return usage_error("--%s: %s", row->name,
					   jobs ? "with --jobs it can stand in the job file alone"
						: "only with --jobs");
	}
	return -1;
}

/* What stands behind the options: "URL" or "URL -- COMMAND [ARGUMENT]..." */
static int
take_url(char *argv[], int count, struct options *options)
{
	const char *fault;

	if (options->on_change && count < 2)
		return usage_error("--on-change: want a URL, \"--\" and a command");
	if (!options->on_change && count != 1)
		return usage_error("want one URL, got %d", count);
	if (options->on_change)
		options->hook.argv = argv + 1;
	fault = options_complete(options, argv[0]);
	return fault != NULL ? usage_error("%s", fault) : -1;
}

int
command_line_parse(int argc, char *argv[], struct command_line *line)
{
	struct getopt_table table;
	int option, code = -1;

	*line = (struct command_line){0};
	options_init(&line->options);
	make_getopt_table(&table);
	while (code < 0 &&
	       (option = getopt_long(argc, argv, table.letters, table.names, NULL)) != -1)
		code = take_option(getopt_table_find(&table, option), optarg, line);
	if (code < 0)
		code = check_scopes(line);
	if (code < 0 && line->options.jobs == NULL)
		code = take_url(argv + optind, argc - optind, &line->options);
	line->names = argv + optind;
	return code;
}

void
command_line_done(struct command_line *line)
{
	options_done(&line->options);
	free(line->given);
}
