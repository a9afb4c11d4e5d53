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
 *     HEADER                  a proxy must say first who the client is
 *        |
 *        v
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
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

/* Project */
#include "hellod/configuration.h"
#include "hellod/connection_log.h"
#include "hellod/connection_state.h"
#include "hellod/deadlines.h"
#include "hellod/limits.h"
#include "hellod/listener.h"
#include "hellod/scoreboard.h"

#define FAREWELL_BYTES_MAX (64 * 1024) /* read from a client after the end */

static void on_header(struct worker *w, struct watch *watch);
static void on_input(struct worker *w, struct watch *watch);
static void on_hang_up(struct worker *w, struct watch *watch);
static void on_room(struct worker *w, struct watch *watch);
static void on_farewell(struct worker *w, struct watch *watch);

static const struct {
	uint32_t interest; /* EPOLLHUP and EPOLLERR come unasked */
	enum wait wait;
	void (*ready)(struct worker *w, struct watch *watch);
} states[] = {
	[CONNECTION_HEADER] = {EPOLLIN, WAIT_HEADER, on_header},
	[CONNECTION_READING] = {EPOLLIN, WAIT_INPUT, on_input}, /* or WAIT_NAME */
	[CONNECTION_DELAYED] = {0, WAIT_DELAY, on_hang_up},
	[CONNECTION_WRITING] = {EPOLLOUT, WAIT_ROOM, on_room},
	[CONNECTION_LEAVING] = {EPOLLIN, WAIT_FAREWELL, on_farewell},
};

static bool
have_lifetimes(const struct worker *w)
{
	return w->lifetimes.duration != TIMER_NEVER;
}

static void
stop_lifetime(const struct worker *w, struct connection *c)
{
	if (have_lifetimes(w))
		timer_stop(c->lifetime);
}

void
connection_set_up(struct worker *w)
{
	size_t size = sizeof(struct connection);

	if (have_lifetimes(w))
		size += sizeof(struct timer);
	slab_init(&w->clients, size);
	held_pool_init(&w->pool, w->scratch.in_size + w->scratch.out_size);
}

static void
count_silent(struct worker *w, struct connection *c, bool silent)
{
	unsigned count = atomic_load_explicit(&w->slot->silent, memory_order_relaxed);

	if (c->silent != silent)
		atomic_store_explicit(&w->slot->silent, silent ? count + 1 : count - 1,
				      memory_order_relaxed);
	c->silent = silent;
}

/* Whose dialogue goes on is a session; who is refused, or takes leave, is none. */
static void
count_session(struct worker *w, struct connection *c, bool counted)
{
	if (c->counted == counted)
		return;
	worker_count_sessions(w, counted ? +1 : -1);
	c->counted = counted;
	count_silent(w, c, counted);
	if (!counted && c->state != CONNECTION_HEADER) /* before, it has no source */
		limits_leave(w, c->source);
}

void
connection_spoke(struct worker *w, struct connection *c)
{
	count_silent(w, c, false);
}

void
connection_destroy(struct worker *w, struct connection *c)
{
	timer_stop(&c->timer);
	stop_lifetime(w, c);
	close(c->fd); /* leaves the epoll by that */
	connection_forget(w, c);
	count_session(w, c, false);
	slab_give(&w->clients, c);
	w->connections--;
}

/* Ends without a farewell: there is nobody to hear it, or no time. */
void
connection_drop(struct worker *w, struct connection *c, const char *reason)
{
	connection_log_end(w, c, reason);
	connection_destroy(w, c);
}

void
connection_drop_for_errno(struct worker *w, struct connection *c, int error)
{
	bool gone = error == ECONNRESET || error == EPIPE;

	scoreboard_add(w->slot, COUNT_ERRORS, 1);
	connection_drop(w, c, gone ? "the client reset the connection" : strerror(error));
}

enum wait
connection_wait(const struct connection *c)
{
	if (c->state == CONNECTION_READING && c->greetings == 0)
		return WAIT_NAME;
	return states[c->state].wait;
}

