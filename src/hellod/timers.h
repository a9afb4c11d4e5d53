/*
 * timers.h - many deadlines, no heap
 *
 * All that wait in one queue wait equally long, so whoever came last is due
 * last: a queue is a list in order of arrival, and every operation is O(1).
 * Pure: the caller says what time it is, in microseconds of CLOCK_MONOTONIC. What
 * is done for each message stands here, so that it costs no call.
 */
#ifndef HELLOD_TIMERS_H
#define HELLOD_TIMERS_H

#include <stddef.h>
#include <stdint.h>

/* No duration and no time that comes; a time of day added to it does not overflow. */
#define TIMER_NEVER (INT64_MAX / 2)

/* Embedded in whatever waits; in one queue at a time, or in none. */
struct timer {
	struct timer *prev; /* NULL: in none */
	struct timer *next;
	int64_t since;
};

struct timer_queue {
	struct timer ends; /* of the ring */
	int64_t duration;  /* microseconds, or TIMER_NEVER */
};

void timer_queue_init(struct timer_queue *queue, int64_t duration);

/* Waits no more. */
static inline void
timer_stop(struct timer *timer)
{
	if (!timer->prev)
		return;
	timer->prev->next = timer->next;
	timer->next->prev = timer->prev;
	timer->prev = timer->next = NULL;
}

/* Waits from now on, whatever it waited for before. */
static inline void
timer_start(struct timer_queue *queue, struct timer *timer, int64_t now)
{
	timer_stop(timer);
	timer->since = now;
	timer->prev = queue->ends.prev;
	timer->next = &queue->ends;
	timer->prev->next = timer;
	queue->ends.prev = timer;
}

/* Changes the duration; all that wait begin anew. */
void timer_queue_restart(struct timer_queue *queue, int64_t duration, int64_t now);

/* The first one, due or not, or NULL. */
static inline struct timer *
timer_queue_first(const struct timer_queue *queue)
{
	return queue->ends.next == &queue->ends ? NULL : queue->ends.next;
}

/* When the first one is due; TIMER_NEVER or later: none ever is. */
static inline int64_t
timer_queue_deadline(const struct timer_queue *queue)
{
	const struct timer *first = timer_queue_first(queue);

	return first ? first->since + queue->duration : TIMER_NEVER;
}

/* The first one that is due, still in its queue, or NULL. */
struct timer *timer_queue_due(const struct timer_queue *queue, int64_t now);

#endif
