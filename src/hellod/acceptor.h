/*
 * acceptor.h - a worker's fair share of the clients
 */
#ifndef HELLOD_ACCEPTOR_H
#define HELLOD_ACCEPTOR_H

#include <stdint.h>

struct worker;

/* Begins to accept on all listeners. Returns 0, or -1 with errno. */
int acceptor_start(struct worker *worker);

/*
 * Takes what still waits in the queues and then closes this process's copies of
 * the listeners: no more clients come.
 */
void acceptor_stop(struct worker *worker);

/* Ends a pause that is over. */
void acceptor_tick(struct worker *worker);

/* When acceptor_tick() is wanted next, or TIMER_NEVER. */
int64_t acceptor_deadline(const struct worker *worker);

#endif
