/*
 * log.c - where lines go, and how many were lost
 *
 * Owns the log's state, the only mutable globals of the project. Never waits,
 * never ends the program. Runs in every process: the state is made before the
 * first fork.
 */
#include "config.h"

/* System */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Project */
#include "lib/log.h"
#include "lib/log_sink.h"

#define TARGET_MAX (sizeof("file:") + PATH_MAX)

static struct {
	struct log_sink sink;
	bool ready;              /* the sink is open, be it by itself */
	char target[TARGET_MAX]; /* as given to log_open(); "" before */
	const char *ident;
	const char *role;
	int level;
	pid_t pid; /* whose losses these are; 0: nobody's yet */
	bool follows_forks;
	uint64_t dropped; /* in all */
	uint64_t untold;  /* since the log last said how many */
	int reason;       /* errno of the first of these */
} state = {.sink = {.fd = -1}, .level = LOG_INFO};

bool
log_enabled(int level)
{
	return level <= state.level;
}

/* The first line may be said before log_open(). */
static void
make_ready(void)
{
	if (state.ready)
		return;
	log_sink_stderr(&state.sink);
	if (state.sink.shape == LOG_SHAPE_PLAIN)
		state.sink.shape = LOG_SHAPE_BARE;
	state.ready = true;
}

static void
switch_to(const struct log_sink *sink)
{
	log_sink_close(&state.sink);
	state.sink = *sink;
	state.ready = true;
}

int
log_open(const char *ident, const char *target, int level)
{
	struct log_sink sink;

	if (!log_target_valid(target) || log_level_name(level) == NULL) {
		errno = EINVAL;
		return -1;
	}
	if (log_sink_open(target, &sink) < 0)
		return -1;
	/* Now, because a worker may not be able to read the time zone's file. */
	tzset();
	log_write_share();
	switch_to(&sink);
	snprintf(state.target, sizeof(state.target), "%s", target);
	state.ident = ident;
	state.level = level;
	return 0;
}

void
log_set_level(int level)
{
	state.level = level;
}

void
log_set_role(const char *role)
{
	state.role = role;
}

void
log_signals_blocked(void)
{
	log_write_unguarded();
}

int
log_reopen(void)
{
	struct log_sink sink;

	/* The sockets are connected again by themselves. */
	if (state.target[0] == '\0' || state.sink.way == LOG_WAY_DATAGRAM)
		return 0;
	if (log_sink_open(state.target, &sink) < 0)
		return -1;
	switch_to(&sink);
	return 0;
}

int
log_descriptor(void)
{
	return state.ready && state.sink.shape == LOG_SHAPE_DATED ? state.sink.fd : -1;
}

int
log_kept_descriptor(void)
{
	return state.ready && state.sink.fd != STDERR_FILENO ? state.sink.fd : -1;
}

void
log_adopt(int fd)
{
	struct log_sink sink;

	log_sink_adopt(fd, &sink);
	switch_to(&sink);
}

/* Runs in a child, at the end of its fork(2). */
static void
disown(void)
{
	state.pid = 0;
}

/* What a child inherits of the losses is its parent's to tell. */
static void
claim_losses(void)
{
	if (state.pid != 0)
		return;
	if (!state.follows_forks)
		state.follows_forks = pthread_atfork(NULL, NULL, disown) == 0;
	state.pid = getpid();
	state.dropped = 0;
	state.untold = 0;
}

uint64_t
log_dropped(void)
{
	claim_losses();
	return state.dropped;
}

static int
write_message(int level, const char *text, const struct log_field *fields, size_t count)
{
	struct log_message message = {
		.level = level,
		.ident = state.ident != NULL ? state.ident : program_invocation_short_name,
		.role = state.role,
		.pid = state.pid,
		.text = text,
		.fields = fields,
		.field_count = count,
	};

	if (state.sink.shape == LOG_SHAPE_DATED)
		clock_gettime(CLOCK_REALTIME, &message.time);
	return log_sink_write(&state.sink, &message);
}

/* Returns 0 when there is nothing left to tell, or -1 with errno. */
static int
tell_losses(void)
{
	char text[128];

	if (state.untold == 0)
		return 0;
	snprintf(text, sizeof(text), "%" PRIu64 " log line%s lost: %s", state.untold,
		 state.untold == 1 ? " was" : "s were",
		 state.reason == EAGAIN ? "the log's reader is too slow" : strerror(state.reason));
	if (write_message(LOG_WARNING, text, NULL, 0) < 0)
		return -1;
	state.untold = 0;
	return 0;
}

void
log_tell_losses(void)
{
	const int saved_errno = errno;

	claim_losses();
	(void)tell_losses();
	errno = saved_errno;
}

void
log_say(int level, const char *text, const struct log_field *fields, size_t count)
{
	make_ready();
	claim_losses();
	if (tell_losses() < 0 || write_message(level, text, fields, count) < 0) {
		if (state.untold == 0)
			state.reason = errno;
		state.dropped++;
		state.untold++;
	}
}
