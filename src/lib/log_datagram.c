/*
 * log_datagram.c - the sockets of the journal and of syslog
 *
 * Owns nothing; the descriptor belongs to the sink. Never waits: what the
 * receiver's queue does not take is lost, and the caller counts it.
 *
 * Why not sd_journal_send() and syslog(): both wait for a receiver that is too
 * slow, and so a stuck log would stop the service. The journal's protocol is
 * public and stable (systemd.io/JOURNAL_NATIVE_PROTOCOL) and takes a page.
 */
#include "config.h"

/* System */
#include <endian.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* Project */
#include "lib/log_sink.h"

#define DATAGRAM_MAX 16384 /* bytes; the journal takes more */

static int
set_path(struct sockaddr_un *address, const char *path)
{
	if (strlen(path) >= sizeof(address->sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	*address = (struct sockaddr_un){.sun_family = AF_UNIX};
	memcpy(address->sun_path, path, strlen(path) + 1);
	return 0;
}

static int
connect_to(int fd, const char *path)
{
	struct sockaddr_un address;

	if (set_path(&address, path) < 0)
		return -1;
	return connect(fd, (const struct sockaddr *)&address, sizeof(address));
}

/*
 * Connected, though a datagram could carry its address: a connected socket goes
 * on working in a process that can no longer see the path.
 */
int
log_datagram_open(const char *path)
{
	const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd >= 0 && connect_to(fd, path) < 0) {
		const int error = errno;

		close(fd);
		errno = error;
		return -1;
	}
	return fd;
}

int
log_datagram_send(int fd, const char *path, const char *bytes, size_t len)
{
	struct sockaddr_un address;

	if (send(fd, bytes, len, MSG_NOSIGNAL) >= 0)
		return 0;
	/*
	 * The receiver has closed its socket: the first call says ECONNREFUSED,
	 * the next ones ENOTCONN. A new one may listen at the path by now. It is
	 * not connected to: hellod's workers may not call connect(2).
	 */
	if (errno != ECONNREFUSED && errno != ENOTCONN && errno != ECONNRESET)
		return -1;
	if (set_path(&address, path) < 0)
		return -1;
	return sendto(fd, bytes, len, MSG_NOSIGNAL, (const struct sockaddr *)&address,
		      sizeof(address)) >= 0
		       ? 0
		       : -1;
}

/*
 * A datagram in the making. In one piece: a message of several would take
 * sendmsg(2), which can carry descriptors too, and so is not for workers.
 */
struct datagram {
	char bytes[DATAGRAM_MAX];
	size_t len;
};

static void
add_bytes(struct datagram *datagram, const void *bytes, size_t len)
{
	memcpy(datagram->bytes + datagram->len, bytes, len);
	datagram->len += len;
}

/*
 * "NAME=value\n", or, when the value has a newline, "NAME\n", the value's
 * length as 64 bits little endian, the value, "\n". What there is no room for
 * is left out.
 */
static void
add_field(struct datagram *datagram, const char *name, const char *value, size_t len)
{
	const uint64_t size = htole64(len);

	if (strlen(name) + len + sizeof(size) + 2 > DATAGRAM_MAX - datagram->len)
		return;
	add_bytes(datagram, name, strlen(name));
	if (memchr(value, '\n', len) == NULL) {
		add_bytes(datagram, "=", 1);
	} else {
		add_bytes(datagram, "\n", 1);
		add_bytes(datagram, &size, sizeof(size));
	}
	add_bytes(datagram, value, len);
	add_bytes(datagram, "\n", 1);
}

int
log_journal_send(int fd, const char *path, const struct log_message *message)
{
	struct datagram datagram;
	char text[LOG_LINE_MAX];
	char priority[16];
	char facility[16];

	datagram.len = 0; /* all of it need not be cleared */
	add_field(&datagram, "MESSAGE", text,
		  log_line_compose(LOG_SHAPE_JOURNAL, message, text, sizeof(text)));
	snprintf(priority, sizeof(priority), "%d", message->level);
	add_field(&datagram, "PRIORITY", priority, strlen(priority));
	snprintf(facility, sizeof(facility), "%d", LOG_FAC(LOG_DAEMON));
	add_field(&datagram, "SYSLOG_FACILITY", facility, strlen(facility));
	add_field(&datagram, "SYSLOG_IDENTIFIER", message->ident, strlen(message->ident));
	for (size_t i = 0; i < message->field_count && i < LOG_FIELDS_MAX; i++)
		add_field(&datagram, message->fields[i].name, message->fields[i].value,
			  strlen(message->fields[i].value));
	return log_datagram_send(fd, path, datagram.bytes, datagram.len);
}
