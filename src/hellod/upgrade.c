/*
 * upgrade.c - another program in this process
 *
 * Owns: the steps of an upgrade, on both sides of the exec.
 * Never: more than one at a time; never by /proc/self/exe, which is the old
 * program however often the file is replaced.
 * Runs: in the master.
 */
#include "config.h"

#include "hellod/upgrade.h"

/* System */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Project */
#include "hellod/control.h"
#include "hellod/exitcode.h"
#include "hellod/lookup.h"
#include "hellod/master_state.h"
#include "hellod/pidfile.h"
#include "hellod/timers.h"
#include "hellod/way_back.h"
#include "lib/alloc.h"
#include "lib/log.h"
#include "lib/text.h"
#include "lib/units.h"

#define CHECK_TIME (10 * USEC_PER_SEC) /* for the new program to look around */
#define PROBATION_TIME (5 * USEC_PER_SEC)

static void
tell_requester(struct upgrade *u, bool good, const char *text)
{
	if (u->requester >= 0)
		control_finish(u->requester, good ? CONTROL_EXIT_OK : CONTROL_EXIT_FAILED, text);
	u->requester = -1;
}

static void
end(struct master *m, bool good, const char *text)
{
	if (good)
		log_notice("%s", text);
	else
		log_errorx("%s", text);
	tell_requester(&m->upgrade, good, text);
	m->upgrade = (struct upgrade){.output = -1, .requester = -1};
}

static void
fail(struct master *m, const char *why)
{
	char text[1024];

	snprintf(text, sizeof(text), "upgrade failed: %s%s%.*s; version %s goes on", why,
		 m->upgrade.said_len > 0 ? ": " : "", (int)strcspn(m->upgrade.said, "\n"),
		 m->upgrade.said, PACKAGE_VERSION);
	end(m, false, text);
}

/* In the child: the new program, asked whether it would do. */
static _Noreturn void
check(const struct program *program, int output)
{
	char question[] = "--check-upgrade=" HANDOVER_VERSION_TEXT;
	size_t count = 0;
	char **argv;

	while (program->argv[count])
		count++;
	argv = must_alloc((count + 2) * sizeof(*argv));
	argv[0] = program->argv[0];
	argv[1] = question;
	memcpy(argv + 2, program->argv + 1, count * sizeof(*argv));
	/* Our mask stays: a signal to the whole group is none of its business. */
	dup2(output, STDOUT_FILENO);
	dup2(output, STDERR_FILENO);
	execv(program->path, argv);
	dprintf(STDERR_FILENO, "cannot execute %s: %s\n", program->path, strerror(errno));
	_exit(HELLOD_EXIT_FAILED);
}

bool
upgrade_begin(struct master *m, int requester)
{
	struct upgrade *u = &m->upgrade;
	int ends[2] = {-1, -1};

	if (u->phase != UPGRADE_NONE || m->reload.phase != RELOAD_NONE ||
	    m->phase != MASTER_RUNNING)
		return false;
	*u = (struct upgrade){.phase = UPGRADE_CHECKING, .output = -1, .requester = requester};
	u->deadline = m->now + CHECK_TIME;
	master_report_reloading(m);
	if (!m->program->path || m->scoreboard_fd < 0 || pipe2(ends, O_CLOEXEC) < 0 ||
	    (u->checker = fork()) < 0) {
		fail(m, !m->program->path      ? "there is no /proc"
			: m->scoreboard_fd < 0 ? "RLIMIT_FSIZE (ulimit -f) is too small for it"
					       : "cannot start the check");
		if (ends[0] >= 0) {
			close(ends[0]);
			close(ends[1]);
		}
		return true;
	}
	if (u->checker == 0)
		check(m->program, ends[1]);
	close(ends[1]);
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	u->output = ends[0];
	return true;
}

void
upgrade_poll(const struct upgrade *u, struct pollfd *fds)
{
	fds[0] = (struct pollfd){.fd = u->phase == UPGRADE_CHECKING ? u->output : -1,
				 .events = POLLIN};
}

void
upgrade_hear(struct master *m, const struct pollfd *fds)
{
	struct upgrade *u = &m->upgrade;
	char piece[512];
	size_t room = sizeof(u->said) - 1 - u->said_len;
	ssize_t n;

	if (!fds[0].revents)
		return;
	n = read(u->output, piece, sizeof(piece));
	if (n < 0 && errno == EAGAIN)
		return;
	if (n <= 0) {
		close(u->output);
		u->output = -1;
		return;
	}
	room = (size_t)n < room ? (size_t)n : room; /* the first words count */
	memcpy(u->said + u->said_len, piece, room);
	u->said_len += room;
}

bool
upgrade_bury(struct master *m, pid_t pid, int status)
{
	struct upgrade *u = &m->upgrade;

	if (u->phase != UPGRADE_CHECKING || pid != u->checker)
		return false;
	u->checker_ended = true;
	u->checker_status = status;
	return true;
}

/* All that the next program must know. Borrows what is the master's. */
static struct handover
describe(const struct master *m, int executable)
{
	struct handover h = {
		.generation = m->last_generation,
		.target = m->workers_asked,
		.started = m->started,
		.detached = m->pool.detached,
		.control = control_descriptor(m->control),
		.requester = m->upgrade.requester,
		.executable = executable,
		.text = -1,
		.descriptors = {.stored = *m->listeners,
				.activated = m->inheritance.activated,
				.scoreboard = m->scoreboard_fd},
		.workers = m->pool.workers,
		.worker_count = m->pool.count,
	};

	snprintf(h.program, sizeof(h.program), "%s", m->program->path ? m->program->path : "");
	snprintf(h.pid_file, sizeof(h.pid_file), "%s", pidfile_path(m->pidfile));
	return h;
}

