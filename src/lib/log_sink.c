/*
 * log_sink.c - the log's targets
 *
 * Owns the paths of the system's two log sockets. Knows which descriptor a
 * target needs, how it must be written to, and what its lines look like. Never
 * composes a line. Targets are opened by the process that may open paths, that
 * is the master or a tool; every process writes.
 */
#include "config.h"

/* System */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Project */
#include "lib/journal.h"
#include "lib/log_sink.h"

#define FILE_PREFIX "file:"
#define FILE_MODE 0640 /* what peers do is not for everybody to read */

static struct {
	const char *journal;
	const char *syslog;
} sockets = {"/run/systemd/journal/socket", "/dev/log"};

void
log_sink_set_sockets(const char *journal, const char *syslog)
{
	sockets.journal = journal;
	sockets.syslog = syslog;
}

static enum log_way
way_of(int fd)
{
	struct stat st;

	if (fstat(fd, &st) == 0) {
		if (S_ISSOCK(st.st_mode))
			return LOG_WAY_SOCKET;
		/* O_NONBLOCK means nothing to a regular file, nor is it needed. */
		if (S_ISREG(st.st_mode))
			return LOG_WAY_PLAIN;
	}

	const int flags = fcntl(fd, F_GETFL);

	return flags >= 0 && (flags & O_NONBLOCK) != 0 ? LOG_WAY_PLAIN : LOG_WAY_SHARED;
}

/*
 * A second description of a terminal or pipe that we share with others, so that
 * O_NONBLOCK is set for us alone. Fails where /proc is missing, where the
 * terminal or pipe belongs to another user, and for a pipe without a reader.
 */
static int
reopen_stderr(void)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", STDERR_FILENO);
	return open(path, O_WRONLY | O_APPEND | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

void
log_sink_stderr(struct log_sink *ret_sink)
{
	struct log_sink sink = {
		.shape = journal_reads_stderr() ? LOG_SHAPE_LEVEL : LOG_SHAPE_PLAIN,
		.way = LOG_WAY_PLAIN,
		.fd = -1,
	};
	struct stat st;

	/*
	 * A closed one stays closed for us (each write to -1 says EBADF): the
	 * number will be given to something else, perhaps to a client's connection.
	 */
	if (fstat(STDERR_FILENO, &st) < 0) {
		*ret_sink = sink;
		return;
	}
	if (S_ISREG(st.st_mode) || S_ISSOCK(st.st_mode)) {
		sink.fd = STDERR_FILENO;
		sink.way = way_of(STDERR_FILENO);
	} else if ((sink.fd = reopen_stderr()) < 0) {
		sink.fd = STDERR_FILENO;
		/* Even if O_NONBLOCK is set: those who did may clear it. */
		sink.way = LOG_WAY_SHARED;
	}
	*ret_sink = sink;
}

void
log_sink_adopt(int fd, struct log_sink *ret_sink)
{
	(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
	/* It was opened by open_file(), by whichever process: O_NONBLOCK is set. */
	*ret_sink = (struct log_sink){.shape = LOG_SHAPE_DATED, .way = LOG_WAY_PLAIN, .fd = fd};
}

static int
open_file(const char *path, struct log_sink *ret_sink)
{
	/* O_NONBLOCK: a FIFO that nobody reads is an error here, not a wait. */
	const int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_NONBLOCK | O_NOCTTY | O_CLOEXEC,
			    FILE_MODE);

	if (fd < 0)
		return -1;
	log_sink_adopt(fd, ret_sink);
	return 0;
}

static int
open_socket(const char *path, enum log_shape shape, struct log_sink *ret_sink)
{
	const int fd = log_datagram_open(path);

	if (fd < 0)
		return -1;
	*ret_sink = (struct log_sink){
		.shape = shape, .way = LOG_WAY_DATAGRAM, .fd = fd, .address = path};
	return 0;
}

static const char *
file_path(const char *target)
{
	const size_t len = sizeof(FILE_PREFIX) - 1;

	return strncmp(target, FILE_PREFIX, len) == 0 && target[len] == '/' ? target + len : NULL;
}

bool
log_target_valid(const char *target)
{
	const char *path = file_path(target);

	if (path != NULL)
		return strlen(path) < PATH_MAX;
	return strcmp(target, "auto") == 0 || strcmp(target, "stderr") == 0 ||
	       strcmp(target, "journal") == 0 || strcmp(target, "syslog") == 0;
}

int
log_sink_open(const char *target, struct log_sink *ret_sink)
{
	if (strcmp(target, "auto") == 0) {
		if (!journal_reads_stderr() ||
		    open_socket(sockets.journal, LOG_SHAPE_JOURNAL, ret_sink) < 0)
			log_sink_stderr(ret_sink);
		return 0;
	}
	if (strcmp(target, "stderr") == 0) {
		log_sink_stderr(ret_sink);
		return 0;
	}
	if (strcmp(target, "journal") == 0)
		return open_socket(sockets.journal, LOG_SHAPE_JOURNAL, ret_sink);
	if (strcmp(target, "syslog") == 0)
		return open_socket(sockets.syslog, LOG_SHAPE_SYSLOG, ret_sink);
	if (file_path(target) != NULL)
		return open_file(file_path(target), ret_sink);
	errno = EINVAL;
	return -1;
}

void
log_sink_close(struct log_sink *sink)
{
	if (sink->fd >= 0 && sink->fd != STDERR_FILENO)
		close(sink->fd);
	sink->fd = -1;
}

int
log_sink_write(const struct log_sink *sink, const struct log_message *message)
{
	char line[1 + LOG_LINE_MAX];
	size_t len;

	if (sink->shape == LOG_SHAPE_JOURNAL)
		return log_journal_send(sink->fd, sink->address, message);

	line[0] = '\n'; /* see log_write_line() */
	len = log_line_compose(sink->shape, message, line + 1, LOG_LINE_MAX);
	if (sink->way == LOG_WAY_DATAGRAM)
		return log_datagram_send(sink->fd, sink->address, line + 1, len);
	return log_write_line(sink->fd, sink->way, line, len + 1);
}
