/*
 * reader.c - reads the configuration, in a process of its own
 *
 * Owns: that process, and the memory in which it leaves what it read.
 * Never: judges or applies what was read.
 * Runs: in the master; read_configuration() in the child.
 */
#include "config.h"

#include "hellod/reader.h"

/* System */
#include <errno.h>
#include <signal.h>
#include <stdalign.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* Project */
#include "hellod/exitcode.h"
#include "hellod/lookup.h"
#include "hellod/title.h"
#include "hellod/way_back.h"
#include "lib/alloc.h"
#include "lib/leave.h"

#define ROOM (16 * 1024 * 1024) /* bytes; of addresses: memory only where it is written */

/* What the child leaves. It is forked: an address means the same to both. */
struct reading {
	struct configuration *configuration; /* NULL: it has faults */
	size_t used;                         /* bytes of all this; 0: it did not get so far */
	char report[]; /* faults, or changes; the configuration is behind it */
};

static size_t
aligned(size_t size)
{
	return (size + alignof(max_align_t) - 1) / alignof(max_align_t) * alignof(max_align_t);
}

/* In the child: all of it is there, or nothing is. Returns false if it is too much. */
static bool
leave_reading(struct reading *reading, const struct configuration *c, const char *report)
{
	size_t len = strlen(report) + 1;
	size_t used = aligned(sizeof(*reading) + len);

	if (used > ROOM)
		return false;
	memcpy(reading->report, report, len);
	if (c) {
		reading->configuration =
			configuration_copy(c, (char *)reading + used, ROOM - used, &used);
		if (!reading->configuration)
			return false;
		reading->configuration->mapping = reading;
		reading->configuration->mapping_size = used;
	}
	reading->used = used;
	return true;
}

static _Noreturn void
read_configuration(const struct reader_task *task, struct reading *reading)
{
	char *report = NULL;
	size_t len;
	FILE *out = must_open_text(&report, &len);
	const char *file = configuration_file(task->options);
	struct configuration *c;
	int exit_code = HELLOD_EXIT_CONFIG;

	way_back_close();                 /* the master's, if it is on probation */
	prctl(PR_SET_PDEATHSIG, SIGKILL); /* a name server may keep it for long */
	title_set("configuration reader");
	c = task->left ? lookup_read(task->left, file, out)
		       : configuration_load(task->options, out);
	if (c && task->hosts && lookup_hosts(c, out) < 0) {
		exit_code = HELLOD_EXIT_FAILED;
		configuration_free(c);
		c = NULL;
	}
	if (c && task->old)
		configuration_update(c, task->old, out);
	must_close_text(out, &report);
	if (!leave_reading(reading, c, report))
		leave_reading(reading, NULL, "the configuration is too large\n");
	configuration_free(c);
	free(report);
	leave_process(reading->configuration ? HELLOD_EXIT_STOPPED : exit_code);
}

int
reader_start(struct reader *reader, const struct reader_task *task)
{
	void *room = mmap(NULL, ROOM, PROT_READ | PROT_WRITE,
			  MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	*reader = (struct reader){0};
	if (room == MAP_FAILED)
		return -1;
	reader->reading = room;
	reader->pid = fork();
	if (reader->pid == 0)
		read_configuration(task, reader->reading);
	if (reader->pid > 0)
		return 0;
	reader->pid = 0;
	reader_done(reader);
	return -1;
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

void
reader_wait(struct reader *reader)
{
	while (waitpid(reader->pid, &reader->status, 0) < 0 && errno == EINTR)
		;
	reader->ended = true;
}

/*
 * Makes it the master's alone: the mapping is one that workers would share, and
 * a worker could write to it. At the same addresses, so that all pointers hold;
 * and nobody is to write there any more.
 */
static int
take(struct reading *shared)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t size = (shared->used + page - 1) / page * page;
	void *copy = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (copy == MAP_FAILED)
		return -1;
	memcpy(copy, shared, shared->used);
	if (mprotect(copy, size, PROT_READ) < 0 ||
	    mremap(copy, size, size, MREMAP_MAYMOVE | MREMAP_FIXED, shared) == MAP_FAILED) {
		munmap(copy, size);
		return -1;
	}
	if (size < ROOM)
		munmap((char *)shared + size, ROOM - size);
	return 0;
}

static void
tell_failure(const struct reader *reader, FILE *faults)
{
	int number = WIFSIGNALED(reader->status) ? WTERMSIG(reader->status) : 0;

	/* libconfig takes memory for granted, the C library's account databases too. */
	if (number != 0)
		fprintf(faults, "reading the configuration was ended by signal %d (%s)%s\n", number,
			strsignal(number),
			number == SIGSEGV || number == SIGABRT ? "; out of memory?" : "");
	else
		fprintf(faults, "reading the configuration failed; out of memory?\n");
}

struct configuration *
reader_result(struct reader *reader, FILE *faults, FILE *changes)
{
	struct reading *reading = reader->reading;
	bool whole = WIFEXITED(reader->status) && reading->used > 0;

	if (!whole) {
		tell_failure(reader, faults);
		return NULL;
	}
	fputs(reading->report, reading->configuration ? changes : faults);
	if (!reading->configuration)
		return NULL;
	if (take(reading) < 0) {
		fprintf(faults, "cannot take the configuration over: %s\n", strerror(errno));
		return NULL;
	}
	reader->reading = NULL; /* it is the configuration's */
	return reading->configuration;
}

bool
reader_found_faults(const struct reader *reader)
{
	return WIFEXITED(reader->status) && WEXITSTATUS(reader->status) == HELLOD_EXIT_CONFIG;
}

void
reader_done(struct reader *reader)
{
	if (reader->pid != 0 && !reader->ended)
		kill(reader->pid, SIGKILL); /* it will be waited for like any child */
	if (reader->reading)
		munmap(reader->reading, ROOM);
	*reader = (struct reader){0};
}
