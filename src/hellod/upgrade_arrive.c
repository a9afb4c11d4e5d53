/*
 * upgrade_arrive.c - being the next program
 *
 * Owns: what this program does first when another has executed it, and when it
 * has come back to this one.
 * Never: starts a worker; the master does.
 * Runs: at the very start.
 */
#include "config.h"

#include "hellod/upgrade.h"

/* System */
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Project */
#include "hellod/exitcode.h"
#include "hellod/way_back.h"
#include "lib/alloc.h"
#include "lib/log.h"

#define SILENCE_SECONDS 5 /* of its event loop until this program counts as hung */

void
learn_program(char *argv[], struct program *program)
{
	char path[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", path, sizeof(path) - 1);

	*program = (struct program){.argv = argv};
	program->executable = open("/proc/self/exe", O_PATH | O_CLOEXEC);
	if (len <= 0 || program->executable < 0)
		return; /* no /proc: no upgrade, but all else */
	path[len] = '\0';
	program->path = must_strdup(path);
}

void
forget_program(struct program *program)
{
	if (program->executable >= 0)
		close(program->executable);
	free(program->path);
}

/* Returns where the value says in which direction it goes; NULL: we were executed by nobody. */
static char *
read_variable(char *value, int *ret_text, int *ret_executable)
{
	int at;
	char way;

	if (!value || sscanf(value, "%d%n%c%d", ret_text, &at, &way, ret_executable) != 3 ||
	    (way != HANDOVER_FORTH && way != HANDOVER_BACK))
		return NULL;
	return value + at;
}

void
upgrade_secure(char *argv[])
{
	int text, executable;
	char *way = read_variable(getenv(HANDOVER_VARIABLE), &text, &executable);

	alarm(0); /* the program before may have set it; it survives an exec */
	if (!way || *way == HANDOVER_BACK || executable < 0)
		return;
	*way = HANDOVER_BACK;
	way_back_open(executable, argv, environ, SILENCE_SECONDS);
}

/*
 * For the way back: the process's title goes where arguments and environment were,
 * and main() frees what it has put in their place.
 */
static char **
copy_texts(char *const texts[])
{
	size_t count = 0;
	char **copy;

	while (texts[count])
		count++;
	copy = must_alloc((count + 1) * sizeof(*copy));
	for (size_t i = 0; i < count; i++)
		copy[i] = must_strdup(texts[i]);
	return copy;
}

/* Ours may be a file that another has replaced since we ran first. */
static void
find_installed(struct program *program, const struct handover *h)
{
	if (!program->path || !*h->program)
		return;
	free(program->path);
	program->path = must_strdup(h->program);
}

bool
upgrade_arrive(struct program *program, struct handover *h)
{
	const char *failure = getenv(HANDOVER_FAILED_VARIABLE);
	char *why = NULL;
	int text, executable;

	if (!read_variable(getenv(HANDOVER_VARIABLE), &text, &executable))
		return false;
	if (way_back_is_open())
		way_back_open(executable, copy_texts(program->argv), copy_texts(environ),
			      SILENCE_SECONDS);
	else
		why = must_strdup(failure ? failure : "the new program crashed, hung or gave up");
	unsetenv(HANDOVER_VARIABLE);
	unsetenv(HANDOVER_FAILED_VARIABLE);
	if (handover_read(text, h, stderr) < 0)
		fatalx(HELLOD_EXIT_FAILED, "cannot take over from the running hellod");
	h->text = why ? -1 : text;
	h->executable = why ? -1 : executable;
	h->failure = why;
	handover_close_others(h, program->executable);
	find_installed(program, h);
	if (why)
		handover_settle(h);
	return true;
}
