/*
 * log_fixture.c - what the tests of the log share
 */
#include "config.h"

/* System */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

/* Project */
#include "log_fixture.h"
#include "lib/log_sink.h"

int
log_fixture_setup(void **state)
{
	struct log_fixture *fixture = calloc(1, sizeof(*fixture));

	if (fixture == NULL)
		return -1;
	/* Short, because the name of a socket has at most 107 bytes. */
	snprintf(fixture->dir, sizeof(fixture->dir), "/tmp/test_log.XXXXXX");
	if (mkdtemp(fixture->dir) == NULL)
		return -1;
	fixture->reader = -1;
	fixture->stderr_fd = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
	*state = fixture;
	return fixture->stderr_fd < 0 ? -1 : 0;
}

static void
remove_dir(const char *path)
{
	DIR *dir = opendir(path);

	for (struct dirent *entry; dir != NULL && (entry = readdir(dir)) != NULL;) {
		if (entry->d_name[0] != '.')
			unlinkat(dirfd(dir), entry->d_name, 0);
	}
	if (dir != NULL)
		closedir(dir);
	rmdir(path);
}

int
log_fixture_teardown(void **state)
{
	struct log_fixture *fixture = *state;

	/* A loss of this test is not for the next one to tell. */
	log_set_role(NULL);
	if (log_open("test", "file:/dev/null", LOG_DEBUG) < 0)
		return -1;
	log_tell_losses();
	unsetenv("JOURNAL_STREAM");

	dup2(fixture->stderr_fd, STDERR_FILENO);
	close(fixture->stderr_fd);
	if (fixture->reader >= 0)
		close(fixture->reader);
	remove_dir(fixture->dir);
	free(fixture);
	return 0;
}

const char *
path_in(struct log_fixture *fixture, const char *name)
{
	snprintf(fixture->path, sizeof(fixture->path), "%s/%s", fixture->dir, name);
	return fixture->path;
}

void
replace_stderr(int fd)
{
	assert_int_equal(dup2(fd, STDERR_FILENO), STDERR_FILENO);
	close(fd);
}

void
capture_stderr(struct log_fixture *fixture)
{
	int ends[2];

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	fixture->reader = ends[0];
	replace_stderr(ends[1]);
}

const char *
read_now(struct log_fixture *fixture, int fd)
{
	size_t len = 0;
	ssize_t got;

	assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
	while ((got = read(fd, fixture->text + len, TEXT_SIZE - 1 - len)) > 0)
		len += (size_t)got;
	fixture->text[len] = '\0';
	assert_int_equal(strlen(fixture->text), len);
	return fixture->text;
}

const char *
captured(struct log_fixture *fixture)
{
	return read_now(fixture, fixture->reader);
}

const char *
read_file(struct log_fixture *fixture, const char *path)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	read_now(fixture, fd);
	close(fd);
	return fixture->text;
}

int
receiver_open(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	unlink(path);
	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

size_t
count_of(const char *text, const char *part)
{
	size_t count = 0;

	for (; (text = strstr(text, part)) != NULL; text += strlen(part))
		count++;
	return count;
}

int
play(const char *name, const char *argument)
{
	int status;
	const pid_t pid = fork();

	if (pid == 0) {
		execl("/proc/self/exe", "test_log", name, argument, (char *)NULL);
		_exit(127);
	}
	assert_true(pid > 0);
	while (waitpid(pid, &status, 0) < 0)
		assert_int_equal(errno, EINTR);
	return status;
}

void
log_fixture_watch(void)
{
	alarm(120);
}

void
play_if_asked(int argc, char **argv, const struct scene *scenes, size_t count)
{
	log_fixture_watch();
	if (argc < 2)
		return;
	for (size_t i = 0; i < count; i++) {
		if (strcmp(argv[1], scenes[i].name) == 0)
			exit(scenes[i].play(argc > 2 ? argv[2] : ""));
	}
	exit(126);
}
