/*
 * save.c - the good copy: a file that is replaced whole or not at all
 *
 * Owns the temporary file and the one rename() that replaces the destination.
 * Never follows a symbolic link at the destination, never writes to the old
 * file, knows nothing of HTTP. hellofetch is one process.
 */
#include "config.h"

/* System */
#include <sys/file.h>
#include <sys/random.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Project */
#include "hellofetch/backup.h"
#include "hellofetch/bytes.h"
#include "hellofetch/save.h"

#define FD_PATH_MAX 32         /* bytes of "/proc/self/fd/N", NUL included */
#define PRINT_SIZE (64 * 1024) /* bytes read at once: what a pipe holds */

void
save_init(struct save *save)
{
	memset(save, 0, sizeof(*save));
	save->dir_fd = -1;
	save->fd = -1;
	comparison_init(&save->comparison);
	save->mtime = -1;
}

static int
fail(struct save *save, const char *what)
{
	save->failed = what;
	save->reason = NULL;
	return -1;
}

static int
refuse(struct save *save, const char *reason)
{
	save->failed = "replace";
	save->reason = reason;
	errno = EINVAL;
	return -1;
}

const char *
save_reason(const struct save *save)
{
	return save->reason != NULL ? save->reason : strerror(errno);
}

static int
open_directory(struct save *save)
{
	const char *slash = strrchr(save->path, '/');
	struct stat found;
	char *directory;

	save->name = slash == NULL ? save->path : slash + 1;
	if (slash == NULL)
		directory = strdup(".");
	else
		directory = strndup(save->path, (size_t)(slash + 1 - save->path));
	if (directory == NULL)
		return fail(save, "open the directory of");
	save->dir_fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	free(directory);
	if (save->dir_fd < 0 || fstat(save->dir_fd, &found) < 0)
		return fail(save, "open the directory of");
	save->shared = (found.st_mode & S_IWOTH) != 0;
	if (save->shared && (found.st_mode & S_ISVTX) == 0)
		return refuse(save, "everybody can rename files in its directory");
	return 0;
}

/* What stands at the destination now? Only a regular file may be replaced. */
static int
look_at_destination(struct save *save)
{
	struct stat now;

	/* "", "directory/", "." and ".." */
	if (save->name[strspn(save->name, ".")] == '\0' && strlen(save->name) <= 2)
		return refuse(save, "it is a directory");
	if (fstatat(save->dir_fd, save->name, &now, AT_SYMLINK_NOFOLLOW) < 0) {
		save->known = errno == ENOENT;
		return save->known ? 0 : fail(save, "look at");
	}
	if (S_ISLNK(now.st_mode))
		return refuse(save, "it is a symbolic link");
	if (S_ISDIR(now.st_mode))
		return refuse(save, "it is a directory");
	if (!S_ISREG(now.st_mode))
		return refuse(save, "it is not a regular file");
	/* As /tmp: a stranger may have put it there, to be given what comes. */
	if (save->shared && now.st_uid != geteuid())
		return refuse(save, "it is another user's, where everybody can make files");
	save->known = true;
	save->old = now;
	save->had_old = true;
	return 0;
}

static int
make_temp_name(char name[SAVE_TEMP_MAX])
{
	uint64_t number;

	if (getrandom(&number, sizeof(number), 0) != (ssize_t)sizeof(number))
		return -1;
	snprintf(name, SAVE_TEMP_MAX, SAVE_TEMP_PREFIX "%016" PRIx64, number);
	return 0;
}

/* A file with a name. If a sweep has taken it already, the name was good once more. */
static int
open_named(struct save *save, mode_t mode)
{
	int flags = O_CREAT | O_EXCL | O_NOFOLLOW | O_RDWR | O_CLOEXEC;
	struct stat made;

	do {
		if (save->fd >= 0)
			close(save->fd);
		save->fd = -1;
		if (make_temp_name(save->temp_name) == 0)
			save->fd = openat(save->dir_fd, save->temp_name, flags, mode);
		if (save->fd < 0) {
			save->temp_name[0] = '\0'; /* not ours to unlink */
			return fail(save, "make a temporary file beside");
		}
	} while ((flock(save->fd, LOCK_EX | LOCK_NB) < 0 && errno == EWOULDBLOCK) ||
		 (fstat(save->fd, &made) == 0 && made.st_nlink == 0));
	return 0;
}

/*
 * A file without a name vanishes with its process, even by SIGKILL. To give it
 * a name later takes /proc. Until it has owner and mode of a secret old file,
 * nobody else may read it; a new file gets its mode from the umask here. It is
 * locked as long as we live: so a sweep knows that it is not left behind.
 */
static int
open_temporary(struct save *save)
{
	mode_t mode = save->had_old ? 0600 : 0666;

	if (access("/proc/self/fd", X_OK) == 0) {
		save->fd = openat(save->dir_fd, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, mode);
		if (save->fd >= 0) {
			flock(save->fd, LOCK_EX | LOCK_NB);
			return 0;
		}
		/* What file systems say that do not know it differs: a name may be had yet. */
	}
	return open_named(save, mode);
}

int
save_open(struct save *save, const char *path)
{
	save->path = path;
	if (open_directory(save) < 0 || look_at_destination(save) < 0)
		return -1;
	return open_temporary(save);
}

int
save_open_spool(struct save *save)
{
	FILE *file = tmpfile();

	save->path = "standard output";
	if (file == NULL)
		return fail(save, "make a temporary file for");
	save->fd = fcntl(fileno(file), F_DUPFD_CLOEXEC, 0);
	fclose(file);
	return save->fd < 0 ? fail(save, "make a temporary file for") : 0;
}

