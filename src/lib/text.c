/*
 * text.c - a text in the making, where memory may run out
 *
 * Owns: what open_memstream(3) does when it does.
 * Never: ends the program.
 * Runs: in the master, as long as it serves; in the clients.
 */
#include "config.h"

#include "lib/text.h"

/* System */
#include <stdbool.h>
#include <stdlib.h>

int
text_begin(struct text *text)
{
	*text = (struct text){.out = NULL};
	text->out = open_memstream(&text->bytes, &text->len);
	return text->out ? 0 : -1;
}

char *
text_end(struct text *text)
{
	bool whole;

	if (!text->out)
		return text->bytes;
	whole = !ferror(text->out);
	/* The last chance to fail: it gives back what it had too much. */
	whole = fclose(text->out) == 0 && whole;
	text->out = NULL;
	if (!whole) {
		free(text->bytes);
		text->bytes = NULL;
	}
	return text->bytes;
}

void
text_done(struct text *text)
{
	text_end(text);
	free(text->bytes);
	text->bytes = NULL;
}
