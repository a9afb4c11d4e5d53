/*
 * test_timers.c - the queues of deadlines
 */
#include "config.h"

/* System */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

/* Library */
#include <cmocka.h>

/* Project */
#include "hellod/timers.h"

#define MANY 50
#define ROUNDS 20000

static void
test_empty(void **state)
{
	struct timer_queue queue;

	(void)state;
	timer_queue_init(&queue, 100);
	assert_null(timer_queue_first(&queue));
	assert_null(timer_queue_due(&queue, 0));
	assert_null(timer_queue_due(&queue, TIMER_NEVER - 1));
	assert_true(timer_queue_deadline(&queue) == TIMER_NEVER);
}

static void
test_due(void **state)
{
	struct timer_queue queue;
	struct timer timer = {0};

	(void)state;
	timer_queue_init(&queue, 100);
	timer_start(&queue, &timer, 1000);
	assert_ptr_equal(timer_queue_first(&queue), &timer);
	assert_int_equal(timer_queue_deadline(&queue), 1100);
	assert_null(timer_queue_due(&queue, 1000));
	assert_null(timer_queue_due(&queue, 1099));
	assert_ptr_equal(timer_queue_due(&queue, 1100), &timer);
	assert_ptr_equal(timer_queue_due(&queue, 5000), &timer); /* it stays there */
	timer_stop(&timer);
	assert_null(timer_queue_due(&queue, 5000));
	assert_null(timer_queue_first(&queue));
}

static void
test_at_once(void **state)
{
	struct timer_queue queue;
	struct timer timer = {0};

	(void)state;
	timer_queue_init(&queue, 0);
	timer_start(&queue, &timer, 1000);
	assert_ptr_equal(timer_queue_due(&queue, 1000), &timer);
}

static void
test_never(void **state)
{
	struct timer_queue queue;
	struct timer timer = {0};

	(void)state;
	timer_queue_init(&queue, TIMER_NEVER);
	timer_start(&queue, &timer, 1000);
	assert_ptr_equal(timer_queue_first(&queue), &timer);
	assert_true(timer_queue_deadline(&queue) >= TIMER_NEVER);
	assert_null(timer_queue_due(&queue, TIMER_NEVER - 1));
}

static void
test_order(void **state)
{
	struct timer_queue queue;
	struct timer timers[3] = {{0}, {0}, {0}};

	(void)state;
	timer_queue_init(&queue, 100);
	for (int i = 0; i < 3; i++)
		timer_start(&queue, &timers[i], 1000 + 10 * i);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(timer_queue_deadline(&queue), 1100 + 10 * i);
		assert_ptr_equal(timer_queue_due(&queue, 2000), &timers[i]);
		timer_stop(&timers[i]);
	}
	assert_null(timer_queue_first(&queue));
}

/* At the same time: in the order in which they were started. */
static void
test_same_time(void **state)
{
	struct timer_queue queue;
	struct timer timers[3] = {{0}, {0}, {0}};

	(void)state;
	timer_queue_init(&queue, 100);
	for (int i = 0; i < 3; i++)
		timer_start(&queue, &timers[i], 1000);
	for (int i = 0; i < 3; i++) {
		assert_ptr_equal(timer_queue_due(&queue, 1100), &timers[i]);
		timer_stop(&timers[i]);
	}
}

static void
test_stop(void **state)
{
	struct timer_queue queue;
	struct timer timers[3] = {{0}, {0}, {0}};

	(void)state;
	timer_queue_init(&queue, 100);
	timer_stop(&timers[0]); /* never started: nothing happens */
	for (int i = 0; i < 3; i++)
		timer_start(&queue, &timers[i], 1000 + i);
	timer_stop(&timers[1]);
	timer_stop(&timers[1]); /* nor the second time */
	assert_ptr_equal(timer_queue_first(&queue), &timers[0]);
	timer_stop(&timers[0]);
	assert_ptr_equal(timer_queue_first(&queue), &timers[2]);
	timer_start(&queue, &timers[1], 2000);
	assert_ptr_equal(timer_queue_first(&queue), &timers[2]);
	timer_stop(&timers[2]);
	assert_ptr_equal(timer_queue_first(&queue), &timers[1]);
	assert_int_equal(timer_queue_deadline(&queue), 2100);
}

/* Started while it waits, it waits from then on, behind all others. */
static void
test_start_again(void **state)
{
	struct timer_queue queue;
	struct timer timers[2] = {{0}, {0}};

	(void)state;
	timer_queue_init(&queue, 100);
	timer_start(&queue, &timers[0], 1000);
	timer_start(&queue, &timers[1], 1010);
	timer_start(&queue, &timers[0], 1020);
	assert_ptr_equal(timer_queue_first(&queue), &timers[1]);
	timer_stop(&timers[1]);
	assert_ptr_equal(timer_queue_first(&queue), &timers[0]);
	assert_int_equal(timer_queue_deadline(&queue), 1120);
	timer_start(&queue, &timers[0], 1030); /* alone */
	assert_int_equal(timer_queue_deadline(&queue), 1130);
	timer_stop(&timers[0]);
	assert_null(timer_queue_first(&queue));
}

