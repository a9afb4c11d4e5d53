/*
 * timers.c - many deadlines, no heap
 *
 * Owns: the order in the queues.
 * Never: looks at a clock, knows who waits or why.
 * Runs: in a worker.
 */
#include "config.h"

#include "hellod/timers.h"

/* System */
#include <stddef.h>

void
timer_queue_init(struct timer_queue *queue, int64_t duration)
{
	queue->ends.prev = queue->ends.next = &queue->ends;
	queue->duration = duration;
}

void
timer_stop(struct timer *timer)
{
	if (!timer->prev)
		return;
	timer->prev->next = timer->next;
	timer->next->prev = timer->prev;
	timer->prev = timer->next = NULL;
}

void
timer_start(struct timer_queue *queue, struct timer *timer, int64_t now)
{
	timer_stop(timer);
	timer->since = now;
	timer->prev = queue->ends.prev;
	timer->next = &queue->ends;
	timer->prev->next = timer;
	queue->ends.prev = timer;
}

void
timer_queue_restart(struct timer_queue *queue, int64_t duration, int64_t now)
{
	queue->duration = duration;
	for (struct timer *timer = queue->ends.next; timer != &queue->ends; timer = timer->next)
		timer->since = now;
}

struct timer *
timer_queue_first(const struct timer_queue *queue)
{
	return queue->ends.next == &queue->ends ? NULL : queue->ends.next;
}

int64_t
timer_queue_deadline(const struct timer_queue *queue)
{
	const struct timer *first = timer_queue_first(queue);

	if (!first || queue->duration == TIMER_NEVER)
		return TIMER_NEVER;
	return first->since + queue->duration;
}

struct timer *
timer_queue_due(const struct timer_queue *queue, int64_t now)
{
	return timer_queue_deadline(queue) <= now ? timer_queue_first(queue) : NULL;
}
