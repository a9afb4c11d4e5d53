/*
 * progress.c - the line on a terminal that tells how far a fetch has come
 *
 * Owns that line. Nothing of a peer is in it. It needs no knowledge of the
 * terminal: it is overwritten after a carriage return, and wiped with blanks.
 * hellofetch is one process.
 */
#include "config.h"

/* System */
#include <sys/ioctl.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Project */
#include "hellofetch/bytes.h"
#include "hellofetch/progress.h"
#include "lib/clock.h"
#include "lib/units.h"

#define FIRST (USEC_PER_SEC / 2)  /* what ends sooner needs no line */
#define EVERY (USEC_PER_SEC / 10) /* from a line to the next */
#define COLUMNS 80                /* of a terminal that does not tell */
#define BAR_MAX 40                /* columns of the bar */
#define SIZE_TEXT_MAX 32          /* bytes of a size, NUL included */

void
progress_init(struct progress *progress, int fd)
{
	memset(progress, 0, sizeof(*progress));
	/* In the background it would write into what the user is doing meanwhile. */
	progress->fd = isatty(fd) && tcgetpgrp(fd) == getpgrp() ? fd : -1;
}

void
progress_begin(struct progress *progress)
{
	progress->start = clock_usec();
	progress->next = progress->start + FIRST;
}

/* "607618 B", "593.4 KiB", "1.0 GiB" */
static char *
format_size(double bytes, char text[SIZE_TEXT_MAX])
{
	static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
	size_t unit = 0;

	while (bytes >= 1024 && unit + 1 < sizeof(units) / sizeof(units[0])) {
		bytes /= 1024;
		unit++;
	}
	snprintf(text, SIZE_TEXT_MAX, "%.*f %s", unit == 0 ? 0 : 1, bytes, units[unit]);
	return text;
}

/* " |#####     |", if there is room for it. */
static void
add_bar(char text[PROGRESS_LINE_MAX], size_t columns, double part)
{
	size_t len = strlen(text), bar, done;

	if (len + sizeof(" ||") + 4 > columns)
		return;
	bar = columns - len - sizeof(" ||");
	if (bar > BAR_MAX)
		bar = BAR_MAX;
	done = (size_t)(part * (double)bar);
	memcpy(text + len, " |", 2);
	memset(text + len + 2, '#', done);
	memset(text + len + 2 + done, ' ', bar - done);
	memcpy(text + len + 2 + bar, "|", 2);
}

size_t
progress_line(char text[PROGRESS_LINE_MAX], size_t columns, int64_t bytes, int64_t total,
	      int64_t usec)
{
	double rate = usec > 0 ? (double)bytes * USEC_PER_SEC / (double)usec : 0, part = 0;
	char came[SIZE_TEXT_MAX], whole[SIZE_TEXT_MAX], speed[SIZE_TEXT_MAX];

	if (columns > PROGRESS_LINE_MAX)
		columns = PROGRESS_LINE_MAX;
	format_size((double)bytes, came);
	format_size(rate, speed);
	if (total > 0 && bytes <= total) {
		part = (double)bytes / (double)total;
		snprintf(text, PROGRESS_LINE_MAX, "%3d %%  %s of %s  %s/s", (int)(part * 100), came,
			 format_size((double)total, whole), speed);
		if (bytes > 0)
			snprintf(text + strlen(text), PROGRESS_LINE_MAX - strlen(text),
				 "  %.0f s left", (double)(total - bytes) / rate);
		add_bar(text, columns, part);
	} else {
		snprintf(text, PROGRESS_LINE_MAX, "%s  %s/s", came, speed);
	}
	/* In the last column some terminals would begin a new line. */
	text[columns > 0 ? columns - 1 : 0] = '\0';
	return strlen(text);
}

static size_t
columns_of(int fd)
{
	struct winsize size;

	return ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : COLUMNS;
}

/* Overwrites what stands there. A terminal that has gone is no failure of ours. */
static void
draw(struct progress *progress, const char *text, size_t len)
{
	char line[2 * PROGRESS_LINE_MAX + 2];
	size_t blanks = progress->shown > len ? progress->shown - len : 0;

	line[0] = '\r';
	memcpy(line + 1, text, len);
	memset(line + 1 + len, ' ', blanks);
	line[1 + len + blanks] = '\r';
	progress->shown = len;
	write_all(progress->fd, line, len + blanks + 2);
}

void
progress_show(struct progress *progress, int64_t bytes, int64_t total)
{
	char text[PROGRESS_LINE_MAX];
	int64_t now;

	if (progress->fd < 0)
		return;
	now = clock_usec();
	if (now < progress->next)
		return;
	progress->next = now + EVERY;
	draw(progress, text,
	     progress_line(text, columns_of(progress->fd), bytes, total, now - progress->start));
}

void
progress_clear(struct progress *progress)
{
	if (progress->fd >= 0 && progress->shown > 0)
		draw(progress, "", 0);
}