static void
test_other_queue(void **state)
{
	struct timer_queue idle, farewell;
	struct timer timers[2] = {{0}, {0}};

	(void)state;
	timer_queue_init(&idle, 100);
	timer_queue_init(&farewell, 5);
	timer_start(&idle, &timers[0], 1000);
	timer_start(&idle, &timers[1], 1000);
	timer_start(&farewell, &timers[0], 1010);
	assert_ptr_equal(timer_queue_first(&idle), &timers[1]);
	assert_ptr_equal(timer_queue_first(&farewell), &timers[0]);
	assert_int_equal(timer_queue_deadline(&farewell), 1015);
	timer_stop(&timers[0]);
	assert_null(timer_queue_first(&farewell));
	assert_ptr_equal(timer_queue_first(&idle), &timers[1]);
}

static void
test_restart(void **state)
{
	struct timer_queue queue;
	struct timer timers[2] = {{0}, {0}};

	(void)state;
	timer_queue_init(&queue, TIMER_NEVER);
	timer_queue_restart(&queue, 100, 0); /* with nobody in it */
	timer_queue_restart(&queue, TIMER_NEVER, 0);
	timer_start(&queue, &timers[0], 1000);
	timer_start(&queue, &timers[1], 1500);
	timer_queue_restart(&queue, 100, 2000);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(timer_queue_deadline(&queue), 2100);
		assert_null(timer_queue_due(&queue, 2099));
		assert_ptr_equal(timer_queue_due(&queue, 2100), &timers[i]);
		timer_stop(&timers[i]);
	}
	timer_start(&queue, &timers[0], 3000); /* the duration stays */
	assert_int_equal(timer_queue_deadline(&queue), 3100);
}

/* The model: when each was started, and the order, in an array. */
struct model {
	struct timer *waiting[MANY];
	int64_t since[MANY];
	int count;
};

static void
model_stop(struct model *model, const struct timer *timer)
{
	for (int i = 0; i < model->count; i++) {
		if (model->waiting[i] != timer)
			continue;
		model->count--;
		for (; i < model->count; i++) {
			model->waiting[i] = model->waiting[i + 1];
			model->since[i] = model->since[i + 1];
		}
	}
}

static void
model_start(struct model *model, struct timer *timer, int64_t now)
{
	model_stop(model, timer);
	model->waiting[model->count] = timer;
	model->since[model->count++] = now;
}

static void
check_against_model(const struct timer_queue *queue, const struct model *model, int64_t now)
{
	int64_t deadline = model->count > 0 ? model->since[0] + queue->duration : TIMER_NEVER;
	int seen = 0;

	assert_true(timer_queue_deadline(queue) == deadline);
	assert_ptr_equal(timer_queue_due(queue, now), deadline <= now ? model->waiting[0] : NULL);
	for (const struct timer *t = queue->ends.next; t != &queue->ends; t = t->next) {
		assert_true(seen < model->count);
		assert_ptr_equal(t, model->waiting[seen]);
		assert_ptr_equal(t->next->prev, t);
		seen++;
	}
	assert_int_equal(seen, model->count);
}

static void
test_against_model(void **state)
{
	static struct model models[2];
	struct timer_queue queues[2];
	struct timer timers[MANY] = {{0}};
	uint64_t random = UINT64_C(0x9e3779b97f4a7c15);
	int64_t now = 0;

	(void)state;
	timer_queue_init(&queues[0], 30);
	timer_queue_init(&queues[1], 300);
	for (int round = 0; round < ROUNDS; round++) {
		struct timer *timer;
		size_t to;

		random ^= random << 13;
		random ^= random >> 7;
		random ^= random << 17;
		timer = &timers[(random >> 8) % MANY];
		to = random >> 20 & 1;
		now += (int64_t)(random >> 24) & 3;
		if ((random >> 32) % 3 == 0) {
			timer_stop(timer);
			model_stop(&models[0], timer);
			model_stop(&models[1], timer);
		} else {
			timer_start(&queues[to], timer, now);
			model_stop(&models[1 - to], timer);
			model_start(&models[to], timer, now);
		}
		check_against_model(&queues[0], &models[0], now);
		check_against_model(&queues[1], &models[1], now);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_empty),         cmocka_unit_test(test_due),
		cmocka_unit_test(test_at_once),       cmocka_unit_test(test_never),
		cmocka_unit_test(test_order),         cmocka_unit_test(test_same_time),
		cmocka_unit_test(test_stop),          cmocka_unit_test(test_start_again),
		cmocka_unit_test(test_other_queue),   cmocka_unit_test(test_restart),
		cmocka_unit_test(test_against_model),
	};

	return cmocka_run_group_tests_name("timers", tests, NULL, NULL);
}
