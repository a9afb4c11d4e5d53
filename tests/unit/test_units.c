/*
 * test_units.c - times and sizes, read and written
 */
#include "config.h"

/* System */
#include <errno.h>
#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Library */
#include <cmocka.h>

/* Project */
#include "lib/units.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define UNTOUCHED INT64_C(-4711)

typedef int parser(const char *text, int64_t *ret_value);
typedef char *formatter(int64_t value, char *text);

struct row {
	const char *input;
	int want_errno; /* 0: it is read */
	int64_t want;
};

static void
check_rows(const struct row *rows, size_t count, parser *parse)
{
	for (size_t i = 0; i < count; i++) {
		const struct row *row = &rows[i];
		int64_t got = UNTOUCHED;
		int result;

		errno = 0;
		result = parse(row->input, &got);
		if (row->want_errno == 0 && (result != 0 || got != row->want))
			fail_msg("\"%s\": got %d, %" PRId64 ", want %" PRId64, row->input, result,
				 got, row->want);
		if (row->want_errno != 0 &&
		    (result != -1 || errno != row->want_errno || got != UNTOUCHED))
			fail_msg("\"%s\": got %d, %s, %" PRId64 ", want %s", row->input, result,
				 strerror(errno), got, strerror(row->want_errno));
	}
}

static void
test_parse_time(void **state)
{
	static const struct row rows[] = {
		{"10", 0, 10000000},
		{"0", 0, 0},
		{"-0", 0, 0},
		{"1.5 s", 0, 1500000},
		{"250ms", 0, 250000},
		{"2 min", 0, 120000000},
		{"1 h", 0, INT64_C(3600000000)},
		{"1d", 0, INT64_C(86400000000)},
		{"7us", 0, 7},
		{"3 \t us", 0, 3},
		{"007", 0, 7000000},
		{"-1.5", 0, -1500000},
		{"-0.5 ms", 0, -500},
		{"0.1", 0, 100000},
		{"0.000001", 0, 1},
		{"0.0000010000000000000000000000000000000000", 0, 1},
		{"0.0000001", ERANGE, 0},
		{"0.00000100000000000000000000000000000000001", ERANGE, 0},
		{"0.5 us", ERANGE, 0},
		{"1.0 us", 0, 1},
		{"0.001 ms", 0, 1},
		{"0.0001 ms", ERANGE, 0},
		{"0.00001 min", 0, 600},
		{"0.00000005 min", 0, 3},
		{"0.0001220703125 d", 0, 10546875},      /* 2^-13 */
		{"0.00006103515625 d", ERANGE, 0},       /* 2^-14 */
		{"0.33333333333333333333 h", ERANGE, 0}, /* never a third */
		{"9223372036854775807 us", 0, INT64_MAX},
		{"9223372036854775808 us", ERANGE, 0},
		{"-9223372036854775808 us", 0, INT64_MIN},
		{"-9223372036854775809 us", ERANGE, 0},
		{"9223372036854.775807", 0, INT64_MAX},
		{"9223372036854.775808", ERANGE, 0},
		{"-9223372036854.775808", 0, INT64_MIN},
		{"-9223372036854.775809", ERANGE, 0},
		{"9223372036854775.807 ms", 0, INT64_MAX},
		{"106751991 d", 0, INT64_C(106751991) * 86400 * USEC_PER_SEC},
		{"106751992 d", ERANGE, 0},
		{"99999999999999999999999999", ERANGE, 0},
		{"-99999999999999999999999999", ERANGE, 0},
		{"99999999999999999999999999 x", EINVAL, 0},
		{"0000000000000000000000000000000000001", 0, 1000000},
		{"", EINVAL, 0},
		{" ", EINVAL, 0},
		{"s", EINVAL, 0},
		{"-", EINVAL, 0},
		{"--1", EINVAL, 0},
		{"+1", EINVAL, 0},
		{"- 1", EINVAL, 0},
		{" 1", EINVAL, 0},
		{"1 ", EINVAL, 0},
		{"1 s ", EINVAL, 0},
		{"1.", EINVAL, 0},
		{".5", EINVAL, 0},
		{"1. s", EINVAL, 0},
		{"1.5.5", EINVAL, 0},
		{"1,5", EINVAL, 0},
		{"1e3", EINVAL, 0},
		{"0x10", EINVAL, 0},
		{"10 S", EINVAL, 0},
		{"10 sec", EINVAL, 0},
		{"10 m", EINVAL, 0},
		{"10 KiB", EINVAL, 0},
		{"1 min 30 s", EINVAL, 0},
		{"1\ns", EINVAL, 0},
		{"inf", EINVAL, 0},
		{"nan", EINVAL, 0},
		{"auto", EINVAL, 0},
	};

	(void)state;
	check_rows(rows, COUNT(rows), units_parse_time);
}

