/*
 * fleet.c - the processes that load, and the one that waits for them
 *
 * Owns: fork, the pipes that keep the processes in step, their ends.
 * Never: opens a connection.
 * Runs: in the first process; engine_run() in those that it forks.
 *
 * In step by two pipes: each process writes a byte into "ready" when all that
 * stays open is open; when all have, or ended, the first process closes "gate",
 * and they begin to load.
 */
#include "config.h"

#include "hellobench/fleet.h"

/* System */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

/* Library */
#include "lib/alloc.h"
#include "lib/leave.h"
#include "lib/log.h"

/* Project */
#include "hellobench/engine.h"
#include "hellobench/exit_codes.h"
#include "hellobench/live.h"

#define SPARE_DESCRIPTORS 16 /* of a process, besides its connections */

struct fleet {
	const struct options *options;
	const struct script *script;
	const struct target *target;
	struct result *results;
	pid_t *processes; /* 0: ended */
	unsigned count, running, ready;
	int ready_pipe[2], gate_pipe[2]; /* [0]: to read from; -1: closed */
	int signals;
	int code;
	struct live live;
};

static void
close_if_open(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* As many descriptors as the connections need, as far as that is allowed. */
static int
raise_descriptor_limit(const struct options *o)
{
	uint64_t need = (uint64_t)(o->connections / o->processes + 1 + SPARE_DESCRIPTORS);
	struct rlimit limit;

	getrlimit(RLIMIT_NOFILE, &limit);
	if (need > limit.rlim_max) {
		log_errorx("%llu connections a process need more open files than the limit of "
			   "%llu; share them among more processes with -j, or raise ulimit -n",
			   (unsigned long long)(o->connections / o->processes),
			   (unsigned long long)limit.rlim_max);
		return -1;
	}
	if (need > limit.rlim_cur) {
		limit.rlim_cur = need;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
	return 0;
}

/* Signals are input, for the first process and for the others. */
static int
watch_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

_Noreturn static void
be_child(struct fleet *f, unsigned index, pid_t parent)
{
	struct engine_part part = {.index = index,
				   .count = f->count,
				   .ready = f->ready_pipe[1],
				   .gate = f->gate_pipe[0]};
	int code;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		leave_process(EXIT_LOCAL);
	close_if_open(&f->gate_pipe[1]);
	/* One of its own: epoll sees a signal of the process that made it. */
	close(f->signals);
	part.signals = watch_signals();
	code = engine_run(f->options, f->script, f->target, &part, &f->results[index]);
	leave_process(code);
}

static int
start(struct fleet *f)
{
	pid_t parent = getpid();

	for (unsigned i = 0; i < f->count; i++) {
		pid_t pid = fork();

		if (pid < 0)
			return -1;
		if (pid == 0)
			be_child(f, i, parent);
		f->processes[i] = pid;
		f->running++;
	}
	close_if_open(&f->ready_pipe[1]);
	close_if_open(&f->gate_pipe[0]);
	return 0;
}

static void
kill_all(const struct fleet *f, int signal)
{
	for (unsigned i = 0; i < f->count; i++)
		if (f->processes[i] > 0)
			kill(f->processes[i], signal);
}

static void
reap(struct fleet *f)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		for (unsigned i = 0; i < f->count; i++)
			if (f->processes[i] == pid)
				f->processes[i] = 0;
		f->running--;
		if (WIFSIGNALED(status))
			log_errorx("a process that loads was killed: %s",
				   strsignal(WTERMSIG(status)));
		if (!WIFEXITED(status) || WEXITSTATUS(status) != EXIT_OK)
			f->code = EXIT_LOCAL;
	}
}

static void
on_signals(struct fleet *f)
{
	struct signalfd_siginfo info;

	while (read(f->signals, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo == SIGCHLD)
			reap(f);
		else
			kill_all(f, SIGTERM);
	}
}

/* A byte says ready; the end of the pipe, that nobody is left to say it. */
static void
on_ready(struct fleet *f)
{
	char bytes[64];
	ssize_t len = read(f->ready_pipe[0], bytes, sizeof(bytes));

	f->ready += len > 0 ? (unsigned)len : 0;
	if (len == 0)
		close_if_open(&f->ready_pipe[0]);
}

static void
wait_for_all(struct fleet *f)
{
	while (f->running > 0) {
		struct pollfd fds[] = {{.fd = f->signals, .events = POLLIN},
				       {.fd = f->ready_pipe[0], .events = POLLIN}};
		int count = poll(fds, 2, live_wait(&f->live));

		if (count < 0 && errno != EINTR)
			return;
		if (count > 0 && fds[0].revents)
			on_signals(f);
		if (count > 0 && fds[1].revents)
			on_ready(f);
		if (f->ready >= f->running)
			close_if_open(&f->gate_pipe[1]);
		live_show(&f->live, f->results, f->count);
	}
}

static int
open_all(struct fleet *f)
{
	f->results = result_new(f->count);
	f->signals = watch_signals();
	if (!f->results || f->signals < 0 || pipe(f->ready_pipe) < 0 || pipe(f->gate_pipe) < 0)
		return -1;
	return start(f);
}

int
fleet_run(const struct options *options, const struct script *script, const struct target *target,
	  struct result *ret_sum)
{
	struct fleet f = {.options = options,
			  .script = script,
			  .target = target,
			  .count = (unsigned)options->processes,
			  .ready_pipe = {-1, -1},
			  .gate_pipe = {-1, -1},
			  .code = EXIT_OK};

	if (raise_descriptor_limit(options) < 0)
		return EXIT_LOCAL;
	f.processes = must_alloc(f.count * sizeof(*f.processes));
	live_init(&f.live, options);
	if (open_all(&f) < 0) {
		log_error("cannot start the processes that load");
		f.code = EXIT_LOCAL;
		kill_all(&f, SIGTERM);
	}
	wait_for_all(&f);
	live_done(&f.live);
	if (f.results)
		result_sum(ret_sum, f.results, f.count);
	for (int i = 0; i < 2; i++) {
		close_if_open(&f.ready_pipe[i]);
		close_if_open(&f.gate_pipe[i]);
	}
	close_if_open(&f.signals);
	if (f.results)
		munmap(f.results, f.count * sizeof(*f.results));
	free(f.processes);
	return f.code;
}
