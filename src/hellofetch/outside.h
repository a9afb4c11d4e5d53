/*
 * outside.h - a thread that stays outside of what the others are confined to
 *
 * What Landlock takes away, it takes from a thread and all that this one starts
 * from then on (confine.h). A hook must not inherit that, so a thread from before
 * starts it: on behalf of the one that calls, which waits meanwhile.
 */
#ifndef HELLOFETCH_OUTSIDE_H
#define HELLOFETCH_OUTSIDE_H

#include <pthread.h>
#include <stdbool.h>

typedef int outside_function(void *user);

struct outside {
	pthread_t thread;
	bool running; /* the thread is */
	pthread_mutex_t mutex;
	pthread_cond_t changed;
	outside_function *function; /* to be called; NULL: done */
	void *user;
	int result;
	bool ending;
};

/* Without a thread; outside_done() is safe then. */
void outside_init(struct outside *outside);

/* Starts the thread, with the mask of signals of the caller. Returns 0 or an errno. */
int outside_start(struct outside *outside);

/* Calls the function out there, or right here if there is no thread; returns what it does. */
int outside_call(struct outside *outside, outside_function *function, void *user);

/* Ends the thread. */
void outside_done(struct outside *outside);

#endif
