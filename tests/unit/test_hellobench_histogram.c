/*
 * test_hellobench_histogram.c - times, counted in little room
 */
#include "config.h"

/* System */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Library */
#include <cmocka.h>

/* Project */
#include "hellobench/histogram.h"

#define ERROR_MAX 0.01 /* what is promised, of a value */
#define VALUES 20000

static struct histogram h, other;

static void
clear(void)
{
	memset(&h, 0, sizeof(h));
	memset(&other, 0, sizeof(other));
}

static void
check_close(int64_t got, int64_t want)
{
	double error = (double)(got > want ? got - want : want - got);

	if (error > ERROR_MAX * (double)want)
		fail_msg("got %lld, want %lld within %g", (long long)got, (long long)want,
			 ERROR_MAX);
}

/* A value between two others, so that nothing is known of it but its bucket. */
static int64_t
read_back(int64_t value)
{
	clear();
	histogram_add(&h, 0, 1);
	histogram_add(&h, value, 1);
	histogram_add(&h, INT64_MAX, 1);
	return histogram_quantile(&h, 500000);
}

static void
test_every_value_is_read_back(void **state)
{
	int64_t before = -1;

	(void)state;
	for (int64_t value = 0; value < INT64_C(1) << HISTOGRAM_TOP; value += 1 + value / 300) {
		int64_t got = read_back(value);

		check_close(got, value);
		if (got < before)
			fail_msg("%lld is read back as less than a smaller value",
				 (long long)value);
		before = got;
	}
}

static void
test_powers_of_two(void **state)
{
	(void)state;
	for (int bits = 0; bits < HISTOGRAM_TOP; bits++) {
		check_close(read_back(INT64_C(1) << bits), INT64_C(1) << bits);
		check_close(read_back((INT64_C(1) << bits) - 1), (INT64_C(1) << bits) - 1);
	}
}

static void
test_small_values_are_exact(void **state)
{
	(void)state;
	for (int64_t value = 0; value < 2 * HISTOGRAM_STEPS; value++)
		assert_int_equal(read_back(value), value);
}

static void
test_out_of_range(void **state)
{
	(void)state;
	clear();
	histogram_add(&h, -5, 1);
	assert_int_equal(histogram_quantile(&h, 500000), 0);
	clear();
	histogram_add(&h, INT64_MAX / 4, 3);
	assert_int_equal(histogram_quantile(&h, 999999), INT64_MAX / 4);
}

static void
test_nothing(void **state)
{
	(void)state;
	clear();
	histogram_add(&h, 5, 0);
	assert_int_equal(histogram_quantile(&h, 0), 0);
	assert_int_equal(histogram_quantile(&h, 500000), 0);
	assert_int_equal(histogram_quantile(&h, 1000000), 0);
	assert_true(histogram_mean(&h) == 0);
}

static int
compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static void
test_quantiles_of_many(void **state)
{
	static const unsigned wanted[] = {0,      1,      100000, 500000, 900000,
					  990000, 999000, 999900, 999999, 1000000};
	static int64_t values[VALUES];

	(void)state;
	clear();
	srandom(1);
	for (size_t i = 0; i < VALUES; i++) {
		values[i] = random() >> random() % 30;
		histogram_add(i % 3 ? &h : &other, values[i], 1);
	}
	histogram_merge(&h, &other);
	qsort(values, VALUES, sizeof(values[0]), compare);
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		uint64_t rank = ((uint64_t)wanted[i] * VALUES + 999999) / 1000000;

		check_close(histogram_quantile(&h, wanted[i]), values[rank > 0 ? rank - 1 : 0]);
	}
	assert_int_equal(h.count, VALUES);
	assert_int_equal(histogram_quantile(&h, 0), values[0]);
	assert_int_equal(histogram_quantile(&h, 1000000), values[VALUES - 1]);
}

static void
test_a_rank_in_billions(void **state)
{
	(void)state;
	clear();
	histogram_add(&h, 10, UINT64_C(9999) << 40);
	histogram_add(&h, 20, UINT64_C(1) << 40);
	assert_int_equal(histogram_quantile(&h, 999900), 10);
	assert_int_equal(histogram_quantile(&h, 999901), 20);
}

static void
test_mean_and_times(void **state)
{
	(void)state;
	clear();
	histogram_add(&h, 1000, 3);
	histogram_add(&h, 5000, 1);
	assert_int_equal(h.count, 4);
	assert_true(histogram_mean(&h) == 2000);
}

static void
test_subtract(void **state)
{
	(void)state;
	clear();
	histogram_add(&h, 100, 10);
	histogram_merge(&other, &h);
	histogram_add(&h, 200, 5);
	histogram_subtract(&h, &other);
	assert_int_equal(h.count, 5);
	assert_int_equal(histogram_quantile(&h, 1), 200);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_value_is_read_back),
		cmocka_unit_test(test_powers_of_two),
		cmocka_unit_test(test_small_values_are_exact),
		cmocka_unit_test(test_out_of_range),
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_quantiles_of_many),
		cmocka_unit_test(test_a_rank_in_billions),
		cmocka_unit_test(test_mean_and_times),
		cmocka_unit_test(test_subtract),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
