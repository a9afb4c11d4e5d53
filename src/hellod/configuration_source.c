/*
 * configuration_source.c - the text of a configuration, wherever it stands
 *
 * Owns: reading files safely, "@include", the map from line to file and line.
 * Never: knows a key. Of libconfig's grammar it knows comments, strings and
 * what a number looks like, no more.
 * Runs: in the master, before and at a reload.
 */
#include "config.h"

#include "hellod/configuration_source.h"

/* System */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Project */
#include "hellod/faults.h"
#include "lib/alloc.h"
#include "lib/escape.h"

#define QUOTED_MAX 200 /* bytes of something shown in a fault */

/* Where the scan of one file stands. */
struct scan {
	struct source *source;
	struct faults *faults;
	const char *file;
	int line;
	int depth; /* of files that include one another, from 1 */
	const char *at;
};

static int read_into(struct source *source, const char *file, int depth, const struct scan *from,
		     struct faults *faults);

/* Tells a fault about a file: where it was included, if it was. */
static int
file_fault(struct faults *faults, const char *file, const struct scan *from, const char *what)
{
	if (from)
		fault(faults, from->file, from->line, NULL, "@include \"%s\": %s", file, what);
	else
		fault(faults, file, 0, NULL, "%s", what);
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

/*
 * Opens without waiting for a FIFO's writer. What is no regular file, or too
 * large, is not read at all.
 */
static int
open_file(const char *file, const struct scan *from, struct faults *faults)
{
	char what[QUOTED_MAX];
	struct stat st;
	int fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd < 0) {
		snprintf(what, sizeof(what), "cannot open it: %s", strerror(errno));
		return file_fault(faults, file, from, what);
	}
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size <= SOURCE_SIZE_MAX)
		return fd;
	if (!S_ISREG(st.st_mode))
		snprintf(what, sizeof(what), "got %s, want a regular file", kind_of(st.st_mode));
	else
		snprintf(what, sizeof(what), "got %lld bytes, want at most %ld",
			 (long long)st.st_size, SOURCE_SIZE_MAX);
	close(fd);
	return file_fault(faults, file, from, what);
}

/* Reads all of a file; *ret_text is NUL-terminated and the caller's. */
static int
read_file(const char *file, const struct scan *from, struct faults *faults, char **ret_text,
	  size_t *ret_len)
{
	int fd = open_file(file, from, faults);
	char *text;
	size_t len = 0;
	ssize_t n;

	if (fd < 0)
		return -1;
	text = must_alloc(SOURCE_SIZE_MAX + 2);
	while (len <= SOURCE_SIZE_MAX && (n = read(fd, text + len, SOURCE_SIZE_MAX + 1 - len)) > 0)
		len += (size_t)n;
	close(fd);
	if (len > SOURCE_SIZE_MAX || n < 0) {
		free(text);
		return file_fault(faults, file, from,
				  n < 0 ? "cannot read it: I/O error" : "grew while it was read");
	}
	text[len] = '\0';
	*ret_text = text;
	*ret_len = len;
	return 0;
}

static const char *
remember_file(struct source *source, const char *file)
{
	source->files = must_realloc(source->files, (source->file_count + 1) * sizeof(char *));
	return source->files[source->file_count++] = must_strdup(file);
}

static void
add_text(struct source *source, const char *text, size_t len)
{
	source->text = must_realloc(source->text, source->text_len + len + 1);
	memcpy(source->text + source->text_len, text, len);
	source->text_len += len;
	source->text[source->text_len] = '\0';
}

/* Says where the line of text that begins here came from. */
static void
begin_line(const struct scan *scan)
{
	struct source *source = scan->source;

	if (source->line_count % 256 == 0)
		source->lines = must_realloc(source->lines,
					     (source->line_count + 256) * sizeof(*source->lines));
	source->lines[source->line_count++] = (struct source_line){scan->file, scan->line};
}

/* Takes over the text up to end, counting its lines. */
static void
copy_until(struct scan *scan, const char *end)
{
	while (scan->at < end) {
		const char *lf = memchr(scan->at, '\n', (size_t)(end - scan->at));
		const char *stop = lf ? lf + 1 : end;

		add_text(scan->source, scan->at, (size_t)(stop - scan->at));
		scan->at = stop;
		if (lf) {
			scan->line++;
			begin_line(scan);
		}
	}
}

/* Past the end of a comment or a string that begins here; NULL: none does. */
static const char *
skip_opaque(const char *at)
{
	const char *end;

	if (at[0] == '#' || (at[0] == '/' && at[1] == '/'))
		return at + strcspn(at, "\n");
	if (at[0] == '/' && at[1] == '*') {
		end = strstr(at + 2, "*/");
		return end ? end + 2 : at + strlen(at);
	}
	if (at[0] != '"')
		return NULL;
	for (at++; *at && *at != '"'; at++)
		if (at[0] == '\\' && at[1])
			at++;
	return *at ? at + 1 : at;
}

