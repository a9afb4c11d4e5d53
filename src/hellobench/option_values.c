/*
 * option_values.c - how the value of an option is read
 *
 * Owns the words for values out of range.
 */
#include "config.h"

/* System */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Library */
#include "lib/address.h"
#include "lib/units.h"

/* Project */
#include "hellobench/exit_codes.h"
#include "hellobench/option_table.h"
#include "hellobench/options.h"

int
usage_error(const char *fmt, ...)
{
	va_list args;

	fputs("hellobench: ", stderr);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputs("\nTry 'hellobench --help'.\n", stderr);
	return EXIT_USAGE;
}

int
take_text(const struct option_row *row, const char *text, void *place)
{
	const char **value = place;

	if (text[0] == '\0')
		return usage_error("--%s: got \"\", want %s", row->name, row->argument);
	*value = text;
	return -1;
}

int
take_host(const struct option_row *row, const char *text, void *place)
{
	if (!address_is_host(text))
		return usage_error("--%s: got \"%s\", want a host name, or an address without port "
				   "and brackets",
				   row->name, text);
	return take_text(row, text, place);
}

int
take_flag(const struct option_row *row, const char *text, void *place)
{
	bool *value = place;

	(void)row;
	(void)text;
	*value = true;
	return -1;
}

int
take_number(const struct option_row *row, const char *text, void *place)
{
	int64_t *value = place;
	char *end;
	long long number = strtoll(text, &end, 10);

	if (text[0] < '0' || text[0] > '9' || *end != '\0' || number < row->min ||
	    number > row->max)
		return usage_error("--%s: got \"%s\", want a number from %" PRId64 " to %" PRId64,
				   row->name, text, row->min, row->max);
	*value = number;
	return -1;
}

int
take_port(const struct option_row *row, const char *text, void *place)
{
	int64_t number;
	int code = take_number(row, text, &number);

	return code < 0 ? take_text(row, text, place) : code;
}

int
take_rate(const struct option_row *row, const char *text, void *place)
{
	double *value = place;
	char *end;
	double number = strtod(text, &end);

	/* The form with ! also refuses what is no number. */
	if (text[0] < '0' || text[0] > '9' || *end != '\0' ||
	    !(number > 0 && number <= (double)row->max))
		return usage_error("--%s: got \"%s\", want a number above 0, at most %" PRId64,
				   row->name, text, row->max);
	*value = number;
	return -1;
}

int
take_time(const struct option_row *row, const char *text, void *place)
{
	int64_t *value = place, usec;

	if (units_parse_time(text, &usec) < 0 || usec < row->min || usec > row->max)
		return usage_error(
			"--%s: got \"%s\", want a time from %s to 1 d (units: " UNITS_OF_TIME ")",
			row->name, text, row->min > 0 ? "1 ms" : "0");
	*value = usec;
	return -1;
}

/* At most one %s, and no other use of %. */
int
take_pattern(const struct option_row *row, const char *text, void *place)
{
	const char *mark = strchr(text, '%');

	if (mark && (mark[1] != 's' || strchr(mark + 1, '%')))
		return usage_error("--%s: got \"%s\", want a text with one %%s", row->name, text);
	return take_text(row, text, place);
}

/* Returns the number of a word in a list that ends in NULL, -1 if it is in none. */
static int
find_word(const char *text, const char *const *words)
{
	for (int i = 0; words[i] != NULL; i++)
		if (strcmp(text, words[i]) == 0)
			return i;
	return -1;
}

int
take_dialogue(const struct option_row *row, const char *text, void *place)
{
	static const char *const words[] = {"greet", "session", "churn", "idle", NULL};
	enum dialogue *value = place;
	int found = find_word(text, words);

	if (found < 0)
		return usage_error("--%s: got \"%s\", want greet, session, churn or idle",
				   row->name, text);
	*value = (enum dialogue)found;
	return -1;
}

int
take_framing(const struct option_row *row, const char *text, void *place)
{
	static const char *const words[] = {"auto", "line", "message", NULL};
	enum framing *value = place;
	int found = find_word(text, words);

	if (found < 0)
		return usage_error("--%s: got \"%s\", want auto, line or message", row->name, text);
	*value = (enum framing)found;
	return -1;
}

int
take_protocol(const struct option_row *row, const char *text, void *place)
{
	const struct script_protocol **value = place;

	for (const struct script_protocol *p = script_protocols; p->word != NULL; p++) {
		if (strcmp(text, p->word) == 0) {
			*value = p;
			return -1;
		}
	}
	return usage_error("--%s: got \"%s\", want hello, redis, memcached or echo", row->name,
			   text);
}

int
take_json(const struct option_row *row, const char *text, void *place)
{
	enum form *value = place;

	(void)row;
	(void)text;
	*value = FORM_JSON;
	return -1;
}

int
take_csv(const struct option_row *row, const char *text, void *place)
{
	enum form *value = place;

	(void)row;
	(void)text;
	*value = FORM_CSV;
	return -1;
}

/* What was asked for must also have reached whoever asked. */
static int
printed(void)
{
	return fflush(stdout) == 0 ? EXIT_OK : EXIT_LOCAL;
}

int
take_help(const struct option_row *row, const char *text, void *place)
{
	(void)row;
	(void)text;
	(void)place;
	option_table_print();
	return printed();
}

int
take_version(const struct option_row *row, const char *text, void *place)
{
	(void)row;
	(void)text;
	(void)place;
	puts("hellobench " PACKAGE_VERSION);
	return printed();
}
