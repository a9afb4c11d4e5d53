/*
 * listener.c - the sockets that clients connect to
 *
 * Owns: binding and listening.
 * Never: accepts. Never uses SO_REUSEPORT: each such socket has a queue of its
 * own, and what waits in it dies with the socket.
 * Runs: in the master.
 */
#include "config.h"

#include "hellod/listener.h"

/* System */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Project */
#include "hellod/configuration.h"
#include "hellod/listener_unix.h"
#include "lib/descriptors.h"
#include "lib/port_holder.h"

/* What is being opened, and from what. */
struct opening {
	struct listeners *fresh;
	const struct listeners *old; /* NULL: none */
	bool only_old;               /* systemd's sockets: nothing is bound */
	FILE *errors;
};

static int
set_option(int fd, int level, int option, int value)
{
	return setsockopt(fd, level, option, &value, sizeof(value));
}

/* What every accepted socket is to have comes from here, at no cost a client. */
int
listener_set_options(int fd, int family)
{
	if (set_option(fd, SOL_SOCKET, SO_SNDBUF, LISTENER_SEND_BUFFER) < 0 ||
	    set_option(fd, SOL_SOCKET, SO_RCVBUF, LISTENER_RECEIVE_BUFFER) < 0)
		return -1;
	if (family == AF_UNIX) {
		descriptors_refuse(fd);
		return 0;
	}
	if (set_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1) < 0)
		return -1;
	return set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
}

/* The same, and what must be said before bind(2). */
static int
set_options(int fd, int family, const struct listen_settings *settings)
{
	if (listener_set_options(fd, family) < 0)
		return -1;
	if (family == AF_INET6 &&
	    set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, (int)settings->v6only) < 0)
		return -1;
	return family == AF_UNIX ? 0 : set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1);
}

