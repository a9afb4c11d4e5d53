/*
 * listener_unix.c - the file of a UNIX listener
 *
 * Owns: who may replace or remove that file, and its permissions.
 * Never: removes a file that is not a dead socket or the one we made.
 * Runs: in the master.
 */
#include "config.h"

#include "hellod/listener_unix.h"

/* System */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* Project */
#include "hellod/configuration.h"
#include "hellod/listener.h"
#include "lib/port_holder.h"

static int
failure(FILE *errors, const struct listener *l, const char *remedy)
{
	fprintf(errors, "cannot listen on %s: %s; %s\n", l->name, strerror(errno), remedy);
	return -1;
}

/* True if somebody listens on the socket file; then says who. */
static bool
is_live(const struct sockaddr_un *address, int type, char holder[PORT_HOLDER_TEXT_MAX])
{
	int fd = socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct ucred cred = {0};
	socklen_t len = sizeof(cred);
	bool live;

	/* A full queue (EAGAIN) is a living one's too. */
	live = fd >= 0 && (connect(fd, (const struct sockaddr *)address, sizeof(*address)) == 0 ||
			   errno != ECONNREFUSED);
	snprintf(holder, PORT_HOLDER_TEXT_MAX, "another program");
	/* Of a listening peer this tells who called listen(2): unix(7). */
	if (live && getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) == 0 && cred.pid > 0)
		port_holder_name(cred.pid, holder, PORT_HOLDER_TEXT_MAX);
	if (fd >= 0)
		close(fd);
	return live;
}

/* Makes way for the new socket, where nobody uses the old one. */
static int
remove_stale(const struct listener *l, const struct sockaddr_un *address, FILE *errors)
{
	char holder[PORT_HOLDER_TEXT_MAX];
	struct stat st;
	int type = SOCK_STREAM;
	socklen_t len = sizeof(type);

	getsockopt(l->fd, SOL_SOCKET, SO_TYPE, &type, &len); /* another type finds nobody */
	if (lstat(address->sun_path, &st) < 0)
		return errno == ENOENT ? 0 : failure(errors, l, "is its directory there?");
	if (!S_ISSOCK(st.st_mode)) {
		fprintf(errors,
			"cannot listen on %s: a file that is no socket is there; "
			"remove it, or choose another path\n",
			l->name);
		return -1;
	}
	if (is_live(address, type, holder)) {
		fprintf(errors,
			"cannot listen on %s: %s listens there: stop it, "
			"or choose another path\n",
			l->name, holder);
		return -1;
	}
	if (unlink(address->sun_path) < 0)
		return failure(errors, l, "a socket that nobody listens on is in the way");
	return 0;
}

/* Is the file still the one that we made? Then *ret_st is what it is. */
static bool
is_ours(const struct listener *l, struct stat *ret_st)
{
	return lstat(l->path, ret_st) == 0 && ret_st->st_dev == l->device &&
	       ret_st->st_ino == l->inode;
}

/* Gives the file to whom the settings say, or to us. */
static int
set_owner(const struct listener *l, const struct listen_settings *settings, FILE *errors)
{
	uid_t uid = *settings->owner ? settings->uid : geteuid();
	gid_t gid = *settings->group ? settings->gid : getegid();
	struct stat st;

	if (lstat(settings->path, &st) == 0 && st.st_uid == uid && st.st_gid == gid)
		return 0;
	if (lchown(settings->path, uid, gid) < 0)
		return failure(errors, l, "giving it to another owner needs root");
	return 0;
}

int
listener_unix_set_access(const struct listener *l, const struct listen_settings *settings,
			 FILE *errors)
{
	const mode_t mode = (mode_t)settings->mode;
	struct stat st;

	if (!is_ours(l, &st)) {
		fprintf(errors, "%s: its file is gone, or another by now\n", l->name);
		return -1;
	}
	/* Who may write to the directory could still put a link there, just now. */
	if ((st.st_mode & ALLPERMS) != mode &&
	    fchmodat(AT_FDCWD, l->path, mode, AT_SYMLINK_NOFOLLOW) < 0)
		return failure(errors, l, "its file cannot be given the mode");
	return set_owner(l, settings, errors);
}

int
listener_unix_bind(struct listener *l, const struct listen_settings *settings, FILE *errors)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct stat st;
	mode_t mask;
	char *path;
	int r;

	memcpy(address.sun_path, settings->path, strlen(settings->path)); /* length: the table */
	if (remove_stale(l, &address, errors) < 0)
		return -1;
	/* The mask, not a chmod after it: it is never open to more than it should. */
	path = strdup(settings->path);
	if (!path)
		return failure(errors, l, "memory is short");
	mask = umask(0777 & ~(mode_t)settings->mode);
	r = bind(l->fd, (const struct sockaddr *)&address, sizeof(address));
	umask(mask);
	if (r < 0 || lstat(settings->path, &st) < 0) {
		failure(errors, l, "may hellod write in that directory?");
		free(path);
		return -1;
	}
	l->path = path;
	l->device = st.st_dev;
	l->inode = st.st_ino;
	return set_owner(l, settings, errors);
}

int
listener_unix_share(struct listener *l, const struct listener *old)
{
	l->device = old->device;
	l->inode = old->inode;
	l->path = strdup(old->path);
	return l->path ? 0 : -1;
}

void
listener_unix_unlink(const struct listener *l)
{
	struct stat st;

	if (is_ours(l, &st))
		unlink(l->path);
}
