/*
 * test_log_many.c - many processes, one file or pipe, no line split
 */
#include "config.h"

/* System */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* Project */
#include "log_fixture.h"
#include "lib/log_sink.h"

#define LOGGERS 4
#define LINES 10000 /* of each logger */

/* Lines of different lengths, so that a mix of two would show. */
static void
log_many(unsigned logger)
{
	static const char padding[] =
		"................................................................";

	for (unsigned i = 0; i < LINES; i++)
		log_info("logger %u line %u %.*s end", logger, i, (int)(i % sizeof(padding)),
			 padding);
}

/* Starts the loggers; each leaves the number of its losses in losses[]. */
static void
start_loggers(uint64_t *losses)
{
	for (unsigned i = 0; i < LOGGERS; i++) {
		const pid_t pid = fork();

		assert_true(pid >= 0);
		if (pid == 0) {
			log_many(i);
			losses[i] = log_dropped();
			_exit(0);
		}
	}
}

static void
join_loggers(void)
{
	for (unsigned i = 0; i < LOGGERS; i++) {
		int status;

		assert_true(wait(&status) > 0);
		assert_int_equal(status, 0);
	}
}

/* Counts the loggers' lines; each must be whole, and in its logger's order. */
static size_t
check_lines(char *text)
{
	unsigned next[LOGGERS] = {0};
	size_t count = 0;

	for (char *line = text, *end; (end = strchr(line, '\n')) != NULL; line = end + 1) {
		unsigned logger;
		unsigned number;
		int at = 0;

		*end = '\0';
		if (strstr(line, "]: warning: ") != NULL && strstr(line, " lost: ") != NULL)
			continue;
		const char *words = strstr(line, "]: ");
		assert_non_null(words);
		assert_int_equal(sscanf(words, "]: logger %u line %u %n", &logger, &number, &at),
				 2);
		assert_in_range(logger, 0, LOGGERS - 1);
		assert_in_range(number, next[logger], LINES - 1);
		next[logger] = number + 1;
		words += at;
		const size_t dots = strspn(words, ".");
		assert_int_equal(dots, number % 65);
		assert_string_equal(words + dots, dots > 0 ? " end" : "end");
		count++;
	}
	return count;
}

static char *
read_whole(int fd)
{
	const size_t size = (size_t)LOGGERS * LINES * 200;
	char *text = malloc(size);
	size_t len = 0;
	ssize_t got;

	assert_non_null(text);
	while ((got = read(fd, text + len, size - 1 - len)) > 0)
		len += (size_t)got;
	assert_int_equal(got, 0);
	assert_in_range(len, 1, size - 2);
	assert_int_equal(text[len - 1], '\n');
	text[len] = '\0';
	return text;
}

static uint64_t *
share_losses(void)
{
	uint64_t *losses = mmap(NULL, LOGGERS * sizeof(*losses), PROT_READ | PROT_WRITE,
				MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	assert_ptr_not_equal(losses, MAP_FAILED);
	return losses;
}

static void
test_many_to_file(void **state)
{
	struct log_fixture *fixture = *state;
	uint64_t *losses = share_losses();
	char target[160];

	snprintf(target, sizeof(target), "file:%s", path_in(fixture, "log"));
	assert_int_equal(log_open("t", target, LOG_INFO), 0);
	start_loggers(losses);
	join_loggers();

	const int fd = open(fixture->path, O_RDONLY | O_CLOEXEC);
	char *text = read_whole(fd);

	assert_int_equal(check_lines(text), LOGGERS * LINES);
	for (unsigned i = 0; i < LOGGERS; i++)
		assert_int_equal(losses[i], 0);
	free(text);
	close(fd);
	munmap(losses, LOGGERS * sizeof(*losses));
}

static void
test_many_to_pipe(void **state)
{
	struct log_fixture *fixture = *state;
	uint64_t *losses = share_losses();
	uint64_t lost = 0;

	capture_stderr(fixture);
	assert_int_equal(log_open("t", "stderr", LOG_INFO), 0);
	start_loggers(losses);
	/* The pipe ends when the last logger has let it go, so we must too. */
	replace_stderr(open("/dev/null", O_WRONLY | O_CLOEXEC));
	assert_int_equal(log_reopen(), 0);

	char *text = read_whole(fixture->reader);

	join_loggers();
	for (unsigned i = 0; i < LOGGERS; i++)
		lost += losses[i];
	assert_int_equal(check_lines(text) + lost, LOGGERS * LINES);
	free(text);
	munmap(losses, LOGGERS * sizeof(*losses));
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, log_fixture_setup, log_fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_many_to_file),
		TEST(test_many_to_pipe),
	};

	log_fixture_watch();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
