/*
 * contract.h - master and worker: all that they share
 *
 * A worker inherits what is listed here and nothing else, and obeys a few
 * words. It never tells the master anything that the master must believe; when
 * its end of the channel closes, the other one is dead.
 */
#ifndef HELLOD_CONTRACT_H
#define HELLOD_CONTRACT_H

#include <sys/types.h>

#include <stdbool.h>

struct configuration;
struct listeners;
struct scoreboard;

/* What travels on the channel, a SOCK_SEQPACKET pair: one byte a message. */
enum word {
	/* The worker says: */
	WORD_READY = 'R',    /* I accept clients */
	WORD_TIRED = 'T',    /* I have had max_sessions_per_worker: replace me */
	WORD_REOPENED = 'O', /* I have let go of the old log */
	WORD_CLOSED = 'C',   /* I accept no more, and have closed the listeners */
	/* The master says: */
	WORD_DRAIN = 'D',  /* accept no more; leave when the clients have left */
	WORD_STOP = 'S',   /* the same, and let go of clients that are quiet */
	WORD_CUT = 'X',    /* leave now, whoever is still here */
	WORD_REOPEN = 'L', /* log to the file that comes with this */
	WORD_PROBE = 'P',  /* serve the client that comes with this: it is the master */
};

/* How a worker leaves. A signal, or another code, is a crash. */
enum worker_exit {
	WORKER_EXIT_DONE = 0,     /* drained, or its master is gone */
	WORKER_EXIT_CUT = 1,      /* drain_timeout passed: sessions were cut */
	WORKER_EXIT_NO_START = 2, /* it never got ready; the log says why */
};

struct worker_inheritance {
	unsigned slot; /* its number, and its place in the scoreboard */
	unsigned generation;
	pid_t master;
	int channel;
	const struct configuration *configuration;
	struct listeners *listeners;
	struct scoreboard *scoreboard;
	bool detached; /* standard descriptors are nobody's (-d) */
};

/* The life of a worker, in the child after the fork. */
_Noreturn void worker_main(const struct worker_inheritance *inheritance);

/*
 * The channel. Both never block. channel_send() passes a descriptor along if
 * passed is not -1 (the caller keeps its own); it returns 0, or -1 with errno.
 * channel_receive() returns the word, 0 if there is none now, or -1 if the
 * other side is gone; *ret_passed is a descriptor for the caller to own, or -1.
 */
int channel_pair(int ends[2]);
int channel_send(int channel, enum word word, int passed);
int channel_receive(int channel, int *ret_passed);

#endif
