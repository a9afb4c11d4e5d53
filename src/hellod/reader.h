/*
 * reader.h - reads the configuration anew, in a process of its own
 *
 * The master would stand still while a file system hangs or a name server is
 * silent, and die if memory is short or the parser has a fault. A child may: it
 * sends what it read and looked up as one text, and the master goes on until
 * that has come.
 */
#ifndef HELLOD_READER_H
#define HELLOD_READER_H

#include "hellod/configuration.h"

#include <sys/types.h>

struct reader {
	pid_t pid; /* 0: none */
	int fd;    /* what it sends; -1 after its end */
	char *text;
	size_t text_len;
	bool ended; /* waited for */
	int status;
};

/* Starts to read. Returns 0, or -1 with errno. */
int reader_start(struct reader *reader, const struct configuration_options *options);

/* To be called when fd is readable. */
void reader_hear(struct reader *reader);

/* A child has ended. Returns false if it was not the reader. */
bool reader_bury(struct reader *reader, pid_t pid, int status);

/* True when it has ended and all it sent has come. */
bool reader_is_done(const struct reader *reader);

/*
 * Of a reader that is done: the configuration (file: where it was read, for
 * messages), or NULL and the faults are written, a line each.
 */
struct configuration *reader_result(const struct reader *reader, const char *file, FILE *faults);

/* Ends it, wherever it is, and forgets what it sent. */
void reader_done(struct reader *reader);

#endif
