/*
 * alloc.c - memory that must be had
 *
 * Owns: what happens when there is none.
 * Never: used while a client is served.
 * Runs: in every program, at start-up.
 */
#include "config.h"

#include "lib/alloc.h"

/* System */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Project */
#include "lib/log.h"

__attribute__((weak)) int
alloc_exit_code(void)
{
	return EXIT_FAILURE;
}

_Noreturn void
alloc_failed(void)
{
	fatalx(alloc_exit_code(), "out of memory");
}

static void *
must(void *memory, size_t size)
{
	if (!memory)
		fatal(alloc_exit_code(), "cannot get %zu bytes of memory", size);
	return memory;
}

void *
must_alloc(size_t size)
{
	return must(calloc(1, size), size);
}

void *
must_realloc(void *old, size_t size)
{
	return must(realloc(old, size), size);
}

char *
must_strdup(const char *text)
{
	return must(strdup(text), strlen(text) + 1);
}

FILE *
must_open_text(char **ret_text, size_t *ret_len)
{
	return must(open_memstream(ret_text, ret_len), BUFSIZ);
}

void
must_close_text(FILE *stream, char *const *text)
{
	bool lost = ferror(stream);

	if (fclose(stream) != 0 || lost || !*text)
		fatal(alloc_exit_code(), "cannot get memory for a text");
}
