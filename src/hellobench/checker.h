/*
 * checker.h - is every byte the one that had to come?
 *
 * Pure: fed with what was received, in whatever pieces, it compares each byte
 * with the script, and tells how many answers are whole.
 */
#ifndef HELLOBENCH_CHECKER_H
#define HELLOBENCH_CHECKER_H

#include <stdbool.h>

/* Project */
#include "hellobench/failure.h"
#include "hellobench/script.h"

#define CHECKER_SAID_MAX 7 /* bytes that tell a refusal: "Error: " */

enum checker_stage {
	CHECKER_WELCOME,
	CHECKER_ANSWERS,
	CHECKER_GOODBYE, /* exit was said */
	CHECKER_WRONG,   /* something else came; what it is shows soon */
};

/* One client's; set up with checker_init(). */
struct checker {
	unsigned position; /* the next answer: its number in the script */
	unsigned awaited;  /* answers that are still to come */
	size_t offset;     /* bytes of the text awaited that have come */
	enum checker_stage stage;
	bool unasked; /* what is wrong came when nothing was awaited */
	unsigned char said_len;
	char said[CHECKER_SAID_MAX]; /* how the text that is none of ours begins */
};

/* start: the number of the first name, any. */
void checker_init(struct checker *checker, const struct script *script, unsigned start);

/* That many more names are said; awaited is never more than the script's batch. */
void checker_ask(struct checker *checker, unsigned names);

/* exit is said; nothing may be awaited. */
void checker_exit(struct checker *checker);

/*
 * Takes what was received. Adds the answers that are whole now to *ret_answers.
 * Returns FAILURE_NONE as long as all is right, or as it cannot be told yet
 * what a wrong text is; then checker_end() tells. Never called after a failure.
 */
enum failure checker_feed(struct checker *checker, const struct script *script, const char *bytes,
			  size_t len, unsigned *ret_answers);

/* The server has closed. FAILURE_NONE if it was to. */
enum failure checker_end(const struct checker *checker, const struct script *script);

/* True when nothing is awaited: it is the client's turn. */
static inline bool
checker_quiet(const struct checker *checker)
{
	return checker->stage == CHECKER_ANSWERS && checker->awaited == 0;
}

#endif