/* Returns false if the connection had to be dropped. */
bool
connection_enter(struct worker *w, struct connection *c, enum connection_state state)
{
	uint32_t interest = states[state].interest;

	if (interest != states[c->state].interest &&
	    worker_rewatch(w, c->fd, interest, &c->watch) < 0) {
		connection_drop_for_errno(w, c, errno);
		return false;
	}
	c->state = (uint8_t)state;
	c->watch.ready = states[state].ready;
	deadlines_start(w, &w->waits[connection_wait(c)], &c->timer);
	return true;
}

/* Sends no more, and waits for the client to be done. */
void
connection_leave(struct worker *w, struct connection *c, const char *reason)
{
	connection_log_end(w, c, reason);
	connection_forget(w, c);
	count_session(w, c, false);
	stop_lifetime(w, c);
	c->logged = false; /* it has been said */
	c->farewell_bytes = 0;
	if (c->eof || shutdown(c->fd, SHUT_WR) < 0)
		connection_destroy(w, c);
	else
		connection_enter(w, c, CONNECTION_LEAVING);
}

/* The calls that follow find out by themselves what epoll has to tell. */
static void
on_header(struct worker *w, struct watch *watch)
{
	connection_receive_header(w, (struct connection *)watch);
}

static void
on_input(struct worker *w, struct watch *watch)
{
	connection_receive(w, (struct connection *)watch);
}

static void
on_hang_up(struct worker *w, struct watch *watch)
{
	connection_drop(w, (struct connection *)watch, "the client hung up");
}

static void
on_room(struct worker *w, struct watch *watch)
{
	connection_flush(w, (struct connection *)watch);
}

/* Reads what nobody will answer, within bounds. */
static void
on_farewell(struct worker *w, struct watch *watch)
{
	struct connection *c = (struct connection *)watch;
	ssize_t n = recv(c->fd, w->scratch.in, w->scratch.in_size, 0);

	if (n < 0 && errno == EAGAIN)
		return;
	if (n > 0 && c->farewell_bytes + (size_t)n < FAREWELL_BYTES_MAX) {
		c->farewell_bytes += (unsigned)n;
		return;
	}
	connection_destroy(w, c);
}

static struct connection *
connection_new(struct worker *w, enum framing framing, int fd)
{
	struct connection *c = slab_take(&w->clients);

	if (!c) {
		close(fd);
		return NULL;
	}
	*c = (struct connection){
		.watch.ready = on_input, .fd = fd, .opened = w->now, .state = CONNECTION_READING};
	if (have_lifetimes(w))
		c->lifetime[0] = (struct timer){.prev = NULL};
	session_init(&c->session, framing);
	w->connections++;
	if (worker_watch(w, fd, states[CONNECTION_READING].interest, &c->watch) < 0) {
		connection_drop_for_errno(w, c, errno);
		return NULL;
	}
	deadlines_start(w, &w->waits[WAIT_NAME], &c->timer);
	if (have_lifetimes(w))
		deadlines_start(w, &w->lifetimes, c->lifetime);
	worker_set_alarm(w, w->stress_look);
	return c;
}

void
connection_begin(struct worker *w, struct connection *c, const struct listener *listener)
{
	c->source = limits_enter(w, &c->peer);
	connection_log_begin(w, c, listener);
	connection_welcome(w, c);
}

void
connection_open(struct worker *w, const struct listener *listener, int fd, const struct peer *peer)
{
	struct connection *c = connection_new(w, listener->framing, fd);

	if (!c)
		return;
	c->peer = *peer;
	count_session(w, c, true);
	if (limits_is_proxy(w, listener, peer))
		connection_await_header(w, c, listener);
	else
		connection_begin(w, c, listener);
}

void
connection_open_probe(struct worker *w, int fd)
{
	struct connection *c = connection_new(w, FRAMING_LINE, fd);

	if (c)
		connection_welcome(w, c);
}

void
connection_turn_away(struct worker *w, struct connection *c, const char *reason)
{
	int len = snprintf(w->scratch.out, w->scratch.out_size, "Busy: %s%s", reason,
			   c->session.framing == FRAMING_LINE ? "\n" : "");

	if (connection_send_line(w, c, w->scratch.out, (size_t)len))
		connection_leave(w, c, reason);
}

void
connection_refuse(struct worker *w, const struct listener *listener, int fd, const char *reason)
{
	struct connection *c = connection_new(w, listener->framing, fd);

	if (c)
		connection_turn_away(w, c, reason);
}
