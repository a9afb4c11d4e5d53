/*
 * signals.c - signals are input
 *
 * Owns the signal mask. No handler is ever installed. hellofetch is one
 * process; libcurl's resolver threads inherit the mask.
 */
#include "config.h"

/* System */
#include <sys/signalfd.h>

#include <stdlib.h>
#include <unistd.h>

/* Project */
#include "hellofetch/signals.h"

static const int stoppers[] = {SIGTERM, SIGINT, SIGHUP};

int
signals_block(struct signals *signals)
{
	struct sigaction ignore = {.sa_handler = SIG_IGN}, now;
	sigset_t set;

	sigaction(SIGPIPE, &ignore, NULL);
	sigaction(SIGXFSZ, &ignore, NULL);
	sigemptyset(&set);
	for (size_t i = 0; i < sizeof(stoppers) / sizeof(stoppers[0]); i++)
		/* Blocked, an ignored signal would be delivered to us all the same. */
		if (sigaction(stoppers[i], NULL, &now) == 0 && now.sa_handler != SIG_IGN)
			sigaddset(&set, stoppers[i]);
	if (sigprocmask(SIG_BLOCK, &set, &signals->old) < 0)
		return -1;
	signals->fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return signals->fd < 0 ? -1 : 0;
}

int
signals_take(struct signals *signals)
{
	struct signalfd_siginfo info;

	if (read(signals->fd, &info, sizeof(info)) != (ssize_t)sizeof(info))
		return 0;
	return (int)info.ssi_signo;
}

void
signals_restore(struct signals *signals)
{
	close(signals->fd);
	sigprocmask(SIG_SETMASK, &signals->old, NULL);
}

void
signals_die_of(int signal)
{
	struct sigaction standard = {.sa_handler = SIG_DFL};
	sigset_t set;

	sigaction(signal, &standard, NULL);
	sigemptyset(&set);
	sigaddset(&set, signal);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	raise(signal);
	/* As process 1 of a container we survive even that. */
	_exit(128 + signal);
}
