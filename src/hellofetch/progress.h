/*
 * progress.h - the line on a terminal that tells how far a fetch has come
 */
#ifndef HELLOFETCH_PROGRESS_H
#define HELLOFETCH_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PROGRESS_LINE_MAX 256 /* bytes, NUL included */

struct progress {
	int fd;        /* of a terminal, -1: nothing is shown */
	int64_t start; /* clock_usec(): of the transfer */
	int64_t next;  /* when the line is to be drawn anew */
	size_t shown;  /* columns of the line that stands there */
};

/* Shows on the descriptor if that is a terminal, and we are in its foreground. */
void progress_init(struct progress *progress, int fd);

/* A transfer begins. */
void progress_begin(struct progress *progress);

/*
 * So many bytes have come, of total (0: nobody knows). Draws a line, but not in
 * the first half second, nor oftener than ten times a second: it may be called
 * at any time.
 */
void progress_show(struct progress *progress, int64_t bytes, int64_t total);

/* The transfer is over: wipes the line, for others to write there. */
void progress_clear(struct progress *progress);

/*
 * Writes the line for a terminal of so many columns; returns its length, less
 * than columns. usec: since the start. Pure.
 */
size_t progress_line(char text[PROGRESS_LINE_MAX], size_t columns, int64_t bytes, int64_t total,
		     int64_t usec);

#endif
