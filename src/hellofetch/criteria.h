/*
 * criteria.h - what the command line wants a page to be
 *
 * An answer may be whole and clean, and yet be the wrong one: the page of
 * a log-in, or of repairs.
 */
#ifndef HELLOFETCH_CRITERIA_H
#define HELLOFETCH_CRITERIA_H

#include <regex.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hellofetch/outcome.h"
#include "hellofetch/piece.h"

#define CRITERIA_START_MAX (64 * 1024) /* bytes of a page that are searched */

struct pattern {
	const char *text; /* NULL: there is none */
	regex_t regex;    /* of it */
};

struct criteria {
	const char *sha256;       /* hex; NULL: any */
	const char *content_type; /* a pattern as a shell's; NULL: any */
	struct pattern must_match;
	struct pattern not_match;
	int64_t shrink_limit; /* per cent of the old size; 0: none */
	bool force;           /* the old size does not matter */
};

/* Frees what the patterns hold. */
void criteria_done(struct criteria *criteria);

/* True if there is something to be searched for in the page. */
bool criteria_want_start(const struct criteria *criteria);

/* Judges by the header. */
void criteria_check_header(const struct criteria *criteria, const char *header, size_t len,
			   struct outcome *outcome);

/*
 * Judges by the first bytes of the page (CRITERIA_START_MAX, or all if it is
 * smaller), which one more byte follows. Waits for the answer, until (clock_usec())
 * at most.
 */
void criteria_check_start(const struct criteria *criteria, struct piece start, int64_t until,
			  struct outcome *outcome);

/* Judges by the SHA-256 of the page, in hex. */
void criteria_check_sha256(const struct criteria *criteria, const char *sha256,
			   struct outcome *outcome);

/* Judges by the sizes of the new and the old page. */
void criteria_check_shrink(const struct criteria *criteria, int64_t size, int64_t old,
			   struct outcome *outcome);

#endif
