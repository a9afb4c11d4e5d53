/*
 * control.c - a request of helloctl: any line, from somebody who may only look,
 * or who may change what needs no other process
 */
#include "config.h"

/* System */
#include <string.h>

/* Project */
#include "fuzz.h"
#include "hellod/control_client.h"
#include "hellod/listener.h"
#include "hellod/master_state.h"
#include "hellod/scoreboard.h"

static struct master master;

/* A master that has no process but itself, and no socket. */
static void
set_up(void)
{
	static struct listeners none;
	int fd;

	master = (struct master){.phase = MASTER_RUNNING, .signal_fd = -1, .starter = -1};
	master.configuration = configuration_load_dump("", "fuzz", stderr);
	must(master.configuration != NULL);
	master.listeners = &none;
	master.scoreboard = scoreboard_new(&fd);
	must(master.scoreboard != NULL);
	must(pool_init(&master.pool, master.scoreboard, false) == 0);
	master.pool.current = (struct generation){.number = 1, .target = 1};
	master.pool.current.configuration = master.configuration;
	master.pool.current.listeners = &none;
}

/* These make processes, or end this one. */
static bool
is_wild(const char *request)
{
	static const char *const words[] = {"reload", "reopen", "stop", "upgrade"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strncmp(request, words[i], strlen(words[i])) == 0)
			return true;
	return false;
}

FUZZ_TARGET(control)
{
	struct control_client client = {.fd = -1};
	char *request;

	if (!master.configuration)
		set_up();
	if (size < 1 || size > CONTROL_REQUEST_MAX)
		return 0;
	request = fuzz_text(bytes + 1, size - 1);
	client.may_change = (bytes[0] & 1) != 0 && !is_wild(request);
	control_obey(&master, &client, request);
	free(request);
	return 0;
}
