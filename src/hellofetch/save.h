/*
 * save.h - the good copy: a file that is replaced whole or not at all
 *
 * Knows nothing of HTTP. What is written goes to a temporary file in the
 * destination's directory, without a name where the file system can do that.
 * Only save_commit() touches the destination, by rename().
 *
 * Functions that return int return 0, or -1 with errno, what could not be done
 * in failed, and why in save_reason().
 */
#ifndef HELLOFETCH_SAVE_H
#define HELLOFETCH_SAVE_H

#include <sys/stat.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hellofetch/comparison.h"

#define SAVE_TEMP_PREFIX ".hellofetch-" /* of a temporary name, 16 hex digits follow */
#define SAVE_TEMP_MAX 32                /* bytes of a temporary name, NUL included */

struct save {
	const char *path;              /* as given, not owned */
	const char *name;              /* the last part of it */
	int dir_fd;                    /* the directory, -1: a spool, for printing */
	int fd;                        /* the temporary file */
	bool shared;                   /* everybody can make files there, as in /tmp */
	bool known;                    /* it was looked at what the destination is */
	bool had_old;                  /* there is a file to be kept */
	struct stat old;               /* of that file */
	struct comparison comparison;  /* of that file with what is written */
	int backups;                   /* how many old files to keep; before save_commit() */
	mode_t mode;                   /* of a file where none was, 0: as the umask says */
	int64_t mtime;                 /* seconds since 1970, of the new file; -1: now */
	bool committed;                /* the new file is in place */
	const char *failed;            /* what could not be done, reads on from "cannot " */
	const char *reason;            /* why not; NULL: errno says it */
	char temp_name[SAVE_TEMP_MAX]; /* "" while the temporary file has no name */
};

void save_init(struct save *save);

/* Of the call that failed just now, in words for people. */
const char *save_reason(const struct save *save);

/*
 * Looks at the destination, which must be a regular file or nothing at all, and
 * opens the temporary file. path must stay valid.
 */
int save_open(struct save *save, const char *path);

/* Opens a file without a destination, to be printed by save_print(). */
int save_open_spool(struct save *save);

/* Reserves room for a file of this many bytes, where the file system can. */
int save_reserve(struct save *save, int64_t bytes);

/* What is at the destination now, links not followed; as fstatat(). */
int save_look(const struct save *save, struct stat *ret_now);

/* From here on what is written is compared with the file at the destination. */
void save_compare(struct save *save);

/* Writes at once: whoever has little bits gathers them before. */
int save_write(struct save *save, const char *bytes, size_t len);

/* Empties the temporary file, for another attempt to fill it. */
int save_start_over(struct save *save);

/* True if the file that save_compare() found holds what has been written, and no more. */
bool save_is_same(const struct save *save);

/*
 * Puts the new file in place, with owner, group and permissions of the old one
 * as far as we may, and makes it durable. If only the last step failed, the
 * flushing of the directory, committed is true though -1 is returned.
 */
int save_commit(struct save *save);

/* Copies a committed spool to a descriptor. */
int save_print(struct save *save, int out_fd);

/*
 * Closes and frees all, and gives up what was not committed: the temporary file
 * disappears. What is known of the destination stays.
 */
void save_close(struct save *save);

/* The same, and forgets what is known. Both are safe after save_init(). */
void save_done(struct save *save);

#endif