/* Says why an address could not be had, and what to do. */
static void
tell_failure(FILE *errors, const struct sockaddr *address, const char *name, int error)
{
	char holder[PORT_HOLDER_TEXT_MAX];

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

/* For as many as there can be: if memory is short, it is before anything is opened. */
static int
make_room(const struct opening *o, const struct configuration *c)
{
	size_t most = 1 + (o->old ? o->old->count : 0);

	for (size_t i = 0; i < c->listen_count; i++)
		most += *c->listen[i].path ? 1 : c->listen[i].address_count;
	o->fresh->items = calloc(most, sizeof(*o->fresh->items));
	if (o->fresh->items)
		return 0;
	fprintf(o->errors, "cannot listen: %s\n", strerror(errno));
	return -1;
}

static struct listener *
add(const struct opening *o, const char *wanted, const struct listen_settings *settings)
{
	struct listener *l = &o->fresh->items[o->fresh->count++];

	*l = (struct listener){.fd = -1,
			       .framing = (enum framing)settings->framing,
			       .backlog = (int)settings->backlog,
			       .v6only = settings->v6only};
	snprintf(l->wanted, sizeof(l->wanted), "%s", wanted);
	return l;
}

static bool
is_same(const struct listener *a, const struct listener *b)
{
	return strcmp(a->wanted, b->wanted) == 0 && a->v6only == b->v6only;
}

static const struct listener *
find(const struct listeners *listeners, const struct listener *one)
{
	for (size_t i = 0; listeners && i < listeners->count; i++)
		if (is_same(&listeners->items[i], one))
			return &listeners->items[i];
	return NULL;
}

/*
 * The old socket of the listener that was added last. Of several with the same
 * address (port 0), the first is the first's, the second the second's.
 */
static const struct listener *
find_old(const struct listeners *old, const struct listeners *fresh)
{
	const struct listener *last = &fresh->items[fresh->count - 1];
	size_t before = 0;

	for (size_t i = 0; i + 1 < fresh->count; i++)
		before += is_same(&fresh->items[i], last);
	for (size_t i = 0; old && i < old->count; i++)
		if (is_same(&old->items[i], last) && before-- == 0)
			return &old->items[i];
	return NULL;
}

bool
listeners_have(const struct listeners *listeners, const struct listener *one)
{
	return find(listeners, one) != NULL;
}

/* The old one's socket, not another: its queue holds clients. */
static int
share(struct listener *l, const struct listener *old)
{
	l->shared = true;
	memcpy(l->name, old->name, sizeof(l->name));
	l->fd = fcntl(old->fd, F_DUPFD_CLOEXEC, 0);
	if (l->fd < 0 || (old->path && listener_unix_share(l, old) < 0))
		return -1;
	/* Somebody who shares it may have changed that. */
	return fcntl(l->fd, F_SETFL, fcntl(l->fd, F_GETFL) | O_NONBLOCK);
}

/*
 * An address that overlaps one of our own old listeners, such as 0.0.0.0 and
 * 127.0.0.1 with the same port, cannot be bound beside it but with this option
 * on both (socket(7)), for as long as both are there.
 */
static void
allow_overlap(const struct listeners *listeners, int allow)
{
	for (size_t i = 0; listeners && i < listeners->count; i++)
		if (!listeners->items[i].path)
			set_option(listeners->items[i].fd, SOL_SOCKET, SO_REUSEPORT, allow);
}

static int
bind_and_listen(int fd, const struct listen_address *address, int backlog)
{
	if (bind(fd, (const struct sockaddr *)&address->storage, address->len) < 0)
		return -1;
	return listen(fd, backlog); /* which looks at the port once more */
}

static int
listen_beside(int fd, const struct listen_address *address, int backlog,
	      const struct listeners *old)
{
	int r = bind_and_listen(fd, address, backlog);

	if (r == 0 || errno != EADDRINUSE || !old)
		return r;
	allow_overlap(old, 1);
	set_option(fd, SOL_SOCKET, SO_REUSEPORT, 1);
	r = bind_and_listen(fd, address, backlog);
	/* Off again at once: else any program of ours could join in later. */
	set_option(fd, SOL_SOCKET, SO_REUSEPORT, 0);
	allow_overlap(old, 0);
	if (r < 0)
		errno = EADDRINUSE;
	return r;
}

static int
bind_inet(struct listener *l, const struct listen_settings *settings,
	  const struct listen_address *address, const struct listeners *old)
{
	struct sockaddr_storage bound;
	socklen_t len = sizeof(bound);
	int family = address->storage.ss_family;

	l->fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (l->fd < 0 || set_options(l->fd, family, settings) < 0 ||
	    listen_beside(l->fd, address, l->backlog, old) < 0 ||
	    getsockname(l->fd, (struct sockaddr *)&bound, &len) < 0)
		return -1;
	address_format((const struct sockaddr *)&bound, len, l->name);
	return 0;
}

/* What is configured but not passed would be bound behind the unit's back. */
static int
tell_not_passed(const struct opening *o, const struct listener *l)
{
	fprintf(o->errors,
		"%s is configured, but systemd passed no such socket; "
		"add it to the socket unit, or remove it from the configuration\n",
		l->wanted);
	return -1;
}

/* One address of one group. Returns 0, or -1 after telling. */
static int
open_inet(const struct opening *o, const struct listen_settings *settings,
	  const struct listen_address *address)
{
	const struct sockaddr *sockaddr = (const struct sockaddr *)&address->storage;
	char wanted[ADDRESS_TEXT_MAX];
	struct listener *l;
	const struct listener *same;

	l = add(o, address_format(sockaddr, address->len, wanted), settings);
	same = find_old(o->old, o->fresh);
	if (!same && o->only_old)
		return tell_not_passed(o, l);
	if ((same ? share(l, same) : bind_inet(l, settings, address, o->old)) == 0)
		return 0;
	tell_failure(o->errors, sockaddr, wanted, errno);
	return -1;
}

/* All addresses of one group's host. */
static int
open_host(const struct opening *o, const struct listen_settings *settings)
{
	int r = 0;

	for (size_t i = 0; i < settings->address_count; i++)
		r |= open_inet(o, settings, &settings->addresses[i]);
	return r;
}

/* A UNIX socket that is new. */
static int
bind_unix(struct listener *l, const struct listen_settings *settings, FILE *errors)
{
	l->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (l->fd < 0 || set_options(l->fd, AF_UNIX, settings) < 0) {
		fprintf(errors, "cannot listen on %s: %s\n", l->name, strerror(errno));
		return -1;
	}
	if (listener_unix_bind(l, settings, errors) < 0)
		return -1;
	if (listen(l->fd, l->backlog) == 0)
		return 0;
	fprintf(errors, "cannot listen on %s: %s\n", l->name, strerror(errno));
	return -1;
}

static int
open_unix(const struct opening *o, const struct listen_settings *settings)
{
	char wanted[ADDRESS_TEXT_MAX];
	const struct listener *same;
	struct listener *l;

	snprintf(wanted, sizeof(wanted), "unix:%s", settings->path);
	l = add(o, wanted, settings);
	memcpy(l->name, wanted, sizeof(wanted));
	same = find_old(o->old, o->fresh);
	if (!same)
		return o->only_old ? tell_not_passed(o, l) : bind_unix(l, settings, o->errors);
	if (share(l, same) == 0)
		return 0;
	fprintf(o->errors, "cannot keep %s: %s\n", wanted, strerror(errno));
	return -1;
}

/* With a socket unit and nothing configured, its sockets are what there is. */
static int
share_all(const struct opening *o)
{
	const struct listen_settings settings = {.framing = FRAMING_AUTO};

	for (size_t i = 0; i < o->old->count; i++) {
		struct listener *l = add(o, o->old->items[i].wanted, &settings);

		l->v6only = o->old->items[i].v6only;
		l->backlog = o->old->items[i].backlog;
		l->settings = SIZE_MAX; /* the socket unit's own */
		if (share(l, &o->old->items[i]) < 0) {
			fprintf(o->errors, "cannot keep %s: %s\n", l->name, strerror(errno));
			return -1;
		}
	}
	return 0;
}

int
listeners_open(struct listeners *listeners, const struct configuration *c,
	       const struct listeners *old, bool only_old, FILE *errors)
{
	const struct opening o = {listeners, old, only_old, errors};
	int r = 0;

	*listeners = (struct listeners){0};
	if (make_room(&o, c) < 0)
		return -1;
	if (only_old && !c->listen_given)
		r = share_all(&o);
	for (size_t i = 0; (!only_old || c->listen_given) && i < c->listen_count; i++) {
		size_t first = listeners->count;

		r |= *c->listen[i].path ? open_unix(&o, &c->listen[i])
					: open_host(&o, &c->listen[i]);
		for (; first < listeners->count; first++)
			listeners->items[first].settings = i;
	}
	if (r == 0)
		return 0;
	listeners_unlink(listeners, old);
	listeners_close(listeners);
	return -1;
}

void
listeners_apply(const struct listeners *listeners, const struct configuration *c, FILE *errors)
{
	for (size_t i = 0; i < listeners->count; i++) {
		const struct listener *l = &listeners->items[i];

		if (!l->shared || l->settings >= c->listen_count)
			continue;
		if (listen(l->fd, l->backlog) < 0)
			fprintf(errors, "cannot set the backlog of %s: %s\n", l->name,
				strerror(errno));
		/* The file of a socket unit's socket is the unit's. */
		if (l->path)
			listener_unix_set_access(l, &c->listen[l->settings], errors);
	}
}
