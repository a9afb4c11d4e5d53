/*
 * sweep.c - temporary files that a kill has left behind
 *
 * Owns the rule which files are those. A living process has its own locked
 * (save.c). hellofetch is one process.
 */
#include "config.h"

/* System */
#include <sys/file.h>
#include <sys/stat.h>

#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

/* Project */
#include "hellofetch/save.h"
#include "hellofetch/sweep.h"

#define DIGITS 16 /* of a temporary name */

static bool
is_temporary_name(const char *name)
{
	size_t len = strlen(SAVE_TEMP_PREFIX);

	return strncmp(name, SAVE_TEMP_PREFIX, len) == 0 && strlen(name) == len + DIGITS &&
	       strspn(name + len, "0123456789abcdef") == DIGITS;
}

static void
sweep_one(int dir_fd, const char *name)
{
	struct stat found;
	int fd = openat(dir_fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		return;
	if (fstat(fd, &found) == 0 && S_ISREG(found.st_mode) && found.st_uid == geteuid() &&
	    flock(fd, LOCK_EX | LOCK_NB) == 0)
		unlinkat(dir_fd, name, 0);
	close(fd);
}

void
sweep(int dir_fd, void *user)
{
	/* A description of its own: fdopendir() takes the descriptor and its place. */
	int fd = openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *directory = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	(void)user;
	if (directory == NULL) {
		if (fd >= 0)
			close(fd);
		return;
	}
	while ((entry = readdir(directory)) != NULL)
		if (is_temporary_name(entry->d_name))
			sweep_one(dir_fd, entry->d_name);
	closedir(directory);
}
