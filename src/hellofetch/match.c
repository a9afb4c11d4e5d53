/*
 * match.c - does a text match a pattern? An answer in bounded time
 *
 * Owns a child process for each question: regexec() takes time as the square of
 * the text's length, and more with some patterns, nobody can interrupt it, and
 * the text is a stranger's. The child does nothing but that; it is killed when its
 * time is over, and dies with us.
 */
#include "config.h"

/* System */
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <unistd.h>

/* Project */
#include "hellofetch/match.h"
#include "lib/clock.h"
#include "lib/units.h"

/*
 * In the child. Its exit code is the answer; by _exit(2), as nothing here can look
 * for leaks: our parent's threads are not there.
 */
static _Noreturn void
answer(const regex_t *regex, const char *text, size_t len, pid_t parent)
{
	/* Equal, so that the kernel kills it: the other limit would leave a core. */
	const struct rlimit limit = {MATCH_SECONDS, MATCH_SECONDS};
	regmatch_t range = {.rm_so = 0, .rm_eo = (regoff_t)len};
	int error;

	/* Or it would hold the lock of one who has died. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != parent ||
	    setrlimit(RLIMIT_CPU, &limit) < 0)
		_exit(MATCH_FAILED);
	/* The C library says "no match" too where it had no memory to look. */
	errno = 0;
	error = regexec(regex, text, 0, &range, REG_STARTEND);
	if (error == 0)
		_exit(MATCH_YES);
	_exit(error == REG_NOMATCH && errno != ENOMEM ? MATCH_NO : MATCH_FAILED);
}

/* True if the child has ended by then. */
static bool
wait_until(int pidfd, int64_t until)
{
	struct pollfd wanted = {.fd = pidfd, .events = POLLIN};
	int64_t left;

	while ((left = until - clock_usec()) > 0)
		if (poll(&wanted, 1, (int)(left / USEC_PER_MSEC) + 1) > 0)
			return true;
	return false;
}

enum match
match(const regex_t *regex, const char *text, size_t len, int64_t until)
{
	pid_t parent = getpid(), child = fork();
	int pidfd, status;
	bool ended;

	if (child == 0)
		answer(regex, text, len, parent);
	if (child < 0)
		return MATCH_FAILED;
	pidfd = pidfd_open(child, 0);
	ended = pidfd >= 0 && wait_until(pidfd, until);
	if (!ended)
		kill(child, SIGKILL);
	if (waitpid(child, &status, 0) < 0 || pidfd < 0)
		return MATCH_FAILED;
	close(pidfd);
	if (!ended)
		return MATCH_OVERDUE;
	if (WIFSIGNALED(status))
		return MATCH_ENDLESS;
	errno = ENOMEM;
	return (enum match)WEXITSTATUS(status);
}
