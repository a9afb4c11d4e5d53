/*
 * hostile.c - a process in the worker's sandbox, or in a part of it, which it
 * tries to leave
 *
 * usage: hostile DIRECTORY LAYERS [NAME...]
 *        hostile versions
 *
 * LAYERS is the sum of what is wanted of enum sandbox_layer. Each attempt (of
 * those named, or all) is made by a process of its own, of an ordinary user, and
 * told as "NAME: OUTCOME": "allowed", the name of an errno, or that of the signal
 * that ended it. With HOSTILE_ROOT in the environment root stays root. The
 * sandbox is the real one, sandbox_enter(). "versions" prints the sum of the
 * layers that there are, and the version of Landlock.
 */
#include "config.h"

/* System */
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* Project */
#include "attempts.h"
#include "hellod/listener.h"
#include "hellod/privileges.h"
#include "hellod/sandbox.h"
#include "lib/landlock.h"

#define NO_SANDBOX 2 /* exit codes of the process that tries */

static void
fail(const char *what)
{
	perror(what);
	exit(NO_SANDBOX);
}

static void
be_ordinary(void)
{
	const struct passwd *nobody;

	if (geteuid() != 0 || getenv("HOSTILE_ROOT"))
		return;
	nobody = getpwnam("nobody");
	if (!nobody || privileges_drop(nobody->pw_uid, nobody->pw_gid) < 0)
		fail("nobody");
	prctl(PR_SET_DUMPABLE, 1, 0, 0, 0); /* as a process that was never root */
}

/* A process of the same user that does nothing, and may be traced by anybody. */
static pid_t
start_victim(int ready[2])
{
	pid_t pid;
	char byte;

	if (pipe(ready) < 0)
		fail("pipe");
	pid = fork();
	if (pid == 0) {
		be_ordinary();
		prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (write(ready[1], "", 1) == 1)
			for (;;)
				pause();
		_exit(NO_SANDBOX);
	}
	if (pid < 0 || read(ready[0], &byte, 1) != 1)
		fail("fork");
	return pid;
}

/* In the process that tries. It says how it went while it still can. */
static _Noreturn void
attempt(const struct attempt *a, unsigned layers, const char *directory, pid_t victim, int out)
{
	struct listener listener = {0};
	const struct listeners listeners = {&listener, 1};
	int error = 0;

	be_ordinary();
	if (attempts_prepare(directory, victim) < 0)
		fail("attempts_prepare");
	listener.fd = attempts_listener();
	/* Without it Landlock is for root alone. */
	if ((layers & SANDBOX_LANDLOCK) != 0)
		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (sandbox_enter(layers, &listeners) != 0)
		fail("sandbox_enter");
	if (a->make() < 0)
		error = errno;
	if (write(out, &error, sizeof(error)) != sizeof(error))
		_exit(NO_SANDBOX);
	_exit(0);
}

static void
tell(const struct attempt *a, int status, int error)
{
	if (WIFSIGNALED(status))
		printf("%s: SIG%s\n", a->name, sigabbrev_np(WTERMSIG(status)));
	else if (WEXITSTATUS(status) != 0)
		printf("%s: exit code %d\n", a->name, WEXITSTATUS(status));
	else
		printf("%s: %s\n", a->name, error == 0 ? "allowed" : strerrorname_np(error));
	fflush(stdout);
}

static void
try(const struct attempt *a, unsigned layers, const char *directory, pid_t victim)
{
	int ends[2];
	int error = 0;
	int status = 0;
	pid_t pid;

	if (pipe(ends) < 0)
		fail("pipe");
	pid = fork();
	if (pid == 0)
		attempt(a, layers, directory, victim, ends[1]);
	close(ends[1]);
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		fail("fork");
	/* Nothing comes from a program that was executed in its place. */
	if (read(ends[0], &error, sizeof(error)) != sizeof(error))
		error = 0;
	close(ends[0]);
	tell(a, status, error);
}

int
main(int argc, char *argv[])
{
	unsigned layers;
	int ready[2];
	pid_t victim;

	if (argc == 2 && strcmp(argv[1], "versions") == 0) {
		printf("%u %d\n", SANDBOX_ALL & ~sandbox_missing(), landlock_abi());
		return 0;
	}
	if (argc < 3) {
		fputs("usage: hostile DIRECTORY LAYERS [NAME...]\n", stderr);
		return NO_SANDBOX;
	}
	layers = (unsigned)strtoul(argv[2], NULL, 10);
	victim = start_victim(ready);
	for (int i = 3; i < argc; i++)
		if (attempt_find(argv[i]))
			try(attempt_find(argv[i]), layers, argv[1], victim);
	for (const struct attempt *a = attempts; argc == 3 && a->name; a++)
		try(a, layers, argv[1], victim);
	kill(victim, SIGKILL);
	return 0;
}
