/*
 * handover.c - what one program leaves to the next, in the same process
 *
 * Owns: the text of the handover: a version, then a line a thing.
 * Never: executes anything; upgrade.c does.
 * Runs: in the master, before and after the exec.
 */
#include "config.h"

#include "hellod/handover.h"

/* System */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* Project */
#include "hellod/pool.h"
#include "hellod/scoreboard.h"
#include "hellod/timers.h"
#include "lib/alloc.h"
#include "lib/descriptors.h"

#define TEXT_MAX (1024 * 1024) /* bytes of a handover */
_Static_assert(HANDOVER_VERSION % 100 == SCOREBOARD_VERSION, "it is handed over too");

#define FIRST_LINE "hellod-handover"
#define CONFIGURATION_LINE "configuration"

static void
keep_open(int fd, bool keep)
{
	if (fd >= 0)
		fcntl(fd, F_SETFD, keep ? 0 : FD_CLOEXEC);
}

/* The explicit list: what is not named here is closed by the exec. */
static void
keep_all_open(const struct handover *h, bool keep)
{
	keep_open(h->control, keep);
	keep_open(h->requester, keep);
	keep_open(h->executable, keep);
	keep_open(h->text, keep);
	keep_open(h->descriptors.scoreboard, keep);
	for (size_t i = 0; i < h->descriptors.stored.count; i++)
		keep_open(h->descriptors.stored.items[i].fd, keep);
	for (unsigned i = 0; i < h->worker_count; i++)
		keep_open(h->workers[i].channel, keep);
}

static void
write_text(const struct handover *h, FILE *out)
{
	fprintf(out, FIRST_LINE " %d\n", HANDOVER_VERSION);
	fprintf(out, "master %u %u %" PRId64 " %d %d\n", h->generation, h->target, h->started,
		h->detached, h->descriptors.activated);
	if (*h->program)
		fprintf(out, "program %s\n", h->program);
	if (*h->pid_file)
		fprintf(out, "pid_file %s\n", h->pid_file);
	fprintf(out, "descriptors %d %d %d\n", h->descriptors.scoreboard, h->control, h->requester);
	for (size_t i = 0; i < h->descriptors.stored.count; i++) {
		const struct listener *l = &h->descriptors.stored.items[i];

		fprintf(out, "listener %d %d %s\n", l->fd, l->backlog, l->wanted);
	}
	for (unsigned i = 0; i < h->worker_count; i++) {
		const struct pool_worker *w = &h->workers[i];

		fprintf(out,
			"worker %ld %u %u %d %" PRId64 " %" PRId64 " %" PRId64 " %d %d %" PRId64
			"\n",
			(long)w->pid, w->slot, w->generation, w->channel, w->started,
			w->drain_timeout, w->hang_timeout, w->ready, w->leaving, w->leave_by);
	}
	/* Last, because it has lines of its own. */
	fprintf(out, CONFIGURATION_LINE "\n%s", h->configuration);
}

int
handover_write(const struct handover *h)
{
	int fd = memfd_create("hellod-handover", MFD_CLOEXEC);
	int copy = fd < 0 ? -1 : dup(fd);
	FILE *out = copy < 0 ? NULL : fdopen(copy, "w");
	bool written;

	if (!out) {
		if (copy >= 0)
			close(copy);
		if (fd >= 0)
			close(fd);
		return -1;
	}
	write_text(h, out);
	written = fflush(out) == 0 && !ferror(out);
	fclose(out);
	if (!written) {
		close(fd);
		return -1;
	}
	keep_all_open(h, true);
	keep_open(fd, true);
	return fd;
}

static int
read_worker(struct handover *h, const char *line)
{
	struct pool_worker w = {.kill_at = TIMER_NEVER};
	long pid;
	int ready;
	int leaving;

	if (sscanf(line, "worker %ld %u %u %d %" SCNd64 " %" SCNd64 " %" SCNd64 " %d %d %" SCNd64,
		   &pid, &w.slot, &w.generation, &w.channel, &w.started, &w.drain_timeout,
		   &w.hang_timeout, &ready, &leaving, &w.leave_by) != 10 ||
	    w.slot >= SCOREBOARD_SLOTS || h->worker_count == SCOREBOARD_SLOTS)
		return -1;
	w.pid = (pid_t)pid;
	w.ready = ready;
	w.leaving = leaving;
	w.accepting = !leaving; /* told to leave, it has closed them by now */
	if (!pool_is_child(w.pid))
		return 0; /* it has ended since this was written */
	h->workers[h->worker_count++] = w;
	return 0;
}

