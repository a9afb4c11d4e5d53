/*
 * inherit.c - descriptors that were there before this process
 *
 * Owns: what they are called in systemd's store, and what they are.
 * Never: binds, and never believes a name before it has looked at the socket.
 * Runs: in the master.
 */
#include "config.h"

#include "hellod/inherit.h"

/* System */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* Project */
#include "hellod/notify.h"
#include "lib/alloc.h"
#include "lib/log.h"

/*
 * A stored listener is called by the address it was asked for, which tells
 * more than the bound one (port 0). A colon may not be in a name (sd_notify(3)).
 */
#define LISTENER_PREFIX "listener="
#define SCOREBOARD_NAME "scoreboard"
#define FOR_COLON '~'
#define NAME_MAX_LEN 255

/*
 * Returns false if the address cannot be a name: it is too long, or a path that has
 * other than printable ASCII in it, which systemd would give back as "stored".
 */
static bool
name_of(const struct listener *l, char name[NAME_MAX_LEN + 1])
{
	int len = snprintf(name, NAME_MAX_LEN + 1, LISTENER_PREFIX "%s", l->wanted);

	for (char *at = name; *at; at++) {
		if (*at < ' ' || *at > '~' || *at == FOR_COLON)
			return false;
		if (*at == ':')
			*at = FOR_COLON;
	}
	return len <= NAME_MAX_LEN;
}

static int
get_option(int fd, int level, int option)
{
	int value = 0;
	socklen_t len = sizeof(value);

	return getsockopt(fd, level, option, &value, &len) < 0 ? -1 : value;
}

/* A UNIX socket's file: only known to be ours if it still is this socket's. */
static void
learn_path(struct listener *l, const struct sockaddr_un *address)
{
	struct stat st;

	if (address->sun_path[0] != '/' || lstat(address->sun_path, &st) < 0)
		return;
	l->path = must_strdup(address->sun_path);
	l->device = st.st_dev;
	l->inode = st.st_ino;
}

/* Adds the descriptor if it is a listening stream socket; errno says why not. */
static struct listener *
add(struct listeners *listeners, int fd)
{
	struct sockaddr_storage address = {0};
	socklen_t len = sizeof(address);
	struct listener *l;

	if (get_option(fd, SOL_SOCKET, SO_TYPE) != SOCK_STREAM ||
	    get_option(fd, SOL_SOCKET, SO_ACCEPTCONN) != 1 ||
	    getsockname(fd, (struct sockaddr *)&address, &len) < 0) {
		errno = EINVAL;
		return NULL;
	}
	listeners->items =
		must_realloc(listeners->items, (listeners->count + 1) * sizeof(*listeners->items));
	l = &listeners->items[listeners->count++];
	*l = (struct listener){.fd = fd, .v6only = true};
	address_format((const struct sockaddr *)&address, len, l->name);
	memcpy(l->wanted, l->name, sizeof(l->wanted));
	if (address.ss_family == AF_INET6)
		l->v6only = get_option(fd, IPPROTO_IPV6, IPV6_V6ONLY) == 1;
	/* Blocking, it would hold up a worker; the flag is everyone's (open(2)). */
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
	if (address.ss_family == AF_UNIX)
		learn_path(l, (const struct sockaddr_un *)&address);
	return l;
}

int
inherit_add_listener(struct listeners *listeners, int fd, int backlog, const char *wanted,
		     bool ours)
{
	struct listener *l = add(listeners, fd);

	if (!l)
		return -1;
	l->backlog = backlog;
	snprintf(l->wanted, sizeof(l->wanted), "%s", wanted);
	if (!ours) {
		free(l->path);
		l->path = NULL;
	}
	return 0;
}

/* A UNIX socket whose file has been removed can't be found by any client. */
static bool
can_be_found(const struct listener *l)
{
	return strncmp(l->name, "unix:", 5) != 0 || l->path;
}

/* One of ours that systemd has kept. */
static void
take_stored(struct listeners *stored, int fd, const char *name)
{
	char wanted[NAME_MAX_LEN + 1];

	snprintf(wanted, sizeof(wanted), "%s", name + strlen(LISTENER_PREFIX));
	for (char *at = wanted; *at; at++)
		if (*at == FOR_COLON)
			*at = ':';
	if (inherit_add_listener(stored, fd, 0, wanted, true) == 0) {
		if (can_be_found(&stored->items[stored->count - 1]))
			return;
		stored->count--;
	}
	close(fd); /* the store is ours: what is of no use there is dropped */
	notify_unstore(name);
}

static void
take_scoreboard(struct inheritance *inheritance, int fd)
{
	if (inheritance->scoreboard < 0)
		inheritance->scoreboard = fd;
	else
		close(fd); /* one is enough */
}

/* One of a socket unit. Returns 0, or -1 after a line on errors. */
static int
take_passed(struct listeners *passed, int fd, const char *name, FILE *errors)
{
	struct listener *l = add(passed, fd);

	if (!l) {
		fprintf(errors,
			"systemd passed a descriptor \"%s\" that is no listening stream socket; "
			"want ListenStream= and Accept=no in the socket unit\n",
			name);
		close(fd);
		return -1;
	}
	/* systemd has bound it, but a client costs what a client of ours may cost. */
	if (listener_set_options(fd, get_option(fd, SOL_SOCKET, SO_DOMAIN)) < 0)
		log_warn("cannot limit the buffers of %s", l->name);
	/* Its file is the socket unit's. */
	free(l->path);
	l->path = NULL;
	return 0;
}

int
inherit_from_systemd(struct inheritance *inheritance, FILE *errors)
{
	struct listeners stored = {0};
	struct listeners passed = {0};
	char **names;
	int first;
	int count = notify_inherited(&first, &names);
	int r = 0;

	*inheritance = (struct inheritance){.scoreboard = -1};
	for (int i = 0; i < count; i++) {
		if (strcmp(names[i], SCOREBOARD_NAME) == 0)
			take_scoreboard(inheritance, first + i);
		else if (strncmp(names[i], LISTENER_PREFIX, strlen(LISTENER_PREFIX)) == 0)
			take_stored(&stored, first + i, names[i]);
		else
			r |= take_passed(&passed, first + i, names[i], errors);
		free(names[i]);
	}
	if (count > 0)
		free(names);
	inheritance->activated = passed.count > 0;
	inheritance->stored = passed.count > 0 ? passed : stored;
	if (passed.count > 0)
		listeners_close(&stored);
	return r;
}

void
inherit_done(struct inheritance *inheritance)
{
	listeners_close(&inheritance->stored);
}

void
inherit_store_listeners(const struct listeners *fresh, const struct listeners *old)
{
	char name[NAME_MAX_LEN + 1];

	for (size_t i = 0; old && i < old->count; i++)
		if (!listeners_have(fresh, &old->items[i]) && name_of(&old->items[i], name))
			notify_unstore(name);
	for (size_t i = 0; i < fresh->count; i++)
		if (!(old && listeners_have(old, &fresh->items[i])) &&
		    name_of(&fresh->items[i], name))
			notify_store(fresh->items[i].fd, name);
}

void
inherit_store_scoreboard(int fd)
{
	notify_store(fd, SCOREBOARD_NAME);
}

void
inherit_drop_scoreboard(int fd)
{
	close(fd);
	notify_unstore(SCOREBOARD_NAME);
}
