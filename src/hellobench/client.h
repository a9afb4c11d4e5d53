/*
 * client.h - one connection of a client: its descriptor and its bytes
 *
 * It knows how to say and to hear; when to say what, decides engine.c.
 */
#ifndef HELLOBENCH_CLIENT_H
#define HELLOBENCH_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Project */
#include "hellobench/checker.h"
#include "hellobench/script.h"
#include "hellobench/target.h"

enum client_state {
	CLIENT_CLOSED,
	CLIENT_RESTING,    /* it failed, and comes again in a while */
	CLIENT_RETRYING,   /* a UNIX listener's queue was full */
	CLIENT_CONNECTING, /* nothing was heard yet */
	CLIENT_TALKING,
	CLIENT_LEAVING, /* exit was said */
};

/* What became of a client by what it read or wrote. */
enum client_news {
	CLIENT_WAITS, /* nothing to be done */
	CLIENT_TURN,  /* all that was awaited has come */
	CLIENT_ENDED, /* the server closed as it was to */
	CLIENT_FAILED,
};

/* What the clients of a process share. */
struct client_world {
	const struct script *script;
	const struct target *target;
	int epoll;
	char *buffer; /* for what is received; checked, and forgotten */
	size_t buffer_size;
};

struct client {
	int fd; /* -1: none */
	enum client_state state;
	bool was_reset; /* a send() found that out; recv() won't say it again */
	bool queued;    /* engine.c's: it stands in the queue of the free */
	struct checker checker;
	const char *unsent; /* what the kernel would not take yet */
	size_t unsent_len;
	int64_t since;         /* awaits since then, or rests until then; nanoseconds */
	int64_t start;         /* from when the latency counts: a session's, a batch's */
	int64_t names_left;    /* of a session */
	uint64_t which;        /* its number among the connections of all processes */
	unsigned first, asked; /* open loop: the ring of the times when names were due */
};

/*
 * Begins to connect. Returns FAILURE_NONE, or what is wrong. It is CLIENT_CLOSED
 * then, or CLIENT_RETRYING if it is to be tried again soon.
 */
enum failure client_open(struct client *c, const struct client_world *world);

/* Says the next names, at most the script's batch; or exit. */
enum client_news client_ask(struct client *c, const struct client_world *world, unsigned names,
			    enum failure *ret_failure);
enum client_news client_exit(struct client *c, const struct client_world *world,
			     enum failure *ret_failure);

/*
 * Acts upon epoll's events. Adds the right answers that are whole now to
 * *ret_answers; *ret_failure is set with CLIENT_FAILED.
 */
enum client_news client_act(struct client *c, const struct client_world *world, uint32_t events,
			    unsigned *ret_answers, enum failure *ret_failure);

void client_close(struct client *c);

/* True while the server owes something. */
bool client_awaits(const struct client *c);

#endif
