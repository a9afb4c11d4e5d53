/*
 * notify.c - what systemd is told
 *
 * Owns: the protocol of sd_notify(3), the variables of sd-daemon(3).
 * Never: waits, and never fails: whoever is not told is not there, or hears it
 * later.
 * Runs: in the master.
 *
 * sd_notify(3) itself would wait for a manager that does not read, and with it
 * every client that is to be accepted by a worker not yet forked. Its protocol is
 * one datagram, and guaranteed to stay.
 */
#include "config.h"

#include "hellod/notify.h"

#ifdef HAVE_SYSTEMD

/* System */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* Library */
#include <systemd/sd-daemon.h>

/* Project */
#include "lib/log.h"

/* Returns the address's length, or 0 if there is none that can be used. */
static socklen_t
find_manager(struct sockaddr_un *address)
{
	const char *path = getenv("NOTIFY_SOCKET");
	size_t len = path ? strlen(path) : 0;

	if (len < 2 || len >= sizeof(address->sun_path) || (*path != '/' && *path != '@'))
		return 0;
	*address = (struct sockaddr_un){.sun_family = AF_UNIX};
	memcpy(address->sun_path, path, len);
	if (*path == '@') /* a name that is no file's: unix(7), abstract */
		address->sun_path[0] = '\0';
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
}

/* One note, with a descriptor perhaps (else -1). Returns 0, or -1 with errno. */
static int
send_note(const char *text, int passed)
{
	struct sockaddr_un address;
	struct iovec part = {(char *)text, strlen(text)};
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(sizeof(int))];
	} control = {.room = {0}};
	struct msghdr note = {
		.msg_name = &address,
		.msg_namelen = find_manager(&address),
		.msg_iov = &part,
		.msg_iovlen = 1,
	};
	int fd;
	int r;
	int error;

	if (note.msg_namelen == 0)
		return 0;
	if (passed >= 0) {
		note.msg_control = control.room;
		note.msg_controllen = sizeof(control.room);
		control.header = (struct cmsghdr){
			.cmsg_len = CMSG_LEN(sizeof(int)),
			.cmsg_level = SOL_SOCKET,
			.cmsg_type = SCM_RIGHTS,
		};
		memcpy(CMSG_DATA(&control.header), &passed, sizeof(passed));
	}
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -1;
	r = sendmsg(fd, &note, MSG_NOSIGNAL) < 0 ? -1 : 0;
	error = errno;
	close(fd);
	errno = error;
	return r;
}

/* Is it only for now that nothing can be sent? */
static bool
is_passing(int error)
{
	return error == EAGAIN || error == ENOBUFS || error == ENOMEM || error == EMFILE ||
	       error == ENFILE;
}

bool
notify_tell(const char *note)
{
	return send_note(note, -1) == 0 || !is_passing(errno);
}

void
notify_store(int fd, const char *name)
{
	char text[300];

	snprintf(text, sizeof(text), "FDSTORE=1\nFDNAME=%s", name);
	if (send_note(text, fd) < 0 && is_passing(errno))
		log_warn("systemd cannot be given %s to keep; if hellod is killed, it is lost",
			 name);
}

void
notify_unstore(const char *name)
{
	char text[300];

	snprintf(text, sizeof(text), "FDSTOREREMOVE=1\nFDNAME=%s", name);
	notify_tell(text);
}

bool
notify_has_store(void)
{
	return getenv("NOTIFY_SOCKET");
}

int
notify_inherited(int *ret_first, char ***ret_names)
{
	int count = sd_listen_fds_with_names(1, ret_names);

	*ret_first = SD_LISTEN_FDS_START;
	return count > 0 ? count : 0;
}

int64_t
notify_watchdog_interval(void)
{
	uint64_t interval;

	return sd_watchdog_enabled(0, &interval) > 0 ? (int64_t)interval : 0;
}

void
notify_watchdog(void)
{
	notify_tell("WATCHDOG=1"); /* the next one will do, if this one was too many */
}

#else

bool
notify_tell(const char *note)
{
	(void)note;
	return true;
}

void
notify_store(int fd, const char *name)
{
	(void)fd;
	(void)name;
}

void
notify_unstore(const char *name)
{
	(void)name;
}

bool
notify_has_store(void)
{
	return false;
}

int
notify_inherited(int *ret_first, char ***ret_names)
{
	(void)ret_first;
	(void)ret_names;
	return 0;
}

int64_t
notify_watchdog_interval(void)
{
	return 0;
}

void
notify_watchdog(void)
{
}

#endif
