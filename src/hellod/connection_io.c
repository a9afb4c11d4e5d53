/*
 * connection_io.c - a client's bytes: read, dialogue, write
 *
 * Owns: when bytes are read, kept until later, and sent.
 * Never: blocks, or knows what is said (session.c).
 * Runs: in a worker.
 */
#include "config.h"

/* System */
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/socket.h>

/* Project */
#include "hellod/configuration.h"
#include "hellod/connection_state.h"
#include "hellod/scoreboard.h"
#include "lib/log.h"

static const struct session_text nothing = {"", 0};

void
connection_forget(struct worker *w, struct connection *c)
{
	held_return(&w->pool, c->held);
	c->held = NULL;
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

/*
 * Keeps these answers and this input until the connection is in the state. If
 * memory is short the connection goes instead.
 */
static void
wait_holding(struct worker *w, struct connection *c, enum connection_state state,
	     struct session_text out, struct session_text in)
{
	if (out.len + in.len > 0) {
		c->held = held_borrow(&w->pool, out.bytes, out.len, in.bytes, in.len);
		if (!c->held) {
			connection_drop(w, c, "out of memory");
			return;
		}
	}
	/* Who goes on reading has the time that is left: bytes are easy to drip. */
	if (state != CONNECTION_READING || c->state != CONNECTION_READING)
		connection_enter(w, c, state);
}

/*
 * One step of the dialogue, on input that stands in the scratch, while nothing
 * is held. Returns how much of it is left for another step at once; 0 if the
 * connection waits, leaves or is gone.
 */
static size_t
step(struct worker *w, struct connection *c, const char *in, size_t in_len)
{
	int64_t delay = w->configuration->reply_delay;
	struct session_io io = {.in = in,
				.in_len = in_len,
				.eof = c->eof,
				.out = w->scratch.out,
				.out_size = w->scratch.out_size,
				.max_answers = delay > 0 ? 1 : UINT_MAX};
	enum session_status status = session_step(&c->session, &w->configuration->rules, &io);
	struct session_text rest = {io.in + io.consumed, io.in_len - io.consumed};
	size_t sent = 0;

	c->status = (uint8_t)status;
	c->greetings += io.greetings;
	count(w, c, COUNT_GREETINGS, io.greetings);
	if (io.greetings > 0 && c->silent)
		connection_spoke(w, c);
	/* Only a whole name ends a silence: bytes alone would be easy to drip. */
	if (io.greetings > 0 && c->state == CONNECTION_READING)
		timer_start(&w->waits[WAIT_INPUT], &c->timer, w->now);

	if (delay > 0 && (io.produced > 0 || status == SESSION_SAID_EXIT)) {
		wait_holding(w, c, CONNECTION_DELAYED, (struct session_text){io.out, io.produced},
			     rest);
		return 0;
	}
	if (io.produced > 0) {
		ssize_t n = send_some(w, c, io.out, io.produced);

		if (n < 0)
			return 0;
		sent = (size_t)n;
	}
	if (sent < io.produced)
		wait_holding(w, c, CONNECTION_WRITING,
			     (struct session_text){io.out + sent, io.produced - sent}, rest);
	else if (status == SESSION_WANTS_ROOM)
		return rest.len;
	else if (status != SESSION_WANTS_INPUT)
		connection_leave(w, c, reason_of(status));
	else if (rest.len > 0 || c->state != CONNECTION_READING)
		wait_holding(w, c, CONNECTION_READING, nothing, rest);
	return 0;
}

/* Goes on with len bytes of input that stand in the scratch. */
static void
converse(struct worker *w, struct connection *c, size_t len)
{
	const char *end = w->scratch.in + len;

	do
		len = step(w, c, end - len, len);
	while (len > 0);
}

void
connection_receive(struct worker *w, struct connection *c)
{
	size_t len = c->held ? c->held->in_len : 0;
	ssize_t n = recv(c->fd, w->scratch.in + len, w->scratch.in_size - len, 0);

	if (n < 0) {
		if (errno != EAGAIN)
			connection_drop_for_errno(w, c, errno);
		return;
	}
	count(w, c, COUNT_BYTES_IN, (unsigned long long)n);
	c->eof = n == 0;
	if (c->held) {
		memcpy(w->scratch.in, held_in(c->held), len);
		connection_forget(w, c);
	}
	converse(w, c, len + (size_t)n);
}

/* All that was to be sent is gone: on with the input that waits. */
static void
resume(struct worker *w, struct connection *c)
{
	enum session_status status = (enum session_status)c->status;
	struct session_text in = nothing;

	if (c->held)
		in = (struct session_text){w->scratch.in, c->held->in_len};
	if (in.len > 0)
		memcpy(w->scratch.in, held_in(c->held), in.len);
	connection_forget(w, c);
	if (status >= SESSION_SAID_EXIT)
		connection_leave(w, c, reason_of(status));
	else if (status == SESSION_WANTS_ROOM)
		converse(w, c, in.len);
	else
		wait_holding(w, c, CONNECTION_READING, nothing, in);
}

void
connection_flush(struct worker *w, struct connection *c)
{
	struct held *held = c->held;
	ssize_t sent;

	/* What is delayed may be the end alone. */
	if (held && held->out_sent < held->out_len) {
		sent = send_some(w, c, held_out(held), held->out_len - held->out_sent);
		if (sent < 0)
			return;
		held->out_sent += (unsigned)sent;
	}
	if (!held || held->out_sent == held->out_len)
		resume(w, c);
	else if (c->state != CONNECTION_WRITING)
		/* The time to take an answer counts for all of it, not for a byte. */
		connection_enter(w, c, CONNECTION_WRITING);
}

void
connection_welcome(struct worker *w, struct connection *c)
{
	size_t len = session_welcome(&c->session, &w->configuration->rules, w->scratch.out);
	ssize_t sent = send_some(w, c, w->scratch.out, len);

	if (sent < 0 || (size_t)sent == len)
		return;
	wait_holding(w, c, CONNECTION_WRITING,
		     (struct session_text){w->scratch.out + sent, len - (size_t)sent}, nothing);
}

bool
connection_send_line(struct worker *w, struct connection *c, const char *line, size_t len)
{
	/* A fresh socket has room for a line; what it doesn't take is lost. */
	return send_some(w, c, line, len) >= 0;
}
