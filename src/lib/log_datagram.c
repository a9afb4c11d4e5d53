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

#define OWN_FIELDS 4      /* MESSAGE, PRIORITY, SYSLOG_FACILITY, SYSLOG_IDENTIFIER */
#define PARTS_PER_FIELD 4 /* name, separator, value, newline */
#define FIELDS_MAX (OWN_FIELDS + LOG_FIELDS_MAX)

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
log_datagram_send(int fd, const char *path, struct iovec *parts, size_t count)
{
	struct msghdr header = {.msg_iov = parts, .msg_iovlen = count};
	struct sockaddr_un address;

	if (sendmsg(fd, &header, MSG_NOSIGNAL) >= 0)
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
	header.msg_name = &address;
	header.msg_namelen = sizeof(address);
	return sendmsg(fd, &header, MSG_NOSIGNAL) >= 0 ? 0 : -1;
}

/* A datagram in the making. The parts point to memory of others. */
struct datagram {
	struct iovec parts[FIELDS_MAX * PARTS_PER_FIELD];
	size_t count;
	char separators[FIELDS_MAX][1 + sizeof(uint64_t)];
	size_t fields;
};

static void
add_part(struct datagram *datagram, const char *bytes, size_t len)
{
	datagram->parts[datagram->count++] = (struct iovec){(char *)bytes, len};
}

/*
 * "NAME=value\n", or, when the value has a newline, "NAME\n", the value's
 * length as 64 bits little endian, the value, "\n".
 */
static void
add_field(struct datagram *datagram, const char *name, const char *value, size_t len)
{
	char *separator = datagram->separators[datagram->fields++];
	size_t separator_len = 1;

	if (memchr(value, '\n', len) == NULL) {
		separator[0] = '=';
	} else {
		const uint64_t size = htole64(len);

		separator[0] = '\n';
		memcpy(separator + 1, &size, sizeof(size));
		separator_len += sizeof(size);
	}
	add_part(datagram, name, strlen(name));
	add_part(datagram, separator, separator_len);
	add_part(datagram, value, len);
	add_part(datagram, "\n", 1);
}

int
log_journal_send(int fd, const char *path, const struct log_message *message)
{
	struct datagram datagram = {.count = 0};
	char text[LOG_LINE_MAX];
	char priority[16];
	char facility[16];

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
	return log_datagram_send(fd, path, datagram.parts, datagram.count);
}
