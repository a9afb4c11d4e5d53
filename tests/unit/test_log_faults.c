/*
 * test_log_faults.c - targets that are full, slow, closed, or shared
 *
 * What must hold in each case: the call returns, nobody dies, the loss is
 * counted and told, and no line is split or glued to another.
 */
#include "config.h"

/* System */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* Project */
#include "log_fixture.h"
#include "lib/log_sink.h"

/* Logs until a line is lost; returns how many were not. */
static uint64_t
fill_log(void)
{
	const uint64_t before = log_dropped();
	uint64_t count = 0;

	for (; log_dropped() == before; count++)
		log_info("line %ju", (uintmax_t)count);
	return count - 1;
}

static bool
is_pending(int signal)
{
	sigset_t set;

	sigpending(&set);
	return sigismember(&set, signal);
}

/* SIGPIPE and SIGXFSZ must not rest on what the program has set. */
static int
scene_broken_pipe(const char *argument)
{
	struct sigaction action;
	sigset_t set;

	if (argument[0] == 'o' && log_open("t", "stderr", LOG_INFO) < 0)
		return 1;
	log_info("to nobody");
	log_info("to nobody");
	sigaction(SIGPIPE, NULL, &action);
	sigprocmask(SIG_BLOCK, NULL, &set);
	if (log_dropped() != 2 || action.sa_handler != SIG_DFL || sigismember(&set, SIGPIPE))
		return 2;

	/* One that the program itself has not yet taken stays; ours never. */
	sigaddset(&set, SIGPIPE);
	sigprocmask(SIG_BLOCK, &set, NULL);
	log_info("to nobody");
	if (is_pending(SIGPIPE))
		return 3;
	raise(SIGPIPE);
	log_info("to nobody");
	return is_pending(SIGPIPE) ? 0 : 4;
}

/* A line is cut by the end of the room; then there is room again. */
static int
scene_torn(const char *target)
{
	struct rlimit limit = {1000, RLIM_INFINITY};
	pid_t child;

	if (log_open("t", target, LOG_INFO) < 0)
		return 1;
	getrlimit(RLIMIT_FSIZE, &limit);
	limit.rlim_cur = 1000;
	setrlimit(RLIMIT_FSIZE, &limit);
	fill_log();
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_FSIZE, &limit);

	child = fork();
	if (child == 0) {
		log_info("the child");
		_exit(log_dropped() == 0 ? 0 : 1);
	}
	if (waitpid(child, NULL, 0) != child)
		return 2;
	log_info("the parent");
	return log_dropped() == 1 ? 0 : 3;
}

/* The number 2 belongs to something else by now. */
static int
scene_closed_stderr(const char *path)
{
	close(STDERR_FILENO);
	log_info("before");
	if (open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600) != STDERR_FILENO)
		return 1;
	log_info("before");
	close(STDERR_FILENO);
	if (log_open("t", "auto", LOG_INFO) < 0)
		return 2;
	if (open(path, O_WRONLY | O_CLOEXEC) != STDERR_FILENO)
		return 3;
	log_info("after");
	return log_dropped() == 3 ? 0 : 4;
}

static const struct scene scenes[] = {
	{"broken pipe", scene_broken_pipe},
	{"torn", scene_torn},
	{"closed stderr", scene_closed_stderr},
};

static void
test_full_pipe(void **state)
{
	struct log_fixture *fixture = *state;
	const uint64_t before = log_dropped();
	char want[128];
	uint64_t written;

	capture_stderr(fixture);
	assert_int_equal(log_open("t", "stderr", LOG_INFO), 0);
	written = fill_log();
	assert_true(written > 0);
	for (int i = 0; i < 1000; i++) {
		errno = EDOM;
		log_info("lost");
		assert_int_equal(errno, EDOM);
	}
	assert_int_equal(log_dropped() - before, 1001);
	/* Those who share the pipe with us must not find it non-blocking. */
	assert_int_equal(fcntl(STDERR_FILENO, F_GETFL) & O_NONBLOCK, 0);

	assert_int_equal(count_of(captured(fixture), "\n"), written);
	assert_int_equal(count_of(fixture->text, ": line "), written);
	log_info("again");
	snprintf(want, sizeof(want),
		 "t[%d]: warning: 1001 log lines were lost: the log's reader is too slow\n"
		 "t[%d]: again\n",
		 getpid(), getpid());
	assert_string_equal(captured(fixture), want);
	log_info("told once");
	assert_int_equal(count_of(captured(fixture), "\n"), 1);
	assert_int_equal(log_dropped() - before, 1001);
}

