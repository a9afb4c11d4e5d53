/*
 * text.h - a text in the making, where memory may run out
 *
 * A stream into memory whose every failure shows at its end, once. For those
 * who go on without the text; others take must_open_text().
 */
#ifndef LIB_TEXT_H
#define LIB_TEXT_H

#include <stdio.h>

struct text {
	FILE *out; /* to be written to, between begin and end; NULL: there was no memory */
	char *bytes;
	size_t len;
};

/* Returns 0, or -1 with errno; then text_end() and text_done() are harmless. */
int text_begin(struct text *text);

/*
 * Returns the whole text, until text_done(), or NULL if any of it was lost for
 * want of memory. May be called again.
 */
char *text_end(struct text *text);

void text_done(struct text *text);

#endif
