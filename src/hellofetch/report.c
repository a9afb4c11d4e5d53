/*
 * report.c - what people get to read
 *
 * Owns the form of the printed header and of the failure block. Bytes of
 * peers reach a terminal or a mail only escaped. hellofetch is one process.
 */
#include "config.h"

/* System */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Project */
#include "hellofetch/bytes.h"
#include "hellofetch/report.h"
#include "lib/escape.h"
#include "lib/journal.h"
#include "lib/text.h"
#include "lib/units.h"

#define ESCAPED_MAX 2048  /* bytes of an escaped text, NUL included */
#define NOT_BEGUN_MAX 128 /* bytes of a line, NUL included */

/*
 * escape_bytes() would escape quotes and backslashes too, as logs want it. In
 * a header both are common, and harmless to a terminal: the runs between them
 * are escaped instead.
 */
static void
print_visible(FILE *out, const char *bytes, size_t len)
{
	char text[ESCAPED_MAX];

	while (len > 0) {
		size_t run = 0;

		while (run < len && run < ESCAPED_MAX / 4 - 1 &&
		       memchr("\"\\\t", bytes[run], 3) == NULL)
			run++;
		fputs(escape_bytes(bytes, run, text, sizeof(text)), out);
		if (run < len && memchr("\"\\\t", bytes[run], 3) != NULL)
			putc(bytes[run++], out);
		bytes += run;
		len -= run;
	}
}

static void
print_visible_lines(FILE *out, const char *bytes, size_t len)
{
	while (len > 0) {
		const char *end = memchr(bytes, '\n', len);
		size_t line = end == NULL ? len : (size_t)(end - bytes);
		size_t shown = line > 0 && bytes[line - 1] == '\r' ? line - 1 : line;

		print_visible(out, bytes, shown);
		putc('\n', out);
		line += end != NULL;
		bytes += line;
		len -= line;
	}
}

int
report_header(int fd, const struct header *header)
{
	struct text text;
	int result = -1;

	if (header->len == 0)
		return 0;
	if (!isatty(fd))
		return write_all(fd, header->text, header->len);
	if (text_begin(&text) == 0)
		print_visible_lines(text.out, header->text, header->len);
	if (text_end(&text) != NULL)
		result = write_all(fd, text.bytes, text.len);
	else
		errno = ENOMEM;
	text_done(&text);
	return result;
}

/* "3 d": the largest unit, rounded down, is all that a reader wants of an age. */
static char *
format_age(time_t since, char *text)
{
	static const int64_t units[] = {86400, 3600, 60, 1};
	int64_t age = (int64_t)time(NULL) - since;

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (age >= units[i]) {
			age -= age % units[i];
			break;
		}
	}
	return units_format_time((age > 0 ? age : 0) * USEC_PER_SEC, text);
}

static void
print_escaped(FILE *out, const char *before, const char *text)
{
	char escaped[ESCAPED_MAX];

	fprintf(out, "%s%s\n", before, escape_bytes(text, strlen(text), escaped, sizeof(escaped)));
}

static void
print_progress(FILE *out, const struct outcome *outcome)
{
	if (outcome->status != 0)
		fprintf(out, "  HTTP status %d, ", outcome->status);
	else
		fputs("  no HTTP status, ", out);
	fprintf(out, "%" PRId64, outcome->bytes);
	if (outcome->length >= 0)
		fprintf(out, " of %" PRId64, outcome->length);
	fprintf(out, " bytes, %d attempt%s, %.3f s\n", outcome->attempts,
		outcome->attempts == 1 ? "" : "s", (double)outcome->elapsed / (double)USEC_PER_SEC);
}

static void
print_fate(FILE *out, const struct save *save)
{
	char escaped[ESCAPED_MAX], age[UNITS_TEXT_MAX];

	if (save->name == NULL)
		return; /* standard output has no past */
	escape_bytes(save->path, strlen(save->path), escaped, sizeof(escaped));
	if (save->committed)
		fprintf(out, "  new file in place (%s)\n", escaped);
	else if (!save->known)
		fprintf(out, "  nothing was changed (%s)\n", escaped);
	else if (save->had_old)
		fprintf(out, "  old file kept (%s, age %s)\n", escaped,
			format_age(save->old.st_mtime, age));
	else
		fprintf(out, "  no file was there (%s)\n", escaped);
}

static void
print_failure(FILE *out, const char *name, const char *url, const struct outcome *outcome,
	      const struct save *save)
{
	print_escaped(out, "hellofetch: ", url);
	if (name != NULL)
		print_escaped(out, "  job ", name);
	if (outcome->last_url != NULL)
		print_escaped(out, "  redirected to ", outcome->last_url);
	print_escaped(out, "  failed: ", outcome->what);
	if (outcome->note[0] != '\0')
		fprintf(out, "  %s\n", outcome->note);
	if (outcome->library[0] != '\0')
		print_escaped(out, "  libcurl says: ", outcome->library);
	print_progress(out, outcome);
	print_fate(out, save);
	if (outcome->signal != 0)
		fprintf(out, "  exit code %d\n", 128 + outcome->signal);
	else
		fprintf(out, "  exit code %d (%s)\n", (int)outcome->code,
			exit_code_words(outcome->code));
}

static void
print_marked(FILE *out, const char *text)
{
	const char *level = journal_reads_stderr() ? "<3>" : "";

	while (*text != '\0') {
		size_t line = strcspn(text, "\n") + 1;

		fprintf(out, "%s%.*s", level, (int)line, text);
		text += line;
	}
}

/*
 * All in one piece; or, for want of memory, as it comes. If it cannot be written
 * there is nobody left to tell; the exit code remains.
 */
static void
tell(const char *text)
{
	struct text marked;

	if (text_begin(&marked) == 0)
		print_marked(marked.out, text);
	if (text_end(&marked) != NULL)
		write_all(STDERR_FILENO, marked.bytes, marked.len);
	else
		print_marked(stderr, text);
	text_done(&marked);
}

void
report_failure(const char *name, const char *url, const struct outcome *outcome,
	       const struct save *save)
{
	struct text text;

	if (text_begin(&text) == 0)
		print_failure(text.out, name, url, outcome, save);
	/* Standard error has no buffer: it takes no memory. */
	if (text_end(&text) != NULL)
		tell(text.bytes);
	else
		print_failure(stderr, name, url, outcome, save);
	text_done(&text);
}

void
report_not_begun(size_t count, int signal)
{
	char text[NOT_BEGUN_MAX];

	if (count == 0)
		return;
	snprintf(text, sizeof(text),
		 "hellofetch: %zu further job%s not begun: stopped by signal %d (%s)\n", count,
		 count == 1 ? " was" : "s were", signal, strsignal(signal));
	tell(text);
}
