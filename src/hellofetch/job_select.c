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
#include "lib/alloc.h"
#include "lib/suggest.h"

static int
compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Tells the texts of which there is more than one. */
static void
tell_twice(const char **texts, size_t count, const char *path, const char *what,
	   struct faults *faults)
{
	qsort(texts, count, sizeof(*texts), compare);
	for (size_t i = 1; i < count; i++)
		if (strcmp(texts[i - 1], texts[i]) == 0)
			fault(faults, path, 0, NULL, "two jobs have the same %s, \"%s\"", what,
			      texts[i]);
}

static void
check_once(const struct job_file *file, const char *path, struct faults *faults)
{
	const char **texts = must_alloc((file->count + 1) * sizeof(*texts));
	size_t names = 0;

	for (size_t i = 0; i < file->count; i++)
		texts[i] = file->options[i].output;
	tell_twice(texts, file->count, path, "output", faults);
	for (size_t i = 0; i < file->count; i++)
		if (file->options[i].name != NULL)
			texts[names++] = file->options[i].name;
	tell_twice(texts, names, path, "name", faults);
	free(texts);
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

	check_once(file, path, faults);
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
