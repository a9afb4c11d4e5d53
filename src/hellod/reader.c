/*
 * reader.c - reads the configuration anew, and looks up the names in it, in a
 * process of its own
 *
 * Owns: that process, the pipe from it, and what has come.
 * Never: judges or applies what was read.
 * Runs: in the master; configuration_load() and lookup_hosts() in the child.
 */
#include "config.h"

#include "hellod/reader.h"

/* System */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* Project */
#include "hellod/exitcode.h"
#include "hellod/lookup.h"
#include "hellod/title.h"
#include "lib/alloc.h"
#include "lib/leave.h"

#define TEXT_MAX (1024 * 1024) /* bytes; a larger answer is a fault of ours */

static _Noreturn void
read_configuration(const struct configuration_options *options, int fd)
{
	FILE *out = fdopen(fd, "w");
	struct configuration *c;
	bool good;

	prctl(PR_SET_PDEATHSIG, SIGKILL); /* a name server may keep it for long */
	title_set("configuration reader");
	c = configuration_load(options, out);
	good = c && lookup_hosts(c, out) == 0;
	if (good)
		lookup_write(c, out);
	configuration_free(c);
	leave_process(fclose(out) == 0 && good ? HELLOD_EXIT_STOPPED : HELLOD_EXIT_CONFIG);
}

int
reader_start(struct reader *reader, const struct configuration_options *options)
{
	int ends[2];

	*reader = (struct reader){.fd = -1};
	if (pipe2(ends, O_CLOEXEC) < 0)
		return -1;
	reader->pid = fork();
	if (reader->pid == 0)
		read_configuration(options, ends[1]);
	close(ends[1]);
	if (reader->pid < 0) {
		reader->pid = 0;
		close(ends[0]);
		return -1;
	}
	fcntl(ends[0], F_SETFL, O_NONBLOCK); /* of a pipe of our own */
	reader->fd = ends[0];
	return 0;
}

void
reader_hear(struct reader *reader)
{
	char piece[16 * 1024];
	ssize_t n = read(reader->fd, piece, sizeof(piece));

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0 || reader->text_len + (size_t)n > TEXT_MAX) {
		close(reader->fd);
		reader->fd = -1;
		return;
	}
	reader->text = must_realloc(reader->text, reader->text_len + (size_t)n + 1);
	memcpy(reader->text + reader->text_len, piece, (size_t)n);
	reader->text_len += (size_t)n;
	reader->text[reader->text_len] = '\0';
}

bool
reader_bury(struct reader *reader, pid_t pid, int status)
{
	if (reader->pid == 0 || reader->ended || reader->pid != pid)
		return false;
	reader->ended = true;
	reader->status = status;
	return true;
}

bool
reader_is_done(const struct reader *reader)
{
	return reader->pid != 0 && reader->ended && reader->fd < 0;
}

struct configuration *
reader_result(const struct reader *reader, const char *file, FILE *faults)
{
	bool good = WIFEXITED(reader->status) && WEXITSTATUS(reader->status) == 0;
	struct configuration *c = NULL;

	if (good && reader->text)
		c = lookup_read(reader->text, file, faults);
	else if (WIFSIGNALED(reader->status))
		fprintf(faults, "reading the configuration was ended by signal %d\n",
			WTERMSIG(reader->status));
	else if (reader->text)
		fputs(reader->text, faults);
	return c;
}

void
reader_done(struct reader *reader)
{
	if (reader->pid != 0 && !reader->ended)
		kill(reader->pid, SIGKILL); /* it will be waited for like any child */
	if (reader->pid != 0 && reader->fd >= 0)
		close(reader->fd);
	free(reader->text);
	*reader = (struct reader){.fd = -1};
}
