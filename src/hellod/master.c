/*
 * master.c - the process that supervises and never serves
 *
 * Owns: the master's event loop: signals, the workers' words, deadlines.
 * Never: reads a client's bytes, and never waits for anything but the loop.
 * Runs: in the master.
 */
#include "config.h"

#include "hellod/master.h"

/* System */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

/* Library */
#include <bsd/unistd.h>

/* Project */
#include "hellod/configuration.h"
#include "hellod/daemonize.h"
#include "hellod/exitcode.h"
#include "hellod/listener.h"
#include "hellod/notify.h"
#include "hellod/pidfile.h"
#include "hellod/pool.h"
#include "hellod/scoreboard.h"
#include "hellod/timers.h"
#include "lib/alloc.h"
#include "lib/clock.h"
#include "lib/log.h"
#include "lib/units.h"

#define START_TIME (10 * USEC_PER_SEC) /* for the first workers to be ready */
#define CUT_TIME USEC_PER_SEC          /* from drain_timeout until workers are killed */
#define STATUS_MAX 160

enum phase {
	STARTING,
	RUNNING,
	STOPPING,
};

struct master {
	const struct configuration *configuration;
	struct listeners listeners;
	struct scoreboard *scoreboard;
	struct pool pool;
	struct pidfile *pidfile;
	int signal_fd;
	int starter;
	enum phase phase;
	int64_t now;
	int64_t deadline; /* of the phase, or TIMER_NEVER */
	int exit_code;
	char status[STATUS_MAX]; /* as systemd was told last */
};

static void master_stop(struct master *m, const char *why);
static void on_stop(struct master *m, const char *name);
static void on_child(struct master *m, const char *name);
static void on_reopen(struct master *m, const char *name);
static void on_more(struct master *m, const char *name);
static void on_fewer(struct master *m, const char *name);
static void on_unsupported(struct master *m, const char *name);

/* All signals that mean something; hellod(8) is tested against this table. */
static const struct {
	int number;
	const char *name;
	void (*act)(struct master *m, const char *name);
} signals[] = {
	{SIGTERM, "TERM", on_stop},      {SIGINT, "INT", on_stop},
	{SIGCHLD, "CHLD", on_child},     {SIGUSR1, "USR1", on_reopen},
	{SIGTTIN, "TTIN", on_more},      {SIGTTOU, "TTOU", on_fewer},
	{SIGHUP, "HUP", on_unsupported}, {SIGUSR2, "USR2", on_unsupported},
};
#define SIGNAL_COUNT (sizeof(signals) / sizeof(signals[0]))

static void
fill_signal_set(sigset_t *set)
{
	sigemptyset(set);
	for (size_t i = 0; i < SIGNAL_COUNT; i++)
		sigaddset(set, signals[i].number);
}

void
master_block_signals(void)
{
	struct sigaction ignore = {.sa_handler = SIG_IGN};
	struct sigaction usual = {.sa_handler = SIG_DFL};
	sigset_t set;

	fill_signal_set(&set);
	sigprocmask(SIG_SETMASK, &set, NULL);
	sigaction(SIGPIPE, &ignore, NULL);
	/* Ignored by a careless parent, children would vanish without a word. */
	sigaction(SIGCHLD, &usual, NULL);
}

static void
on_child(struct master *m, const char *name)
{
	(void)name;
	pool_reap(&m->pool, m->now);
}

static void
on_reopen(struct master *m, const char *name)
{
	if (log_reopen() < 0) {
		log_warn("%s: cannot reopen the log, keeping the old file", name);
		return;
	}
	pool_reopen_log(&m->pool);
	log_notice("%s: log reopened", name);
}

static void
set_target(struct master *m, const char *name, unsigned target)
{
	if (m->phase != RUNNING || target < 1 || target > SCOREBOARD_SLOTS) {
		log_notice("%s: the number of workers stays %u", name, m->pool.target);
		return;
	}
	log_notice("%s: workers %u -> %u", name, m->pool.target, target);
	m->pool.target = target;
}

