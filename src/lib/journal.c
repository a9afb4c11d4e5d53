/*
 * journal.c - does the journal read our standard error?
 *
 * Owns the rule by which that is told. Runs in every process.
 */
#include "config.h"

/* System */
#include <sys/stat.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Project */
#include "lib/journal.h"

/* $JOURNAL_STREAM is "DEVICE:INODE" of the stream; a redirection makes it another one. */
bool
journal_reads_stderr(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	struct stat st;
	char ours[64];

	if (stream == NULL || fstat(STDERR_FILENO, &st) < 0)
		return false;
	snprintf(ours, sizeof(ours), "%ju:%ju", (uintmax_t)st.st_dev, (uintmax_t)st.st_ino);
	return strcmp(stream, ours) == 0;
}
