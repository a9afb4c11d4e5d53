/*
 * hook.c - a command to run when the file has changed
 *
 * Owns the child from its start to its end, and its process group. It inherits
 * no descriptor but 0 to 2: all of ours are closed by exec. hellofetch is one
 * process, and while this runs two.
 */
#include "config.h"

/* System */
#include <sys/pidfd.h>
#include <sys/wait.h>

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Project */
#include "hellofetch/hook.h"
#include "lib/clock.h"
#include "lib/units.h"

#define GRACE (2 * USEC_PER_SEC) /* from TERM to KILL */

static int
set_environment(const struct hook_facts *facts)
{
	return setenv("HELLOFETCH_URL", facts->url, 1) < 0 ||
			       setenv("HELLOFETCH_FILE", facts->file, 1) < 0 ||
			       setenv("HELLOFETCH_SHA256", facts->sha256, 1) < 0
		       ? errno
		       : 0;
}

/* Returns 0 or an errno. */
static int
start(const struct hook *hook, const struct signals *signals, pid_t *ret_pid)
{
	posix_spawnattr_t attributes;
	sigset_t standard;
	int error = posix_spawnattr_init(&attributes);

	if (error != 0)
		return error;
	sigemptyset(&standard);
	sigaddset(&standard, SIGPIPE);
	sigaddset(&standard, SIGXFSZ);
	posix_spawnattr_setsigdefault(&attributes, &standard);
	posix_spawnattr_setsigmask(&attributes, &signals->old);
	posix_spawnattr_setpgroup(&attributes, 0);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK |
						      POSIX_SPAWN_SETPGROUP);
	error = posix_spawnp(ret_pid, hook->argv[0], NULL, &attributes, hook->argv, environ);
	posix_spawnattr_destroy(&attributes);
	return error;
}

/* Waits for the child's end, a signal (then *ret_signal) or the time; true: it has ended. */
static bool
wait_for_end(int pidfd, struct signals *signals, int64_t until, int *ret_signal)
{
	struct pollfd waiting[2] = {{.fd = pidfd, .events = POLLIN}, {.fd = -1, .events = POLLIN}};
	int64_t left = until - clock_usec();
	struct timespec time = {0};

	if (signals != NULL)
		waiting[1].fd = signals->fd;
	if (left > 0)
		time = (struct timespec){left / USEC_PER_SEC, left % USEC_PER_SEC * 1000};
	ppoll(waiting, 2, &time, NULL);
	if (signals != NULL)
		*ret_signal = signals_take(signals);
	return (waiting[0].revents & POLLIN) != 0;
}

/* What is left of the group goes too: a hook that failed must not work on. */
static void
end_group(pid_t pid, int pidfd)
{
	int signal = 0;

	kill(-pid, SIGTERM);
	wait_for_end(pidfd, NULL, clock_usec() + GRACE, &signal);
	kill(-pid, SIGKILL);
}

static void
judge(const struct hook *hook, int status, struct outcome *outcome)
{
	if (WIFSIGNALED(status))
		outcome_fail(outcome, EXIT_HOOK, "the hook %s was killed by signal %d (%s)",
			     hook->argv[0], WTERMSIG(status), strsignal(WTERMSIG(status)));
	else if (WEXITSTATUS(status) != 0)
		outcome_fail(outcome, EXIT_HOOK, "the hook %s ended with exit code %d",
			     hook->argv[0], WEXITSTATUS(status));
}

static void
attend(const struct hook *hook, pid_t pid, int64_t until, struct signals *signals,
       struct outcome *outcome)
{
	int64_t end = clock_usec() + hook->timeout;
	int pidfd = pidfd_open(pid, 0), signal = 0, status = 0;

	if (pidfd < 0 || !wait_for_end(pidfd, signals, end < until ? end : until, &signal)) {
		if (signal != 0)
			outcome_fail_signal(outcome, signal);
		else
			outcome_fail(outcome, EXIT_HOOK, "the hook %s took too long",
				     hook->argv[0]);
		end_group(pid, pidfd);
	}
	if (pidfd >= 0)
		close(pidfd);
	waitpid(pid, &status, 0);
	judge(hook, status, outcome);
}

bool
hook_run(const struct hook *hook, const struct hook_facts *facts, int64_t until,
	 struct signals *signals, struct outcome *outcome)
{
	int error = set_environment(facts);
	pid_t pid;

	if (error == 0)
		error = start(hook, signals, &pid);
	if (error != 0)
		outcome_fail(outcome, EXIT_HOOK, "the hook %s cannot be started: %s", hook->argv[0],
			     strerror(error));
	else
		attend(hook, pid, until, signals, outcome);
	return outcome_good(outcome);
}
