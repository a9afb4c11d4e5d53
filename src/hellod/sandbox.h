/*
 * sandbox.h - what a worker gives up before it sees a client
 *
 * Four layers, each of which holds without the others. None can be taken off
 * again.
 */
#ifndef HELLOD_SANDBOX_H
#define HELLOD_SANDBOX_H

#include <stdbool.h>

struct listeners;

enum sandbox_layer {
	SANDBOX_PRIVILEGES = 1, /* no_new_privs, and no capability at all */
	SANDBOX_LIMITS = 2,     /* no processes, no files written, no core */
	SANDBOX_LANDLOCK = 4,   /* no files, no TCP of its own, nobody to signal */
	SANDBOX_SECCOMP = 8,    /* no system calls but those that serving takes */
	SANDBOX_ALL = 15,
};

/* The key "sandbox", in the order of its words. */
enum sandbox_mode {
	SANDBOX_AUTO,    /* what the kernel has */
	SANDBOX_REQUIRE, /* all layers, or no worker */
	SANDBOX_OFF,
};

/* What of SANDBOX_ALL this kernel, or this build, does not have. */
unsigned sandbox_missing(void);

/*
 * For the master, once: logs what the workers will be confined by, and what is
 * missing for that. Returns 0, or -1 if something required is.
 */
int sandbox_announce(enum sandbox_mode mode);

/*
 * For a worker: takes on what the mode says. Afterwards the process has its
 * descriptors, its memory and little else; and the listeners, which it shares,
 * to accept from alone. Returns 0, or -1 if something required is missing; each
 * failure is logged.
 */
int sandbox_confine(enum sandbox_mode mode, const struct listeners *listeners);

/* Takes on the layers. Returns those that failed, errno being the last one's. */
unsigned sandbox_enter(unsigned layers, const struct listeners *listeners);

/* Of the layer SANDBOX_SECCOMP. Return 0, or -1 with errno. */
bool sandbox_has_seccomp(void);
int sandbox_enter_seccomp(const struct listeners *listeners);

#endif
