/*
 * bytes.c - the bytes of open files: all are written, two are compared
 *
 * Owns nothing: descriptors are the caller's. Goes on when a signal interrupts.
 * hellofetch is one process.
 */
#include "config.h"

/* System */
#include <errno.h>
#include <string.h>
#include <unistd.h>

/* Project */
#include "hellofetch/bytes.h"

#define READ_SIZE (64 * 1024) /* bytes compared at once: few calls, little stack */

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

/* As much as there is, up to size; -1 if it cannot be read. */
static ssize_t
read_at(int fd, char *bytes, size_t size, off_t offset)
{
	size_t len = 0;
	ssize_t n = 1;

	while (len < size && n > 0) {
		n = pread(fd, bytes + len, size - len, offset + (off_t)len);
		if (n > 0)
			len += (size_t)n;
		else if (n < 0 && errno == EINTR)
			n = 1;
	}
	return n < 0 ? -1 : (ssize_t)len;
}

bool
same_bytes(int fd, int other)
{
	char bytes[READ_SIZE], other_bytes[READ_SIZE];
	off_t offset = 0;
	ssize_t len;

	do {
		len = read_at(fd, bytes, sizeof(bytes), offset);
		if (len < 0 || read_at(other, other_bytes, sizeof(other_bytes), offset) != len ||
		    memcmp(bytes, other_bytes, (size_t)len) != 0)
			return false;
		offset += len;
	} while (len > 0);
	return true;
}
