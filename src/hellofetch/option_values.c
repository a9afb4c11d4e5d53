/*
 * option_values.c - how the value of an option is read
 *
 * Owns the ranges, and the words for values out of them. hellofetch is one
 * process.
 */
#include "config.h"

/* System */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Project */
#include "hellofetch/exitcode.h"
#include "hellofetch/option_table.h"
#include "lib/units.h"

#define TIME_MIN USEC_PER_MSEC
#define TIME_MAX (7 * 24 * 3600 * USEC_PER_SEC)
#define COUNT_MAX 1000
#define PIN_START "sha256//"
#define PIN_DIGITS 43 /* of Base64 for 32 bytes, "=" aside */

int
usage_error(const char *fmt, ...)
{
	va_list args;

	fputs("hellofetch: ", stderr);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputs("\nTry 'hellofetch --help'.\n", stderr);
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
take_output(const struct option_row *row, const char *text, void *place)
{
	return text[0] == '\0' ? usage_error("--output: want a file name")
			       : take_text(row, text, place);
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
take_time(const struct option_row *row, const char *text, void *place)
{
	int64_t *value = place, usec;

	if (units_parse_time(text, &usec) < 0 || usec < TIME_MIN || usec > TIME_MAX)
		return usage_error("--%s: got \"%s\", want a time from 1 ms to 7 d", row->name,
				   text);
	*value = usec;
	return -1;
}

int
take_size(const struct option_row *row, const char *text, void *place)
{
	int64_t *value = place, bytes;

	if (units_parse_size(text, &bytes) < 0 || bytes < 0)
		return usage_error("--%s: got \"%s\", want a size, as 607618 or 10 MiB", row->name,
				   text);
	*value = bytes;
	return -1;
}

int
take_count(const struct option_row *row, const char *text, void *place)
{
	int *value = place;
	char *end;
	long number = strtol(text, &end, 10);

	if (text[0] < '0' || text[0] > '9' || *end != '\0' || number < 1 || number > COUNT_MAX)
		return usage_error("--%s: got \"%s\", want a number from 1 to %d", row->name, text,
				   COUNT_MAX);
	*value = (int)number;
	return -1;
}

int
take_lock(const struct option_row *row, const char *text, void *place)
{
	static const char *const words[] = {
		[LOCK_WAIT] = "wait", [LOCK_SKIP] = "skip", [LOCK_FAIL] = "fail"};
	enum lock_way *value = place;

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(text, words[i]) == 0) {
			*value = (enum lock_way)i;
			return -1;
		}
	}
	return usage_error("--%s: got \"%s\", want wait, skip or fail", row->name, text);
}

int
take_percent(const struct option_row *row, const char *text, void *place)
{
	int64_t *value = place;
	char *end;
	long number = strtol(text, &end, 10);

	if (text[0] < '0' || text[0] > '9' || (*end != '\0' && strcmp(end, "%") != 0) ||
	    number < 1 || number > 100)
		return usage_error("--%s: got \"%s\", want 1%% to 100%%", row->name, text);
	*value = number;
	return -1;
}

int
take_mode(const struct option_row *row, const char *text, void *place)
{
	int *value = place;
	char *end;
	unsigned long mode = strtoul(text, &end, 8);

	if (text[0] < '0' || text[0] > '7' || *end != '\0' || mode < 0400 || mode > 0777)
		return usage_error("--%s: got \"%s\", want octal digits from 400 to 777", row->name,
				   text);
	*value = (int)mode;
	return -1;
}

int
take_sha256(const struct option_row *row, const char *text, void *place)
{
	if (strlen(text) != PAGE_SHA256_MAX - 1 ||
	    strspn(text, "0123456789abcdefABCDEF") != PAGE_SHA256_MAX - 1)
		return usage_error("--%s: got \"%s\", want 64 hexadecimal digits", row->name, text);
	return take_text(row, text, place);
}

/* One hash, or several parted by semicolons, as libcurl wants them. */
static bool
is_pin_list(const char *text)
{
	static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				     "0123456789+/";

	while (strncmp(text, PIN_START, strlen(PIN_START)) == 0) {
		text += strlen(PIN_START);
		if (strspn(text, base64) != PIN_DIGITS || text[PIN_DIGITS] != '=')
			return false;
		text += PIN_DIGITS + 1;
		if (*text != ';')
			return *text == '\0';
		text++;
	}
	return false;
}

int
take_pin(const struct option_row *row, const char *text, void *place)
{
	if (!is_pin_list(text))
		return usage_error("--%s: got \"%s\", want " PIN_START " and 44 digits of Base64",
				   row->name, text);
	return take_text(row, text, place);
}

/* A name, and no way out of systemd's directory. */
int
take_credential(const struct option_row *row, const char *text, void *place)
{
	if (strchr(text, '/') != NULL || strcmp(text, ".") == 0 || strcmp(text, "..") == 0)
		return usage_error("--%s: got \"%s\", want the name of a credential", row->name,
				   text);
	return take_text(row, text, place);
}

int
take_pattern(const struct option_row *row, const char *text, void *place)
{
	struct pattern *pattern = place;
	char fault[128];
	int error;

	if (pattern->text != NULL)
		regfree(&pattern->regex);
	pattern->text = NULL;
	error = regcomp(&pattern->regex, text, REG_EXTENDED | REG_NOSUB | REG_NEWLINE);
	if (error != 0) {
		regerror(error, &pattern->regex, fault, sizeof(fault));
		return usage_error("--%s: got \"%s\": %s", row->name, text, fault);
	}
	pattern->text = text;
	return -1;
}

int
take_help(const struct option_row *row, const char *text, void *place)
{
	(void)row;
	(void)text;
	(void)place;
	option_table_print();
	return EXIT_CURRENT;
}

int
take_version(const struct option_row *row, const char *text, void *place)
{
	(void)row;
	(void)text;
	(void)place;
	puts("hellofetch " PACKAGE_VERSION);
	return EXIT_CURRENT;
}
