/*
 * options.c - the command line
 *
 * Owns the defaults, and what options must not say together.
 */
#include "config.h"

#include "hellobench/options.h"

/* System */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

/* Library */
#include "lib/units.h"

/* Project */
#include "hellobench/exit_codes.h"
#include "hellobench/option_table.h"

#define FIRST_ROW 256   /* getopt's number of an option: its row and this */
#define OPTIONS_MAX 63  /* of the table, at most */
#define LETTERS_MAX 128 /* bytes of getopt's short options, NUL included */
#define TEXT_MAX 4096   /* bytes of a welcome or greeting, its end included */

static const char *const dialogue_words[] = {"greet", "session", "churn", "idle"};
static const char *const operations_words[] = {"greetings", "sessions", "sessions", "connections"};

const char *
options_dialogue_word(enum dialogue dialogue)
{
	return dialogue_words[dialogue];
}

const char *
options_operations_word(enum dialogue dialogue)
{
	return operations_words[dialogue];
}

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
	fputs("Try 'hellobench --help'.\n", stderr);
	return EXIT_USAGE;
}

/* What contradicts itself; returns as options_parse(). */
static int
check(const struct options *o)
{
	if (o->path && (o->host || o->port || o->source || o->sources))
		return usage_error("--unix: got \"%s\", want no address beside it", o->path);
	if (o->framing == FRAMING_MESSAGE && o->pipeline > 1)
		return usage_error("--pipeline: got %lld, want 1: messages have no end to tell "
				   "them apart",
				   (long long)o->pipeline);
	if (o->framing == FRAMING_MESSAGE && o->crlf)
		return usage_error("--crlf: want --framing auto or line beside it");
	if (strlen(o->welcome) + 3 > TEXT_MAX || strlen(o->greeting) + 3 > TEXT_MAX)
		return usage_error("--welcome, --greeting: want at most %d bytes", TEXT_MAX - 3);
	if (o->processes > o->connections)
		return usage_error("--processes: got %lld, want at most one a connection (%lld)",
				   (long long)o->processes, (long long)o->connections);
	if (o->dialogue == DIALOGUE_IDLE && (o->count > 0 || o->warm_up > 0))
		return usage_error("--dialogue: got idle, want no --count and no --warm-up "
				   "beside it: its connections are the operations");
	if (o->count > 0 && o->count < o->processes)
		return usage_error("--count: got %lld, want at least one a process (%lld)",
				   (long long)o->count, (long long)o->processes);
	return -1;
}

int
options_parse(int argc, char *argv[], struct options *options)
{
	struct getopt_tables tables;
	int option, left = -1;

	*options = (struct options){
		.connections = 50,
		.pipeline = 1,
		.names = 1,
		.timeout = 5 * USEC_PER_SEC,
		.processes = 1,
		.name_size = 3,
		.welcome = "Welcome!",
		.greeting = "Hello, %s!",
		.protocol = script_protocols,
	};
	make_getopt_tables(&tables);
	while (left < 0 &&
	       (option = getopt_long(argc, argv, tables.letters, tables.names, NULL)) != -1)
		left = take_option(option, optarg, options);
	if (left >= 0)
		return left;
	if (optind < argc)
		return usage_error("got \"%s\", want options only", argv[optind]);
	if (options->duration == 0 && options->count == 0)
		options->duration = 10 * USEC_PER_SEC;
	if (options->dialogue == DIALOGUE_CHURN)
		options->names = 0;
	return check(options);
}

void
options_script(const struct options *o, struct script *script)
{
	static const char lf[] = "\n", crlf[] = "\r\n";
	const char *ending = o->framing == FRAMING_MESSAGE ? "" : o->crlf ? crlf : lf;
	char welcome[TEXT_MAX], request[8], answer[TEXT_MAX], farewell[8];
	struct script_protocol hello = {"hello", welcome, request, answer, farewell, ""};

	snprintf(welcome, sizeof(welcome), "%s%s", o->welcome,
		 o->framing == FRAMING_LINE ? lf : "");
	snprintf(request, sizeof(request), "%%s%s", ending);
	snprintf(answer, sizeof(answer), "%s%s", o->greeting, ending);
	snprintf(farewell, sizeof(farewell), "exit%s", ending);
	script_init(script, o->protocol->request != NULL ? o->protocol : &hello,
		    (size_t)o->name_size, (unsigned)o->pipeline);
}
