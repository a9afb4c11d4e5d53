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
#include <string.h>
#include <sys/socket.h>

/* Project */
#include "hellod/configuration.h"
#include "hellod/connection_state.h"
#include "hellod/deadlines.h"
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
static inline ssize_t
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

/* Only a whole name ends a silence: bytes alone would be easy to drip. */
static void
note_greetings(struct worker *w, struct connection *c, unsigned greetings)
{
	c->greetings += greetings;
	count(w, c, COUNT_GREETINGS, greetings);
	if (c->silent)
		connection_spoke(w, c);
	if (c->state == CONNECTION_READING)
		deadlines_start(w, &w->waits[WAIT_INPUT], &c->timer);
}

/* What a step has answered, from some byte on. */
static struct session_text
answers(const struct session_io *io, size_t from)
{
	return (struct session_text){io->out + from, io->produced - from};
}

/*
 * Answers go out now; or, with what is left of the input, when reply_delay is
 * over or the client takes them. Returns true if nothing has to wait.
 */
static bool
deliver(struct worker *w, struct connection *c, const struct session_io *io)
{
	ssize_t sent;

	if (w->configuration->reply_delay > 0 &&
	    (io->produced > 0 || c->status == SESSION_SAID_EXIT)) {
		wait_holding(w, c, CONNECTION_DELAYED, answers(io, 0), io->in);
		return false;
	}
	if (io->produced == 0)
		return true;
	sent = send_some(w, c, io->out, io->produced);
	if (sent == (ssize_t)io->produced)
		return true;
	if (sent >= 0)
		wait_holding(w, c, CONNECTION_WRITING, answers(io, (size_t)sent), io->in);
	return false;
}

/* The dialogue goes on with len bytes of input in the scratch; nothing is held. */
static void
converse(struct worker *w, struct connection *c, size_t len)
{
	struct session_io *io = &w->scratch.io;
	enum session_status status;

	io->in = (struct session_text){w->scratch.in, len};
	io->eof = c->eof;
	do {
		status = session_step(&c->session, &w->configuration->rules, io);
		c->status = (uint8_t)status;
		if (io->greetings > 0)
			note_greetings(w, c, io->greetings);
		if (!deliver(w, c, io))
			return;
	} while (status == SESSION_WANTS_ROOM);

	if (status != SESSION_WANTS_INPUT)
		connection_leave(w, c, reason_of(status));
	else if (io->in.len > 0 || c->state != CONNECTION_READING)
		wait_holding(w, c, CONNECTION_READING, nothing, io->in);
}

/* What is held of the input goes back to the scratch. Returns its length. */
static size_t
take_back(struct worker *w, struct connection *c)
{
	size_t len = c->held->in_len;

	memcpy(w->scratch.in, held_in(c->held), len);
	connection_forget(w, c);
	return len;
}

void
connection_receive(struct worker *w, struct connection *c)
{
	size_t len = c->held ? take_back(w, c) : 0;
	ssize_t n = recv(c->fd, w->scratch.in + len, w->scratch.in_size - len, 0);

	if (n > 0) {
		count(w, c, COUNT_BYTES_IN, (unsigned long long)n);
		len += (size_t)n;
	} else if (n == 0) {
		c->eof = true;
	} else if (errno != EAGAIN) {
		connection_drop_for_errno(w, c, errno);
		return;
	}
	converse(w, c, len);
}

/* All that was to be sent is gone: on with the input that waits. */
static void
resume(struct worker *w, struct connection *c)
{
	enum session_status status = (enum session_status)c->status;
	size_t len = c->held ? take_back(w, c) : 0;

	if (status >= SESSION_SAID_EXIT)
		connection_leave(w, c, reason_of(status));
	else
		converse(w, c, len);
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
