/*
 * timers.c - many deadlines, no heap
 *
 * Owns: the order in the queues.
 * Never: looks at a clock, knows who waits or why.
 * Runs: in a worker.
 */
#include "config.h"

#include "hellod/timers.h"

void
timer_queue_init(struct timer_queue *queue, int64_t duration)
{
	queue->ends.prev = queue->ends.next = &queue->ends;
	queue->duration = duration;
}

void
timer_queue_restart(struct timer_queue *queue, int64_t duration, int64_t now)
{
	queue->duration = duration;
	for (struct timer *timer = queue->ends.next; timer != &queue->ends; timer = timer->next)
		timer->since = now;
}

struct timer *
timer_queue_due(const struct timer_queue *queue, int64_t now)
{
	return timer_queue_deadline(queue) <= now ? timer_queue_first(queue) : NULL;
}
