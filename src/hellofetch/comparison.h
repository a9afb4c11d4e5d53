/*
 * comparison.h - is what comes what is there already?
 *
 * Asked on the way, piece by piece: to read two large files at the end would take
 * time that no deadline bounds. What fails here is no failure: then the two are
 * just not known to be the same.
 */
#ifndef HELLOFETCH_COMPARISON_H
#define HELLOFETCH_COMPARISON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct comparison {
	int fd;         /* of the file that is there; -1: there is none, or it differs */
	int64_t offset; /* so many bytes are the same */
};

void comparison_init(struct comparison *comparison);
void comparison_done(struct comparison *comparison);

/* Begins, anew if there was one, with the file `name` of a directory; a link is none. */
void comparison_begin(struct comparison *comparison, int dir_fd, const char *name);

/* These bytes come next. */
void comparison_take(struct comparison *comparison, const char *bytes, size_t len);

/* True if the file is what came, and no more. */
bool comparison_is_same(const struct comparison *comparison);

#endif
