/*
 * test_log_terminal.c - a terminal that is stopped, or that stops its jobs
 */
#include "config.h"

/* System */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

/* Project */
#include "log_fixture.h"
#include "lib/log_sink.h"

/* A background job of a terminal with "stty tostop" must not be stopped. */
static int
scene_tostop(const char *terminal)
{
	struct termios termios;
	int status;
	pid_t child;
	int fd;

	setsid();
	fd = open(terminal, O_RDWR | O_CLOEXEC);
	if (fd < 0 || ioctl(fd, TIOCSCTTY, 0) < 0 || tcgetattr(fd, &termios) < 0)
		return 1;
	termios.c_lflag |= TOSTOP;
	tcsetattr(fd, TCSANOW, &termios);
	dup2(fd, STDERR_FILENO);
	child = fork();
	if (child == 0) {
		setpgid(0, 0);
		_exit(log_open("t", "stderr", LOG_INFO) == 0 && (log_info("x"), true) &&
				      log_dropped() == 0
			      ? 0
			      : 1);
	}
	if (waitpid(child, &status, WUNTRACED) != child)
		return 2;
	if (WIFSTOPPED(status))
		kill(child, SIGKILL);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 3;
}

static const struct scene scenes[] = {
	{"tostop", scene_tostop},
};

/* A terminal's two ends, without any translation between them. */
static void
open_terminal(int *ret_master, int *ret_slave)
{
	struct termios termios;

	*ret_master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	assert_true(*ret_master >= 0);
	assert_int_equal(grantpt(*ret_master), 0);
	assert_int_equal(unlockpt(*ret_master), 0);
	*ret_slave = open(ptsname(*ret_master), O_RDWR | O_NOCTTY | O_CLOEXEC);
	assert_true(*ret_slave >= 0);
	assert_int_equal(tcgetattr(*ret_slave, &termios), 0);
	cfmakeraw(&termios);
	assert_int_equal(tcsetattr(*ret_slave, TCSANOW, &termios), 0);
}

/* Somebody pressed Ctrl-S. */
static void
test_stopped_terminal(void **state)
{
	struct log_fixture *fixture = *state;
	int master;
	int slave;

	open_terminal(&master, &slave);
	assert_int_equal(tcflow(slave, TCOOFF), 0);
	assert_int_equal(log_write_line(slave, LOG_WAY_SHARED, "\nx\n", 3), -1);
	assert_int_equal(errno, EAGAIN);
	assert_int_equal(tcflow(slave, TCOON), 0);
	assert_int_equal(log_write_line(slave, LOG_WAY_SHARED, "\nx\n", 3), 0);
	assert_string_equal(read_now(fixture, master), "x\n");

	replace_stderr(fcntl(slave, F_DUPFD_CLOEXEC, 3));
	assert_int_equal(log_open("t", "stderr", LOG_INFO), 0);
	assert_int_equal(tcflow(slave, TCOOFF), 0);
	log_info("lost");
	assert_int_equal(tcflow(slave, TCOON), 0);
	log_info("seen");
	read_now(fixture, master);
	assert_non_null(
		strstr(fixture->text, "1 log line was lost: the log's reader is too slow\n"));
	assert_non_null(strstr(fixture->text, ": seen\n"));
	close(slave);
	close(master);
}

static void
test_background_terminal(void **state)
{
	struct log_fixture *fixture = *state;
	int master;
	int slave;

	open_terminal(&master, &slave);
	assert_int_equal(play("tostop", ptsname(master)), 0);
	assert_non_null(strstr(read_now(fixture, master), ": x\n"));
	close(slave);
	close(master);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, log_fixture_setup, log_fixture_teardown)

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		TEST(test_stopped_terminal),
		TEST(test_background_terminal),
	};

	play_if_asked(argc, argv, scenes, sizeof(scenes) / sizeof(scenes[0]));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