static void
test_parse_size(void **state)
{
	static const struct row rows[] = {
		{"0", 0, 0},
		{"1024", 0, 1024},
		{"1024B", 0, 1024},
		{"64 KiB", 0, 65536},
		{"1MiB", 0, 1048576},
		{"2 GiB", 0, INT64_C(2147483648)},
		{"1 kB", 0, 1000},
		{"3 MB", 0, 3000000},
		{"4GB", 0, INT64_C(4000000000)},
		{"-1 KiB", 0, -1024},
		{"9223372036854775807", 0, INT64_MAX},
		{"9223372036854775808", ERANGE, 0},
		{"-9223372036854775808 B", 0, INT64_MIN},
		{"8589934591 GiB", 0, INT64_C(8589934591) << 30},
		{"8589934592 GiB", ERANGE, 0},
		{"-8589934592 GiB", 0, INT64_MIN},
		{"-8589934593 GiB", ERANGE, 0},
		{"1.5 KiB", EINVAL, 0},
		{"1.0", EINVAL, 0},
		{"1 KB", EINVAL, 0},
		{"1 kib", EINVAL, 0},
		{"1k", EINVAL, 0},
		{"1 b", EINVAL, 0},
		{"1 s", EINVAL, 0},
		{"1 ", EINVAL, 0},
		{"", EINVAL, 0},
		{"B", EINVAL, 0},
	};

	(void)state;
	check_rows(rows, COUNT(rows), units_parse_size);
}

static void
test_format(void **state)
{
	static const struct {
		formatter *format;
		int64_t input;
		const char *want;
	} rows[] = {
		{units_format_time, 0, "0 s"},
		{units_format_time, 1, "1 us"},
		{units_format_time, 250000, "250 ms"},
		{units_format_time, 1500000, "1500 ms"},
		{units_format_time, 30000000, "30 s"},
		{units_format_time, 90000000, "90 s"},
		{units_format_time, 300000000, "5 min"},
		{units_format_time, INT64_C(7200000000), "2 h"},
		{units_format_time, INT64_C(86400000000), "1 d"},
		{units_format_time, -1000000, "-1 s"},
		{units_format_time, INT64_MAX, "9223372036854775807 us"},
		{units_format_time, INT64_MIN, "-9223372036854775808 us"},
		{units_format_size, 0, "0 B"},
		{units_format_size, 1, "1 B"},
		{units_format_size, 1000, "1000 B"},
		{units_format_size, 1000000000, "1000000000 B"},
		{units_format_size, 1536, "1536 B"},
		{units_format_size, 65536, "64 KiB"},
		{units_format_size, 1048576, "1 MiB"},
		{units_format_size, INT64_C(3) << 30, "3 GiB"},
		{units_format_size, -2048, "-2 KiB"},
		{units_format_size, INT64_MAX, "9223372036854775807 B"},
		{units_format_size, INT64_MIN, "-8589934592 GiB"},
	};
	char text[UNITS_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_ptr_equal(rows[i].format(rows[i].input, text), text);
		assert_string_equal(text, rows[i].want);
	}
}

static void
check_round_trip(int64_t value)
{
	static const struct {
		formatter *format;
		parser *parse;
	} ways[] = {{units_format_time, units_parse_time}, {units_format_size, units_parse_size}};

	for (size_t i = 0; i < COUNT(ways); i++) {
		char text[UNITS_TEXT_MAX];
		int64_t got = UNTOUCHED;

		if (ways[i].parse(ways[i].format(value, text), &got) != 0 || got != value)
			fail_msg("%" PRId64 " was written as \"%s\" and read as %" PRId64, value,
				 text, got);
	}
}

static void
test_round_trips(void **state)
{
	static const int64_t factors[] = {
		1,       1000,    1000000, 60000000,   INT64_C(3600000000), INT64_C(86400000000),
		1 << 10, 1 << 20, 1 << 30, 1000000000,
	};
	uint64_t random = UINT64_C(0x2545f4914f6cdd1d);

	(void)state;
	for (int64_t value = -10000; value <= 10000; value++)
		for (size_t i = 0; i < COUNT(factors); i++)
			check_round_trip(value * factors[i]);
	for (int64_t value = 0; value < 10000; value++) {
		check_round_trip(INT64_MAX - value);
		check_round_trip(INT64_MIN + value);
	}
	for (int i = 0; i < 200000; i++) {
		random ^= random << 13;
		random ^= random >> 7;
		random ^= random << 17;
		check_round_trip((int64_t)random >> random % 64);
	}
}

