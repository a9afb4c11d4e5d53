/*
 * state_file.c - the state's file, and the lock that it is
 *
 * Owns the file's name, its lock and its replacement. Never waits for the lock,
 * never judges the state. hellofetch is one process.
 */
#include "config.h"

/* System */
#include <sys/file.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Project */
#include "hellofetch/save.h"
#include "hellofetch/state_file.h"
#include "lib/text.h"

#define MODE 0600 /* a URL may be a secret */

void
state_file_init(struct state_file *file)
{
	memset(file, 0, sizeof(*file));
	file->fd = -1;
}

int
state_file_name(struct state_file *file, const char *path, const char *destination)
{
	const char *slash = strrchr(destination, '/');
	int directory = slash == NULL ? 0 : (int)(slash + 1 - destination);

	if (path != NULL)
		file->path = strdup(path);
	else if (asprintf(&file->path, "%.*s.%s" STATE_FILE_SUFFIX, directory, destination,
			  destination + directory) < 0)
		file->path = NULL;
	return file->path == NULL ? -1 : 0;
}

static int
open_file(struct state_file *file)
{
	int flags = O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
	int fd = open(file->path, flags);

	file->made = false;
	if (fd < 0 && errno == ENOENT) {
		fd = open(file->path, flags | O_CREAT | O_EXCL, MODE);
		file->made = fd >= 0;
	}
	return fd;
}

/*
 * The lock counts only if the file is still the one of that name: its last
 * holder may have replaced or removed it.
 */
static int
lock_file(struct state_file *file, int fd)
{
	struct stat opened, named;

	if (flock(fd, LOCK_EX | LOCK_NB) < 0 || fstat(fd, &opened) < 0)
		return -1;
	if (!S_ISREG(opened.st_mode)) {
		errno = EINVAL;
		return -1;
	}
	if (lstat(file->path, &named) < 0 || named.st_ino != opened.st_ino ||
	    named.st_dev != opened.st_dev) {
		errno = ESTALE;
		return -1;
	}
	file->ours = opened.st_uid == geteuid();
	/* Somebody may have died between making it and writing it: an empty one is nobody's. */
	file->made |= opened.st_size == 0;
	return 0;
}

int
state_file_lock(struct state_file *file)
{
	int fd, error;

	do {
		fd = open_file(file);
		if (fd < 0 && errno == EEXIST)
			continue; /* somebody was quicker */
		if (fd < 0)
			return -1;
		if (lock_file(file, fd) == 0) {
			file->fd = fd;
			return 0;
		}
		error = errno;
		close(fd);
		errno = error;
	} while (errno == ESTALE || errno == EEXIST);
	return -1;
}

void
state_file_read(struct state_file *file, struct state *ret_state)
{
	char *text = malloc(STATE_TEXT_MAX);
	ssize_t len = -1;

	if (text != NULL && file->ours)
		len = pread(file->fd, text, STATE_TEXT_MAX, 0);
	state_parse(text, len > 0 ? (size_t)len : 0, ret_state);
	free(text);
}

static int
fail(struct state_file *file, const struct save *save)
{
	file->failed = save->failed;
	return -1;
}

/* The new file is locked before it gets the name: the lock never lapses. */
static int
replace(struct state_file *file, struct save *save, const char *text, size_t len)
{
	if (save_open(save, file->path) < 0 || save_write(save, text, len) < 0 ||
	    save_commit(save) < 0)
		return fail(file, save);
	close(file->fd);
	file->fd = save->fd;
	save->fd = -1;
	file->made = false;
	return 0;
}

int
state_file_write(struct state_file *file, const struct state *state)
{
	struct text text;
	struct save save;
	int result = -1, error = ENOMEM;

	save_init(&save);
	file->failed = "write";
	if (text_begin(&text) == 0)
		state_print(text.out, state);
	if (text_end(&text) != NULL) {
		result = replace(file, &save, text.bytes, text.len);
		error = errno;
	}
	save_done(&save);
	text_done(&text);
	errno = error;
	return result;
}

void
state_file_done(struct state_file *file)
{
	if (file->fd >= 0) {
		if (file->made)
			unlink(file->path);
		close(file->fd);
	}
	free(file->path);
	state_file_init(file);
}