static int
read_listener(struct handover *h, const char *line)
{
	char wanted[ADDRESS_TEXT_MAX];
	int fd;
	int backlog;

	if (sscanf(line, "listener %d %d %511[^\n]", &fd, &backlog, wanted) != 3)
		return -1;
	return inherit_add_listener(&h->descriptors.stored, fd, backlog, wanted,
				    !h->descriptors.activated);
}

/* Returns 0, or -1 if the line is none that this version writes. */
static int
read_line(struct handover *h, const char *line)
{
	int detached;
	int activated;

	if (strncmp(line, "program ", 8) == 0) {
		snprintf(h->program, sizeof(h->program), "%s", line + 8);
		return 0;
	}
	if (strncmp(line, "pid_file ", 9) == 0) {
		snprintf(h->pid_file, sizeof(h->pid_file), "%s", line + 9);
		return 0;
	}
	if (strncmp(line, "worker ", 7) == 0)
		return read_worker(h, line);
	if (strncmp(line, "listener ", 9) == 0)
		return read_listener(h, line);
	if (sscanf(line, "master %u %u %" SCNd64 " %d %d", &h->generation, &h->target, &h->started,
		   &detached, &activated) == 5) {
		h->detached = detached;
		h->descriptors.activated = activated;
		return 0;
	}
	return sscanf(line, "descriptors %d %d %d", &h->descriptors.scoreboard, &h->control,
		      &h->requester) == 3
		       ? 0
		       : -1;
}

static char *
read_text(int fd)
{
	char *text = must_alloc(TEXT_MAX + 1);
	ssize_t n = pread(fd, text, TEXT_MAX, 0);

	if (n > 0)
		return text;
	free(text);
	return NULL;
}

int
handover_read(int fd, struct handover *h, FILE *errors)
{
	char *text = read_text(fd);
	char *rest = text;
	char *line = strsep(&rest, "\n");
	int version;
	int r = 0;

	*h = HANDOVER_NONE;
	h->workers = must_alloc(SCOREBOARD_SLOTS * sizeof(*h->workers));
	if (!line || sscanf(line, FIRST_LINE " %d", &version) != 1 || version != HANDOVER_VERSION) {
		fputs("the state that the running hellod left is of another version\n", errors);
		r = -1;
	}
	while (r == 0 && (line = strsep(&rest, "\n")))
		if (rest && strcmp(line, CONFIGURATION_LINE) == 0) {
			h->configuration = must_strdup(rest);
			break;
		} else if (*line && read_line(h, line) < 0) {
			fprintf(errors, "the state that was left has a line \"%s\"\n", line);
			r = -1;
		}
	free(text);
	return r;
}

void
handover_close_others(const struct handover *h, int keep)
{
	const struct listeners *listeners = &h->descriptors.stored;
	int *all = must_alloc((listeners->count + h->worker_count + 8) * sizeof(*all));
	size_t count = 0;

	all[count++] = keep;
	all[count++] = h->control;
	all[count++] = h->requester;
	all[count++] = h->executable;
	all[count++] = h->text;
	all[count++] = h->descriptors.scoreboard;
	for (size_t i = 0; i < listeners->count; i++)
		all[count++] = listeners->items[i].fd;
	for (unsigned i = 0; i < h->worker_count; i++)
		all[count++] = h->workers[i].channel;
	descriptors_close_others(all, count);
	free(all);
}

void
handover_settle(const struct handover *h)
{
	keep_all_open(h, false);
}

void
handover_done(struct handover *h)
{
	inherit_done(&h->descriptors);
	free(h->workers);
	free(h->failure);
	free(h->configuration);
	h->workers = NULL;
	h->failure = NULL;
	h->configuration = NULL;
	h->worker_count = 0;
	if (h->executable >= 0)
		close(h->executable);
	if (h->text >= 0)
		close(h->text);
	h->executable = h->text = -1;
}
