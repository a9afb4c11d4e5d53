/*
 * option_table.c - the options that hellobench knows
 *
 * Owns their names, ranges and help; --help is printed from here.
 */
#include "config.h"

#include "hellobench/option_table.h"

/* System */
#include <stdio.h>
#include <string.h>

/* Library */
#include "lib/units.h"

/* Project */
#include "hellobench/exit_codes.h"
#include "hellobench/options.h"

#define PLACE(member) offsetof(struct options, member)
#define HELP_COLUMN 28 /* where the help of an option begins */
#define DAY (24 * 3600 * USEC_PER_SEC)

const struct option_row option_table[] = {
	{'H', "host", "HOST", take_host, PLACE(host),
	 "the server's name or address (default: 127.0.0.1)", 0, 0},
	{'p', "port", "PORT", take_port, PLACE(port), "its port (default: 9999)", 1, 65535},
	{'u', "unix", "PATH", take_text, PLACE(path), "connect to this UNIX socket instead", 0, 0},
	{'D', "dialogue", "DIALOGUE", take_dialogue, PLACE(dialogue),
	 "greet, session, churn or idle, see below (default:\n"
	 "greet)",
	 0, 0},
	{'c', "connections", "COUNT", take_number, PLACE(connections),
	 "connections at a time (default: 50)", 1, 10000000},
	{'P', "pipeline", "COUNT", take_number, PLACE(pipeline),
	 "names said at a time on a connection (default: 1)", 1, SCRIPT_BATCH_MAX},
	{'r', "rate", "RATE", take_rate, PLACE(rate),
	 "open loop: so many operations a second, whether the\n"
	 "server keeps up or not",
	 0, 100000000},
	{'d', "duration", "TIME", take_time, PLACE(duration),
	 "how long (default: 10 s, or no limit with -n)", USEC_PER_MSEC, DAY},
	{'n', "count", "COUNT", take_number, PLACE(count), "end after so many operations", 1,
	 INT64_C(1000000000000)},
	{'m', "names", "COUNT", take_number, PLACE(names), "names of a session (default: 1)", 1,
	 1000000000},
	{'w', "warm-up", "TIME", take_time, PLACE(warm_up),
	 "load that long before anything is measured\n"
	 "(default: 0)",
	 0, DAY},
	{'t', "timeout", "TIME", take_time, PLACE(timeout),
	 "wait that long to connect, and for each answer\n"
	 "(default: 5 s)",
	 USEC_PER_MSEC, DAY},
	{'j', "processes", "COUNT", take_number, PLACE(processes),
	 "processes that share the work (default: 1)", 1, 1024},
	{'f', "framing", "FRAMING", take_framing, PLACE(framing),
	 "what the server's listener is set to: auto (names\n"
	 "are said as lines), line or message (default: auto)",
	 0, 0},
	{0, "crlf", NULL, take_flag, PLACE(crlf), "end lines with CR LF", 0, 0},
	{'s', "name-size", "BYTES", take_number, PLACE(name_size), "length of a name (default: 3)",
	 1, SCRIPT_NAME_MAX},
	{0, "welcome", "TEXT", take_text, PLACE(welcome),
	 "what the server's welcome is set to (default:\n"
	 "Welcome!)",
	 0, 0},
	{0, "greeting", "TEXT", take_pattern, PLACE(greeting),
	 "and its greeting (default: Hello, %s!)", 0, 0},
	{0, "source", "ADDRESS", take_text, PLACE(source), "connect from this address", 0, 0},
	{0, "sources", "COUNT", take_number, PLACE(sources),
	 "connect from so many addresses: --source and those\n"
	 "behind it (default of --source: 127.1.0.1)",
	 1, 16000000},
	{0, "protocol", "PROTOCOL", take_protocol, PLACE(protocol),
	 "hello, or for comparison redis (PING), memcached\n"
	 "or echo (default: hello)",
	 0, 0},
	{0, "json", NULL, take_json, PLACE(form), "report as JSON", 0, 0},
	{0, "csv", NULL, take_csv, PLACE(form), "report as CSV: a header and a line", 0, 0},
	{'q', "quiet", NULL, take_flag, PLACE(quiet), "no live line, even on a terminal", 0, 0},
	{'h', "help", NULL, take_help, 0, "print this help", 0, 0},
	{'V', "version", NULL, take_version, 0, "print the version", 0, 0},
};

const size_t option_table_len = sizeof(option_table) / sizeof(option_table[0]);

static void
print_row(const struct option_row *row)
{
	const char *line = row->help;
	char left[64], letter[8] = "   ";

	if (row->letter != 0)
		snprintf(letter, sizeof(letter), "-%c,", row->letter);
	snprintf(left, sizeof(left), "  %s --%s%s%s", letter, row->name,
		 row->argument != NULL ? "=" : "", row->argument != NULL ? row->argument : "");
	printf("%-*s", HELP_COLUMN, left);
	for (;;) {
		size_t len = strcspn(line, "\n");

		printf("%.*s\n", (int)len, line);
		if (line[len] == '\0')
			break;
		line += len + 1;
		printf("%*s", HELP_COLUMN, "");
	}
}

void
option_table_print(void)
{
	fputs("Usage: hellobench [OPTION]...\n"
	      "Loads a hellod and tells how fast it answers. Every byte is checked.\n\n",
	      stdout);
	for (size_t i = 0; i < option_table_len; i++)
		print_row(&option_table[i]);
	fputs("\n"
	      "Dialogues, and what is counted as an operation:\n"
	      "  greet    a name and its greeting, on connections that stay open\n"
	      "  session  connect, welcome, names (-m), exit, close\n"
	      "  churn    the same without names\n"
	      "  idle     a connection that is opened, and then silent to the end\n"
	      "\n"
	      "Exit status:\n",
	      stdout);
#define EXIT_CODE_LINE(name, code, help) printf("  %d  %s\n", code, help);
	EXIT_CODES(EXIT_CODE_LINE)
}
