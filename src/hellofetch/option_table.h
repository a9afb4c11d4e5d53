/*
 * option_table.h - the options that hellofetch knows
 *
 * The one table of them, for the command line, the job file and --help.
 */
#ifndef HELLOFETCH_OPTION_TABLE_H
#define HELLOFETCH_OPTION_TABLE_H

#include <stddef.h>

#include "hellofetch/options.h"

#define OPTION_FAULT_MAX 256 /* bytes, NUL included */
#define PARALLEL_MAX 64      /* who opens more connections at a time is no friend */

/*
 * Reads a value (NULL if the option takes none) into its place in struct
 * options, which may point into the text then. Returns 0, or -1 with what is wrong
 * in fault, which has room for OPTION_FAULT_MAX bytes: "got ..., want ...".
 */
typedef int option_take(const char *text, void *place, char *fault);

/* Where an option may stand. */
enum option_scope {
	SCOPE_URL = 1 << 0,      /* on a command line with a URL */
	SCOPE_RUN = 1 << 1,      /* on one with --jobs: for the run as a whole */
	SCOPE_EACH = 1 << 2,     /* the same: for each job, whatever the file says */
	SCOPE_JOB = 1 << 3,      /* in the job file, in a job */
	SCOPE_DEFAULTS = 1 << 4, /* and for all jobs that do not say otherwise */
};

#define SCOPE_ONE (SCOPE_URL | SCOPE_JOB)
#define SCOPE_ANY (SCOPE_ONE | SCOPE_EACH | SCOPE_DEFAULTS)
#define SCOPE_COMMAND (SCOPE_URL | SCOPE_RUN)

struct option_row {
	char letter;          /* 0: it has only a long name */
	const char *name;     /* the long name, and the key in a job file */
	const char *argument; /* what --help calls the value; NULL: it takes none */
	option_take *take;    /* NULL: --help and --version */
	size_t place;         /* offset of the value in struct options */
	unsigned scope;       /* enum option_scope */
	const char *help;     /* begins with a small letter; lines parted by \n */
};

extern const struct option_row option_table[];
extern const size_t option_table_len;

/* The help text: the table, and the exit codes. */
void option_table_print(void);

option_take take_count, take_credential, take_file, take_flag, take_lock, take_mode, take_parallel,
	take_pattern, take_percent, take_pin, take_proxy, take_sha256, take_size, take_text,
	take_time;

#endif
