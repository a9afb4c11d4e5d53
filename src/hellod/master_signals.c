/*
 * master_signals.c - signals, read as events
 *
 * Owns: the table of signals, and what each makes the master do.
 * Never: does anything in a handler: there is none.
 * Runs: in the master.
 */
#include "config.h"

#include "hellod/master.h"

/* System */
#include <signal.h>
#include <stddef.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

/* Project */
#include "hellod/master_state.h"
#include "lib/log.h"

static void on_stop(struct master *m, const char *name);
static void on_child(struct master *m, const char *name);
static void on_reload(struct master *m, const char *name);
static void on_reopen(struct master *m, const char *name);
static void on_more(struct master *m, const char *name);
static void on_fewer(struct master *m, const char *name);
static void on_upgrade(struct master *m, const char *name);

/* All signals that mean something; hellod(8) is tested against this table. */
static const struct {
	int number;
	const char *name;
	void (*act)(struct master *m, const char *name);
} signals[] = {
	{SIGTERM, "TERM", on_stop},  {SIGINT, "INT", on_stop},      {SIGCHLD, "CHLD", on_child},
	{SIGHUP, "HUP", on_reload},  {SIGUSR1, "USR1", on_reopen},  {SIGTTIN, "TTIN", on_more},
	{SIGTTOU, "TTOU", on_fewer}, {SIGUSR2, "USR2", on_upgrade},
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
	sigset_t set;

	fill_signal_set(&set);
	sigprocmask(SIG_SETMASK, &set, NULL);
	sigaction(SIGPIPE, &ignore, NULL);
	sigaction(SIGXFSZ, &ignore, NULL); /* a limit is an error, not an end */
}

static void
on_child(struct master *m, const char *name)
{
	int status;
	pid_t pid;

	(void)name;
	/* One SIGCHLD may stand for many children. */
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		/* The pool last: it believes a worker whose other children are workers. */
		if (!reload_bury(m, pid, status) && !upgrade_bury(m, pid, status) &&
		    !pool_bury(&m->pool, pid, status, m->now))
			/* As process 1 of a container, we are given others' orphans. */
			log_debug("reaped pid %ld, which is no worker", (long)pid);
}

static void
on_reload(struct master *m, const char *name)
{
	/* The one under way may have read the file before its last change. */
	m->reload_wanted = !reload_begin(m);
	if (m->reload_wanted && m->phase != MASTER_STOPPING)
		log_notice("%s: hellod is starting, reloading or upgrading; reloading after that",
			   name);
}

static void
on_reopen(struct master *m, const char *name)
{
	master_reopen_log(m, name);
}

static void
change_workers(struct master *m, const char *name, int change)
{
	if (!master_set_workers(m, (int64_t)m->pool.current.target + change, name))
		log_notice("%s: the number of workers stays %u", name, m->pool.current.target);
}

static void
on_more(struct master *m, const char *name)
{
	change_workers(m, name, +1);
}

static void
on_fewer(struct master *m, const char *name)
{
	change_workers(m, name, -1);
}

static void
on_upgrade(struct master *m, const char *name)
{
	if (!upgrade_begin(m, -1))
		log_notice("%s: ignored, hellod is starting, stopping, reloading or upgrading",
			   name);
}

static void
on_stop(struct master *m, const char *name)
{
	master_stop(m, name);
}

int
master_open_signals(void)
{
	sigset_t set;

	fill_signal_set(&set);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* Several signals may have come while one was handled. */
void
master_hear_signals(struct master *m)
{
	struct signalfd_siginfo info;

	while (read(m->signal_fd, &info, sizeof(info)) == sizeof(info))
		for (size_t i = 0; i < SIGNAL_COUNT; i++)
			if ((uint32_t)signals[i].number == info.ssi_signo)
				signals[i].act(m, signals[i].name);
}
