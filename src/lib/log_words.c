/*
 * log_words.c - the words that the programs log with
 *
 * Owns nothing but the table of levels. Never touches errno, never ends the
 * program but by fatal(), fatalx() and bug(). Runs in every process.
 */
#include "config.h"

/* System */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Project */
#include "lib/log.h"
#include "lib/log_sink.h"

#define NO_ERROR (-1) /* no text of errno is wanted; 0 is "Success" */

/* A text of this size never fits a line, so that the cut shows as "...". */
#define TEXT_MAX (LOG_LINE_MAX + 2)

static const struct {
	const char *name;
	int level;
} levels[] = {
	{"error", LOG_ERR}, {"warning", LOG_WARNING}, {"notice", LOG_NOTICE},
	{"info", LOG_INFO}, {"debug", LOG_DEBUG},
};

#define LEVEL_COUNT (sizeof(levels) / sizeof(levels[0]))

const char *
log_level_name(int level)
{
	for (size_t i = 0; i < LEVEL_COUNT; i++) {
		if (level == levels[i].level)
			return levels[i].name;
	}
	return NULL;
}

/* The text, cut to size bytes, with that of the error unless it is NO_ERROR. */
static void __attribute__((format(printf, 4, 0)))
compose_text(char *text, size_t size, int error, const char *fmt, va_list args)
{
	const int len = vsnprintf(text, size, fmt, args);

	if (len < 0)
		snprintf(text, size, "%s", fmt);
	else if (error != NO_ERROR && (size_t)len < size)
		snprintf(text + len, size - (size_t)len, ": %s", strerror(error));
}

static void __attribute__((format(printf, 5, 0)))
say(int level, int error, const struct log_field *fields, size_t count, const char *fmt,
    va_list args)
{
	const int saved_errno = errno;
	char text[TEXT_MAX];

	if (!log_enabled(level))
		return;
	compose_text(text, sizeof(text), error, fmt, args);
	log_say(level, text, fields, count);
	errno = saved_errno;
}

void
log_error(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	say(LOG_ERR, errno, NULL, 0, fmt, args);
	va_end(args);
}

void
log_errorx(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	say(LOG_ERR, NO_ERROR, NULL, 0, fmt, args);
	va_end(args);
}

void
log_warn(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	say(LOG_WARNING, errno, NULL, 0, fmt, args);
	va_end(args);
}

void
log_warnx(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	say(LOG_WARNING, NO_ERROR, NULL, 0, fmt, args);
	va_end(args);
}

void
log_notice(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	say(LOG_NOTICE, NO_ERROR, NULL, 0, fmt, args);
	va_end(args);
}

void
log_info(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	say(LOG_INFO, NO_ERROR, NULL, 0, fmt, args);
	va_end(args);
}

void
log_debug(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	say(LOG_DEBUG, NO_ERROR, NULL, 0, fmt, args);
	va_end(args);
}

void
log_fields(int level, const struct log_field *fields, size_t count, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	say(level, NO_ERROR, fields, count, fmt, args);
	va_end(args);
}

_Noreturn void
fatal(int exit_code, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	say(LOG_ERR, errno, NULL, 0, fmt, args);
	va_end(args);
	exit(exit_code);
}

_Noreturn void
fatalx(int exit_code, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	say(LOG_ERR, NO_ERROR, NULL, 0, fmt, args);
	va_end(args);
	exit(exit_code);
}

_Noreturn void
log_bug(const char *file, int line, const char *fmt, ...)
{
	char text[TEXT_MAX];
	va_list args;

	va_start(args, fmt);
	compose_text(text, sizeof(text), NO_ERROR, fmt, args);
	va_end(args);
	log_fields(LOG_CRIT, NULL, 0, "BUG: %s:%d: %s", file, line, text);
	abort();
}
