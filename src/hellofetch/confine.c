/*
 * confine.c - a fetch writes where it was told to, and nowhere else
 *
 * Owns the list of directories that a run may write in. How the kernel is told,
 * lib/landlock.c knows. hellofetch is one process.
 */
#include "config.h"

/* System */
#include <sys/prctl.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Project */
#include "hellofetch/confine.h"
#include "lib/landlock.h"

/* One that is not there, or no directory, the job will tell of. */
static void
allow(int ruleset, const char *directory)
{
	int fd = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return;
	landlock_allow_writing(ruleset, fd);
	close(fd);
}

/* In the directory of the file; NULL: there is no such file. */
static void
allow_beside(int ruleset, const char *file)
{
	const char *slash = file != NULL ? strrchr(file, '/') : NULL;
	char *directory;

	if (file == NULL)
		return;
	if (slash == NULL) {
		allow(ruleset, ".");
		return;
	}
	directory = strndup(file, (size_t)(slash + 1 - file));
	if (directory != NULL)
		allow(ruleset, directory);
	free(directory);
}

void
confine(const struct job *jobs, size_t count)
{
	int ruleset = landlock_writing_new();

	if (ruleset < 0)
		return;
	for (size_t i = 0; i < count; i++) {
		const struct options *options = jobs[i].options;

		if (options->output == NULL)
			allow(ruleset, P_tmpdir); /* where save_open_spool() has its file */
		allow_beside(ruleset, options->output);
		allow_beside(ruleset, options->state);
		allow_beside(ruleset, options->header_file);
	}
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0)
		landlock_restrict(ruleset);
	close(ruleset);
}