static void
on_more(struct master *m, const char *name)
{
	set_target(m, name, m->pool.target + 1);
}

static void
on_fewer(struct master *m, const char *name)
{
	set_target(m, name, m->pool.target - 1);
}

static void
on_unsupported(struct master *m, const char *name)
{
	(void)m;
	log_notice("%s: ignored; this version takes up changes when it is restarted", name);
}

static void
on_stop(struct master *m, const char *name)
{
	if (m->phase != STOPPING) {
		master_stop(m, name);
		return;
	}
	log_notice("%s again: stopping at once", name);
	pool_kill(&m->pool);
}

/* Several signals may have come while one was handled. */
static void
hear_signals(struct master *m)
{
	struct signalfd_siginfo info;

	while (read(m->signal_fd, &info, sizeof(info)) == sizeof(info))
		for (size_t i = 0; i < SIGNAL_COUNT; i++)
			if ((uint32_t)signals[i].number == info.ssi_signo)
				signals[i].act(m, signals[i].name);
}

/* The workers finish what they have begun; their number is to be none. */
static void
master_stop(struct master *m, const char *why)
{
	int64_t drain = m->configuration->drain_timeout;

	log_notice("%s: stopping; %llu sessions may finish within %.0f s", why,
		   (unsigned long long)scoreboard_total(m->scoreboard).sessions,
		   (double)drain / (double)USEC_PER_SEC);
	notify_stopping("Stopping: sessions may finish", drain + 2 * CUT_TIME);
	m->phase = STOPPING;
	m->deadline = m->now + drain + CUT_TIME;
	m->pool.target = 0;
	pool_balance(&m->pool, m->now);
	/* The workers' copies keep the queues until they have been emptied. */
	listeners_unlink(&m->listeners);
	listeners_close(&m->listeners);
}

static void
describe_listeners(const struct master *m, FILE *out)
{
	for (size_t i = 0; i < m->listeners.count; i++)
		fprintf(out, "%s%s", i == 0 ? "" : ", ", m->listeners.items[i].name);
}

/* The line that operators and tests wait for. */
static void
announce(const struct master *m)
{
	const struct configuration *c = m->configuration;
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	fputs("ready: listening on ", out);
	describe_listeners(m, out);
	fprintf(out, "; %u worker%s", m->pool.target, m->pool.target == 1 ? "" : "s");
	if (geteuid() == 0)
		fprintf(out, " as user %s", c->user);
	fprintf(out, "; configuration: %s", c->file ? c->file : "built-in defaults");
	fclose(out);
	log_notice("%s", text);
	/* With -d the log is elsewhere; this is for who started it. */
	if (m->starter >= 0)
		fprintf(stderr, "hellod: %s\n", text);
	free(text);
}

static void
describe_status(const struct master *m, char text[STATUS_MAX])
{
	unsigned ready = pool_ready(&m->pool);

	if (ready < m->pool.target)
		snprintf(text, STATUS_MAX, "Degraded: %u of %u workers", ready, m->pool.target);
	else
		snprintf(text, STATUS_MAX, "Serving with %u workers", ready);
}

/* Tells systemd, and whoever started us, what has become of us. */
static void
report(struct master *m)
{
	char text[STATUS_MAX];

	if (m->phase == STOPPING)
		return;
	if (m->phase == STARTING && pool_ready(&m->pool) < m->pool.target)
		return;
	describe_status(m, text);
	if (m->phase == STARTING) {
		m->phase = RUNNING;
		m->deadline = TIMER_NEVER;
		pidfile_fill(m->pidfile);
		announce(m);
		notify_ready(text);
		if (m->starter >= 0)
			daemonize_ready(m->starter);
	} else if (strcmp(text, m->status) != 0) {
		notify_status(text);
	}
	memcpy(m->status, text, sizeof(text));
}

/* A phase has lasted too long. */
static void
check_deadline(struct master *m)
{
	if (m->now < m->deadline)
		return;
	m->deadline = TIMER_NEVER;
	if (m->phase == STARTING) {
		log_errorx("only %u of %u workers got ready within 10 s; giving up",
			   pool_ready(&m->pool), m->pool.target);
		m->exit_code = HELLOD_EXIT_FAILED;
		master_stop(m, "start failed");
	}
	pool_kill(&m->pool);
}

