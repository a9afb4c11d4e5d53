/*
 * listener.c - the sockets that clients connect to
 *
 * Owns: resolving, binding, listening, closing.
 * Never: accepts. Never uses SO_REUSEPORT: each such socket has a queue of its
 * own, and what waits in it dies with the socket.
 * Runs: in the master; a worker only closes.
 */
#include "config.h"

#include "hellod/listener.h"

/* System */
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Project */
#include "hellod/configuration.h"
#include "hellod/listener_unix.h"
#include "lib/alloc.h"
#include "lib/port_holder.h"

/*
 * Kernel memory that one connection may pin, in bytes; the kernel doubles both
 * (socket(7)). Without these a client that never reads costs megabytes.
 * Set before listen(2): accepted sockets inherit them, and so does the window.
 */
#define SEND_BUFFER (16 * 1024)
#define RECEIVE_BUFFER (16 * 1024)

#define HOLDER_MAX 128 /* bytes of "nginx (pid 4711)" */
#define PORT_TEXT_MAX 8

static int
set_option(int fd, int level, int option, int value)
{
	return setsockopt(fd, level, option, &value, sizeof(value));
}

/* What every accepted socket is to have comes from here, at no cost a client. */
static int
set_options(int fd, int family, const struct listen_settings *settings)
{
	if (set_option(fd, SOL_SOCKET, SO_SNDBUF, SEND_BUFFER) < 0 ||
	    set_option(fd, SOL_SOCKET, SO_RCVBUF, RECEIVE_BUFFER) < 0)
		return -1;
	if (family == AF_UNIX)
		return 0;
	if (family == AF_INET6 &&
	    set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, (int)settings->v6only) < 0)
		return -1;
	if (set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1) < 0 ||
	    set_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1) < 0)
		return -1;
	return set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
}

/* Says why an address could not be had, and what to do. */
static void
tell_failure(FILE *errors, const struct sockaddr *address, const char *name, int error)
{
	char holder[HOLDER_MAX];

	fprintf(errors, "cannot listen on %s: %s; ", name, strerror(error));
	if (error == EADDRINUSE && port_holder(address, holder, sizeof(holder)) == 0)
		fprintf(errors, "%s listens there: stop it, or choose another port\n", holder);
	else if (error == EADDRINUSE)
		fputs("stop whoever listens there (ss -ltnp shows it), or choose another port\n",
		      errors);
	else if (error == EACCES)
		fputs("ports below 1024 need root or CAP_NET_BIND_SERVICE\n", errors);
	else if (error == EADDRNOTAVAIL)
		fputs("no interface has this address (ip address shows them)\n", errors);
	else
		fputs("is this kind of address available here?\n", errors);
}

static struct listener *
add(struct listeners *listeners, int fd, const struct listen_settings *settings)
{
	struct listener *l;

	listeners->items =
		must_realloc(listeners->items, (listeners->count + 1) * sizeof(*listeners->items));
	l = &listeners->items[listeners->count++];
	*l = (struct listener){.fd = fd, .framing = (enum framing)settings->framing};
	return l;
}

/* One address of one group. Returns 0, or -1 after telling. */
static int
open_inet(struct listeners *listeners, const struct listen_settings *settings,
	  const struct addrinfo *info, FILE *errors)
{
	char name[ADDRESS_TEXT_MAX];
	struct sockaddr_storage bound;
	socklen_t len = sizeof(bound);
	int fd = socket(info->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	address_format(info->ai_addr, info->ai_addrlen, name);
	if (fd < 0 || set_options(fd, info->ai_family, settings) < 0 ||
	    bind(fd, info->ai_addr, info->ai_addrlen) < 0 ||
	    listen(fd, (int)settings->backlog) < 0 ||
	    getsockname(fd, (struct sockaddr *)&bound, &len) < 0) {
		tell_failure(errors, info->ai_addr, name, errno);
		if (fd >= 0)
			close(fd);
		return -1;
	}
	address_format((const struct sockaddr *)&bound, len, add(listeners, fd, settings)->name);
	return 0;
}

/* All addresses of one group's host. */
static int
open_host(struct listeners *listeners, const struct listen_settings *settings, FILE *errors)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
				 .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
	struct addrinfo *found;
	char port[PORT_TEXT_MAX];
	int r;

	snprintf(port, sizeof(port), "%d", (int)settings->port);
	r = getaddrinfo(settings->address, port, &hints, &found);
	if (r != 0) {
		fprintf(errors,
			"cannot listen on %s port %s: %s; want an address of this machine, "
			"0.0.0.0 or :: for all of them, or a name that resolves\n",
			settings->address, port,
			r == EAI_SYSTEM ? strerror(errno) : gai_strerror(r));
		return -1;
	}
	for (const struct addrinfo *info = found; info; info = info->ai_next)
		r |= open_inet(listeners, settings, info, errors);
	freeaddrinfo(found);
	return r;
}

static int
open_unix(struct listeners *listeners, const struct listen_settings *settings, FILE *errors)
{
	struct listener *l;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0 || set_options(fd, AF_UNIX, settings) < 0) {
		fprintf(errors, "cannot listen on unix:%s: %s\n", settings->path, strerror(errno));
		if (fd >= 0)
			close(fd);
		return -1;
	}
	l = add(listeners, fd, settings);
	snprintf(l->name, sizeof(l->name), "unix:%s", settings->path);
	if (listener_unix_bind(l, settings, errors) < 0)
		return -1;
	if (listen(fd, (int)settings->backlog) == 0)
		return 0;
	fprintf(errors, "cannot listen on %s: %s\n", l->name, strerror(errno));
	return -1;
}

int
listeners_open(struct listeners *listeners, const struct configuration *c, FILE *errors)
{
	int r = 0;

	*listeners = (struct listeners){0};
	for (size_t i = 0; i < c->listen_count; i++)
		r |= *c->listen[i].path ? open_unix(listeners, &c->listen[i], errors)
					: open_host(listeners, &c->listen[i], errors);
	if (r == 0)
		return 0;
	listeners_unlink(listeners);
	listeners_close(listeners);
	return -1;
}

void
listeners_close(struct listeners *listeners)
{
	for (size_t i = 0; i < listeners->count; i++) {
		close(listeners->items[i].fd);
		free(listeners->items[i].path);
	}
	free(listeners->items);
	*listeners = (struct listeners){0};
}

void
listeners_unlink(const struct listeners *listeners)
{
	for (size_t i = 0; i < listeners->count; i++)
		if (listeners->items[i].path)
			listener_unix_unlink(&listeners->items[i]);
}
