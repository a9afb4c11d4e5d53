/*
 * test_log.c - the words, the levels, the ends
 */
#include "config.h"

/* System */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* Project */
#include "log_fixture.h"
#include "lib/log_sink.h"

static int
scene_bare(const char *argument)
{
	(void)argument;
	log_errorx("an error");
	log_warnx("a warning");
	log_info("an info");
	log_debug("not shown");
	errno = ENOENT;
	log_error("%s", "file");
	return log_descriptor() == -1 && log_reopen() == 0 ? 0 : 1;
}

static int
scene_fatal(const char *argument)
{
	errno = ENOENT;
	if (argument[0] == 'x')
		fatalx(64, "no errno");
	fatal(78, "with errno");
}

static int
scene_bug(const char *argument)
{
	const struct rlimit none = {0, 0};

	(void)argument;
	setrlimit(RLIMIT_CORE, &none);
	if (log_open("hellod", "stderr", LOG_ERR) < 0)
		return 1;
	bug("impossible: %d", 42);
}

static const struct scene scenes[] = {
	{"bare", scene_bare},
	{"fatal", scene_fatal},
	{"bug", scene_bug},
};

static void
test_before_open(void **state)
{
	capture_stderr(*state);
	assert_int_equal(play("bare", ""), 0);
	assert_string_equal(captured(*state), "test_log: an error\n"
					      "test_log: warning: a warning\n"
					      "test_log: an info\n"
					      "test_log: file: No such file or directory\n");
}

static void
test_ends(void **state)
{
	struct log_fixture *fixture = *state;
	int status;

	capture_stderr(fixture);
	status = play("fatal", "");
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 78);
	assert_string_equal(captured(*state), "test_log: with errno: No such file or directory\n");

	status = play("fatal", "x");
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 64);
	assert_string_equal(captured(*state), "test_log: no errno\n");

	status = play("bug", "");
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
	captured(*state);
	assert_non_null(strstr(fixture->text, "]: BUG: "));
	assert_non_null(strstr(fixture->text, "test_log.c:"));
	assert_non_null(strstr(fixture->text, ": impossible: 42\n"));
}

static void
test_levels(void **state)
{
	static const struct {
		const char *name;
		int level;
		const char *want;
	} cases[] = {
		{"error", LOG_ERR, "e"},       {"warning", LOG_WARNING, "ew"},
		{"notice", LOG_NOTICE, "ewn"}, {"info", LOG_INFO, "ewni"},
		{"debug", LOG_DEBUG, "ewnid"},
	};

	capture_stderr(*state);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char got[8] = "";

		assert_string_equal(log_level_name(cases[i].level), cases[i].name);
		assert_int_equal(log_open("t", "stderr", cases[i].level), 0);
		log_errorx("[e]");
		log_warnx("[w]");
		log_notice("[n]");
		log_info("[i]");
		log_debug("[d]");
		for (const char *at = captured(*state); (at = strchr(at, '[')) != NULL; at++) {
			if (at[2] == ']')
				strncat(got, at + 1, 1);
		}
		assert_string_equal(got, cases[i].want);
		assert_int_equal(log_enabled(LOG_DEBUG), cases[i].level == LOG_DEBUG);
		assert_true(log_enabled(LOG_ERR) && log_enabled(LOG_CRIT));
	}
	assert_null(log_level_name(LOG_CRIT));
}

static void
test_stderr(void **state)
{
	char want[256];

	capture_stderr(*state);
	assert_int_equal(log_open("hellod", "auto", LOG_INFO), 0);
	log_set_role("worker 0");
	errno = EACCES;
	log_warn("text");
	assert_int_equal(errno, EACCES);
	log_notice("%m");
	log_set_role(NULL);
	log_info("text");
	snprintf(want, sizeof(want),
		 "hellod[%d]: worker 0: warning: text: Permission denied\n"
		 "hellod[%d]: worker 0: Permission denied\n"
		 "hellod[%d]: text\n",
		 getpid(), getpid(), getpid());
	assert_string_equal(captured(*state), want);
}

static void
test_long_text(void **state)
{
	struct log_fixture *fixture = *state;
	char text[3 * LOG_LINE_MAX];

	capture_stderr(*state);
	assert_int_equal(log_open("hellod", "stderr", LOG_INFO), 0);
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	log_info("%s", text);
	captured(*state);
	assert_int_equal(strlen(fixture->text), LOG_LINE_MAX);
	assert_string_equal(fixture->text + LOG_LINE_MAX - 5, "x...\n");
}

static void
test_pid_after_fork(void **state)
{
	char want[64];
	pid_t pid;

	capture_stderr(*state);
	assert_int_equal(log_open("hellod", "stderr", LOG_INFO), 0);
	pid = fork();
	if (pid == 0) {
		log_info("child");
		_exit(0);
	}
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	snprintf(want, sizeof(want), "hellod[%d]: child\n", pid);
	assert_string_equal(captured(*state), want);
}

static void
test_invalid(void **state)
{
	static const char *const targets[] = {
		"", "Stderr", "file", "file:", "file:x", "journald", "syslog:/a", "/tmp/x"};
	struct log_fixture *fixture = *state;

	capture_stderr(*state);
	assert_int_equal(log_open("kept", "stderr", LOG_INFO), 0);
	for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++) {
		assert_false(log_target_valid(targets[i]));
		errno = 0;
		assert_int_equal(log_open("new", targets[i], LOG_INFO), -1);
		assert_int_equal(errno, EINVAL);
	}
	assert_int_equal(log_open("new", "stderr", LOG_CRIT), -1);
	assert_int_equal(log_open("new", "stderr", LOG_DEBUG + 1), -1);
	assert_true(log_target_valid("file:/a") && log_target_valid("journal"));
	log_info("x");
	assert_ptr_equal(strstr(captured(*state), "kept["), fixture->text);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, log_fixture_setup, log_fixture_teardown)

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		TEST(test_before_open), TEST(test_ends),      TEST(test_levels),
		TEST(test_stderr),      TEST(test_long_text), TEST(test_pid_after_fork),
		TEST(test_invalid),
	};

	play_if_asked(argc, argv, scenes, sizeof(scenes) / sizeof(scenes[0]));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
