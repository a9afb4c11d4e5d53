/*
 * job_select.c - which jobs of a file are to be done
 *
 * Owns the rule that names and files are one job's each. Pure; hellofetch is one
 * process.
 */
#include "config.h"

/* System */
#include <stdlib.h>
#include <string.h>

/* Project */
#include "hellofetch/job_select.h"
#include "hellofetch/written.h"
#include "lib/alloc.h"
#include "lib/suggest.h"

struct telling {
	const char *path; /* of the job file */
	struct faults *faults;
};

/* A written_pair. */
static void
tell_written_twice(void *user, const struct written_file *one, const struct written_file *other)
{
	const struct telling *telling = user;

	if (strcmp(one->option, other->option) == 0 && strcmp(one->path, other->path) == 0)
		fault(telling->faults, telling->path, 0, NULL, "two jobs have the same %s, \"%s\"",
		      one->option, one->path);
	else
		fault(telling->faults, telling->path, 0, NULL,
		      "two jobs write the same file: %s \"%s\" and %s \"%s\"", one->option,
		      one->path, other->option, other->path);
}

static int
compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void
check_names(const struct job_file *file, const char *path, struct faults *faults)
{
	const char **names = must_alloc((file->count + 1) * sizeof(*names));
	size_t count = 0;

	for (size_t i = 0; i < file->count; i++)
		if (file->options[i].name != NULL)
			names[count++] = file->options[i].name;
	qsort(names, count, sizeof(*names), compare);
	for (size_t i = 1; i < count; i++)
		if (strcmp(names[i - 1], names[i]) == 0)
			fault(faults, path, 0, NULL, "two jobs have the same name, \"%s\"",
			      names[i]);
	free(names);
}

/* The job of that name: its place, or count. */
static size_t
find(const struct job_file *file, const char *name)
{
	size_t i = 0;

	while (i < file->count &&
	       (file->options[i].name == NULL || strcmp(file->options[i].name, name) != 0))
		i++;
	return i;
}

static void
tell_unknown(const struct job_file *file, const char *path, const char *name, struct faults *faults)
{
	const char **words = must_alloc((file->count + 1) * sizeof(*words)), *near;
	size_t count = 0;

	for (size_t i = 0; i < file->count; i++)
		if (file->options[i].name != NULL)
			words[count++] = file->options[i].name;
	near = suggest(name, words, count);
	fault(faults, path, 0, NULL, "no job is called \"%s\"%s%s%s", name,
	      near != NULL ? "; did you mean \"" : "", near != NULL ? near : "",
	      near != NULL ? "\"?" : "");
	free(words);
}

/* Drops the jobs that are not wanted; the others stay in their order. */
static void
keep_wanted(struct job_file *file, const bool *wanted)
{
	size_t kept = 0;

	for (size_t i = 0; i < file->count; i++) {
		if (wanted[i]) {
			file->options[kept] = file->options[i];
			/* It points to its own criteria, which have moved. */
			file->options[kept].request.criteria = &file->options[kept].criteria;
			kept++;
		} else {
			options_done(&file->options[i]);
		}
	}
	file->count = kept;
}

void
job_select(struct job_file *file, const char *path, char *const *names, struct faults *faults)
{
	bool *wanted = must_alloc((file->count + 1) * sizeof(*wanted));
	struct telling telling = {path, faults};

	written_check(file->options, file->count, tell_written_twice, &telling);
	check_names(file, path, faults);
	for (size_t i = 0; names[i] != NULL; i++) {
		size_t at = find(file, names[i]);

		if (at == file->count)
			tell_unknown(file, path, names[i], faults);
		wanted[at] = true;
	}
	if (names[0] != NULL && faults->count == 0)
		keep_wanted(file, wanted);
	free(wanted);
}
