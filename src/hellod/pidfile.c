/*
 * pidfile.c - the file that names the master's process
 *
 * Owns: nothing but the messages; libbsd knows how it is done.
 * Never: kept by a worker.
 * Runs: in the master.
 */
#include "config.h"

#include "hellod/pidfile.h"

/* System */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Library */
#include <bsd/libutil.h>

/* Project */
#include "lib/log.h"

#define PIDFILE_MODE 0644

struct pidfile {
	struct pidfh *handle;
	char *path;
};

int
pidfile_claim(const char *path, struct pidfile **ret_pidfile)
{
	pid_t holder = 0;
	struct pidfh *handle;
	struct pidfile *fresh;
	char *copy;

	*ret_pidfile = NULL;
	if (!*path)
		return 0;
	handle = pidfile_open(path, PIDFILE_MODE, &holder);
	if (!handle && errno == EEXIST)
		log_errorx("pid file %s is held by a running hellod, pid %ld: stop it, or choose "
			   "another pid_file",
			   path, (long)holder);
	else if (!handle)
		log_errorx("cannot make the pid file %s: %s; may hellod write in its directory?",
			   path, strerror(errno));
	if (!handle)
		return -1;
	fresh = malloc(sizeof(*fresh));
	copy = strdup(path);
	if (!fresh || !copy) {
		log_error("cannot make the pid file %s", path);
		pidfile_remove(handle);
		free(fresh);
		free(copy);
		return -1;
	}
	fresh->handle = handle;
	fresh->path = copy;
	*ret_pidfile = fresh;
	return 0;
}

void
pidfile_fill(struct pidfile *pidfile)
{
	if (pidfile && pidfile_write(pidfile->handle) < 0)
		log_warn("cannot write the pid file");
}

const char *
pidfile_path(const struct pidfile *pidfile)
{
	return pidfile ? pidfile->path : "";
}

void
pidfile_release(struct pidfile *pidfile)
{
	if (!pidfile)
		return;
	pidfile_remove(pidfile->handle);
	free(pidfile->path);
	free(pidfile);
}
