/*
 * written.h - the files that jobs write: one name must not undo another's
 */
#ifndef HELLOFETCH_WRITTEN_H
#define HELLOFETCH_WRITTEN_H

#include "hellofetch/options.h"

struct written_file {
	const char *option; /* "output", "state" or "header-file" */
	char *path;         /* as given */
	char *identity;     /* the same for two names of one file */
	bool implied;       /* it follows from the output's name */
};

/* Is handed two entries that are the same file. */
typedef void written_pair(void *user, const struct written_file *one,
			  const struct written_file *other);

/*
 * Calls tell for each file that the options, of so many jobs, would have written
 * twice: by the same name, or by others as "/a/b", "/a//b", and "/c/b" where c
 * leads to a. None of the files need exist.
 */
void written_check(const struct options *options, size_t count, written_pair *tell, void *user);

#endif
