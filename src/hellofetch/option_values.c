/*
 * option_values.c - how the value of an option is read
 *
 * Owns the ranges, and the words for values out of them. Pure; hellofetch is one
 * process.
 */
#include "config.h"

/* System */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Project */
#include "hellofetch/option_table.h"
#include "hellofetch/url.h"
#include "lib/alloc.h"
#include "lib/units.h"

#define TIME_MIN USEC_PER_MSEC
#define TIME_MAX (7 * 24 * 3600 * USEC_PER_SEC)
#define COUNT_MAX 1000
#define PIN_START "sha256//"
#define PIN_DIGITS 43 /* of Base64 for 32 bytes, "=" aside */

static int __attribute__((format(printf, 2, 3))) refuse(char *fault, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(fault, OPTION_FAULT_MAX, fmt, args);
	va_end(args);
	return -1;
}

int
take_text(const char *text, void *place, char *fault)
{
	const char **value = place;

	if (text[0] == '\0')
		return refuse(fault, "got \"\", want a text");
	*value = text;
	return 0;
}

int
take_file(const char *text, void *place, char *fault)
{
	if (text[0] == '\0')
		return refuse(fault, "got \"\", want a file name");
	return take_text(text, place, fault);
}

int
take_flag(const char *text, void *place, char *fault)
{
	bool *value = place;

	if (text != NULL && strcmp(text, "true") != 0 && strcmp(text, "false") != 0)
		return refuse(fault, "got \"%s\", want true or false", text);
	*value = text == NULL || strcmp(text, "true") == 0;
	return 0;
}

int
take_time(const char *text, void *place, char *fault)
{
	int64_t *value = place, usec;

	if (units_parse_time(text, &usec) < 0 || usec < TIME_MIN || usec > TIME_MAX)
		return refuse(fault,
			      "got \"%s\", want a time from 1 ms to 7 d (units: " UNITS_OF_TIME ")",
			      text);
	*value = usec;
	return 0;
}

int
take_size(const char *text, void *place, char *fault)
{
	int64_t *value = place, bytes;

	if (units_parse_size(text, &bytes) < 0 || bytes < 0)
		return refuse(fault, "got \"%s\", want a size, as 607618 or 10 MiB", text);
	*value = bytes;
	return 0;
}

static int
take_number(const char *text, int max, int *place, char *fault)
{
	char *end;
	long number = strtol(text, &end, 10);

	if (text[0] < '0' || text[0] > '9' || *end != '\0' || number < 1 || number > max)
		return refuse(fault, "got \"%s\", want a number from 1 to %d", text, max);
	*place = (int)number;
	return 0;
}

int
take_count(const char *text, void *place, char *fault)
{
	return take_number(text, COUNT_MAX, place, fault);
}

int
take_parallel(const char *text, void *place, char *fault)
{
	return take_number(text, PARALLEL_MAX, place, fault);
}

int
take_lock(const char *text, void *place, char *fault)
{
	static const char *const words[] = {
		[LOCK_WAIT] = "wait", [LOCK_SKIP] = "skip", [LOCK_FAIL] = "fail"};
	enum lock_way *value = place;

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(text, words[i]) == 0) {
			*value = (enum lock_way)i;
			return 0;
		}
	}
	return refuse(fault, "got \"%s\", want wait, skip or fail", text);
}

int
take_percent(const char *text, void *place, char *fault)
{
	int64_t *value = place;
	char *end;
	long number = strtol(text, &end, 10);

	if (text[0] < '0' || text[0] > '9' || (*end != '\0' && strcmp(end, "%") != 0) ||
	    number < 1 || number > 100)
		return refuse(fault, "got \"%s\", want 1%% to 100%%", text);
	*value = number;
	return 0;
}

int
take_mode(const char *text, void *place, char *fault)
{
	int *value = place;
	char *end;
	unsigned long mode = strtoul(text, &end, 8);

	if (text[0] < '0' || text[0] > '7' || *end != '\0' || mode < 0400 || mode > 0777)
		return refuse(fault, "got \"%s\", want octal digits from 400 to 777", text);
	*value = (int)mode;
	return 0;
}

int
take_sha256(const char *text, void *place, char *fault)
{
	if (strlen(text) != PAGE_SHA256_MAX - 1 ||
	    strspn(text, "0123456789abcdefABCDEF") != PAGE_SHA256_MAX - 1)
		return refuse(fault, "got \"%s\", want 64 hexadecimal digits", text);
	return take_text(text, place, fault);
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
take_pin(const char *text, void *place, char *fault)
{
	if (!is_pin_list(text))
		return refuse(fault, "got \"%s\", want " PIN_START " and 44 digits of Base64",
			      text);
	return take_text(text, place, fault);
}

/* A name, and no way out of systemd's directory. */
int
take_credential(const char *text, void *place, char *fault)
{
	if (strchr(text, '/') != NULL || strcmp(text, ".") == 0 || strcmp(text, "..") == 0)
		return refuse(fault, "got \"%s\", want the name of a credential", text);
	return take_text(text, place, fault);
}

int
take_proxy(const char *text, void *place, char *fault)
{
	if (url_has_user(text))
		return refuse(fault, "a user name or password is refused: everybody could see it "
				     "in the list of processes");
	if (strcmp(text, PROXY_NONE) != 0 && !url_is_proxy(text))
		return refuse(
			fault,
			"got \"%s\", want http://HOST:PORT, socks5h://HOST:PORT or " PROXY_NONE,
			text);
	return take_text(text, place, fault);
}

int
take_pattern(const char *text, void *place, char *fault)
{
	struct pattern *pattern = place;
	char reason[128];
	int error;

	if (pattern->text != NULL)
		regfree(&pattern->regex);
	pattern->text = NULL;
	error = regcomp(&pattern->regex, text, REG_EXTENDED | REG_NOSUB | REG_NEWLINE);
	if (error == REG_ESPACE)
		alloc_failed();
	if (error != 0) {
		regerror(error, &pattern->regex, reason, sizeof(reason));
		return refuse(fault, "got \"%s\": %s", text, reason);
	}
	pattern->text = text;
	return 0;
}
