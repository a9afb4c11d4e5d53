/*
 * session.h - the hello dialogue: bytes in, bytes out
 *
 * Pure: it knows no descriptor, no clock and no log. Whoever calls it reads
 * and writes, and decides when.
 *
 *     server: Welcome!            at once
 *     client: NAME                1 to max_message bytes
 *     server: Hello, NAME!        one answer a message, in order
 *     client: exit                the end; nothing more is sent
 */
#ifndef HELLOD_SESSION_H
#define HELLOD_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where a message ends. */
enum framing {
	FRAMING_AUTO,    /* decided once, by the client's first bytes */
	FRAMING_LINE,    /* at LF; a CR before it is dropped */
	FRAMING_MESSAGE, /* where a read ended, or after max_message bytes */
};

/* A text that need not end in NUL. */
struct session_text {
	const char *bytes;
	size_t len;
};

/* What is the same for all sessions; never changed while one is open. */
struct session_rules {
	struct session_text welcome;
	struct session_text before; /* the greeting up to the name */
	struct session_text after;  /* and from there on */
	size_t max_message;         /* bytes, at least SESSION_MESSAGE_MIN */
	bool utf8;                  /* names must be UTF-8 */
};

/* The longest UTF-8 character must fit, or a burst could not be cut. */
#define SESSION_MESSAGE_MIN 4

/* One client's dialogue. Set up with session_init(); holds no memory. */
struct session {
	uint8_t framing; /* enum framing, in a byte: there is one a connection */
};

enum session_status {
	SESSION_WANTS_INPUT, /* what is left of the input is no whole message */
	SESSION_WANTS_ROOM,  /* there may be more to answer: step again */
	/* The dialogue is over; what was produced is still to be sent. */
	SESSION_SAID_EXIT,
	SESSION_END_OF_INPUT,
	SESSION_NAME_TOO_LONG,
	SESSION_NAME_NOT_UTF8,
};

/* What a step works on, and what it did. */
struct session_io {
	/* Given by the caller: */
	struct session_text in; /* all that was received; a step takes from its front */
	bool eof;               /* nothing will come after it */
	char *out;              /* room for answers, session_answer_max() or more */
	size_t out_size;
	unsigned max_answers; /* answer no more than that many messages */
	/* Returned: */
	size_t produced;    /* bytes of out to be sent */
	unsigned greetings; /* names greeted */
};

void session_init(struct session *session, enum framing framing);

/* Writes the welcome to out (session_answer_max() bytes); returns its length. */
size_t session_welcome(const struct session *session, const struct session_rules *rules, char *out);

/*
 * Answers as many messages as the input holds and max_answers and the room
 * allow. In message framing the input is what one read returned, behind what
 * the step before left. Never called again once the dialogue is over.
 */
enum session_status session_step(struct session *session, const struct session_rules *rules,
				 struct session_io *io);

/* The room that any single answer, or the welcome, may need, in bytes. */
size_t session_answer_max(const struct session_rules *rules);

#endif
