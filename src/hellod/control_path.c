/*
 * control_path.c - where the control socket is
 *
 * Owns: what "auto" stands for; hellod and helloctl must agree.
 * Never: looks whether anything is there.
 * Runs: in the master, and in helloctl.
 */
#include "config.h"

#include "hellod/control.h"

/* System */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

char *
control_default_path(char path[CONTROL_PATH_MAX])
{
	/* systemd makes them for a unit with RuntimeDirectory= (systemd.exec(5)). */
	const char *runtime = getenv("RUNTIME_DIRECTORY");
	const char *user_runtime = getenv("XDG_RUNTIME_DIR");
	int len;

	if (runtime && *runtime == '/')
		len = snprintf(path, CONTROL_PATH_MAX, "%.*s/control", (int)strcspn(runtime, ":"),
			       runtime);
	else if (geteuid() == 0)
		len = snprintf(path, CONTROL_PATH_MAX, "%s/hellod/control", RUNSTATEDIR);
	else if (user_runtime && *user_runtime == '/')
		len = snprintf(path, CONTROL_PATH_MAX, "%s/hellod/control", user_runtime);
	else
		return NULL;
	return len < CONTROL_PATH_MAX ? path : NULL;
}
