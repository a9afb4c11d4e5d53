/*
 * report.h - what people get to read
 */
#ifndef HELLOFETCH_REPORT_H
#define HELLOFETCH_REPORT_H

#include "hellofetch/header.h"
#include "hellofetch/outcome.h"
#include "hellofetch/save.h"

/*
 * Prints a header: byte for byte, or with its control bytes escaped if the
 * descriptor is a terminal. Returns 0, or -1 with errno.
 */
int report_header(int fd, const struct header *header);

/*
 * Tells a failure on standard error in one block, written at once so that it
 * stays in one piece beside others' lines. name: of the job, or NULL.
 */
void report_failure(const char *name, const char *url, const struct outcome *outcome,
		    const struct save *save);

/* Tells in one line that so many jobs were not begun when the signal came; none: nothing. */
void report_not_begun(size_t count, int signal);

#endif
