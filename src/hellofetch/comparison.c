/*
 * comparison.c - is what comes what is there already?
 *
 * Owns the descriptor of the file that is there. Never writes. hellofetch is one
 * process.
 */
#include "config.h"

/* System */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* Project */
#include "hellofetch/comparison.h"

#define READ_SIZE (32 * 1024) /* bytes compared at once: few calls, little stack */

void
comparison_init(struct comparison *comparison)
{
	*comparison = (struct comparison){.fd = -1};
}

void
comparison_done(struct comparison *comparison)
{
	if (comparison->fd >= 0)
		close(comparison->fd);
	comparison_init(comparison);
}

void
comparison_begin(struct comparison *comparison, int dir_fd, const char *name)
{
	/* It may have become a pipe, or a terminal: neither wait for it nor take it over. */
	int flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;

	comparison_done(comparison);
	comparison->fd = openat(dir_fd, name, flags);
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

void
comparison_take(struct comparison *comparison, const char *bytes, size_t len)
{
	char there[READ_SIZE];

	while (len > 0 && comparison->fd >= 0) {
		size_t part = len < sizeof(there) ? len : sizeof(there);

		if (read_at(comparison->fd, there, part, comparison->offset) != (ssize_t)part ||
		    memcmp(bytes, there, part) != 0) {
			comparison_done(comparison);
			return;
		}
		comparison->offset += (int64_t)part;
		bytes += part;
		len -= part;
	}
}

bool
comparison_is_same(const struct comparison *comparison)
{
	struct stat file;

	return comparison->fd >= 0 && fstat(comparison->fd, &file) == 0 &&
	       file.st_size == comparison->offset;
}
