/*
 * control_config.c - the configuration: as it is, and as a reload would have it
 *
 * Owns: the answers to "config".
 * Never: has the master wait for a file: a child reads it, and answers.
 * Runs: in the master; answer_from_file() in that child.
 */
#include "config.h"

/* System */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

/* Project */
#include "hellod/control_client.h"
#include "hellod/exitcode.h"
#include "hellod/master_state.h"
#include "hellod/title.h"
#include "hellod/way_back.h"
#include "lib/alloc.h"
#include "lib/leave.h"

#define READ_SECONDS 10 /* as long as a reload would wait for it */

static void
write_configuration(const struct master *m, FILE *out)
{
	configuration_dump(m->configuration, out);
}

/* In the child: what a reload would read, or what it would change. */
static _Noreturn void
answer_from_file(const struct master *m, struct control_client *client, bool compare)
{
	char *text = NULL;
	size_t len;
	FILE *out = must_open_text(&text, &len);
	struct configuration *c;

	way_back_close(); /* the master's, if it is on probation */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	alarm(READ_SECONDS);
	title_set("configuration reader");
	c = configuration_load(m->options, out);
	if (c && compare) {
		configuration_update(c, m->configuration, out);
		configuration_compare_listen(c, m->configuration, out);
	} else if (c) {
		configuration_dump(c, out);
	}
	must_close_text(out, &text);
	control_say(client, c ? CONTROL_OUT : CONTROL_ERROR, text);
	control_exit(client, c ? CONTROL_EXIT_OK : CONTROL_EXIT_FAILED);
	configuration_free(c);
	free(text);
	leave_process(HELLOD_EXIT_STOPPED);
}

void
control_do_config(struct master *m, struct control_client *client, const char *argument)
{
	bool disk = strcmp(argument, "disk") == 0;
	bool compare = strcmp(argument, "diff") == 0;
	pid_t pid;

	if (!disk && !compare) {
		control_answer(m, client, write_configuration);
		return;
	}
	/* A process for each: not at anybody's wish. */
	if (!client->may_change) {
		control_sayf(client, CONTROL_ERROR,
			     "hellod: only root and hellod's own user may have it read the file\n");
		control_exit(client, CONTROL_EXIT_DENIED);
		return;
	}
	pid = fork();
	if (pid == 0)
		answer_from_file(m, client, compare);
	if (pid < 0) {
		control_sayf(client, CONTROL_ERROR,
			     "hellod: cannot start a process to read the configuration: %s\n",
			     strerror(errno));
		control_exit(client, CONTROL_EXIT_FAILED);
		return;
	}
	close(client->fd); /* the child's alone, so that its end is seen */
	client->fd = -1;
}
