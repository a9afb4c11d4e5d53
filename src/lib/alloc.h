/*
 * alloc.h - memory that must be had
 *
 * For start-up and reading a configuration, where a program without the memory
 * cannot go on: these end the program with a message. What serves a client
 * uses malloc() and looks at the answer.
 */
#ifndef LIB_ALLOC_H
#define LIB_ALLOC_H

#include <stddef.h>
#include <stdio.h>

/*
 * The exit code: EXIT_FAILURE, unless the program defines this itself because the
 * number means something else there.
 */
int alloc_exit_code(void);

/* For memory that somebody else could not get: as if one of the following failed. */
_Noreturn void alloc_failed(void);

void *must_alloc(size_t size);              /* zeroed */
void *must_realloc(void *old, size_t size); /* what is added is not zeroed */
char *must_strdup(const char *text);

/* A stream into memory: open_memstream(3). *ret_text is to be freed. */
FILE *must_open_text(char **ret_text, size_t *ret_len);

/* Closes it; the text that it was opened with is whole. */
void must_close_text(FILE *stream, char *const *text);

#endif
