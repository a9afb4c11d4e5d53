/*
 * source_scan.c - composing one text for libconfig
 *
 * Owns: what it knows of libconfig's grammar: comments, texts, words, numbers
 * and "@include".
 * Never: knows a key. What is wrong in any other way, libconfig finds.
 * Runs: as source.c does.
 */
#include "config.h"

#include "lib/source_scan.h"

/* System */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Project */
#include "lib/alloc.h"
#include "lib/faults.h"

static void
add_text(struct source *source, const char *text, size_t len)
{
	/* Grows by doubling: copying all for each word would be quadratic. */
	if (source->text_len + len + 1 > source->text_room) {
		source->text_room = 2 * (source->text_len + len + 1);
		source->text = must_realloc(source->text, source->text_room);
	}
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

/* The fault of a comment or a text that has no end in its own file. */
static int
tell_endless(const struct scan *scan, const char *what)
{
	fault(scan->faults, scan->file, scan->line, NULL, "%s that begins here has no end", what);
	return -1;
}

/*
 * libconfig keeps texts as C strings: from a NUL on they would be lost.
 * Returns the end of the text in double quotes at scan->at, or NULL.
 */
static const char *
find_text_end(const struct scan *scan)
{
	const char *at = scan->at + 1;

	for (; *at && *at != '"'; at++) {
		if (strncasecmp(at, "\\x00", 4) == 0) {
			fault(scan->faults, scan->file, scan->line, NULL,
			      "got \\x00 in a text, want any other character");
			return NULL;
		}
		if (at[0] == '\\' && at[1])
			at++;
	}
	if (*at)
		return at + 1;
	tell_endless(scan, "the text");
	return NULL;
}

/*
 * Takes over a comment or a text, if one begins here. Returns 1 if so, 0 if not,
 * and -1 after a fault.
 */
static int
copy_opaque(struct scan *scan)
{
	const char *at = scan->at;
	const char *end;

	if (at[0] == '#' || (at[0] == '/' && at[1] == '/')) {
		end = at + strcspn(at, "\n");
	} else if (at[0] == '/' && at[1] == '*') {
		end = strstr(at + 2, "*/");
		if (!end)
			return tell_endless(scan, "the comment");
		end += 2;
	} else if (at[0] == '"') {
		end = find_text_end(scan);
		if (!end)
			return -1;
	} else {
		return 0;
	}
	copy_until(scan, end);
	return 1;
}

/*
 * A word: a name or a number. libconfig 1.5 cuts a number of more than 32 bits
 * to 32 unless it ends in L; 1.7 doesn't. The L is added here for both.
 */
static int
copy_word(struct scan *scan)
{
	size_t len = strspn(scan->at, "0123456789abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ_.*-");
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
	if (name[len + 2 + strspn(name + len + 2, " \t\r")] != '\n' &&
	    name[len + 2 + strspn(name + len + 2, " \t\r")] != '\0') {
		fault(scan->faults, scan->file, scan->line, NULL,
		      "@include: want nothing else on its line");
		return -1;
	}
	file = resolve(scan->path, name + 1, len);
	scan->at = name + 1 + len + 1;
	add_text(scan->source, "\n", 1); /* ends the line that was begun here */
	r = scan_file(scan->source, file, scan->depth + 1, scan, scan->faults);
	free(file);
	begin_line(scan); /* what follows the directive is in its line again */
	return r;
}

/* Anywhere else libconfig would include by itself. */
static int
tell_misplaced(const struct scan *scan)
{
	fault(scan->faults, scan->file, scan->line, NULL,
	      "got @ here, want @include only as the first word of a line of a file");
	return -1;
}

/* The next word, comment, text, directive or character. */
static int
scan_one(struct scan *scan, const char *begin)
{
	int opaque = copy_opaque(scan);

	if (opaque != 0)
		return opaque < 0 ? -1 : 0;
	if (*scan->at == '@')
		return scan->path && at_include(scan, begin) ? include(scan) : tell_misplaced(scan);
	if (isalnum((unsigned char)*scan->at) || *scan->at == '_' || *scan->at == '.')
		return copy_word(scan);
	copy_until(scan, scan->at + 1);
	return 0;
}

int
scan_text(struct scan *scan)
{
	const char *begin = scan->at;

	begin_line(scan);
	while (*scan->at)
		if (scan_one(scan, begin) < 0)
			return -1;
	/* The end of a file ends its last line, comment or not. */
	add_text(scan->source, "\n", 1);
	return 0;
}
