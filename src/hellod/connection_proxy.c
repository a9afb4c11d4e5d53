/*
 * connection_proxy.c - a connection from a proxy, which must say who its client is
 *
 * Owns: the time between the accept and the end of the proxy's header.
 * Never: knows the header's form (proxy.c), or reads a byte behind it.
 * Runs: in a worker.
 */
#include "config.h"

/* System */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

/* Project */
#include "hellod/connection_state.h"
#include "hellod/limits.h"
#include "hellod/listener.h"
#include "hellod/proxy.h"

static const struct listener *
listener_of(const struct worker *w, const struct connection *c)
{
	return &w->inheritance.listeners->items[c->listener];
}

void
connection_await_header(struct worker *w, struct connection *c, const struct listener *listener)
{
	if (connection_enter(w, c, CONNECTION_HEADER))
		c->listener = (unsigned)(listener - w->inheritance.listeners->items);
}

void
connection_miss_header(struct worker *w, struct connection *c)
{
	connection_turn_away(w, c, limits_refuse_proxy(w, listener_of(w, c), &c->peer));
}

/* Of the bytes that are there, so many more are the header's. */
static bool
take(struct worker *w, struct connection *c, size_t have, size_t len)
{
	if (recv(c->fd, w->scratch.in + have, len, 0) == (ssize_t)len)
		return true;
	connection_drop_for_errno(w, c, errno);
	return false;
}

/* Half a header: the rest is still on its way. */
static void
wait_for_more(struct worker *w, struct connection *c, size_t have, size_t len)
{
	if (!take(w, c, have, len))
		return;
	connection_forget(w, c);
	c->held = held_borrow(&w->pool, "", 0, w->scratch.in, have + len);
	if (!c->held)
		connection_drop(w, c, "out of memory");
}

/* The header is whole. Its client is let in, or told why not. */
static void
meet_client(struct worker *w, struct connection *c, const char *reason)
{
	const struct listener *listener = listener_of(w, c);

	connection_forget(w, c);
	if (reason)
		connection_turn_away(w, c, reason);
	else if (connection_enter(w, c, CONNECTION_READING))
		connection_begin(w, c, listener);
}

void
connection_receive_header(struct worker *w, struct connection *c)
{
	size_t have = c->held ? c->held->in_len : 0;
	ssize_t n = recv(c->fd, w->scratch.in + have, PROXY_HEADER_MAX - have, MSG_PEEK);
	size_t size = 0;

	if (n <= 0) {
		if (n == 0) /* a probe of the proxy's, often */
			connection_drop(w, c, "the client closed its side");
		else if (errno != EAGAIN)
			connection_drop_for_errno(w, c, errno);
		return;
	}
	if (c->held)
		memcpy(w->scratch.in, held_in(c->held), have);
	switch (proxy_parse(w->scratch.in, have + (size_t)n, &c->peer, &size)) {
	case PROXY_WANTS_INPUT:
		wait_for_more(w, c, have, (size_t)n);
		break;
	case PROXY_CLIENT:
		peer_unmap(&c->peer);
		if (take(w, c, have, size - have))
			meet_client(w, c, limits_refuse_peer(w, listener_of(w, c), &c->peer));
		break;
	case PROXY_NO_CLIENT: /* the proxy itself, which is trusted */
		if (take(w, c, have, size - have))
			meet_client(w, c, NULL);
		break;
	case PROXY_BAD:
		connection_miss_header(w, c);
		break;
	}
}
