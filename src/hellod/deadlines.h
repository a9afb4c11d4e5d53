/*
 * deadlines.h - how long clients may take, and when the next one has taken it
 *
 * For worker.c only. Silence may last name_timeout or idle_timeout; under
 * stress, when most of max_connections is used, stress_timeout at most.
 */
#ifndef HELLOD_DEADLINES_H
#define HELLOD_DEADLINES_H

#include <stdint.h>

struct worker;

/* Sets up the queues, as the configuration says. */
void deadlines_init(struct worker *worker);

/* When deadlines_handle() is wanted next, or TIMER_NEVER. */
int64_t deadlines_next(struct worker *worker);

/* To be called in every turn: those who are late have to go. */
void deadlines_handle(struct worker *worker);

/* hellod ends: silent clients get one second more. */
void deadlines_hurry(struct worker *worker);

#endif