/* Writes it and puts it into the environment. Returns 0, or -1 with errno. */
static int
leave(struct handover *h)
{
	char value[32];

	h->text = handover_write(h);
	if (h->text < 0)
		return -1;
	snprintf(value, sizeof(value), "%d%c%d", h->text, HANDOVER_FORTH, h->executable);
	return setenv(HANDOVER_VARIABLE, value, 1);
}

/* The exec did not happen: nothing stays open over another one. */
static void
take_back(struct handover *h)
{
	unsetenv(HANDOVER_VARIABLE);
	unsetenv(HANDOVER_FAILED_VARIABLE);
	handover_settle(h);
	if (h->text >= 0)
		close(h->text);
}

/* The exec itself. Whatever comes after it is a failure. */
static void
become(struct master *m)
{
	struct handover h = describe(m, m->program->executable);
	struct text text;
	int error = ENOMEM;

	if (text_begin(&text) == 0)
		lookup_write(m->configuration, text.out);
	h.configuration = text_end(&text);
	log_notice("upgrade: executing %s", m->program->path);
	if (h.configuration) {
		if (leave(&h) == 0)
			execv(m->program->path, m->program->argv);
		error = errno;
		take_back(&h);
	}
	text_done(&text);
	fail(m, strerror(error));
}

static void
judge_check(struct master *m)
{
	struct upgrade *u = &m->upgrade;

	if (WIFSIGNALED(u->checker_status))
		fail(m, "the new program was ended by a signal when it was looked at");
	else if (WEXITSTATUS(u->checker_status) != HELLOD_EXIT_STOPPED)
		fail(m, "the new program would not do");
	else
		become(m);
}

/* The way back is closed: nothing of the program before is needed any more. */
static void
settle(struct master *m)
{
	way_back_close();
	handover_settle(&m->handover);
	handover_done(&m->handover);
}

/* From now on it is this program, with its own places. */
static void
stay(struct master *m, bool good, const char *text)
{
	settle(m);
	master_move_in(m);
	end(m, good, text);
}

void
upgrade_roll_back(struct master *m, const char *reason)
{
	struct handover h = describe(m, -1);
	char text[512];
	int error;

	if (m->handover.executable < 0)
		return;
	h.configuration = m->handover.configuration; /* its own, not ours */
	log_errorx("upgrade: %s; going back to the program before", reason);
	way_back_close();
	if (leave(&h) == 0 && setenv(HANDOVER_FAILED_VARIABLE, reason, 1) == 0)
		execveat(m->handover.executable, "", m->program->argv, environ, AT_EMPTY_PATH);
	error = errno;
	take_back(&h);
	snprintf(text, sizeof(text),
		 "upgrade failed: %s, and there is no way back: %s; version %s goes on", reason,
		 strerror(error), PACKAGE_VERSION);
	stay(m, false, text);
}

void
upgrade_serves(struct master *m)
{
	struct upgrade *u = &m->upgrade;
	char text[256];

	if (m->handover.executable < 0) {
		snprintf(text, sizeof(text), "upgrade failed: %s; back at version %s",
			 m->handover.failure, PACKAGE_VERSION);
		settle(m);
		end(m, false, text);
		return;
	}
	u->phase = UPGRADE_PROBATION;
	u->deadline = m->now + PROBATION_TIME;
	u->crashes = m->pool.crashes;
}

void
upgrade_advance(struct master *m)
{
	struct upgrade *u = &m->upgrade;

	way_back_alive();
	if (u->phase == UPGRADE_CHECKING && u->checker_ended && u->output < 0) {
		judge_check(m);
	} else if (u->phase == UPGRADE_CHECKING && m->now >= u->deadline) {
		kill(u->checker, SIGKILL);
		close(u->output);
		fail(m, "the new program did not answer within 10 s");
	} else if (u->phase == UPGRADE_STARTING && m->pool.crashes > 0) {
		upgrade_roll_back(m, "a worker of the new program could not start");
	} else if (u->phase == UPGRADE_PROBATION && m->pool.crashes > u->crashes) {
		upgrade_roll_back(m, "a worker of the new program crashed");
	} else if (u->phase == UPGRADE_PROBATION && m->now >= u->deadline) {
		stay(m, true, "upgraded to version " PACKAGE_VERSION);
	}
}

void
upgrade_abandon(struct master *m)
{
	struct upgrade *u = &m->upgrade;

	if (u->phase == UPGRADE_CHECKING)
		kill(u->checker, SIGKILL);
	settle(m);
	if (u->phase != UPGRADE_NONE)
		tell_requester(u, false, "hellod is stopping");
	u->phase = UPGRADE_NONE;
}

int64_t
upgrade_deadline(const struct upgrade *u, int64_t now)
{
	if (u->phase == UPGRADE_NONE)
		return TIMER_NEVER;
	/* On probation the loop must turn, though nothing happens: way_back_alive(). */
	if (u->phase != UPGRADE_CHECKING)
		return now + USEC_PER_SEC;
	return u->deadline;
}