static void
test_tell_losses(void **state)
{
	struct log_fixture *fixture = *state;

	capture_stderr(fixture);
	assert_int_equal(log_open("t", "stderr", LOG_INFO), 0);
	fill_log();
	errno = EDOM;
	log_tell_losses();
	assert_int_equal(errno, EDOM);
	captured(fixture);
	log_tell_losses();
	assert_non_null(strstr(captured(fixture), "]: warning: 1 log line was lost: "));
	log_tell_losses();
	assert_string_equal(captured(fixture), "");
}

/* What a child inherits is its parent's loss. */
static void
test_child_losses(void **state)
{
	struct log_fixture *fixture = *state;
	int status;
	pid_t pid;

	capture_stderr(fixture);
	assert_int_equal(log_open("t", "stderr", LOG_INFO), 0);
	fill_log();
	captured(fixture);
	pid = fork();
	if (pid == 0) {
		log_info("child");
		_exit(log_dropped() == 0 ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_non_null(strstr(captured(fixture), "]: child\n"));
	assert_int_equal(count_of(fixture->text, "\n"), 1);
	log_info("parent");
	assert_non_null(strstr(captured(fixture), " lost: "));
}

/* A blocking pipe that could not be opened anew: another user's, or no /proc. */
static void
test_shared_pipe(void **state)
{
	struct log_fixture *fixture = *state;
	char line[1 + LOG_LINE_MAX];
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	memset(line, 'x', sizeof(line));
	line[0] = line[sizeof(line) - 1] = '\n';
	size_t count = 0;
	while (log_write_line(ends[1], LOG_WAY_SHARED, line, sizeof(line)) == 0)
		assert_true(++count < 100000);
	assert_int_equal(errno, EAGAIN);
	read_now(fixture, ends[0]);
	assert_int_equal(count_of(fixture->text, "\n"), count);
	assert_int_equal(strlen(fixture->text), count * LOG_LINE_MAX);
	assert_int_equal(log_write_line(ends[1], LOG_WAY_SHARED, "\nx\n", 3), 0);
	assert_string_equal(read_now(fixture, ends[0]), "x\n");
	close(ends[0]);
	assert_int_equal(log_write_line(ends[1], LOG_WAY_SHARED, "\nx\n", 3), -1);
	assert_int_equal(errno, EPIPE);
	close(ends[1]);
}

/* What a supervisor gives: a stream socket, which we share and which may block. */
static void
test_full_socket(void **state)
{
	struct log_fixture *fixture = *state;
	uint64_t written;
	int ends[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	replace_stderr(ends[1]);
	assert_int_equal(log_open("t", "stderr", LOG_INFO), 0);
	written = fill_log();
	assert_int_equal(fcntl(STDERR_FILENO, F_GETFL) & O_NONBLOCK, 0);
	assert_int_equal(count_of(read_now(fixture, ends[0]), ": line "), written);
	log_info("again");
	assert_int_equal(count_of(read_now(fixture, ends[0]), "\n"), 2);
	close(ends[0]);
	assert_int_equal(play("broken pipe", "open"), 0);
}

/* The pipe cannot be opened anew: the log must do with the one it shares. */
static void
test_no_second_descriptor(void **state)
{
	const uint64_t before = log_dropped();
	struct log_fixture *fixture = *state;
	struct rlimit limit;
	rlim_t old;

	capture_stderr(fixture);
	assert_int_equal(log_open("t", "file:/dev/null", LOG_INFO), 0);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	old = limit.rlim_cur;
	limit.rlim_cur = 3;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	assert_int_equal(log_open("t", "stderr", LOG_INFO), 0);
	limit.rlim_cur = old;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);

	log_info("seen");
	assert_int_equal(log_dropped() - before, 0);
	assert_non_null(strstr(captured(fixture), ": seen\n"));
	fill_log();
	assert_int_equal(fcntl(STDERR_FILENO, F_GETFL) & O_NONBLOCK, 0);
}

static void
test_closed_pipe(void **state)
{
	struct log_fixture *fixture = *state;

	capture_stderr(fixture);
	close(fixture->reader);
	fixture->reader = -1;
	assert_int_equal(play("broken pipe", "open"), 0);
	assert_int_equal(play("broken pipe", "bare"), 0);
}

/* The reader goes while the log holds a description of its own. */
static void
test_pipe_closed_later(void **state)
{
	struct log_fixture *fixture = *state;
	const uint64_t before = log_dropped();

	capture_stderr(fixture);
	assert_int_equal(log_open("t", "stderr", LOG_INFO), 0);
	log_info("read");
	assert_non_null(strstr(captured(fixture), ": read\n"));
	close(fixture->reader);
	fixture->reader = -1;
	log_info("not read");
	assert_int_equal(log_dropped() - before, 1);
}

static void
test_closed_stderr(void **state)
{
	struct log_fixture *fixture = *state;

	assert_int_equal(play("closed stderr", path_in(fixture, "innocent")), 0);
	assert_string_equal(read_file(fixture, fixture->path), "");
}

static void
test_no_space(void **state)
{
	struct log_fixture *fixture = *state;
	const uint64_t before = log_dropped();
	char target[160];

	assert_int_equal(log_open("t", "file:/dev/full", LOG_INFO), 0);
	for (int i = 0; i < 3; i++) {
		errno = EDOM;
		log_info("x");
		assert_int_equal(errno, EDOM);
	}
	assert_int_equal(log_dropped() - before, 3);
	snprintf(target, sizeof(target), "file:%s", path_in(fixture, "log"));
	assert_int_equal(log_open("t", target, LOG_INFO), 0);
	log_info("x");
	read_file(fixture, fixture->path);
	assert_non_null(
		strstr(fixture->text, ": 3 log lines were lost: No space left on device\n"));
	assert_int_equal(count_of(fixture->text, "\n"), 2);
}

static void
test_torn_line(void **state)
{
	struct log_fixture *fixture = *state;
	char target[160];
	const char *end;

	snprintf(target, sizeof(target), "file:%s", path_in(fixture, "log"));
	assert_int_equal(play("torn", target), 0);
	read_file(fixture, fixture->path);
	/* The cut line ends at the limit, and the next one is the child's. */
	assert_int_equal(fixture->text[1000], '\n');
	assert_int_not_equal(fixture->text[999], '\n');
	end = fixture->text + 1001;
	assert_int_equal(count_of(end, "\n"), 3);
	assert_non_null(strstr(end, ": the child\n"));
	assert_non_null(strstr(end, ": warning: 1 log line was lost: File too large\n"));
	assert_non_null(strstr(end, ": the parent\n"));
	assert_null(strstr(end, "\n\n"));
}

static void
test_receiver_restarts(void **state)
{
	static const char *const targets[] = {"journal", "syslog"};
	struct log_fixture *fixture = *state;

	for (size_t i = 0; i < 2; i++) {
		const uint64_t before = log_dropped();
		int receiver = receiver_open(path_in(fixture, "socket"));

		log_sink_set_sockets(fixture->path, fixture->path);
		assert_int_equal(log_open("t", targets[i], LOG_INFO), 0);
		log_info("one");
		assert_non_null(strstr(read_now(fixture, receiver), "one"));

		/* A restart between two lines costs none. */
		close(receiver);
		receiver = receiver_open(fixture->path);
		log_info("two");
		assert_non_null(strstr(read_now(fixture, receiver), "two"));
		assert_int_equal(log_dropped() - before, 0);

		close(receiver);
		log_info("lost");
		log_info("lost");
		assert_int_equal(unlink(fixture->path), 0);
		log_info("lost");
		receiver = receiver_open(fixture->path);
		log_info("three");
		read_now(fixture, receiver);
		assert_non_null(strstr(fixture->text, "3 log lines were lost: Connection refused"));
		assert_non_null(strstr(fixture->text, "three"));
		assert_int_equal(log_dropped() - before, 3);
		close(receiver);
	}
}

static void
test_receiver_slow(void **state)
{
	struct log_fixture *fixture = *state;
	const int receiver = receiver_open(path_in(fixture, "socket"));
	uint64_t written;

	log_sink_set_sockets(fixture->path, NULL);
	assert_int_equal(log_open("t", "journal", LOG_INFO), 0);
	written = fill_log();
	for (int i = 0; i < 99; i++)
		log_info("lost");
	assert_int_equal(count_of(read_now(fixture, receiver), "MESSAGE=line "), written);
	log_info("again");
	read_now(fixture, receiver);
	assert_ptr_equal(strstr(fixture->text, "MESSAGE=100 log lines were lost: the log's reader "
					       "is too slow\nPRIORITY=4\n"),
			 fixture->text);
	assert_non_null(strstr(fixture->text, "MESSAGE=again\n"));
	close(receiver);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, log_fixture_setup, log_fixture_teardown)

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		TEST(test_full_pipe),
		TEST(test_tell_losses),
		TEST(test_child_losses),
		TEST(test_shared_pipe),
		TEST(test_no_second_descriptor),
		TEST(test_full_socket),
		TEST(test_closed_pipe),
		TEST(test_pipe_closed_later),
		TEST(test_closed_stderr),
		TEST(test_no_space),
		TEST(test_torn_line),
		TEST(test_receiver_restarts),
		TEST(test_receiver_slow),
	};

	play_if_asked(argc, argv, scenes, sizeof(scenes) / sizeof(scenes[0]));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
