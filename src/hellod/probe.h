/*
 * probe.h - does a worker really serve?
 *
 * The master is a worker's client for one whole dialogue, over a socket that
 * it hands over: what comes back went through the worker's loop and rules.
 */
#ifndef HELLOD_PROBE_H
#define HELLOD_PROBE_H

#include <stdbool.h>
#include <stddef.h>

struct configuration;

enum probe_result {
	PROBE_GOES_ON,
	PROBE_GOOD,
	PROBE_BAD,
};

struct probe {
	int fd;     /* -1: none */
	char *want; /* all that should come */
	size_t want_len;
	size_t came;
};

/* Begins one on a worker's channel. Returns 0, or -1 with errno. */
int probe_start(struct probe *probe, int channel, const struct configuration *configuration);

/* To be called when fd is readable. */
enum probe_result probe_hear(struct probe *probe);

void probe_done(struct probe *probe);

#endif
