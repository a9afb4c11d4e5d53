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
#include "lib/decimal.h"
#include "lib/log_sink.h"

#define PREFIX_MAX 256 /* bytes of all that stands before the text */
#define STAMP_MAX 40   /* bytes of "2026-11-22T16:17:29.123456+00:00" and more digits */

#define DOTS "..."
#define DOTS_LEN (sizeof(DOTS) - 1)
#define ESCAPE_LEN (sizeof("\\xNN") - 1)

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

/* How many bytes, from the first, are printable ASCII. */
static size_t
count_plain(const char *text)
{
	size_t count = 0;

	while (text[count] >= ' ' && text[count] <= '~')
		count++;
	return count;
}

/* A line in the making: room says how long it may become. */
struct output {
	char *line;
	size_t len;
	size_t room;
	size_t last_cut; /* where "..." may begin and still has room */
	bool full;       /* it stands there: nothing more goes in */
};

static void
append_plain(struct output *out, const char *text, size_t len)
{
	const size_t last = out->room - DOTS_LEN;

	memcpy(out->line + out->len, text, len);
	out->len += len;
	if (out->last_cut < last)
		out->last_cut = out->len < last ? out->len : last;
}

static void
append_escaped(struct output *out, unsigned char byte)
{
	static const char digits[] = "0123456789abcdef";
	char *to = out->line + out->len;

	to[0] = '\\';
	to[1] = 'x';
	to[2] = digits[byte >> 4];
	to[3] = digits[byte & 0x0F];
	out->len += ESCAPE_LEN;
}

/* Appends the text, cleaned. Neither an escape nor a character is ever cut. */
static void
append(struct output *out, const char *text)
{
	const size_t plain = count_plain(text); /* most texts are, to their end */
	unsigned char before = '\0';

	if (out->full)
		return;
	if (plain <= out->room - out->len && text[plain] == '\0') {
		append_plain(out, text, plain);
		return;
	}
	for (const char *at = text; *at != '\0'; at++) {
		const unsigned char byte = (unsigned char)*at;
		const bool escape = is_control(before, (const unsigned char *)at);

		if ((byte & 0xC0) != 0x80 && out->len + DOTS_LEN <= out->room)
			out->last_cut = out->len;
		if (out->len + (escape ? ESCAPE_LEN : 1) > out->room) {
			memcpy(out->line + out->last_cut, DOTS, DOTS_LEN);
			out->len = out->last_cut + DOTS_LEN;
			out->full = true;
			return;
		}
		if (escape)
			append_escaped(out, byte);
		else
			out->line[out->len++] = *at;
		before = byte;
	}
}

/* A number between two texts. */
static void
append_number(struct output *out, const char *before, unsigned number, const char *after)
{
	char digits[DECIMAL_MAX + 1];

	*decimal_put(digits, number) = '\0';
	append(out, before);
	append(out, digits);
	append(out, after);
}

static void
append_name(struct output *out, const struct log_message *message)
{
	append(out, message->ident);
	append_number(out, "[", (unsigned)message->pid, "]: ");
}

static void
append_prefix(struct output *out, enum log_shape shape, const struct log_message *message)
{
	const unsigned level = (unsigned)message->level;
	char stamp[STAMP_MAX];

	switch (shape) {
	case LOG_SHAPE_BARE:
		append(out, message->ident);
		append(out, ": ");
		break;
	case LOG_SHAPE_DATED:
		format_stamp(&message->time, stamp);
		append(out, stamp);
		append(out, " ");
		append_name(out, message);
		break;
	case LOG_SHAPE_PLAIN:
		append_name(out, message);
		break;
	case LOG_SHAPE_LEVEL:
		append_number(out, "<", level, ">");
		break;
	case LOG_SHAPE_SYSLOG:
		/* The receiver adds the date, which old ones cannot read in any one form. */
		append_number(out, "<", LOG_DAEMON | level, ">");
		append_name(out, message);
		break;
	case LOG_SHAPE_JOURNAL:
		break;
	}
	if (message->role != NULL) {
		append(out, message->role);
		append(out, ": ");
	}
	if (shape == LOG_SHAPE_BARE)
		append(out, bare_level_word(message->level));
	else if (shape == LOG_SHAPE_PLAIN || shape == LOG_SHAPE_DATED)
		append(out, level_word(message->level));
}

size_t
log_line_compose(enum log_shape shape, const struct log_message *message, char *line, size_t size)
{
	const bool newline = shape != LOG_SHAPE_SYSLOG && shape != LOG_SHAPE_JOURNAL;
	const size_t room = newline ? size - 1 : size;
	struct output out = {.line = line,
			     .room = room - DOTS_LEN < PREFIX_MAX ? room - DOTS_LEN : PREFIX_MAX};

	append_prefix(&out, shape, message);
	out.room = room; /* the text always has some */
	out.full = false;
	append(&out, message->text);
	if (newline)
		line[out.len++] = '\n';
	return out.len;
}
