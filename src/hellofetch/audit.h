/*
 * audit.h - is this header clean, and what does it promise?
 *
 * Pure. libcurl is lenient with headers: of two different lengths it believes
 * the last, and it takes an answer without any framing for a whole one. What
 * is to replace a good file must be beyond doubt, so we look for ourselves.
 */
#ifndef HELLOFETCH_AUDIT_H
#define HELLOFETCH_AUDIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum coding {
	CODING_IDENTITY, /* or there is no Content-Encoding */
	CODING_GZIP,
	CODING_OTHER,
};

struct answer {
	int status;         /* 100 to 999; 0: there is no status line */
	int version;        /* 10, 11, 20, 30 */
	int64_t length;     /* Content-Length, -1 if there is none */
	bool chunked;       /* the one transfer coding is "chunked"; length is then void */
	bool location;      /* there is a Location, and it isn't empty */
	bool content_range; /* there is a Content-Range */
	enum coding coding; /* what the Content-Encoding says */
};

/*
 * Reads a whole header, status line to empty line. Fills *ret_answer as far
 * as it gets, and returns NULL, or the first fault as a fixed text that reads
 * on from "malformed header: ".
 */
const char *audit_header(const char *text, size_t len, struct answer *ret_answer);

/* True if the header says where the body ends. */
bool answer_is_framed(const struct answer *answer);

#endif
