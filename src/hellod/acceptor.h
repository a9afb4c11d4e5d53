/*
 * acceptor.h - a worker's fair share of the clients
 */
#ifndef HELLOD_ACCEPTOR_H
#define HELLOD_ACCEPTOR_H

struct worker;

/* Begins to accept on all listeners. Returns 0, or -1 with errno. */
int acceptor_start(struct worker *worker);

/*
 * Takes what still waits in the queues and then closes this process's copies of
 * the listeners: no more clients come.
 */
void acceptor_stop(struct worker *worker);

/* The alarm has rung: ends a pause that is over, or sets it for its end. */
void acceptor_tick(struct worker *worker);

#endif
