/*
 * stream.c - a descriptor, and what was read from it and not used yet
 *
 * Owns: the buffer, and waiting with a deadline.
 * Never: opens or closes a descriptor, knows the protocol, prints.
 */
#include "config.h"

#include "hellosay/stream.h"

/* System */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Library */
#include "lib/alloc.h"
#include "lib/units.h"

#define READ_MAX 4096 /* bytes read at once */

void
stream_init(struct stream *stream, int fd)
{
	*stream = (struct stream){.fd = fd};
}

void
stream_done(struct stream *stream)
{
	free(stream->bytes);
	*stream = (struct stream){.fd = -1};
}

int64_t
stream_clock(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * USEC_PER_SEC + now.tv_nsec / 1000;
}

/* Returns the events that came, 0 if the deadline did. */
static short
wait_for(int fd, short events, int64_t deadline)
{
	struct pollfd pollfd = {.fd = fd, .events = events};

	for (;;) {
		int64_t left = deadline - stream_clock();
		struct timespec timeout = {0};

		if (left > 0)
			timeout =
				(struct timespec){left / USEC_PER_SEC, left % USEC_PER_SEC * 1000};
		if (ppoll(&pollfd, 1, &timeout, NULL) >= 0)
			return pollfd.revents;
		if (errno != EINTR)
			return POLLERR; /* reading or writing will tell the reason */
	}
}

static int
make_room(struct stream *stream)
{
	if (stream->len > STREAM_MAX) {
		errno = EMSGSIZE;
		return -1;
	}
	if (stream->size - stream->len < READ_MAX) {
		stream->size = 2 * stream->len + READ_MAX;
		stream->bytes = must_realloc(stream->bytes, stream->size);
	}
	return 0;
}

enum stream_status
stream_read(struct stream *stream, int64_t deadline)
{
	ssize_t got;

	if (make_room(stream) < 0)
		return STREAM_ERROR;
	do {
		if (wait_for(stream->fd, POLLIN, deadline) == 0)
			return STREAM_TIMEOUT;
		got = read(stream->fd, stream->bytes + stream->len, READ_MAX);
	} while (got < 0 && (errno == EINTR || errno == EAGAIN));
	if (got < 0)
		return STREAM_ERROR;
	stream->len += (size_t)got;
	stream->ended = got == 0;
	return got > 0 ? STREAM_BYTES : STREAM_END;
}

void
stream_write(const struct stream *stream, const char *bytes, size_t len, int64_t deadline)
{
	while (len > 0) {
		ssize_t sent = write(stream->fd, bytes, len);

		if (sent >= 0) {
			bytes += sent;
			len -= (size_t)sent;
		} else if (errno == EAGAIN) {
			if (!(wait_for(stream->fd, POLLIN | POLLOUT, deadline) & POLLOUT))
				return;
		} else if (errno != EINTR) {
			return;
		}
	}
}

bool
stream_line(const struct stream *stream, size_t *ret_len, size_t *ret_size)
{
	const char *lf = stream->len > 0 ? memchr(stream->bytes, '\n', stream->len) : NULL;
	size_t len = lf ? (size_t)(lf - stream->bytes) : stream->len;

	if (!lf && (!stream->ended || len == 0))
		return false;
	*ret_size = lf ? len + 1 : len;
	*ret_len = lf && len > 0 && stream->bytes[len - 1] == '\r' ? len - 1 : len;
	return true;
}

void
stream_drop(struct stream *stream, size_t size)
{
	stream->len -= size;
	memmove(stream->bytes, stream->bytes + size, stream->len);
}
