/*
 * source.h - the text of a configuration, wherever it stands
 *
 * Reads a file and all that it includes into one text, and remembers where
 * each line of it came from. libconfig could include by itself, but 1.5 ends
 * the whole program when an included file is a directory, blocks on a FIFO,
 * and takes relative names from the working directory.
 */
#ifndef LIB_SOURCE_H
#define LIB_SOURCE_H

#include <stddef.h>

struct faults;

#define SOURCE_FILES_MAX 64
#define SOURCE_DEPTH_MAX 10 /* files that include one another */

struct source_line {
	const char *file;
	int number;
};

struct source {
	size_t size_max; /* bytes of all files together */
	char *text;      /* NUL-terminated */
	size_t text_len;
	size_t text_room;
	struct source_line *lines; /* of each line of the text */
	size_t line_count;
	char **files; /* names, owned */
	size_t file_count;
};

/*
 * Reads a file, of at most size_max bytes with all that it includes. A name in
 * "@include" is taken from the directory of the file that says it. Regular files
 * only, without NUL bytes.
 * Returns 0, or -1 with the faults told. source_done() it in both cases.
 */
int source_read(struct source *source, const char *file, size_t size_max, struct faults *faults);
void source_done(struct source *source);

/*
 * The same from a text that is no file, so its lines have no numbers, and that
 * includes none; place: where it stands, shown as it is. Returns 0, or -1 if it
 * cannot be what a file would hold, with the faults told.
 */
int source_from_text(struct source *source, const char *text, const char *place,
		     struct faults *faults);

/* Where a line of the text (from 1) came from. */
struct source_line source_line(const struct source *source, int line);

#endif
