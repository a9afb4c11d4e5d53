/*
 * reader.h - reads the configuration, in a process of its own
 *
 * The master would stand still while a file system hangs, and die where the
 * library that parses finds no memory, which it does not look for. A child
 * may: it leaves what it made of the file in memory that both see, ready for
 * use, and the master has nothing to do but to take it.
 */
#ifndef HELLOD_READER_H
#define HELLOD_READER_H

#include "hellod/configuration.h"

#include <sys/types.h>

struct reading;

struct reader {
	pid_t pid; /* 0: none */
	struct reading *reading;
	bool ended; /* waited for */
	int status;
};

/* What is to be read, and what with it is to be compared. */
struct reader_task {
	const struct configuration_options *options;
	const char *left;                /* this instead, as lookup_write() wrote it; or NULL */
	bool hosts;                      /* are to be looked up, too: see lookup.h */
	const struct configuration *old; /* as configuration_update() has it; or NULL */
};

/* Starts to read. Returns 0, or -1 with errno. */
int reader_start(struct reader *reader, const struct reader_task *task);

/* A child has ended. Returns false if it was not the reader. */
bool reader_bury(struct reader *reader, pid_t pid, int status);

/* Waits for its end; for a start, when there is nobody yet to keep waiting. */
void reader_wait(struct reader *reader);

/*
 * Of a reader that has ended: the configuration, or NULL. What it had to say,
 * faults or changes, is written, a line each. Memory may run out here too: that is
 * a fault like any other.
 */
struct configuration *reader_result(struct reader *reader, FILE *faults, FILE *changes);

/* True if it was what was read that had the faults, not memory or a name server. */
bool reader_found_faults(const struct reader *reader);

void reader_done(struct reader *reader);

#endif
