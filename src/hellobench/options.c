/*
 * options.c - the command line
 *
 * Owns the defaults, and what options must not say together.
 */
#include "config.h"

#include "hellobench/options.h"

/* System */
#include <stdio.h>
#include <string.h>

/* Project */
#include "hellobench/exit_codes.h"
#include "hellobench/option_table.h"
#include "lib/getopt_table.h"
#include "lib/units.h"

#define TEXT_MAX 4096 /* bytes of a welcome or greeting, its end included */

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

static void
make_getopt_table(struct getopt_table *table)
{
	getopt_table_init(table);
	for (size_t i = 0; i < option_table_len; i++)
		getopt_table_add(table, option_table[i].letter, option_table[i].name,
				 option_table[i].argument != NULL);
}

/* Takes one option; returns as options_parse(). */
static int
take_option(int which, const char *text, struct options *options)
{
	const struct option_row *row = which < 0 ? NULL : &option_table[which];

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
	struct getopt_table table;
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
	make_getopt_table(&table);
	while (left < 0 &&
	       (option = getopt_long(argc, argv, table.letters, table.names, NULL)) != -1)
		left = take_option(getopt_table_find(&table, option), optarg, options);
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
