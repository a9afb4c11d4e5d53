/*
 * session_fixture.h - the caller of session_step() in the tests
 *
 * Does what a connection does, without a socket: keeps what was not consumed,
 * collects the answers, steps again while there is more to answer. After each
 * step it checks what must be true of any step; a test checks the rest.
 */
#ifndef TESTS_UNIT_SESSION_FIXTURE_H
#define TESTS_UNIT_SESSION_FIXTURE_H

#include "hellod/session.h"

/* A text of the test's; it may hold NUL bytes. */
#define TEXT(literal) ((struct session_text){(literal), sizeof(literal) - 1})

/* The rules of SPEC's dialogue; a test changes a copy. */
extern const struct session_rules usual_rules;

struct dialogue {
	/* A test may change these three after dialogue_init(). */
	unsigned max_answers; /* of each step; any number */
	size_t out_size;      /* of each step; session_answer_max() */
	bool eof_with_bytes;  /* end of file is told with the last bytes; no */

	enum session_status status; /* of the last step */
	unsigned greetings;         /* of all steps */
	unsigned steps;
	struct session_text out; /* all that was answered */

	struct session session;
	const struct session_rules *rules;
	char *pending; /* received, not consumed; as large as pending_len */
	size_t pending_len;
};

void dialogue_init(struct dialogue *dialogue, enum framing framing,
		   const struct session_rules *rules);
void dialogue_done(struct dialogue *dialogue);

/* One read that returned these bytes; after the end they go unread. */
void dialogue_read(struct dialogue *dialogue, struct session_text bytes);

/* The client closes its side, after it has sent these last bytes. */
void dialogue_close(struct dialogue *dialogue, struct session_text bytes);

/* Fails the test, showing both, if the texts differ. what: which test it is. */
void assert_text(const char *what, struct session_text got, struct session_text want);

#endif
