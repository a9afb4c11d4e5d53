/*
 * way_back.c - to the program before, from any end of this one
 *
 * Owns: the handlers of fatal signals while an upgrade is on probation.
 * Never: does more in them than execveat(2), which is async-signal-safe as far
 * as it matters: nothing of this program's memory is needed afterwards.
 * Runs: in the master. The one place with work in a signal handler, and with
 * state that is not the log's: a crash has no arguments.
 */
#include "config.h"

#include "hellod/way_back.h"

/* System */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/types.h>
#include <unistd.h>

static struct {
	int executable; /* -1: there is no way back */
	pid_t master;   /* children have none */
	char *const *argv;
	char *const *envp;
	unsigned seconds;
} way = {.executable = -1};

static const int ends[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGSYS, SIGABRT, SIGALRM};

static void
go_back(void)
{
	if (way.executable < 0 || getpid() != way.master)
		return;
	/* With our mask: what waits is for that program to read. It sets its own. */
	execveat(way.executable, "", way.argv, way.envp, AT_EMPTY_PATH);
}

static void
on_end(int number)
{
	go_back();
	_exit(128 + number);
}

void
way_back_open(int executable, char *const argv[], char *const envp[], unsigned seconds)
{
	struct sigaction action = {.sa_handler = on_end, .sa_flags = SA_NODEFER | SA_ONSTACK};
	static char stack[16384]; /* a handler of stack overflow needs another stack */
	stack_t other = {.ss_sp = stack, .ss_size = sizeof(stack)};

	if (way.executable < 0)
		atexit(go_back);
	way.executable = executable;
	way.master = getpid();
	way.argv = argv;
	way.envp = envp;
	way.seconds = seconds;
	sigaltstack(&other, NULL);
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		sigaction(ends[i], &action, NULL);
	way_back_alive();
}

bool
way_back_is_open(void)
{
	return way.executable >= 0;
}

void
way_back_alive(void)
{
	if (way.executable >= 0)
		alarm(way.seconds);
}

void
way_back_close(void)
{
	struct sigaction usual = {.sa_handler = SIG_DFL};

	if (way.executable < 0)
		return;
	way.executable = -1;
	alarm(0);
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		sigaction(ends[i], &usual, NULL);
}
