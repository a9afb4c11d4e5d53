/*
 * command_line.c - the command line
 *
 * Owns the way from argv to options. Reads no other source: no rc file, no
 * ~/.netrc, no environment. hellofetch is one process.
 */
#include "config.h"

/* System */
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Project */
#include "hellofetch/command_line.h"
#include "hellofetch/exitcode.h"
#include "lib/alloc.h"

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
take_option(int option, const char *text, struct command_line *line)
{
	const struct option_row *row = find_row(option);
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
	struct getopt_tables tables;
	int option, code = -1;

	*line = (struct command_line){0};
	options_init(&line->options);
	make_getopt_tables(&tables);
	while (code < 0 &&
	       (option = getopt_long(argc, argv, tables.letters, tables.names, NULL)) != -1)
		code = take_option(option, optarg, line);
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
