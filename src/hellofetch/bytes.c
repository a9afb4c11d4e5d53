/*
 * bytes.c - all bytes are written
 *
 * Owns nothing: the descriptor is the caller's. Goes on when a signal interrupts.
 * hellofetch is one process.
 */
#include "config.h"

/* System */
#include <errno.h>
#include <unistd.h>

/* Project */
#include "hellofetch/bytes.h"

int
write_all(int fd, const char *bytes, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, bytes, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		bytes += n;
		len -= (size_t)n;
	}
	return 0;
}
