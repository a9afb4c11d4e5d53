/*
 * signals.h - signals are input
 */
#ifndef HELLOFETCH_SIGNALS_H
#define HELLOFETCH_SIGNALS_H

#include <signal.h>

struct signals {
	int fd;       /* a signalfd of those that stop us: poll it for reading */
	sigset_t old; /* the mask as it was */
};

/*
 * Blocks TERM, INT and HUP, except those that the caller of the program has
 * set to be ignored (nohup), and ignores PIPE and XFSZ: a write then fails as
 * any other. Returns 0, or -1 with errno.
 */
int signals_block(struct signals *signals);

/* The number of a signal that has come, or 0. Never waits. */
int signals_take(struct signals *signals);

/* Lets signals end the program again, those that are waiting at once. */
void signals_restore(struct signals *signals);

/* Ends the program by the signal: its parent learns why. */
_Noreturn void signals_die_of(int signal);

#endif
