/*
 * daemonize.c - going to the background (-d)
 *
 * Owns: the two forks of daemon(7), and the starter's wait.
 * Never: used when systemd or a terminal keeps hellod in the foreground.
 * Runs: before the master is set up.
 */
#include "config.h"

#include "hellod/daemonize.h"

/* System */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/* Project */
#include "hellod/exitcode.h"
#include "lib/descriptors.h"
#include "lib/log.h"

/* A byte means ready; the end without one, that the daemon has failed. */
static _Noreturn void
wait_for_daemon(int channel)
{
	char byte;
	ssize_t n;

	do
		n = read(channel, &byte, 1);
	while (n < 0 && errno == EINTR);
	_exit(n == 1 ? HELLOD_EXIT_STOPPED : HELLOD_EXIT_FAILED);
}

static pid_t
must_fork(void)
{
	pid_t pid = fork();

	if (pid < 0)
		fatal(HELLOD_EXIT_FAILED, "cannot fork to go to the background");
	return pid;
}

int
must_daemonize(void)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		fatal(HELLOD_EXIT_FAILED, "cannot go to the background");
	if (must_fork() > 0) {
		close(ends[1]);
		wait_for_daemon(ends[0]);
	}
	close(ends[0]);
	setsid();
	/* Again: who leads no session can never get a controlling terminal. */
	if (must_fork() > 0)
		_exit(HELLOD_EXIT_STOPPED);
	return ends[1];
}

void
daemonize_ready(int starter, bool stay)
{
	/* No directory stays in use because a daemon stands in it. */
	if (!stay && chdir("/") < 0)
		log_warn("cannot change to the directory /");
	if (write(starter, "R", 1) != 1)
		log_warn("cannot tell the starting process that we are ready");
	descriptors_detach_standard(STDERR_FILENO);
	close(starter);
}
