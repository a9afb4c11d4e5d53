/*
 * written.c - the files that jobs write: one name must not undo another's
 *
 * Owns the rule when two names are one file: in the same directory, by device and
 * inode, and with the same last part. Changes nothing. hellofetch is one process.
 */
#include "config.h"

/* System */
#include <sys/stat.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Project */
#include "hellofetch/state_file.h"
#include "hellofetch/written.h"
#include "lib/alloc.h"

#define FILES_A_JOB 3 /* output, state, header */

struct list {
	struct written_file *files;
	size_t count;
};

/* What is not there cannot be one file by two names: then the name counts. */
static char *
identify(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *directory = must_strdup(slash == NULL ? "." : path), *text;
	struct stat found;
	size_t len;
	FILE *out = must_open_text(&text, &len);

	if (slash != NULL)
		directory[slash + 1 - path] = '\0';
	if (stat(directory, &found) < 0)
		fputs(path, out);
	else
		fprintf(out, "%" PRIuMAX ":%" PRIuMAX "/%s", (uintmax_t)found.st_dev,
			(uintmax_t)found.st_ino, slash == NULL ? path : slash + 1);
	must_close_text(out, &text);
	free(directory);
	return text;
}

/* NULL: there is no such file. */
static void
add(struct list *list, const char *option, const char *path, bool implied)
{
	if (path != NULL)
		list->files[list->count++] =
			(struct written_file){option, must_strdup(path), identify(path), implied};
}

static void
add_job(struct list *list, const struct options *options)
{
	struct state_file state;

	add(list, "output", options->output, false);
	add(list, "header-file", options->header_file, false);
	state_file_init(&state);
	if (options->output != NULL &&
	    state_file_name(&state, options->state, options->output) == 0)
		add(list, "state", state.path, options->state == NULL);
	state_file_done(&state);
}

static int
compare(const void *a, const void *b)
{
	const struct written_file *one = a, *other = b;

	int order = strcmp(one->identity, other->identity);

	return order != 0 ? order : strcmp(one->path, other->path);
}

/* Two outputs that are one have one state too: that goes without saying. */
static bool
is_twice(const struct written_file *one, const struct written_file *other)
{
	return strcmp(one->identity, other->identity) == 0 && !(one->implied && other->implied);
}

void
written_check(const struct options *options, size_t count, written_pair *tell, void *user)
{
	struct list list = {must_alloc((count * FILES_A_JOB + 1) * sizeof(*list.files)), 0};

	for (size_t i = 0; i < count; i++)
		add_job(&list, &options[i]);
	qsort(list.files, list.count, sizeof(*list.files), compare);
	for (size_t i = 1; i < list.count; i++)
		if (is_twice(&list.files[i - 1], &list.files[i]))
			tell(user, &list.files[i - 1], &list.files[i]);
	for (size_t i = 0; i < list.count; i++) {
		free(list.files[i].path);
		free(list.files[i].identity);
	}
	free(list.files);
}
