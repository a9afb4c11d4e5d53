/*
 * connection.c - one client: read -> session -> write -> close
 *
 * Owns: a client's descriptor, what waits in it, and why it ended.
 * Never: blocks, knows what is said (session.c) or how it is accepted.
 * Runs: in a worker.
 *
 * A connection is in one state at a time. The state says what epoll watches
 * for and which queue its deadline stands in:
 *
 *     READING ---> WRITING    the client doesn't take its answers
 *        |  ^         |
 *        v  +---------+
 *     DELAYED                 reply_delay, then the answer is written
 *
 *     any ---> LEAVING ---> closed
 *
 * LEAVING is the end of sending, and reading what the client still sends:
 * closing a TCP socket with unread bytes in it resets the connection, and a
 * reset destroys answers that the client has not read yet.
 */
#include "config.h"

#include "hellod/connection.h"

/* System */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

/* Project */
#include "hellod/configuration.h"
#include "hellod/listener.h"
#include "hellod/peer.h"
#include "hellod/scoreboard.h"
#include "hellod/session.h"
#include "hellod/worker.h"
#include "lib/log.h"
#include "lib/units.h"

#define FAREWELL_BYTES_MAX (64 * 1024) /* read from a client after the end */

enum state {
	READING,
	DELAYED,
	WRITING,
	LEAVING,
};

static const struct {
	uint32_t interest; /* EPOLLHUP and EPOLLERR come unasked */
	enum wait wait;
} states[] = {
	[READING] = {EPOLLIN, WAIT_INPUT},
	[DELAYED] = {0, WAIT_DELAY},
	[WRITING] = {EPOLLOUT, WAIT_ROOM},
	[LEAVING] = {EPOLLIN, WAIT_FAREWELL},
};

/* Bytes that wait between two events; an idle connection has none. */
struct held {
	char *bytes;
	size_t len;
};

struct connection {
	struct watch watch; /* first: epoll hands it back */
	struct timer timer;
	int fd;
	enum state state;
	struct session session;
	enum session_status status; /* of the step that made what is in out */
	bool eof;                   /* the client has closed its side */
	bool logged;                /* its coming was logged: so is its going */
	uint32_t greetings;
	uint32_t farewell_bytes;
	int64_t opened;
	struct held in;
	struct held out;
	struct peer peer;
};

static struct connection *
from_timer(struct timer *timer)
{
	return (struct connection *)(void *)((char *)timer - offsetof(struct connection, timer));
}

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

static void
destroy(struct worker *w, struct connection *c)
{
	timer_stop(&c->timer);
	close(c->fd); /* leaves the epoll by that */
	release(&c->in);
	release(&c->out);
	free(c);
	worker_count_sessions(w, -1);
}

static void
log_end(const struct worker *w, const struct connection *c, const char *reason)
{
	char peer[ADDRESS_TEXT_MAX];
	char greetings[16];
	struct log_field fields[] = {
		{"HELLOD_PEER", peer}, {"HELLOD_GREETINGS", greetings}, {"HELLOD_REASON", reason}};

	if (!c->logged)
		return;
	peer_format(&c->peer, peer);
	snprintf(greetings, sizeof(greetings), "%" PRIu32, c->greetings);
	log_fields(LOG_INFO, fields, 3, "closed %s after %s greeting%s in %.3f s: %s", peer,
		   greetings, c->greetings == 1 ? "" : "s",
		   (double)(w->now - c->opened) / (double)USEC_PER_SEC, reason);
}

/* Ends without a farewell: there is nobody to hear it, or no time. */
static void
drop(struct worker *w, struct connection *c, const char *reason)
{
	log_end(w, c, reason);
	destroy(w, c);
}

static void
drop_for_errno(struct worker *w, struct connection *c, int error)
{
	bool gone = error == ECONNRESET || error == EPIPE;

	drop(w, c, gone ? "the client reset the connection" : strerror(error));
}

/* Returns false if the connection had to be dropped. */
static bool
enter(struct worker *w, struct connection *c, enum state state)
{
	uint32_t interest = states[state].interest;

	if (interest != states[c->state].interest &&
	    worker_rewatch(w, c->fd, interest, &c->watch) < 0) {
		drop_for_errno(w, c, errno);
		return false;
	}
	c->state = state;
	timer_start(&w->waits[states[state].wait], &c->timer, w->now);
	return true;
}

