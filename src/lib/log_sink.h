/*
 * log_sink.h - what the log is made of; for log*.c and their tests alone
 *
 * log_words.c     what the programs call: words, levels, fatal(), bug()
 * log.c           the state, and the count of lost lines
 * log_sink.c      the targets: which descriptor, which shape
 * log_line.c      what a line looks like
 * log_write.c     bytes into a descriptor without ever waiting
 * log_datagram.c  the protocols of the journal and of syslog
 */
#ifndef LIB_LOG_SINK_H
#define LIB_LOG_SINK_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#include "lib/log.h"

/* What a line looks like: see log.h. */
enum log_shape {
	LOG_SHAPE_BARE,    /* standard error before log_open() */
	LOG_SHAPE_PLAIN,   /* standard error */
	LOG_SHAPE_LEVEL,   /* standard error that the journal reads */
	LOG_SHAPE_DATED,   /* a file */
	LOG_SHAPE_SYSLOG,  /* one datagram, without a newline */
	LOG_SHAPE_JOURNAL, /* the text of MESSAGE=, without a newline */
};

/* What a write to the descriptor needs in order not to wait. */
enum log_way {
	LOG_WAY_PLAIN,    /* nothing: a regular file, or O_NONBLOCK and ours */
	LOG_WAY_SHARED,   /* a look before: others share it, and it may block */
	LOG_WAY_SOCKET,   /* send()'s flags */
	LOG_WAY_DATAGRAM, /* the same, and an address to connect to again */
};

struct log_sink {
	enum log_shape shape;
	enum log_way way;
	int fd;              /* ours unless it is STDERR_FILENO; -1: closed */
	const char *address; /* path of the datagram socket, NULL for the others */
};

/* A line before it has got its shape. */
struct log_message {
	int level;
	const char *ident;
	const char *role; /* NULL: none */
	pid_t pid;
	struct timespec time; /* CLOCK_REALTIME, for LOG_SHAPE_DATED */
	const char *text;
	const struct log_field *fields;
	size_t field_count;
};

/* Logs a text as it is, or counts it as lost. Changes errno. */
void log_say(int level, const char *text, const struct log_field *fields, size_t count);

/*
 * Writes the message to line in the given shape, cleaned, cut to size bytes
 * (64 at least), with a newline at the end except for datagrams, without a
 * NUL. Returns its length.
 */
size_t log_line_compose(enum log_shape shape, const struct log_message *message, char *line,
			size_t size);

/*
 * Opens a target as log_open() describes it. Returns 0, or -1 with errno and
 * *ret_sink untouched. log_sink_stderr() cannot fail.
 */
int log_sink_open(const char *target, struct log_sink *ret_sink);
void log_sink_stderr(struct log_sink *ret_sink);

/* A sink of a descriptor that stands for a log file; the sink owns it. */
void log_sink_adopt(int fd, struct log_sink *ret_sink);

/* Closes what is ours. */
void log_sink_close(struct log_sink *sink);

/* Returns 0, or -1 with errno: the line is lost. Never waits. */
int log_sink_write(const struct log_sink *sink, const struct log_message *message);

/*
 * For tests: other paths of the sockets of the journal and of syslog, not copied;
 * and the lines that this process has dropped since it started, those cut short,
 * by a full disk say, among them.
 */
void log_sink_set_sockets(const char *journal, const char *syslog);
uint64_t log_dropped(void);

/*
 * Writes a line. line[0] must be a newline: it is written only if the line
 * before, perhaps another process's, was cut short. Returns 0, or -1 with errno
 * (EAGAIN: it would have had to wait). Raises no signal.
 */
int log_write_line(int fd, enum log_way way, const char *line, size_t len);

/* See log_signals_blocked(). */
void log_write_unguarded(void);

/*
 * To be called before the first fork: lets the children know of each other's
 * lines cut short. A second call does nothing.
 */
void log_write_share(void);

/* A datagram socket connected to the path, or -1 with errno. */
int log_datagram_open(const char *path);

/*
 * Sends one datagram, if need be after connecting again. Returns 0, or -1 with
 * errno.
 */
int log_datagram_send(int fd, const char *path, const char *bytes, size_t len);

/* The message in the journal's native protocol. Returns as above. */
int log_journal_send(int fd, const char *path, const struct log_message *message);

#endif
