/*
 * deadlines.h - how long clients may take, and when the next one has taken it
 *
 * For worker.c and connection*.c. Silence may last name_timeout or idle_timeout; under
 * stress, when most of max_connections is used, stress_timeout at most.
 */
#ifndef HELLOD_DEADLINES_H
#define HELLOD_DEADLINES_H

#include "hellod/worker.h"

/* Sets up the queues, as the configuration says. */
void deadlines_init(struct worker *worker);

/* Waits in that queue from now on, whatever it waited for before. */
static inline void
deadlines_start(struct worker *worker, struct timer_queue *queue, struct timer *timer)
{
	timer_start(queue, timer, worker->now);
	worker_set_alarm(worker, worker->now + queue->duration);
}

/* The alarm has rung: those who are late have to go. Sets it for the others. */
void deadlines_handle(struct worker *worker);

/* hellod ends: silent clients get one second more. */
void deadlines_hurry(struct worker *worker);

#endif
