/*
 * test_hellobench_pace.c - when an operation is to start
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
#include "hellobench/pace.h"

#define SECOND INT64_C(1000000000)
#define BEGIN (1234 * SECOND)

static void
test_closed_loop(void **state)
{
	struct pace pace;

	(void)state;
	pace_init(&pace, 0, BEGIN, SECOND, 10, 0, 1);
	assert_int_equal(pace_due(&pace, BEGIN, 4), 4);
	assert_int_equal(pace_start(&pace, BEGIN + 5), BEGIN + 5);
	assert_int_equal(pace_due(&pace, BEGIN, 64), 9);
	assert_false(pace_over(&pace, BEGIN + SECOND - 1));
	assert_true(pace_over(&pace, BEGIN + SECOND));
	assert_int_equal(pace_due(&pace, BEGIN + SECOND, 1), 0);
	for (int i = 0; i < 9; i++)
		pace_start(&pace, BEGIN);
	assert_true(pace_over(&pace, BEGIN));
}

/* All that one second of it asks for, whenever it is asked. */
static void
test_open_loop(void **state)
{
	struct pace pace;

	(void)state;
	pace_init(&pace, 1000, BEGIN, SECOND, UINT64_MAX, 0, 1);
	assert_int_equal(pace_due(&pace, BEGIN - 1, 9), 0);
	assert_int_equal(pace_due(&pace, BEGIN, 9), 1);
	assert_int_equal(pace_due(&pace, BEGIN + SECOND / 1000 - 1, 9), 1);
	assert_int_equal(pace_due(&pace, BEGIN + SECOND / 1000, 9), 2);
	assert_int_equal(pace_due(&pace, BEGIN + SECOND / 10, 9), 9);
	/* It begins late, but counts from when it was due. */
	assert_int_equal(pace_start(&pace, BEGIN + SECOND / 10), BEGIN);
	assert_int_equal(pace_start(&pace, BEGIN + SECOND / 10), BEGIN + SECOND / 1000);
	assert_int_equal(pace_next(&pace), BEGIN + 2 * SECOND / 1000);
	/* However late: what is due is not forgotten at the end. */
	assert_int_equal(pace_due(&pace, BEGIN + 100 * SECOND, 5000), 998);
	assert_int_equal(pace_end(&pace), BEGIN + SECOND);
	for (int i = 0; i < 998; i++) {
		assert_false(pace_over(&pace, BEGIN + 100 * SECOND));
		pace_start(&pace, BEGIN + 100 * SECOND);
	}
	assert_true(pace_over(&pace, BEGIN));
}

/* Three that share a rate start in turn, and together keep it. */
static void
test_shared_rate(void **state)
{
	struct pace pace[3];

	(void)state;
	for (unsigned i = 0; i < 3; i++)
		pace_init(&pace[i], 300, BEGIN, SECOND, UINT64_MAX, i, 3);
	for (unsigned n = 0; n < 300; n++) {
		int64_t start = pace_start(&pace[n % 3], BEGIN);
		int64_t want = BEGIN + (int64_t)n * SECOND / 300;

		assert_in_range(start - want + 5, 0, 10);
	}
	for (unsigned i = 0; i < 3; i++)
		assert_true(pace_over(&pace[i], BEGIN));
}

static void
test_count_ends_it(void **state)
{
	struct pace pace;

	(void)state;
	pace_init(&pace, 1000, BEGIN, INT64_MAX, 3, 0, 1);
	assert_int_equal(pace_due(&pace, BEGIN + SECOND, 9), 3);
	pace_init(&pace, 1000, BEGIN, SECOND, 3, 0, 1);
	assert_int_equal(pace_due(&pace, BEGIN + SECOND, 9), 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_closed_loop),
		cmocka_unit_test(test_open_loop),
		cmocka_unit_test(test_shared_rate),
		cmocka_unit_test(test_count_ends_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