/*
 * A word: a name or a number. libconfig 1.5 cuts a number of more than 32 bits
 * to 32 unless it ends in L; 1.7 doesn't. The L is added here for both.
 */
static int
copy_word(struct scan *scan)
{
	size_t len = strspn(scan->at, "0123456789abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ_.*");
	const char *word = scan->at;
	char *end;
	long long value;

	copy_until(scan, word + len);
	if (!isdigit((unsigned char)*word))
		return 0;
	errno = 0;
	value = strtoll(word, &end, word[1] == 'x' || word[1] == 'X' ? 16 : 10);
	if (end != word + len)
		return 0; /* a fraction, an L, or nothing that libconfig takes */
	if (errno == ERANGE) {
		fault(scan->faults, scan->file, scan->line, NULL,
		      "number %.*s... is too large for any key", (int)(len < 20 ? len : 20), word);
		return -1;
	}
	if (value > INT_MAX)
		add_text(scan->source, "L", 1);
	return 0;
}

/* The name of the file to include, seen from the file that says so. */
static char *
resolve(const char *from, const char *name, size_t name_len)
{
	const char *slash = strrchr(from, '/');
	size_t dir_len = slash && name[0] != '/' ? (size_t)(slash - from) + 1 : 0;
	char *file = must_alloc(dir_len + name_len + 1);

	memcpy(file, from, dir_len);
	memcpy(file + dir_len, name, name_len);
	file[dir_len + name_len] = '\0';
	return file;
}

/* True if "@include" stands here, the first word of its line. */
static bool
at_include(const struct scan *scan, const char *file_begin)
{
	const char *before = scan->at;

	if (strncmp(scan->at, "@include", strlen("@include")) != 0)
		return false;
	while (before > file_begin && (before[-1] == ' ' || before[-1] == '\t'))
		before--;
	return before == file_begin || before[-1] == '\n';
}

/* Puts the file named here in the place of its "@include". */
static int
include(struct scan *scan)
{
	const char *name = scan->at + strlen("@include");
	size_t len;
	char *file;
	int r;

	name += strspn(name, " \t");
	len = *name == '"' ? strcspn(name + 1, "\"\n") : 0;
	if (*name != '"' || len == 0 || name[1 + len] != '"') {
		fault(scan->faults, scan->file, scan->line, NULL,
		      "@include: want a file name in double quotes on the same line");
		return -1;
	}
	file = resolve(scan->file, name + 1, len);
	scan->at = name + 1 + len + 1;
	add_text(scan->source, "\n", 1); /* ends the line that was begun here */
	r = read_into(scan->source, file, scan->depth + 1, scan, scan->faults);
	free(file);
	begin_line(scan); /* what follows the directive is in its line again */
	return r;
}

static int
scan_file(struct scan *scan)
{
	const char *begin = scan->at;

	begin_line(scan);
	while (*scan->at) {
		const char *end = skip_opaque(scan->at);

		if (end) {
			copy_until(scan, end);
		} else if (at_include(scan, begin)) {
			if (include(scan) < 0)
				return -1;
		} else if (isalnum((unsigned char)*scan->at) || *scan->at == '_') {
			if (copy_word(scan) < 0)
				return -1;
		} else {
			copy_until(scan, scan->at + 1);
		}
	}
	/* The end of a file ends its last line, comment or not. */
	add_text(scan->source, "\n", 1);
	return 0;
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
read_into(struct source *source, const char *file, int depth, const struct scan *from,
	  struct faults *faults)
{
	struct scan scan = {source, faults, remember_file(source, file), 1, depth, NULL};
	char *text = NULL;
	size_t len = 0;
	int r;

	if (depth > SOURCE_DEPTH_MAX)
		return file_fault(faults, file, from,
				  "files include one another more than 10 deep; is it a circle?");
	if (read_file(file, from, faults, &text, &len) < 0)
		return -1;
	if (source->text_len + len > SOURCE_SIZE_MAX) {
		r = file_fault(faults, file, from, "more than 1 MiB in all files together");
	} else if (strlen(text) != len) {
		r = nul_fault(faults, scan.file, text);
	} else {
		scan.at = text;
		r = scan_file(&scan);
	}
	free(text);
	return r;
}

int
source_read(struct source *source, const char *file, struct faults *faults)
{
	*source = (struct source){0};
	return read_into(source, file, 1, NULL, faults);
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
