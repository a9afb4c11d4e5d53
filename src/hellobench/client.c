/*
 * client.c - one connection of a client: its descriptor and its bytes
 *
 * Owns: connect, send, receive, close, and whether epoll waits for room too.
 * Never: decides what is said when, looks at a clock, counts.
 * Runs: in the processes that load.
 */
#include "config.h"

#include "hellobench/client.h"

/* System */
#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define STRIDE 7 /* names between the first ones of two neighbours */

static int
watch(const struct client *c, const struct client_world *world, int operation, uint32_t events)
{
	struct epoll_event event = {.events = events, .data.ptr = (void *)c};

	return epoll_ctl(world->epoll, operation, c->fd, &event);
}

enum failure
client_open(struct client *c, const struct client_world *world)
{
	/* Where the server speaks first, what it says tells of the connection too. */
	uint32_t events = world->script->welcome.len > 0 ? EPOLLIN : EPOLLIN | EPOLLOUT;

	c->fd = target_connect(world->target, c->which);
	if (c->fd < 0) {
		c->state = errno == EAGAIN ? CLIENT_RETRYING : CLIENT_CLOSED;
		return errno == EAGAIN ? FAILURE_CONNECT_TIMEOUT : failure_of_errno(errno);
	}
	checker_init(&c->checker, world->script, (unsigned)(c->which % SCRIPT_NAMES_MAX * STRIDE));
	c->unsent_len = 0;
	c->first = c->asked = 0;
	c->was_reset = false;
	c->state = CLIENT_CONNECTING;
	if (watch(c, world, EPOLL_CTL_ADD, events) == 0)
		return FAILURE_NONE;
	client_close(c);
	return FAILURE_LOCAL;
}

void
client_close(struct client *c)
{
	if (c->fd >= 0)
		close(c->fd); /* epoll forgets it by itself */
	c->fd = -1;
	c->state = CLIENT_CLOSED;
}

bool
client_awaits(const struct client *c)
{
	return c->state == CLIENT_CONNECTING || c->state == CLIENT_LEAVING ||
	       (c->state == CLIENT_TALKING && !checker_quiet(&c->checker));
}

/* The server may have said why before it closed: that is the failure then. */
static enum failure
reason(const struct client *c, const struct client_world *world, int error)
{
	enum failure failure = failure_of_errno(error);

	if (c->checker.stage == CHECKER_WRONG)
		return checker_end(&c->checker, world->script);
	if (failure == FAILURE_CONNECT_TIMEOUT && c->state != CLIENT_CONNECTING)
		return FAILURE_TIMEOUT;
	return failure;
}

static enum client_news
say(struct client *c, const struct client_world *world, const char *bytes, size_t len,
    enum failure *ret_failure)
{
	ssize_t sent = send(c->fd, bytes, len, MSG_NOSIGNAL);

	if (sent == (ssize_t)len)
		return CLIENT_WAITS;
	if (sent < 0 && errno != EAGAIN) {
		/* What the server said last is not read yet: that tells more. */
		c->was_reset = errno == ECONNRESET;
		if (errno == EPIPE || errno == ECONNRESET)
			return CLIENT_WAITS;
		*ret_failure = reason(c, world, errno);
		return CLIENT_FAILED;
	}
	c->unsent = bytes + (sent > 0 ? sent : 0);
	c->unsent_len = len - (size_t)(sent > 0 ? sent : 0);
	if (watch(c, world, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT) == 0)
		return CLIENT_WAITS;
	*ret_failure = FAILURE_LOCAL;
	return CLIENT_FAILED;
}

enum client_news
client_ask(struct client *c, const struct client_world *world, unsigned names,
	   enum failure *ret_failure)
{
	const struct script *script = world->script;
	unsigned next = (c->checker.position + c->checker.awaited) % script->names;

	checker_ask(&c->checker, names);
	return say(c, world, script->requests + next * script->request_len,
		   names * script->request_len, ret_failure);
}

enum client_news
client_exit(struct client *c, const struct client_world *world, enum failure *ret_failure)
{
	checker_exit(&c->checker);
	c->state = CLIENT_LEAVING;
	if (world->script->exit.len > 0)
		return say(c, world, world->script->exit.bytes, world->script->exit.len,
			   ret_failure);
	shutdown(c->fd, SHUT_WR);
	return CLIENT_WAITS;
}

/* There is room again, or the connection is there. */
static enum client_news
go_on(struct client *c, const struct client_world *world, enum failure *ret_failure)
{
	const char *bytes = c->unsent;
	size_t len = c->unsent_len;

	if (watch(c, world, EPOLL_CTL_MOD, EPOLLIN) < 0) {
		*ret_failure = FAILURE_LOCAL;
		return CLIENT_FAILED;
	}
	if (c->state == CLIENT_CONNECTING) {
		c->state = CLIENT_TALKING;
		return CLIENT_TURN;
	}
	c->unsent_len = 0;
	return len > 0 ? say(c, world, bytes, len, ret_failure) : CLIENT_WAITS;
}

static enum client_news
hear(struct client *c, const struct client_world *world, unsigned *ret_answers,
     enum failure *ret_failure)
{
	ssize_t len = recv(c->fd, world->buffer, world->buffer_size, 0);

	if (len < 0 && errno == EAGAIN)
		return CLIENT_WAITS;
	if (len > 0)
		*ret_failure = checker_feed(&c->checker, world->script, world->buffer, (size_t)len,
					    ret_answers);
	else if (len == 0)
		*ret_failure = c->was_reset ? reason(c, world, ECONNRESET)
					    : checker_end(&c->checker, world->script);
	else
		*ret_failure = reason(c, world, errno);
	if (*ret_failure != FAILURE_NONE)
		return CLIENT_FAILED;
	if (len == 0)
		return CLIENT_ENDED;
	if (c->state == CLIENT_CONNECTING)
		c->state = CLIENT_TALKING;
	return checker_quiet(&c->checker) ? CLIENT_TURN : CLIENT_WAITS;
}

enum client_news
client_act(struct client *c, const struct client_world *world, uint32_t events,
	   unsigned *ret_answers, enum failure *ret_failure)
{
	if (events & (EPOLLIN | EPOLLERR | EPOLLHUP))
		return hear(c, world, ret_answers, ret_failure);
	return go_on(c, world, ret_failure);
}