/* A million fractions, in two units, none off by one. */
static void
test_every_microsecond(void **state)
{
	(void)state;
	for (int64_t usec = 0; usec < USEC_PER_SEC; usec++) {
		char text[64];
		int64_t got = UNTOUCHED;

		snprintf(text, sizeof text, "9007199254.%06" PRId64 " s", usec);
		if (units_parse_time(text, &got) != 0 || got != INT64_C(9007199254000000) + usec)
			fail_msg("\"%s\" was read as %" PRId64, text, got);
		snprintf(text, sizeof text, "-%" PRId64 ".%03" PRId64 "ms", usec / 1000,
			 usec % 1000);
		if (units_parse_time(text, &got) != 0 || got != -usec)
			fail_msg("\"%s\" was read as %" PRId64, text, got);
	}
}

static void
check_seconds(double seconds, int want_errno, int64_t want)
{
	int64_t got = UNTOUCHED;
	int result;

	errno = 0;
	result = units_time_from_seconds(seconds, &got);
	if (want_errno == 0 ? result != 0 || got != want
			    : result != -1 || errno != want_errno || got != UNTOUCHED)
		fail_msg("%.17g: got %d, %s, %" PRId64 ", want %s, %" PRId64, seconds, result,
			 strerror(errno), got, strerror(want_errno), want);
}

static void
test_seconds(void **state)
{
	const double past = 9223372036854775808.0 / 1e6; /* no double is nearer to 2^63 us */

	(void)state;
	check_seconds(0.0, 0, 0);
	check_seconds(-0.0, 0, 0);
	check_seconds(0.1, 0, 100000);
	check_seconds(-1.5, 0, -1500000);
	check_seconds(30.0, 0, 30000000);
	check_seconds(1e-6, 0, 1);
	check_seconds(1e-7, ERANGE, 0);
	check_seconds(0.1234567, ERANGE, 0);
	check_seconds(-0.0000005, ERANGE, 0);
	check_seconds(300000000.0000003, ERANGE, 0);
	check_seconds(DBL_MIN, ERANGE, 0);
	check_seconds(DBL_TRUE_MIN, ERANGE, 0);
	check_seconds(nextafter(0.1, 1.0), ERANGE, 0);
	check_seconds(nextafter(1.0, 0.0), ERANGE, 0);
	check_seconds(1e12, 0, INT64_C(1000000000000000000));
	check_seconds(9223372036854.0, 0, INT64_C(9223372036854000000));
	check_seconds(-9223372036854.0, 0, INT64_C(-9223372036854000000));
	check_seconds(9223372036855.0, ERANGE, 0);
	check_seconds(-9223372036855.0, ERANGE, 0);
	check_seconds(nextafter(past, HUGE_VAL), ERANGE, 0);
	check_seconds(1e300, ERANGE, 0);
	check_seconds(-DBL_MAX, ERANGE, 0);
	check_seconds(HUGE_VAL, ERANGE, 0);
	check_seconds(-HUGE_VAL, ERANGE, 0);
	check_seconds((double)NAN, EINVAL, 0);
}

/* What a file says in six digits is read to the microsecond. */
static void
test_seconds_as_written(void **state)
{
	static const int64_t whole[] = {0, 1, 2, 59, 86399, 4294967295, 8589934591};

	(void)state;
	for (size_t i = 0; i < COUNT(whole); i++) {
		for (int64_t usec = 0; usec < USEC_PER_SEC; usec += i == 1 ? 1 : 7) {
			char text[64];

			snprintf(text, sizeof text, "%" PRId64 ".%06" PRId64, whole[i], usec);
			check_seconds(strtod(text, NULL), 0, whole[i] * USEC_PER_SEC + usec);
			check_seconds(-strtod(text, NULL), 0, -(whole[i] * USEC_PER_SEC + usec));
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse_time),
		cmocka_unit_test(test_parse_size),
		cmocka_unit_test(test_format),
		cmocka_unit_test(test_round_trips),
		cmocka_unit_test(test_every_microsecond),
		cmocka_unit_test(test_seconds),
		cmocka_unit_test(test_seconds_as_written),
	};

	return cmocka_run_group_tests_name("units", tests, NULL, NULL);
}
