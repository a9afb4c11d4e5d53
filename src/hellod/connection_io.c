/*
 * connection_io.c - a client's bytes: read, dialogue, write
 *
 * Owns: what waits between two events: input that is no whole name yet, and
 * answers that the client has not taken.
 * Never: blocks, or knows what is said (session.c).
 * Runs: in a worker.
 */
#include "config.h"

/* System */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* Project */
#include "hellod/configuration.h"
#include "hellod/connection_state.h"
#include "hellod/scoreboard.h"
#include "lib/log.h"

/* A full copy, or none: then memory is short and the connection must go. */
static bool
hold(struct held *held, const char *bytes, size_t len)
{
	char *copy = NULL;

	if (len > 0 && !(copy = malloc(len)))
		return false;
	if (len > 0)
		memcpy(copy, bytes, len);
	free(held->bytes);
	*held = (struct held){copy, len};
	return true;
}

static void
release(struct held *held)
{
	free(held->bytes);
	*held = (struct held){NULL, 0};
}

void
connection_forget(struct connection *c)
{
	release(&c->in);
	release(&c->out);
}

static const char *
reason_of(enum session_status status)
{
	switch (status) {
	case SESSION_SAID_EXIT:
		return "the client said exit";
	case SESSION_END_OF_INPUT:
		return "the client closed its side";
	case SESSION_NAME_TOO_LONG:
		return "a name was too long (max_message)";
	case SESSION_NAME_NOT_UTF8:
		return "a name was not UTF-8 (encoding)";
	default:
		bug("the dialogue goes on: status %d", (int)status);
	}
}

/* Only what clients do; the master's own look at a worker is none of them. */
static void
count(const struct worker *w, const struct connection *c, enum counter counter,
      unsigned long long more)
{
	if (c->counted)
		scoreboard_add(w->slot, counter, more);
}

/*
 * Sends as much as goes out now. Returns how much that was, or -1 if the
 * connection had to be dropped.
 */
static ssize_t
send_some(struct worker *w, struct connection *c, const char *bytes, size_t len)
{
	ssize_t n = send(c->fd, bytes, len, MSG_NOSIGNAL);

	if (n >= 0) {
		count(w, c, COUNT_BYTES_OUT, (unsigned long long)n);
		return n;
	}
	if (errno == EAGAIN)
		return 0;
	connection_drop_for_errno(w, c, errno);
	return -1;
}

static void
drop_for_memory(struct worker *w, struct connection *c)
{
	connection_drop(w, c, "out of memory");
}

/*
 * One step of the dialogue on len bytes in the scratch input.
 * Returns true if another step can follow at once on the rest, which then
 * stands at *ret_rest; false if the connection waits, leaves or is gone.
 */
static bool
step(struct worker *w, struct connection *c, const char *in, size_t len, size_t *ret_consumed)
{
	int64_t delay = w->configuration->reply_delay;
	struct session_io io = {.in = in,
				.in_len = len,
				.eof = c->eof,
				.out = w->scratch.out,
				.out_size = w->scratch.out_size,
				.max_answers = delay > 0 ? 1 : UINT_MAX};
	bool answered;
	ssize_t sent = 0;

	c->status = session_step(&c->session, &w->configuration->rules, &io);
	c->greetings += io.greetings;
	count(w, c, COUNT_GREETINGS, io.greetings);
	/* Only a whole name ends a silence: bytes alone would be easy to drip. */
	if (io.greetings > 0 && c->state == CONNECTION_READING)
		timer_start(&w->waits[WAIT_INPUT], &c->timer, w->now);
	answered = io.produced > 0 || c->status == SESSION_SAID_EXIT;
	*ret_consumed = io.consumed;

	if (io.produced > 0 && delay == 0 && (sent = send_some(w, c, io.out, io.produced)) < 0)
		return false;
	if ((size_t)sent < io.produced || (answered && delay > 0)) {
		if (!hold(&c->in, in + io.consumed, len - io.consumed) ||
		    !hold(&c->out, io.out + sent, io.produced - (size_t)sent))
			drop_for_memory(w, c);
		else
			connection_enter(w, c, delay > 0 ? CONNECTION_DELAYED : CONNECTION_WRITING);
		return false;
	}
	if (c->status >= SESSION_SAID_EXIT) {
		connection_leave(w, c, reason_of(c->status));
		return false;
	}
	if (c->status == SESSION_WANTS_ROOM)
		return true;
	if (!hold(&c->in, in + io.consumed, len - io.consumed))
		drop_for_memory(w, c);
	else if (c->state != CONNECTION_READING)
		connection_enter(w, c, CONNECTION_READING);
	return false;
}

/* Goes on with len bytes of input that stand in the scratch. */
static void
converse(struct worker *w, struct connection *c, size_t len)
{
	const char *in = w->scratch.in;
	size_t consumed = 0;

	while (step(w, c, in, len, &consumed)) {
		in += consumed;
		len -= consumed;
	}
}

/* What was left of the input goes back to the scratch. Returns its length. */
static size_t
take_held(struct worker *w, struct connection *c)
{
	size_t len = c->in.len;

	if (len > 0)
		memcpy(w->scratch.in, c->in.bytes, len);
	return len;
}

void
connection_receive(struct worker *w, struct connection *c)
{
	size_t len = take_held(w, c);
	ssize_t n = recv(c->fd, w->scratch.in + len, w->scratch.in_size - len, 0);

	if (n < 0) {
		if (errno != EAGAIN)
			connection_drop_for_errno(w, c, errno);
		return;
	}
	count(w, c, COUNT_BYTES_IN, (unsigned long long)n);
	c->eof = n == 0;
	converse(w, c, len + (size_t)n);
}

void
connection_flush(struct worker *w, struct connection *c)
{
	ssize_t sent = send_some(w, c, c->out.bytes, c->out.len);

	if (sent < 0)
		return;
	if ((size_t)sent < c->out.len) {
		memmove(c->out.bytes, c->out.bytes + sent, c->out.len - (size_t)sent);
		c->out.len -= (size_t)sent;
		/* The time to take an answer counts for all of it, not for a byte. */
		if (c->state != CONNECTION_WRITING)
			connection_enter(w, c, CONNECTION_WRITING);
		return;
	}
	release(&c->out);
	if (c->status >= SESSION_SAID_EXIT)
		connection_leave(w, c, reason_of(c->status));
	else if (c->status == SESSION_WANTS_ROOM)
		converse(w, c, take_held(w, c));
	else
		connection_enter(w, c, CONNECTION_READING);
}

void
connection_welcome(struct worker *w, struct connection *c)
{
	size_t len = session_welcome(&c->session, &w->configuration->rules, w->scratch.out);
	ssize_t sent = send_some(w, c, w->scratch.out, len);

	if (sent < 0 || (size_t)sent == len)
		return;
	if (!hold(&c->out, w->scratch.out + sent, len - (size_t)sent))
		drop_for_memory(w, c);
	else
		connection_enter(w, c, CONNECTION_WRITING);
}

bool
connection_send_line(struct worker *w, struct connection *c, const char *line, size_t len)
{
	/* A fresh socket has room for a line; what it doesn't take is lost. */
	return send_some(w, c, line, len) >= 0;
}
