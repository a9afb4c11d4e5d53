/*
 * descriptors.c - which descriptors a process has
 *
 * Owns: nothing; it opens /dev/null and closes.
 * Never: loops up to the limit of open files, which may be 2^30.
 * Runs: in every program, at start; in hellod's workers after the fork.
 */
#include "config.h"

#include "lib/descriptors.h"

/* System */
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef SO_PASSRIGHTS /* Linux 6.16; the number is the kernel's for all times */
#define SO_PASSRIGHTS 83
#endif

void
descriptors_fill_standard(int access)
{
	int fd;

	/* open(2) gives the lowest that is free. */
	do
		fd = open("/dev/null", access);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

void
descriptors_detach_standard(int last)
{
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	for (int i = STDIN_FILENO; fd >= 0 && i <= last; i++)
		dup2(fd, i);
	if (fd > STDERR_FILENO)
		close(fd);
}

static int
compare(const void *a, const void *b)
{
	int left = *(const int *)a;
	int right = *(const int *)b;

	return left < right ? -1 : left > right;
}

void
descriptors_close_others(int *keep, size_t count)
{
	int next = STDERR_FILENO + 1;

	qsort(keep, count, sizeof(*keep), compare);
	for (size_t i = 0; i < count; i++) {
		if (keep[i] < next)
			continue;
		if (keep[i] > next)
			close_range((unsigned)next, (unsigned)keep[i] - 1, 0);
		next = keep[i] + 1;
	}
	close_range((unsigned)next, UINT_MAX, 0);
}

void
descriptors_refuse(int fd)
{
	const int off = 0;

	setsockopt(fd, SOL_SOCKET, SO_PASSRIGHTS, &off, sizeof(off));
}
