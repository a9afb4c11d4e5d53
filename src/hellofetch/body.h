/*
 * body.h - the way of a body: from the wire to the file
 *
 * Counts, unpacks, gathers, hashes and writes. Failures go to the outcome.
 */
#ifndef HELLOFETCH_BODY_H
#define HELLOFETCH_BODY_H

#include <stdint.h>

#include "hellofetch/audit.h"
#include "hellofetch/criteria.h"
#include "hellofetch/gunzip.h"
#include "hellofetch/hasher.h"
#include "hellofetch/outcome.h"
#include "hellofetch/save.h"
#include "hellofetch/verdict.h"

struct body {
	struct save *save;
	struct size_range sizes;
	const struct criteria *criteria;
	struct outcome *outcome;
	enum coding coding;
	int64_t wire; /* bytes that came */
	int64_t size; /* bytes for the file */
	struct gunzip gunzip;
	struct hasher hasher;
	char *block; /* of the hasher's, being filled; NULL: none yet */
	size_t used; /* bytes in it */
	char *start; /* the first bytes for the file, if criteria want them */
	size_t start_len;
};

/* Borrows save, criteria and outcome. hash: somebody wants to know the SHA-256. */
void body_init(struct body *body, struct save *save, struct size_range sizes, bool hash,
	       const struct criteria *criteria, struct outcome *outcome);
void body_done(struct body *body);

/* A body is to come for this answer: gets ready, and reserves room. */
void body_begin(struct body *body, const struct answer *answer);

/*
 * Takes bytes as they came; they are written when there is a block of them.
 * Returns 0, or -1 when the outcome has the reason.
 */
int body_take(struct body *body, const char *bytes, size_t len);

/*
 * libcurl says that this was all: writes the rest, and holds it against the
 * criteria, until (clock_usec()) that has to end. Size and hash, if it is wanted,
 * go to the outcome's page.
 */
void body_end(struct body *body, const struct answer *answer, int64_t until);

#endif
