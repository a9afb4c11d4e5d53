/*
 * backup.c - the files before the last one
 *
 * Owns their names. Never moves the file itself: it is there at every moment.
 * hellofetch is one process.
 */
#include "config.h"

/* System */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

/* Project */
#include "hellofetch/backup.h"

struct backup_name {
	char text[NAME_MAX + 1];
};

static int
make_name(const char *name, int number, struct backup_name *ret_name)
{
	int len = snprintf(ret_name->text, sizeof(ret_name->text), "%s.%d", name, number);

	if (len > 0 && (size_t)len < sizeof(ret_name->text))
		return 0;
	errno = ENAMETOOLONG;
	return -1;
}

/* From the eldest on, each becomes one older. */
static int
shift(int dir_fd, const char *name, int count)
{
	struct backup_name from, to;

	for (int i = count - 1; i > 0; i--) {
		if (make_name(name, i, &from) < 0 || make_name(name, i + 1, &to) < 0)
			return -1;
		if (renameat(dir_fd, from.text, dir_fd, to.text) < 0 && errno != ENOENT)
			return -1;
	}
	return 0;
}

int
backup_keep(int dir_fd, const char *name, int count)
{
	struct backup_name first;

	if (faccessat(dir_fd, name, F_OK, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : -1;
	if (shift(dir_fd, name, count) < 0 || make_name(name, 1, &first) < 0)
		return -1;
	/* With --backups 1 it is in the way; with more it has moved. */
	if (unlinkat(dir_fd, first.text, 0) < 0 && errno != ENOENT)
		return -1;
	return linkat(dir_fd, name, dir_fd, first.text, 0);
}
