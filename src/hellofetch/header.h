/*
 * header.h - the header of the last answer, as it came
 *
 * Pure. libcurl hands over every header line of every answer: those of 1xx
 * answers, of redirects, and trailers after the body. This keeps the header of
 * the last answer alone.
 */
#ifndef HELLOFETCH_HEADER_H
#define HELLOFETCH_HEADER_H

#include <stdbool.h>
#include <stddef.h>

#define HEADER_MAX (256 * 1024) /* bytes of all headers that one request brings, in any place */

struct header {
	char *text;      /* status line to empty line, line ends as they came */
	size_t len;      /* bytes in text */
	size_t capacity; /* bytes allocated */
	size_t seen;     /* bytes that came, of 1xx answers, redirects and trailers too */
	bool complete;   /* the empty line has come */
	bool sealed;     /* its body has begun: whatever comes now is a trailer */
};

enum header_step {
	HEADER_MORE,      /* taken, more lines are to come */
	HEADER_COMPLETE,  /* this was the empty line */
	HEADER_IGNORED,   /* a trailer, or a line outside of any header */
	HEADER_TOO_LARGE, /* more than HEADER_MAX has come */
	HEADER_NO_MEMORY,
};

void header_init(struct header *header);
void header_done(struct header *header);

/*
 * Takes one line, its line end included. A status line begins a new header if
 * the one before is complete and has no body.
 */
enum header_step header_add(struct header *header, const char *line, size_t len);

/* The first byte of the body has come. */
void header_seal(struct header *header);

#endif
