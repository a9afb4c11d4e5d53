/*
 * source_scan.h - what must be known of libconfig's grammar to compose a
 * text for it
 *
 * For source.c only.
 */
#ifndef LIB_SOURCE_SCAN_H
#define LIB_SOURCE_SCAN_H

#include "lib/source.h"

struct faults;

/* Where the scan of one file stands. */
struct scan {
	struct source *source;
	struct faults *faults;
	const char *path; /* to open what lies beside it; NULL: not a file */
	const char *file; /* the same, to be shown */
	int line;
	int depth; /* of files that include one another, from 1 */
	const char *at;
};

/*
 * Adds the text at scan->at to the source, line by line, and what it includes.
 * Returns 0, or -1 with a fault told. What it leaves to libconfig cannot include
 * a file, nor hide what follows, nor lose a part of a number or a text.
 */
int scan_text(struct scan *scan);

/* Reads and scans a file that another includes (scan), or the first (NULL). */
int scan_file(struct source *source, const char *path, int depth, const struct scan *from,
	      struct faults *faults);

#endif