/* Sends no more, and waits for the client to be done. */
static void
leave(struct worker *w, struct connection *c, const char *reason)
{
	log_end(w, c, reason);
	release(&c->in);
	release(&c->out);
	c->logged = false; /* it has been said */
	if (c->eof || shutdown(c->fd, SHUT_WR) < 0)
		destroy(w, c);
	else
		enter(w, c, LEAVING);
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

/*
 * Sends as much as goes out now. Returns how much that was, or -1 if the
 * connection had to be dropped.
 */
static ssize_t
send_some(struct worker *w, struct connection *c, const char *bytes, size_t len)
{
	ssize_t n = send(c->fd, bytes, len, MSG_NOSIGNAL);

	if (n >= 0)
		return n;
	if (errno == EAGAIN)
		return 0;
	drop_for_errno(w, c, errno);
	return -1;
}

static void
drop_for_memory(struct worker *w, struct connection *c)
{
	drop(w, c, "out of memory");
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
	scoreboard_add(&w->slot->greetings, io.greetings);
	answered = io.produced > 0 || c->status == SESSION_SAID_EXIT;
	*ret_consumed = io.consumed;

	if (io.produced > 0 && delay == 0 && (sent = send_some(w, c, io.out, io.produced)) < 0)
		return false;
	if ((size_t)sent < io.produced || (answered && delay > 0)) {
		if (!hold(&c->in, in + io.consumed, len - io.consumed) ||
		    !hold(&c->out, io.out + sent, io.produced - (size_t)sent))
			drop_for_memory(w, c);
		else
			enter(w, c, delay > 0 ? DELAYED : WRITING);
		return false;
	}
	if (c->status >= SESSION_SAID_EXIT) {
		leave(w, c, reason_of(c->status));
		return false;
	}
	if (c->status == SESSION_WANTS_ROOM)
		return true;
	if (!hold(&c->in, in + io.consumed, len - io.consumed))
		drop_for_memory(w, c);
	else
		enter(w, c, READING);
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

static void
receive(struct worker *w, struct connection *c)
{
	size_t len = take_held(w, c);
	ssize_t n = recv(c->fd, w->scratch.in + len, w->scratch.in_size - len, 0);

	if (n < 0) {
		if (errno != EAGAIN)
			drop_for_errno(w, c, errno);
		return;
	}
	c->eof = n == 0;
	converse(w, c, len + (size_t)n);
}

/* Sends what waits, and goes on from where the dialogue stood. */
static void
flush(struct worker *w, struct connection *c)
{
	ssize_t sent = send_some(w, c, c->out.bytes, c->out.len);

	if (sent < 0)
		return;
	if ((size_t)sent < c->out.len) {
		memmove(c->out.bytes, c->out.bytes + sent, c->out.len - (size_t)sent);
		c->out.len -= (size_t)sent;
		/* The time to take an answer counts for all of it, not for a byte. */
		if (c->state != WRITING)
			enter(w, c, WRITING);
		return;
	}
	release(&c->out);
	if (c->status >= SESSION_SAID_EXIT)
		leave(w, c, reason_of(c->status));
	else if (c->status == SESSION_WANTS_ROOM)
		converse(w, c, take_held(w, c));
	else
		enter(w, c, READING);
}

/* Reads what nobody will answer, within bounds. */
static void
discard(struct worker *w, struct connection *c)
{
	ssize_t n = recv(c->fd, w->scratch.in, w->scratch.in_size, 0);

	if (n < 0 && errno == EAGAIN)
		return;
	if (n > 0 && (c->farewell_bytes += (uint32_t)n) < FAREWELL_BYTES_MAX)
		return;
	destroy(w, c);
}

static void
on_ready(struct worker *w, struct watch *watch, uint32_t events)
{
	struct connection *c = (struct connection *)watch;

	(void)events; /* the calls below find out by themselves */
	switch (c->state) {
	case READING:
		receive(w, c);
		break;
	case WRITING:
		flush(w, c);
		break;
	case DELAYED: /* only an error or a hang-up is told in this state */
		drop(w, c, "the client hung up");
		break;
	case LEAVING:
		discard(w, c);
		break;
	}
}

static struct connection *
connection_new(struct worker *w, const struct listener *listener, int fd)
{
	struct connection *c = calloc(1, sizeof(*c));

	if (!c) {
		close(fd);
		return NULL;
	}
	c->watch.ready = on_ready;
	c->fd = fd;
	c->opened = w->now;
	c->state = READING;
	session_init(&c->session, listener->framing);
	worker_count_sessions(w, +1);
	if (worker_watch(w, fd, states[READING].interest, &c->watch) < 0) {
		drop_for_errno(w, c, errno);
		return NULL;
	}
	timer_start(&w->waits[WAIT_INPUT], &c->timer, w->now);
	return c;
}

void
connection_open(struct worker *w, const struct listener *listener, int fd,
		const struct sockaddr *address, socklen_t address_len)
{
	struct connection *c = connection_new(w, listener, fd);
	char peer[ADDRESS_TEXT_MAX];
	struct log_field fields[] = {{"HELLOD_PEER", peer}, {"HELLOD_LISTENER", listener->name}};
	size_t len;
	ssize_t sent;

	if (!c)
		return;
	if (w->configuration->log_connections && log_enabled(LOG_INFO)) {
		c->peer = peer_from_socket(fd, address, address_len);
		c->logged = true;
		log_fields(LOG_INFO, fields, 2, "accepted %s on %s", peer_format(&c->peer, peer),
			   listener->name);
	}
	len = session_welcome(&c->session, &w->configuration->rules, w->scratch.out);
	sent = send_some(w, c, w->scratch.out, len);
	if (sent < 0 || (size_t)sent == len)
		return;
	if (!hold(&c->out, w->scratch.out + sent, len - (size_t)sent))
		drop_for_memory(w, c);
	else
		enter(w, c, WRITING);
}

void
connection_refuse(struct worker *w, const struct listener *listener, int fd, const char *reason)
{
	struct connection *c = connection_new(w, listener, fd);
	int len;

	if (!c)
		return;
	len = snprintf(w->scratch.out, w->scratch.out_size, "Busy: %s%s", reason,
		       listener->framing == FRAMING_LINE ? "\n" : "");
	/* A fresh socket has room for a line; what it doesn't take is lost. */
	if (send_some(w, c, w->scratch.out, (size_t)len) >= 0)
		leave(w, c, reason);
}

void
connection_timed_out(struct worker *w, struct timer *timer)
{
	struct connection *c = from_timer(timer);

	switch (c->state) {
	case READING:
		leave(w, c,
		      w->draining ? "hellod is stopping" : "idle for too long (idle_timeout)");
		break;
	case DELAYED:
		flush(w, c);
		break;
	case WRITING:
		drop(w, c, "the client did not take its answers (write_timeout)");
		break;
	case LEAVING:
		destroy(w, c);
		break;
	}
}

void
connection_cut(struct worker *w, struct timer *timer)
{
	drop(w, from_timer(timer), "cut: the time to finish was over (drain_timeout)");
}
