/*
 * probe.c - does a worker really serve?
 *
 * Owns: the master's side of one dialogue.
 * Never: waits; speaks with a real client.
 * Runs: in the master.
 */
#include "config.h"

#include "hellod/probe.h"

/* System */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Project */
#include "hellod/configuration.h"
#include "hellod/contract.h"
#include "lib/descriptors.h"

static const char words[] = "self\n"; /* fits the smallest max_message */

/* What our own rules make of it; a delayed answer is not waited for. */
static int
compose_want(struct probe *probe, const struct configuration *c)
{
	size_t room = session_answer_max(&c->rules);
	struct session session;
	struct session_io io = {.in = {words, strlen(words)}, .max_answers = 1};

	session_init(&session, FRAMING_LINE);
	probe->want = malloc(2 * room);
	if (!probe->want)
		return -1;
	probe->want_len = session_welcome(&session, &c->rules, probe->want);
	if (c->reply_delay > 0)
		return 0;
	io.out = probe->want + probe->want_len;
	io.out_size = room;
	session_step(&session, &c->rules, &io);
	probe->want_len += io.produced;
	return 0;
}

int
probe_start(struct probe *probe, int channel, const struct configuration *c)
{
	int ends[2];
	int r;

	*probe = (struct probe){.fd = -1};
	if (compose_want(probe, c) < 0 ||
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) < 0)
		return -1;
	descriptors_refuse(ends[0]);
	r = channel_send(channel, WORD_PROBE, ends[1]);
	if (r == 0 && send(ends[0], words, strlen(words), MSG_NOSIGNAL) < 0)
		r = -1;
	close(ends[1]);
	if (r < 0) {
		close(ends[0]);
		return -1;
	}
	probe->fd = ends[0];
	return 0;
}

enum probe_result
probe_hear(struct probe *probe)
{
	char piece[4096];
	ssize_t n = recv(probe->fd, piece, sizeof(piece), 0);

	if (n < 0 && errno == EAGAIN)
		return PROBE_GOES_ON;
	if (n <= 0 || (size_t)n > probe->want_len - probe->came ||
	    memcmp(piece, probe->want + probe->came, (size_t)n) != 0)
		return PROBE_BAD;
	probe->came += (size_t)n;
	return probe->came == probe->want_len ? PROBE_GOOD : PROBE_GOES_ON;
}

void
probe_done(struct probe *probe)
{
	if (probe->fd >= 0)
		close(probe->fd);
	free(probe->want);
	*probe = (struct probe){.fd = -1};
}
