/*
 * control_client.h - one helloctl, as the master sees it
 *
 * For control*.c only.
 */
#ifndef HELLOD_CONTROL_CLIENT_H
#define HELLOD_CONTROL_CLIENT_H

#include "hellod/control.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct master;

/* What a client waits for before it gets its exit code. */
enum control_wait {
	WAIT_REQUEST,
	WAIT_RELOAD,
	WAIT_REOPEN,
	WAIT_END, /* of hellod: the socket's closing tells it */
};

struct control_client {
	int fd;        /* -1: no client */
	uint64_t came; /* before all with a higher number */
	enum control_wait wait;
	bool may_change; /* root, or hellod's own user; others may look */
};

/*
 * Sends a message to the client; text longer than CONTROL_ANSWER_MAX is sent in
 * several. One that doesn't read is not waited for, and loses it.
 */
void control_say(const struct control_client *client, enum control_kind kind, const char *text);
void control_sayf(const struct control_client *client, enum control_kind kind, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Sends the exit code and ends the conversation. */
void control_exit(struct control_client *client, enum control_exit code);

/* Answers with what is written, if memory is there for all of it. */
void control_answer(const struct master *master, struct control_client *client,
		    void (*write)(const struct master *master, FILE *out));

/* Does what the request says. */
void control_obey(struct master *master, struct control_client *client, const char *request);

/* "config"; argument: "running" or none, "disk", "diff". */
void control_do_config(struct master *master, struct control_client *client, const char *argument);

#endif
