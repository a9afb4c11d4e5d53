/*
 * log_fixture.h - what the tests of the log share
 *
 * A directory of its own and a standard error that can be read, for each test;
 * and scenes: parts of a test that need a fresh process, because they end it or
 * because the log must not have been opened.
 */
#ifndef TESTS_UNIT_LOG_FIXTURE_H
#define TESTS_UNIT_LOG_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <cmocka.h>

#define TEXT_SIZE (256 * 1024) /* more than a pipe holds */

struct log_fixture {
	char dir[64];
	char path[128];       /* of the last path_in() */
	char text[TEXT_SIZE]; /* of the last read_now() */
	int stderr_fd;        /* the true one */
	int reader;           /* of the pipe that stands for it, or -1 */
};

/* cmocka's set-up and tear-down of a test; *state becomes the fixture. */
int log_fixture_setup(void **state);
int log_fixture_teardown(void **state);

/* A log that waits is a failure, not a test that never ends. For main. */
void log_fixture_watch(void);

/* DIR/name; good until the next call. */
const char *path_in(struct log_fixture *fixture, const char *name);

/* Makes fd the standard error, and closes fd. */
void replace_stderr(int fd);

/* Makes a pipe the standard error. */
void capture_stderr(struct log_fixture *fixture);

/* What can be read now without waiting, as text; "" if there is nothing. */
const char *read_now(struct log_fixture *fixture, int fd);
const char *captured(struct log_fixture *fixture);
const char *read_file(struct log_fixture *fixture, const char *path);

/* A datagram socket bound to the path, non-blocking. */
int receiver_open(const char *path);

size_t count_of(const char *text, const char *part);

/* A piece of a test, played in a process of its own. Returns its exit code. */
struct scene {
	const char *name;
	int (*play)(const char *argument);
};

/* Plays a scene; returns what waitpid() says. The child's stderr is ours. */
int play(const char *name, const char *argument);

/* Watches; and must come first in main: in a child that is to play, does so and exits. */
void play_if_asked(int argc, char **argv, const struct scene *scenes, size_t count);

#endif
