/*
 * hook.c - a command to run when the file has changed
 *
 * Owns the child from its start to its end, its process group, and its
 * environment: ours is never changed, for a resolver's thread may be reading it.
 * It inherits no descriptor but 0 to 2. Never waits for a child that still runs.
 * hellofetch is one process, and one more for each hook.
 */
#include "config.h"

/* System */
#include <sys/pidfd.h>
#include <sys/wait.h>

#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Project */
#include "hellofetch/hook.h"
#include "lib/clock.h"
#include "lib/units.h"

#define GRACE (2 * USEC_PER_SEC) /* from TERM to KILL */
#define OUR_PREFIX "HELLOFETCH_" /* of the variables that tell the facts */
#define FACTS 3

static void
free_environment(char **environment)
{
	for (size_t i = 0; i < FACTS; i++)
		free(environment[i]);
	free(environment);
}

/* The facts, and behind them our own environment without an outer hook's. */
static char **
make_environment(const struct hook_facts *facts)
{
	const char *const values[FACTS][2] = {
		{"URL", facts->url}, {"FILE", facts->file}, {"SHA256", facts->sha256}};
	size_t count = 0, used = FACTS;
	char **environment;

	while (environ[count] != NULL)
		count++;
	environment = calloc(FACTS + count + 1, sizeof(*environment));
	if (environment == NULL)
		return NULL;
	for (size_t i = 0; i < FACTS; i++) {
		if (asprintf(&environment[i], OUR_PREFIX "%s=%s", values[i][0], values[i][1]) < 0) {
			environment[i] = NULL;
			free_environment(environment);
			return NULL;
		}
	}
	for (size_t i = 0; i < count; i++)
		if (strncmp(environ[i], OUR_PREFIX, strlen(OUR_PREFIX)) != 0)
			environment[used++] = environ[i];
	return environment;
}

/* Returns 0 or an errno. */
static int
set_attributes(posix_spawnattr_t *attributes, const sigset_t *mask)
{
	sigset_t standard;

	sigemptyset(&standard);
	sigaddset(&standard, SIGPIPE);
	sigaddset(&standard, SIGXFSZ);
	posix_spawnattr_setsigdefault(attributes, &standard);
	posix_spawnattr_setsigmask(attributes, mask);
	posix_spawnattr_setpgroup(attributes, 0);
	return posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK |
							    POSIX_SPAWN_SETPGROUP);
}

/* What is to be spawned, and what has been. */
struct spawning {
	char **argv;
	char **environment;
	const sigset_t *mask;
	pid_t pid;
};

/*
 * Returns 0 or an errno; an outside_function. libcurl's descriptors are not closed
 * by exec: so all are, by number.
 */
static int
spawn(void *user)
{
	struct spawning *it = user;
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	int error = posix_spawnattr_init(&attributes);

	if (error != 0)
		return error;
	error = posix_spawn_file_actions_init(&actions);
	if (error == 0) {
		error = posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
		if (error == 0)
			error = set_attributes(&attributes, it->mask);
		if (error == 0)
			error = posix_spawnp(&it->pid, it->argv[0], &actions, &attributes, it->argv,
					     it->environment);
		posix_spawn_file_actions_destroy(&actions);
	}
	posix_spawnattr_destroy(&attributes);
	return error;
}

/* What is left of the group goes too: a hook that failed must not work on. */
static void
end_group(struct hook_run *run)
{
	kill(-run->pid, SIGKILL);
	waitpid(run->pid, NULL, 0);
}

/* Returns 0 or an errno. */
static int
start(struct hook_run *run, const struct hook *hook, const struct hook_facts *facts,
      struct hook_starter *starter)
{
	struct spawning it = {hook->argv, make_environment(facts), &starter->mask, -1};
	int error;

	if (it.environment == NULL)
		return ENOMEM;
	error = outside_call(&starter->outside, spawn, &it);
	free_environment(it.environment);
	if (error != 0)
		return error;
	run->pid = it.pid;
	run->pidfd = pidfd_open(run->pid, 0);
	if (run->pidfd >= 0)
		return 0;
	error = errno;
	end_group(run);
	return error;
}

bool
hook_start(struct hook_run *run, const struct hook *hook, const struct hook_facts *facts,
	   struct hook_starter *starter, int64_t until, struct outcome *outcome)
{
	int64_t end = clock_usec() + hook->timeout;
	int error;

	*run = (struct hook_run){.name = hook->argv[0], .until = end < until ? end : until};
	error = start(run, hook, facts, starter);
	if (error != 0)
		outcome_fail(outcome, EXIT_HOOK, "the hook %s cannot be started: %s", run->name,
			     strerror(error));
	return error == 0;
}

void
hook_stop(struct hook_run *run)
{
	if (run->ending)
		return;
	run->ending = true;
	run->until = clock_usec() + GRACE;
	kill(-run->pid, SIGTERM);
}

void
hook_overdue(struct hook_run *run, struct outcome *outcome)
{
	if (run->ending) {
		kill(-run->pid, SIGKILL);
		run->until = INT64_MAX;
		return;
	}
	outcome_fail(outcome, EXIT_HOOK, "the hook %s took too long", run->name);
	hook_stop(run);
}

void
hook_ended(struct hook_run *run, struct outcome *outcome)
{
	int status = 0;

	/* Before the child is waited for: until then the group's number is its own. */
	if (run->ending)
		kill(-run->pid, SIGKILL);
	close(run->pidfd);
	waitpid(run->pid, &status, 0);
	if (WIFSIGNALED(status))
		outcome_fail(outcome, EXIT_HOOK, "the hook %s was killed by signal %d (%s)",
			     run->name, WTERMSIG(status), strsignal(WTERMSIG(status)));
	else if (WEXITSTATUS(status) != 0)
		outcome_fail(outcome, EXIT_HOOK, "the hook %s ended with exit code %d", run->name,
			     WEXITSTATUS(status));
}
