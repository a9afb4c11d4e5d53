/*
 * test_log_targets.c - each target's lines, and what opens and closes it
 */
#include "config.h"

/* System */
#include <errno.h>
#include <fcntl.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* Project */
#include "log_fixture.h"
#include "lib/log_sink.h"

/* Makes a socket the standard error, and says in the environment that it is the journal's. */
static int
pretend_journal_stderr(const char *suffix)
{
	struct stat st;
	char stream[64];
	int ends[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	replace_stderr(ends[1]);
	assert_int_equal(fstat(STDERR_FILENO, &st), 0);
	snprintf(stream, sizeof(stream), "%ju:%ju%s", (uintmax_t)st.st_dev, (uintmax_t)st.st_ino,
		 suffix);
	assert_int_equal(setenv("JOURNAL_STREAM", stream, 1), 0);
	return ends[0];
}

static void
test_journal_stream(void **state)
{
	struct log_fixture *fixture = *state;
	int reader;

	/* The journal's socket is not there: standard error, and the level as a number. */
	log_sink_set_sockets(path_in(fixture, "none"), NULL);
	reader = pretend_journal_stderr("");
	assert_int_equal(log_open("hellod", "auto", LOG_INFO), 0);
	log_set_role("worker 0");
	log_warnx("text");
	assert_int_equal(log_open("hellod", "stderr", LOG_INFO), 0);
	log_errorx("text");
	assert_string_equal(read_now(fixture, reader), "<4>worker 0: text\n<3>worker 0: text\n");
	close(reader);

	/* The variable speaks of another stream than ours: it was inherited. */
	reader = pretend_journal_stderr("0");
	assert_int_equal(log_open("hellod", "auto", LOG_INFO), 0);
	log_warnx("text");
	assert_non_null(strstr(read_now(fixture, reader), "]: worker 0: warning: text\n"));
	close(reader);
}

static void
test_journal(void **state)
{
	static const char want[] = "MESSAGE=master: 1 < 2\n"
				   "PRIORITY=5\n"
				   "SYSLOG_FACILITY=3\n"
				   "SYSLOG_IDENTIFIER=hellod\n"
				   "HELLOD_PEER=192.0.2.1:7\n"
				   "HELLOD_NAME\n\x05\0\0\0\0\0\0\0a\nb=c\n"
				   "HELLOD_EMPTY=\n";
	const struct log_field fields[] = {
		{"HELLOD_PEER", "192.0.2.1:7"}, {"HELLOD_NAME", "a\nb=c"}, {"HELLOD_EMPTY", ""}};
	struct log_fixture *fixture = *state;
	char got[4096];
	const int journal = receiver_open(path_in(fixture, "journal"));
	const int reader = pretend_journal_stderr("");

	log_sink_set_sockets(fixture->path, NULL);
	assert_int_equal(log_open("hellod", "auto", LOG_INFO), 0);
	log_set_role("master");
	log_fields(LOG_NOTICE, fields, 3, "1 < %d", 2);
	assert_int_equal(recv(journal, got, sizeof(got), 0), sizeof(want) - 1);
	assert_memory_equal(got, want, sizeof(want) - 1);

	log_warnx("two\nlines");
	memset(got, 0, sizeof(got));
	assert_true(recv(journal, got, sizeof(got) - 1, 0) > 0);
	assert_ptr_equal(strstr(got, "MESSAGE=master: two\\x0alines\nPRIORITY=4\n"), got);
	assert_string_equal(read_now(fixture, reader), "");
	close(reader);
	close(journal);
}

static void
test_journal_many_fields(void **state)
{
	struct log_fixture *fixture = *state;
	struct log_field fields[LOG_FIELDS_MAX + 3];
	char got[4096] = "";
	const int journal = receiver_open(path_in(fixture, "journal"));

	log_sink_set_sockets(fixture->path, NULL);
	assert_int_equal(log_open("hellod", "journal", LOG_INFO), 0);
	for (size_t i = 0; i < LOG_FIELDS_MAX + 3; i++)
		fields[i] = (struct log_field){"F", "v"};
	log_fields(LOG_INFO, fields, LOG_FIELDS_MAX + 3, "x");
	assert_true(recv(journal, got, sizeof(got) - 1, 0) > 0);
	assert_int_equal(count_of(got, "\nF=v"), LOG_FIELDS_MAX);
	close(journal);
}

static void
test_syslog(void **state)
{
	struct log_fixture *fixture = *state;
	char want[128];
	const int syslog = receiver_open(path_in(fixture, "log"));

	log_sink_set_sockets("/nonexistent", fixture->path);
	capture_stderr(fixture);
	assert_int_equal(log_open("kept", "stderr", LOG_INFO), 0);
	assert_int_equal(log_open("hellod", "journal", LOG_INFO), -1);
	assert_int_equal(errno, ENOENT);
	log_info("still here");
	assert_non_null(strstr(captured(fixture), "kept["));

	assert_int_equal(log_open("hellod", "syslog", LOG_INFO), 0);
	log_set_role("worker 7");
	log_warnx("text");
	snprintf(want, sizeof(want), "<28>hellod[%d]: worker 7: text", getpid());
	assert_string_equal(read_now(fixture, syslog), want);
	assert_int_equal(log_reopen(), 0);
	assert_int_equal(log_descriptor(), -1);
	close(syslog);
}

static void
test_file(void **state)
{
	struct log_fixture *fixture = *state;
	char target[160];
	char rotated[160];
	regex_t shape;
	struct stat st;
	int other;
	const mode_t mask = umask(0);

	snprintf(target, sizeof(target), "file:%s", path_in(fixture, "log"));
	assert_int_equal(log_open("hellod", target, LOG_INFO), 0);
	umask(mask);
	log_info("first");
	assert_int_equal(stat(fixture->path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);

	snprintf(rotated, sizeof(rotated), "%s.1", fixture->path);
	assert_int_equal(rename(fixture->path, rotated), 0);
	/* Somebody else appends: lines go behind it, not over it. */
	other = open(rotated, O_WRONLY | O_APPEND | O_CLOEXEC);
	assert_int_equal(write(other, "other\n", 6), 6);
	close(other);
	log_info("second");
	assert_int_equal(log_reopen(), 0);
	log_info("third");

	assert_int_equal(regcomp(&shape,
				 "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}[.][0-9]{6}[+-][0-9]{2}"
				 ":[0-9]{2} hellod\\[[0-9]+\\]: third\n$",
				 REG_EXTENDED | REG_NOSUB),
			 0);
	assert_int_equal(regexec(&shape, read_file(fixture, fixture->path), 0, NULL, 0), 0);
	regfree(&shape);
	read_file(fixture, rotated);
	assert_int_equal(count_of(fixture->text, "\n"), 3);
	assert_non_null(strstr(fixture->text, ": first\nother\n"));
	assert_non_null(strstr(fixture->text, ": second\n"));

	/* A reopening that fails keeps the old file. */
	assert_int_equal(unlink(fixture->path), 0);
	assert_int_equal(mkdir(fixture->path, 0700), 0);
	assert_int_equal(log_reopen(), -1);
	assert_int_equal(errno, EISDIR);
	assert_int_equal(rmdir(fixture->path), 0);
	assert_int_equal(fstat(log_descriptor(), &st), 0);
	const off_t size = st.st_size;
	log_info("fourth");
	assert_int_equal(fstat(log_descriptor(), &st), 0);
	assert_true(st.st_size > size);
}

static void
test_file_refused(void **state)
{
	struct log_fixture *fixture = *state;
	char target[160];

	snprintf(target, sizeof(target), "file:%s", path_in(fixture, "no/log"));
	assert_int_equal(log_open("hellod", target, LOG_INFO), -1);
	assert_int_equal(errno, ENOENT);
	snprintf(target, sizeof(target), "file:%s", fixture->dir);
	assert_int_equal(log_open("hellod", target, LOG_INFO), -1);
	assert_int_equal(errno, EISDIR);
	/* Nobody reads the FIFO: an error at once, not a wait. */
	assert_int_equal(mkfifo(path_in(fixture, "fifo"), 0600), 0);
	snprintf(target, sizeof(target), "file:%s", fixture->path);
	assert_int_equal(log_open("hellod", target, LOG_INFO), -1);
	assert_int_equal(errno, ENXIO);
}

static void
test_adopt(void **state)
{
	struct log_fixture *fixture = *state;
	char target[160];
	int fd;
	int old;

	snprintf(target, sizeof(target), "file:%s", path_in(fixture, "log"));
	assert_int_equal(log_open("hellod", target, LOG_INFO), 0);
	old = log_descriptor();
	assert_true(old >= 0);
	fd = open(path_in(fixture, "new"), O_WRONLY | O_CREAT | O_APPEND, 0600);
	assert_true(fd >= 0);
	log_adopt(fd);
	assert_int_equal(log_descriptor(), fd);
	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
	assert_int_equal(fcntl(old, F_GETFD), -1);
	log_info("adopted");
	assert_non_null(strstr(read_file(fixture, fixture->path), ": adopted\n"));
	assert_string_equal(read_file(fixture, path_in(fixture, "log")), "");
}

/* What a daemon does when it detaches: the old standard error must be let go. */
static void
test_another_stderr(void **state)
{
	struct log_fixture *fixture = *state;
	char byte;

	capture_stderr(fixture);
	assert_int_equal(log_open("hellod", "stderr", LOG_INFO), 0);
	log_info("x");
	replace_stderr(open("/dev/null", O_WRONLY | O_CLOEXEC));
	assert_int_equal(log_reopen(), 0);
	assert_non_null(strstr(captured(fixture), ": x\n"));
	assert_int_equal(read(fixture->reader, &byte, 1), 0);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, log_fixture_setup, log_fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_journal_stream),
		TEST(test_journal),
		TEST(test_journal_many_fields),
		TEST(test_syslog),
		TEST(test_file),
		TEST(test_file_refused),
		TEST(test_adopt),
		TEST(test_another_stderr),
	};

	log_fixture_watch();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
