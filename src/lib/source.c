/*
 * source.c - the text of a configuration, wherever it stands
 *
 * Owns: reading files safely, and the map from a line to its file and line.
 * Never: knows a key, or libconfig's grammar (source_scan.c).
 * Runs: in the processes that read a configuration or a job file.
 */
#include "config.h"

#include "lib/source_scan.h"

/* System */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Project */
#include "lib/alloc.h"
#include "lib/escape.h"
#include "lib/faults.h"
#include "lib/units.h"

#define QUOTED_MAX 200 /* bytes of something shown in a fault */

/* Tells a fault about a file: where it was included, if it was. */
static int
file_fault(struct faults *faults, const char *path, const struct scan *from, const char *what)
{
	char shown[QUOTED_MAX];

	escape_bytes(path, strlen(path), shown, sizeof(shown));
	if (from)
		fault(faults, from->file, from->line, NULL, "@include \"%s\": %s", shown, what);
	else
		fault(faults, shown, 0, NULL, "%s", what);
	return -1;
}

static const char *
kind_of(mode_t mode)
{
	return S_ISDIR(mode)    ? "a directory"
	       : S_ISFIFO(mode) ? "a FIFO"
	       : S_ISSOCK(mode) ? "a socket"
				: "a device";
}

/* A device may do something when it is opened, so it is looked at first. */
static int
look_at(const char *path, size_t size_max, char what[QUOTED_MAX])
{
	struct stat st;

	if (stat(path, &st) < 0)
		snprintf(what, QUOTED_MAX, "cannot open it: %s", strerror(errno));
	else if (!S_ISREG(st.st_mode))
		snprintf(what, QUOTED_MAX, "got %s, want a regular file", kind_of(st.st_mode));
	else if (st.st_size > (off_t)size_max)
		snprintf(what, QUOTED_MAX, "got %lld bytes, want at most %zu",
			 (long long)st.st_size, size_max);
	else
		return 0;
	return -1;
}

/* Opens what is a regular file; if it is none any more, without waiting. */
static int
open_file(const char *path, size_t size_max, const struct scan *from, struct faults *faults)
{
	char what[QUOTED_MAX];
	int fd;

	if (look_at(path, size_max, what) < 0)
		return file_fault(faults, path, from, what);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd >= 0)
		return fd;
	snprintf(what, sizeof(what), "cannot open it: %s", strerror(errno));
	return file_fault(faults, path, from, what);
}

/* Reads all of a file; *ret_text is NUL-terminated and the caller's. */
static int
read_file(const char *path, size_t size_max, const struct scan *from, struct faults *faults,
	  char **ret_text, size_t *ret_len)
{
	int fd = open_file(path, size_max, from, faults);
	char *text;
	size_t len = 0;
	ssize_t n = 0;

	if (fd < 0)
		return -1;
	text = must_alloc(size_max + 2);
	while (len <= size_max && (n = read(fd, text + len, size_max + 1 - len)) > 0)
		len += (size_t)n;
	close(fd);
	if (len > size_max || n < 0) {
		free(text);
		return file_fault(faults, path, from,
				  n < 0 ? "cannot read it: I/O error" : "grew while it was read");
	}
	text[len] = '\0';
	*ret_text = text;
	*ret_len = len;
	return 0;
}

/* Remembers how the file is shown; it may be called anything. */
static const char *
remember_file(struct source *source, const char *path)
{
	char shown[QUOTED_MAX];

	escape_bytes(path, strlen(path), shown, sizeof(shown));
	source->files = must_realloc(source->files, (source->file_count + 1) * sizeof(char *));
	return source->files[source->file_count++] = must_strdup(shown);
}

static int
nul_fault(struct faults *faults, const char *file, const char *text)
{
	int line = 1;

	for (const char *at = text; *at; at++)
		line += *at == '\n';
	fault(faults, file, line, NULL, "got a NUL byte, want text");
	return -1;
}

static int
size_fault(const struct source *source, struct faults *faults, const char *path,
	   const struct scan *from)
{
	char size[UNITS_TEXT_MAX], what[QUOTED_MAX];

	snprintf(what, sizeof(what), "want at most %s in all files together",
		 units_format_size((int64_t)source->size_max, size));
	return file_fault(faults, path, from, what);
}

int
scan_file(struct source *source, const char *path, int depth, const struct scan *from,
	  struct faults *faults)
{
	struct scan scan = {source, faults, path, remember_file(source, path), 1, depth, NULL};
	char *text = NULL;
	size_t len = 0;
	int r;

	if (depth > SOURCE_DEPTH_MAX)
		return file_fault(faults, path, from,
				  "files include one another more than 10 deep; is it a circle?");
	if (source->file_count > SOURCE_FILES_MAX)
		return file_fault(faults, path, from, "want at most 64 files in all");
	if (read_file(path, source->size_max, from, faults, &text, &len) < 0)
		return -1;
	if (source->text_len + len > source->size_max) {
		r = size_fault(source, faults, path, from);
	} else if (strlen(text) != len) {
		r = nul_fault(faults, scan.file, text);
	} else {
		scan.at = text;
		r = scan_text(&scan);
	}
	free(text);
	return r;
}

int
source_read(struct source *source, const char *path, size_t size_max, struct faults *faults)
{
	*source = (struct source){.size_max = size_max};
	return scan_file(source, path, 1, NULL, faults);
}

int
source_from_text(struct source *source, const char *text, const char *place, struct faults *faults)
{
	struct scan scan = {.source = source, .faults = faults, .depth = 1, .at = text};

	*source = (struct source){0};
	source->files = must_alloc(sizeof(char *));
	scan.file = source->files[source->file_count++] = must_strdup(place);
	return scan_text(&scan);
}

void
source_done(struct source *source)
{
	for (size_t i = 0; i < source->file_count; i++)
		free(source->files[i]);
	free(source->files);
	free(source->lines);
	free(source->text);
	*source = (struct source){0};
}

struct source_line
source_line(const struct source *source, int line)
{
	size_t index = line > 0 ? (size_t)line - 1 : 0;

	/* The parser may stop one line behind the last. */
	return source->lines[index < source->line_count ? index : source->line_count - 1];
}
