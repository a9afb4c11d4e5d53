/*
 * dialogue.c - the client's side of the hello protocol
 *
 * Owns: when to speak, where an answer ends and whether it is a right one, and
 * what is printed on standard output.
 * Never: connects, reads names.
 */
#include "config.h"

#include "hellosay/dialogue.h"

/* System */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Library */
#include "lib/alloc.h"
#include "lib/escape.h"
#include "lib/log.h"

/* From now on this is waited for, as long as the time-out allows. */
static void
await(struct dialogue *d, const char *what, const char *name, size_t len)
{
	char quote[DIALOGUE_TEXT_MAX / 2];

	if (name)
		snprintf(d->awaited, sizeof(d->awaited), "%s \"%s\"", what,
			 escape_bytes(name, len, quote, sizeof(quote)));
	else
		snprintf(d->awaited, sizeof(d->awaited), "%s", what);
	d->deadline = stream_clock() + d->timeout_usec;
}

/* Tells what came in place of what was awaited. */
static enum exit_code
fail(const struct dialogue *d, enum exit_code code, const char *what, const char *hint)
{
	const char *text = d->server.bytes;
	size_t len = d->server.len;
	char said[DIALOGUE_TEXT_MAX];

	if (len == 0) {
		log_errorx("%s: %s while waiting for %s%s", d->where, what, d->awaited, hint);
		return code;
	}
	len -= text[len - 1] == '\n';
	log_errorx("%s: %s while waiting for %s; it said \"%s\"%s", d->where, what, d->awaited,
		   escape_bytes(text, len, said, sizeof(said)), hint);
	return code;
}

/* The server's words for "no"; it closes after them. */
static bool
is_refusal(const struct stream *server)
{
	return server->len >= 6 &&
	       (memcmp(server->bytes, "Error:", 6) == 0 || memcmp(server->bytes, "Busy: ", 6) == 0);
}

/* No more is coming, and what was awaited is not there, or not whole. */
static enum exit_code
give_up(const struct dialogue *d, enum stream_status status)
{
	if (is_refusal(&d->server))
		return fail(d, EXIT_BAD_ANSWER, "refused", "");
	switch (status) {
	case STREAM_TIMEOUT:
		/* Where nothing ends a text, silence tells that it was another one. */
		if (d->framing == FRAMING_MESSAGE && d->server.len > 0)
			return fail(d, EXIT_BAD_ANSWER, "wrong answer", "");
		return fail(d, EXIT_TIMED_OUT, "timed out", "; -t allows more time");
	case STREAM_END:
		return fail(d, EXIT_CLOSED, "closed by the server", "; see the server's log");
	default:
		if (errno == EMSGSIZE)
			return fail(d, EXIT_BAD_ANSWER, "endless answer", "");
		return fail(d, EXIT_CLOSED, strerror(errno), "; see the server's log");
	}
}

/*
 * Prints the server's text as a line, and forgets it with what ended it (size
 * bytes in all). To a terminal it is made harmless.
 */
static enum exit_code
show(struct dialogue *d, size_t len, size_t size)
{
	if (isatty(STDOUT_FILENO)) {
		char *safe = must_alloc(4 * len + 4);

		fputs(escape_bytes(d->server.bytes, len, safe, 4 * len + 4), stdout);
		free(safe);
	} else {
		fwrite(d->server.bytes, 1, len, stdout);
	}
	putchar('\n');
	stream_drop(&d->server, size);
	if (fflush(stdout) == 0)
		return EXIT_OK;
	log_error("cannot write to standard output");
	return EXIT_LOCAL;
}

enum exit_code
dialogue_welcome(struct dialogue *d)
{
	struct stream *server = &d->server;
	bool lf;

	await(d, "the welcome", NULL, 0);
	do {
		enum stream_status status = stream_read(server, d->deadline);

		if (status != STREAM_BYTES)
			return give_up(d, status);
		lf = server->bytes[server->len - 1] == '\n';
	} while (is_refusal(server) || (d->framing == FRAMING_LINE && !lf));
	if (d->framing == FRAMING_MESSAGE || !lf)
		return show(d, server->len, server->len);
	d->framing = FRAMING_LINE;
	return show(d, server->len - 1, server->len);
}

/* A message is whole when the name is in it. */
static enum exit_code
answer_message(struct dialogue *d, const char *name, size_t len)
{
	struct stream *server = &d->server;

	while (is_refusal(server) || !memmem(server->bytes, server->len, name, len)) {
		enum stream_status status = stream_read(server, d->deadline);

		if (status != STREAM_BYTES)
			return give_up(d, status);
	}
	return show(d, server->len, server->len);
}

static enum exit_code
answer_line(struct dialogue *d, const char *name, size_t len)
{
	struct stream *server = &d->server;
	size_t line, size;

	while (!stream_line(server, &line, &size)) {
		enum stream_status status = stream_read(server, d->deadline);

		if (status != STREAM_BYTES)
			return give_up(d, status);
	}
	if (d->framing == FRAMING_AUTO && server->len > size && line >= len &&
	    memcmp(server->bytes + line - len, name, len) == 0) {
		d->framing = FRAMING_MESSAGE;
		stream_drop(server, server->len);
		return dialogue_say(d, name, len);
	}
	if (is_refusal(server))
		return give_up(d, STREAM_END);
	if (!memmem(server->bytes, line, name, len))
		return fail(d, EXIT_BAD_ANSWER, "wrong answer", "");
	if (server->len > size)
		return fail(d, EXIT_BAD_ANSWER, "too much", "; is -f message its framing?");
	d->framing = FRAMING_LINE;
	return show(d, line, size);
}

/* Sends a text; whether it went out is told by what can be read then. */
static void
send_text(struct dialogue *d, const char *text, size_t len, bool lf)
{
	char *copy = must_alloc(len + 1);

	memcpy(copy, text, len);
	copy[len] = '\n';
	stream_write(&d->server, copy, len + lf, d->deadline);
	free(copy);
}

enum exit_code
dialogue_say(struct dialogue *d, const char *name, size_t len)
{
	await(d, "the answer to", name, len);
	send_text(d, name, len, d->framing != FRAMING_MESSAGE);
	if (d->framing == FRAMING_MESSAGE)
		return answer_message(d, name, len);
	return answer_line(d, name, len);
}

enum exit_code
dialogue_goodbye(struct dialogue *d)
{
	struct stream *server = &d->server;
	enum stream_status status;

	/* If nothing was said yet, "auto" and "message" both take it without LF. */
	await(d, "the close after", "exit", 4);
	send_text(d, "exit", 4, d->framing == FRAMING_LINE);
	do {
		status = stream_read(server, d->deadline);
		if (status == STREAM_BYTES && d->framing == FRAMING_LINE && !is_refusal(server))
			return fail(d, EXIT_BAD_ANSWER, "an answer",
				    "; is -f message its framing?");
	} while (status == STREAM_BYTES);
	if (status != STREAM_END || is_refusal(server))
		return give_up(d, status);
	return server->len > 0 ? show(d, server->len, server->len) : EXIT_OK;
}

enum exit_code
dialogue_unasked(struct dialogue *d)
{
	enum stream_status status;

	await(d, "the next name", NULL, 0);
	status = stream_read(&d->server, d->deadline);
	return status == STREAM_BYTES ? EXIT_OK : give_up(d, status);
}