static int
time_to_wait(const struct master *m)
{
	int64_t next = pool_deadline(&m->pool);
	int64_t left;

	next = m->deadline < next ? m->deadline : next;
	if (next == TIMER_NEVER)
		return -1;
	left = next - clock_usec();
	left = left > 0 ? (left + USEC_PER_MSEC - 1) / USEC_PER_MSEC : 0;
	return left > INT_MAX ? INT_MAX : (int)left;
}

static void
supervise(struct master *m)
{
	struct pollfd *fds = must_alloc((SCOREBOARD_SLOTS + 1) * sizeof(*fds));

	while (m->phase != STOPPING || m->pool.count > 0) {
		fds[0] = (struct pollfd){.fd = m->signal_fd, .events = POLLIN};
		pool_poll(&m->pool, fds + 1);
		if (poll(fds, m->pool.count + 1, time_to_wait(m)) < 0 && errno != EINTR)
			fatal(HELLOD_EXIT_FAILED, "cannot wait for events");
		m->now = clock_usec();
		/* Words before deaths: a dying worker may have said something. */
		pool_hear(&m->pool, fds + 1);
		if (fds[0].revents)
			hear_signals(m);
		pool_balance(&m->pool, m->now);
		report(m);
		check_deadline(m);
	}
	free(fds);
}

/* Returns 0, or -1 after every failure has been told. */
static int
open_listeners(struct master *m)
{
	char *errors = NULL;
	size_t len;
	FILE *out = open_memstream(&errors, &len);
	int r = listeners_open(&m->listeners, m->configuration, out);

	fclose(out);
	for (char *line = strtok(errors, "\n"); line; line = strtok(NULL, "\n"))
		log_errorx("%s", line);
	free(errors);
	return r;
}

static int
open_log(const struct master *m)
{
	const struct configuration *c = m->configuration;
	bool detached = m->starter >= 0;
	const char *target = c->log_target;

	/* Standard error will be gone. */
	if (detached && (strcmp(target, "auto") == 0 || strcmp(target, "stderr") == 0))
		target = "syslog";
	if (log_open("hellod", target, LOG_ERR + (int)c->log_level) == 0)
		return 0;
	log_error("cannot log to %s; choose another log_target", target);
	return -1;
}

/*
 * What can fail is tried while its failure can still be seen on the terminal:
 * the log is opened last.
 */
static int
set_up(struct master *m)
{
	sigset_t set;

	fill_signal_set(&set);
	m->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	m->scoreboard = scoreboard_new();
	if (m->signal_fd < 0 || !m->scoreboard) {
		log_error("cannot set up the master");
		return -1;
	}
	if (pidfile_claim(m->configuration->pid_file, &m->pidfile) < 0 || open_listeners(m) < 0)
		return -1;
	return open_log(m);
}

int
master_run(const struct configuration *configuration, int starter)
{
	struct master m = {.configuration = configuration, .signal_fd = -1, .starter = starter};
	struct worker_inheritance inheritance;

	if (set_up(&m) < 0) {
		m.exit_code = HELLOD_EXIT_FAILED;
		listeners_unlink(&m.listeners);
	} else {
		inheritance = (struct worker_inheritance){
			.master = getpid(),
			.configuration = configuration,
			.listeners = &m.listeners,
			.scoreboard = m.scoreboard,
			.detached = starter >= 0,
		};
		setproctitle("master");
		pool_init(&m.pool, &inheritance);
		m.pool.target = configuration_workers(configuration);
		m.now = clock_usec();
		m.deadline = m.now + START_TIME;
		pool_balance(&m.pool, m.now);
		supervise(&m);
		pool_done(&m.pool);
		log_notice("stopped");
	}
	listeners_close(&m.listeners);
	pidfile_release(m.pidfile);
	return m.exit_code;
}
