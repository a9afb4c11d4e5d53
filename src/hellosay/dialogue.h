/*
 * dialogue.h - the client's side of the hello protocol
 *
 *     welcome, then any number of say, then goodbye
 *
 * One name is in flight at a time. What the server says is printed on standard
 * output, a line each; what goes wrong is told on standard error, and the exit
 * code returned classes it. After a failure the dialogue is over.
 */
#ifndef HELLOSAY_DIALOGUE_H
#define HELLOSAY_DIALOGUE_H

#include <stddef.h>
#include <stdint.h>

/* Project */
#include "hellosay/exit_codes.h"
#include "hellosay/stream.h"

#define DIALOGUE_TEXT_MAX 256 /* bytes of a name or an answer in a message */

/* What ends a text of the server's: its listener's framing, as hellod.conf says it. */
enum framing {
	/*
	 * To be found out. A welcome with LF at its end comes from a listener
	 * of lines. Else the first name is sent as a line, and an "auto"
	 * listener becomes one of lines. One of messages takes the LF for a
	 * part of the name, which shows in its answer: a line that ends with
	 * the name, and something behind it. The name is then said again.
	 */
	FRAMING_AUTO,
	FRAMING_LINE, /* LF does, after the welcome too */
	/*
	 * Nothing does. What the first read returned is the welcome; an answer
	 * is taken for whole when the name has arrived in it. The rest of one
	 * that came in pieces is shown in front of the next.
	 */
	FRAMING_MESSAGE,
};

struct dialogue {
	struct stream server;
	const char *where;    /* the server's address, for messages */
	enum framing framing; /* as far as known */
	int64_t timeout_usec; /* for each thing that is waited for */
	/* What is waited for now, in words, and until when. */
	char awaited[DIALOGUE_TEXT_MAX];
	int64_t deadline;
};

enum exit_code dialogue_welcome(struct dialogue *dialogue);
enum exit_code dialogue_say(struct dialogue *dialogue, const char *name, size_t len);
enum exit_code dialogue_goodbye(struct dialogue *dialogue);

/*
 * To be called when the server's descriptor is readable and nothing was asked:
 * most likely it hangs up, and that is told at once. Returns EXIT_OK if it only
 * said something; that will stand in front of the next answer.
 */
enum exit_code dialogue_unasked(struct dialogue *dialogue);

#endif
