/*
 * test_rate.c - how often a second something happens
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
#include "hellod/rate.h"
#include "lib/units.h"

static void
test_format(void **state)
{
	static const struct {
		double rate;
		const char *want;
	} cases[] = {
		{0, "0"},
		{0.4, "0"},
		{7, "7"},
		{999.4, "999"},
		{999.6, "1.0 k"},
		{18234, "18.2 k"},
		{999940, "999.9 k"},
		{999960, "1.0 M"},
		{1.54e6, "1.5 M"},
	};
	char text[RATE_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(rate_format(cases[i].rate, text), cases[i].want);
}

/* Ten a second, noted twice a second: whenever it is asked, it is ten. */
static void
test_steady(void **state)
{
	const int64_t start = 1000 * USEC_PER_SEC;
	struct rate rate;

	(void)state;
	rate_init(&rate, start, 50);
	assert_float_equal(rate_now(&rate, start, 50), 0, 0);
	for (uint64_t count = 55; count < 250; count += 5) {
		int64_t now = start + (int64_t)(count - 50) * USEC_PER_SEC / 10;

		rate_note(&rate, now, count);
		assert_float_equal(rate_now(&rate, now, count), 10, 0.001);
		assert_true(rate_deadline(&rate) > now);
		assert_true(rate_deadline(&rate) <= now + 2 * USEC_PER_SEC);
	}
}

/* What is over is forgotten when the deadline has come twice. */
static void
test_end(void **state)
{
	struct rate rate;

	(void)state;
	rate_init(&rate, 0, 0);
	rate_note(&rate, rate_deadline(&rate), 1000);
	assert_true(rate_now(&rate, 2 * USEC_PER_SEC, 1000) > 0);
	rate_note(&rate, rate_deadline(&rate), 1000);
	rate_note(&rate, rate_deadline(&rate), 1000);
	assert_float_equal(rate_now(&rate, 6 * USEC_PER_SEC, 1000), 0, 0);
}

/* A worker may write what it likes into its slot. */
static void
test_nonsense(void **state)
{
	struct rate rate;

	(void)state;
	rate_init(&rate, 0, 1000);
	assert_float_equal(rate_now(&rate, USEC_PER_SEC, 10), 0, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_format),
		cmocka_unit_test(test_steady),
		cmocka_unit_test(test_end),
		cmocka_unit_test(test_nonsense),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
