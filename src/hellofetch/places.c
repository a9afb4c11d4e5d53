/*
 * places.c - the directories that a run writes in
 *
 * Owns the rule which they are. Changes nothing in them. hellofetch is one process.
 */
#include "config.h"

/* System */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Project */
#include "hellofetch/places.h"
#include "lib/alloc.h"

#define FILES_A_JOB 3 /* file, state, header */

struct places {
	char **paths;
	size_t count;
};

/* NULL: there is no such file. */
static void
add_directory_of(struct places *places, const char *file)
{
	const char *slash = file != NULL ? strrchr(file, '/') : NULL;
	char *path;

	if (file == NULL)
		return;
	path = must_strdup(slash == NULL ? "./" : file);
	path[slash == NULL ? 1 : slash + 1 - file] = '\0';
	places->paths[places->count++] = path;
}

static void
add_job(struct places *places, const struct options *options)
{
	/* What is for standard output is where save_open_spool() puts it. */
	add_directory_of(places, options->output != NULL ? options->output : P_tmpdir "/");
	add_directory_of(places, options->state);
	add_directory_of(places, options->header_file);
}

static int
compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void
visit_path(const char *path, place_visitor *visit, void *user)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return;
	visit(fd, user);
	close(fd);
}

void
places_visit(const struct job *jobs, size_t count, place_visitor *visit, void *user)
{
	struct places places = {must_alloc((count * FILES_A_JOB + 1) * sizeof(char *)), 0};

	for (size_t i = 0; i < count; i++)
		add_job(&places, jobs[i].options);
	qsort(places.paths, places.count, sizeof(*places.paths), compare);
	for (size_t i = 0; i < places.count; i++)
		if (i == 0 || strcmp(places.paths[i - 1], places.paths[i]) != 0)
			visit_path(places.paths[i], visit, user);
	for (size_t i = 0; i < places.count; i++)
		free(places.paths[i]);
	free(places.paths);
}
