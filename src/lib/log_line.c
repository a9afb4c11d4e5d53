/*
 * log_line.c - what a line looks like
 *
 * Owns nothing: the message, the time and the process id come from outside,
 * the line goes to the caller's buffer. Never writes, never allocates. Runs in
 * every process that logs.
 */
#include "config.h"

/* System */
#include <stdio.h>
#include <string.h>

/* Project */
#include "lib/log_sink.h"

#define PREFIX_MAX 256 /* bytes of all that stands before the text */
#define STAMP_MAX 40   /* bytes of "2026-11-22T16:17:29.123456+00:00" and more digits */

#define DOTS "..."
#define DOTS_LEN (sizeof(DOTS) - 1)

/*
 * The word for a level where the line has no number for it. The levels of
 * everyday work have none, and neither has LOG_CRIT, whose text says "BUG".
 */
static const char *
level_word(int level)
{
	switch (level) {
	case LOG_ERR:
		return "error: ";
	case LOG_WARNING:
		return "warning: ";
	case LOG_DEBUG:
		return "debug: ";
	default:
		return "";
	}
}

/* A program not yet serving says its errors as every tool does. */
static const char *
bare_level_word(int level)
{
	return level == LOG_ERR ? "" : level_word(level);
}

/* The local time in the form of RFC 3339, which needs "+00:00", not %z's "+0000". */
static void
format_stamp(const struct timespec *time, char stamp[static STAMP_MAX])
{
	struct tm tm;
	char date[STAMP_MAX];

	if (localtime_r(&time->tv_sec, &tm) == NULL ||
	    strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &tm) == 0) {
		snprintf(stamp, STAMP_MAX, "@%jd", (intmax_t)time->tv_sec);
		return;
	}

	const int minutes = (int)(tm.tm_gmtoff / 60);
	const unsigned distance = (unsigned)(minutes < 0 ? -minutes : minutes);

	snprintf(stamp, STAMP_MAX, "%.19s.%06u%c%02u:%02u", date,
		 (unsigned)(time->tv_nsec / 1000) % 1000000, minutes < 0 ? '-' : '+',
		 distance / 60 % 100, distance % 60);
}

static void
compose_prefix(enum log_shape shape, const struct log_message *message,
	       char prefix[static PREFIX_MAX])
{
	const int level = message->level;
	const char *ident = message->ident;
	const int pid = message->pid;
	const char *role = message->role != NULL ? message->role : "";
	const char *colon = message->role != NULL ? ": " : "";
	char stamp[STAMP_MAX];

	switch (shape) {
	case LOG_SHAPE_BARE:
		snprintf(prefix, PREFIX_MAX, "%s: %s%s%s", ident, role, colon,
			 bare_level_word(level));
		break;
	case LOG_SHAPE_PLAIN:
		snprintf(prefix, PREFIX_MAX, "%s[%d]: %s%s%s", ident, pid, role, colon,
			 level_word(level));
		break;
	case LOG_SHAPE_DATED:
		format_stamp(&message->time, stamp);
		snprintf(prefix, PREFIX_MAX, "%s %s[%d]: %s%s%s", stamp, ident, pid, role, colon,
			 level_word(level));
		break;
	case LOG_SHAPE_LEVEL:
		snprintf(prefix, PREFIX_MAX, "<%d>%s%s", level, role, colon);
		break;
	case LOG_SHAPE_SYSLOG:
		/* The receiver adds the date, which old ones cannot read in any one form. */
		snprintf(prefix, PREFIX_MAX, "<%d>%s[%d]: %s%s", LOG_DAEMON | level, ident, pid,
			 role, colon);
		break;
	case LOG_SHAPE_JOURNAL:
		snprintf(prefix, PREFIX_MAX, "%s%s", role, colon);
		break;
	}
}

/*
 * True for a byte that could begin a new line or command a terminal: the
 * controls, DEL, and both bytes of U+0080 to U+009F in UTF-8, which begin
 * with 0xC2. before is the byte in front of it.
 */
static bool
is_control(unsigned char before, const unsigned char *at)
{
	if (*at == 0xC2)
		return at[1] >= 0x80 && at[1] <= 0x9F;
	if (*at >= 0x80 && *at <= 0x9F)
		return before == 0xC2;
	return (*at < 0x20 && *at != '\t') || *at == 0x7F;
}

/*
 * Appends the text to the len bytes in line, cleaned, up to room bytes in all.
 * Returns the new length. Neither an escape nor a character is ever cut.
 */
static size_t
append_clean(char *line, size_t len, size_t room, const char *text)
{
	size_t last_cut = len; /* where "..." may begin and still has room */
	unsigned char before = '\0';

	for (const char *at = text; *at != '\0'; at++) {
		const unsigned char byte = (unsigned char)*at;
		const bool escape = is_control(before, (const unsigned char *)at);
		const size_t size = escape ? sizeof("\\xNN") - 1 : 1;

		if ((byte & 0xC0) != 0x80 && len + DOTS_LEN <= room)
			last_cut = len;
		if (len + size > room) {
			memcpy(line + last_cut, DOTS, DOTS_LEN);
			return last_cut + DOTS_LEN;
		}
		if (escape) {
			static const char digits[] = "0123456789abcdef";

			line[len] = '\\';
			line[len + 1] = 'x';
			line[len + 2] = digits[byte >> 4];
			line[len + 3] = digits[byte & 0x0F];
		} else {
			line[len] = *at;
		}
		len += size;
		before = byte;
	}
	return len;
}

size_t
log_line_compose(enum log_shape shape, const struct log_message *message, char *line, size_t size)
{
	const bool newline = shape != LOG_SHAPE_SYSLOG && shape != LOG_SHAPE_JOURNAL;
	const size_t room = newline ? size - 1 : size;
	char prefix[PREFIX_MAX] = "";
	size_t len;

	compose_prefix(shape, message, prefix);
	len = append_clean(line, 0, room - DOTS_LEN, prefix);
	len = append_clean(line, len, room, message->text);
	if (newline)
		line[len++] = '\n';
	return len;
}
