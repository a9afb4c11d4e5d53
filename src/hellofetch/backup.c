/*
 * backup.c - the files before the last one
 *
 * Owns their names. Never moves the file itself: it is there at every moment.
 * hellofetch is one process.
 */
#include "config.h"

/* System */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
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

/* After a crash between backup and replacement the old file is kept already. */
static bool
is_kept(int dir_fd, const char *name, const char *first)
{
	struct stat file, kept;

	return fstatat(dir_fd, name, &file, AT_SYMLINK_NOFOLLOW) == 0 &&
	       fstatat(dir_fd, first, &kept, AT_SYMLINK_NOFOLLOW) == 0 &&
	       file.st_ino == kept.st_ino && file.st_dev == kept.st_dev;
}

int
backup_keep(int dir_fd, const char *name, const char *temp_name, int count)
{
	struct backup_name first;
	int error;

	if (faccessat(dir_fd, name, F_OK, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : -1;
	if (make_name(name, 1, &first) < 0)
		return -1;
	if (is_kept(dir_fd, name, first.text))
		return 0;
	/* First what may be refused: where there are no links none may be pushed out. */
	if (linkat(dir_fd, name, dir_fd, temp_name, 0) < 0)
		return -1;
	if (shift(dir_fd, name, count) == 0 && renameat(dir_fd, temp_name, dir_fd, first.text) == 0)
		return 0;
	error = errno;
	unlinkat(dir_fd, temp_name, 0);
	errno = error;
	return -1;
}