/*
 * Not posix_fallocate(): where the file system cannot reserve, that writes
 * every block, which costs more than to find out on the way.
 */
int
save_reserve(struct save *save, int64_t bytes)
{
	if (bytes <= 0 || fallocate(save->fd, FALLOC_FL_KEEP_SIZE, 0, bytes) == 0)
		return 0;
	if (errno == EOPNOTSUPP || errno == ENOSYS)
		return 0;
	return fail(save, "reserve room for");
}

int
save_look(const struct save *save, struct stat *ret_now)
{
	return fstatat(save->dir_fd, save->name, ret_now, AT_SYMLINK_NOFOLLOW);
}

void
save_compare(struct save *save)
{
	comparison_begin(&save->comparison, save->dir_fd, save->name);
}

int
save_write(struct save *save, const char *bytes, size_t len)
{
	comparison_take(&save->comparison, bytes, len);
	return write_all(save->fd, bytes, len) < 0 ? fail(save, "write") : 0;
}

int
save_start_over(struct save *save)
{
	comparison_done(&save->comparison);
	if (ftruncate(save->fd, 0) < 0 || lseek(save->fd, 0, SEEK_SET) < 0)
		return fail(save, "empty the temporary file of");
	return 0;
}

bool
save_is_same(const struct save *save)
{
	return comparison_is_same(&save->comparison);
}

/* What has the right owner already is not given to it: units forbid the call. */
static bool
has_owner(int fd, uid_t user, gid_t group)
{
	struct stat file;

	return fstat(fd, &file) == 0 && file.st_uid == user && file.st_gid == group;
}

/*
 * Owner before mode: fchown() clears bits of the mode. Set-id bits are not
 * carried over to content that somebody else has made. If the old group cannot
 * be had, ours must not be able to do more than everybody.
 */
static int
take_over_rights(struct save *save)
{
	mode_t mode = save->old.st_mode & 0777;

	if (!save->had_old)
		return save->mode == 0 || fchmod(save->fd, save->mode) == 0
			       ? 0
			       : fail(save, "set the mode of");
	if (!has_owner(save->fd, save->old.st_uid, save->old.st_gid) &&
	    fchown(save->fd, save->old.st_uid, save->old.st_gid) < 0 &&
	    fchown(save->fd, (uid_t)-1, save->old.st_gid) < 0)
		mode = (mode & 0707) | (mode & 07) << 3;
	return fchmod(save->fd, mode) < 0 ? fail(save, "set the mode of") : 0;
}

static int
give_name(struct save *save)
{
	char source[FD_PATH_MAX];

	if (save->temp_name[0] != '\0')
		return 0;
	if (make_temp_name(save->temp_name) < 0)
		return fail(save, "name");
	snprintf(source, sizeof(source), "/proc/self/fd/%d", save->fd);
	if (linkat(AT_FDCWD, source, save->dir_fd, save->temp_name, AT_SYMLINK_FOLLOW) < 0) {
		save->temp_name[0] = '\0';
		return fail(save, "name");
	}
	return 0;
}

static int
set_time(struct save *save)
{
	const struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, {.tv_sec = save->mtime}};

	return save->mtime < 0 || futimens(save->fd, times) == 0 ? 0
								 : fail(save, "set the time of");
}

static int
keep_old(const struct save *save)
{
	char temp_name[SAVE_TEMP_MAX];

	if (make_temp_name(temp_name) < 0)
		return -1;
	return backup_keep(save->dir_fd, save->name, temp_name, save->backups);
}

/* The order is the point: durable first, then visible, then durably visible. */
static int
replace(struct save *save)
{
	/* It may have changed meanwhile; a device must never be replaced. */
	if (look_at_destination(save) < 0 || take_over_rights(save) < 0 || set_time(save) < 0)
		return -1;
	if (fsync(save->fd) < 0)
		return fail(save, "flush");
	if (give_name(save) < 0)
		return -1;
	if (save->backups > 0 && keep_old(save) < 0)
		return fail(save, "keep the old file of");
	if (renameat(save->dir_fd, save->temp_name, save->dir_fd, save->name) < 0)
		return errno == EBUSY ? refuse(save, "something is mounted on it")
				      : fail(save, "replace");
	save->temp_name[0] = '\0';
	save->committed = true;
	/* Some file systems cannot flush a directory, and say EINVAL. */
	if (fsync(save->dir_fd) < 0 && errno != EINVAL)
		return fail(save, "flush the directory of");
	return 0;
}

int
save_commit(struct save *save)
{
	if (save->dir_fd >= 0)
		return replace(save);
	save->committed = true;
	return 0;
}

int
save_print(struct save *save, int out_fd)
{
	char bytes[PRINT_SIZE];

	if (lseek(save->fd, 0, SEEK_SET) < 0)
		return fail(save, "read back what is for");
	for (;;) {
		ssize_t n = read(save->fd, bytes, sizeof(bytes));

		if (n < 0)
			return fail(save, "read back what is for");
		if (n == 0)
			return 0;
		if (write_all(out_fd, bytes, (size_t)n) < 0)
			return fail(save, "write to");
	}
}

/* Gives up what was not committed: the temporary file disappears. */
static void
discard(struct save *save)
{
	if (save->temp_name[0] != '\0')
		unlinkat(save->dir_fd, save->temp_name, 0);
	save->temp_name[0] = '\0';
	comparison_done(&save->comparison);
	if (save->fd >= 0)
		close(save->fd);
	save->fd = -1;
}

void
save_close(struct save *save)
{
	discard(save);
	if (save->dir_fd >= 0)
		close(save->dir_fd);
	save->dir_fd = -1;
}

void
save_done(struct save *save)
{
	save_close(save);
	save_init(save);
}
