/*
 * test_log_line.c - what a line looks like, by tables
 */
#include "config.h"

/* System */
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
#include "lib/log_sink.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static char line[LOG_LINE_MAX + 1];

/* Composes, and checks that nothing is written behind the size given. */
static size_t
compose(enum log_shape shape, const struct log_message *message, size_t size)
{
	size_t len;

	assert_in_range(size, 64, LOG_LINE_MAX);
	memset(line, 0x55, sizeof(line));
	len = log_line_compose(shape, message, line, size);
	assert_in_range(len, 1, size);
	for (size_t i = size; i < sizeof(line); i++)
		assert_int_equal(line[i], 0x55);
	line[len] = '\0';
	assert_int_equal(strlen(line), len);
	return len;
}

static void
test_shapes(void **unused)
{
	static const struct {
		enum log_shape shape;
		int level;
		const char *role;
		const char *want;
	} cases[] = {
		{LOG_SHAPE_BARE, LOG_ERR, NULL, "hellod: text\n"},
		{LOG_SHAPE_BARE, LOG_WARNING, NULL, "hellod: warning: text\n"},
		{LOG_SHAPE_BARE, LOG_INFO, NULL, "hellod: text\n"},
		{LOG_SHAPE_PLAIN, LOG_ERR, NULL, "hellod[4711]: error: text\n"},
		{LOG_SHAPE_PLAIN, LOG_WARNING, "worker 0",
		 "hellod[4711]: worker 0: warning: text\n"},
		{LOG_SHAPE_PLAIN, LOG_CRIT, NULL, "hellod[4711]: text\n"},
		{LOG_SHAPE_PLAIN, LOG_NOTICE, "master", "hellod[4711]: master: text\n"},
		{LOG_SHAPE_PLAIN, LOG_INFO, NULL, "hellod[4711]: text\n"},
		{LOG_SHAPE_PLAIN, LOG_DEBUG, NULL, "hellod[4711]: debug: text\n"},
		{LOG_SHAPE_LEVEL, LOG_WARNING, "worker 0", "<4>worker 0: text\n"},
		{LOG_SHAPE_LEVEL, LOG_ERR, NULL, "<3>text\n"},
		{LOG_SHAPE_DATED, LOG_WARNING, "worker 0",
		 "2026-11-22T21:47:29.123456+05:30 hellod[4711]: worker 0: warning: text\n"},
		{LOG_SHAPE_SYSLOG, LOG_WARNING, "worker 0", "<28>hellod[4711]: worker 0: text"},
		{LOG_SHAPE_SYSLOG, LOG_DEBUG, NULL, "<31>hellod[4711]: text"},
		{LOG_SHAPE_JOURNAL, LOG_WARNING, "worker 0", "worker 0: text"},
		{LOG_SHAPE_JOURNAL, LOG_ERR, NULL, "text"},
	};

	(void)unused;
	assert_int_equal(setenv("TZ", "XST-5:30", 1), 0);
	tzset();
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct log_message message = {
			.level = cases[i].level,
			.ident = "hellod",
			.role = cases[i].role,
			.pid = 4711,
			.time = {1795364249, 123456789},
			.text = "text",
		};

		compose(cases[i].shape, &message, LOG_LINE_MAX);
		assert_string_equal(line, cases[i].want);
	}
}

static void
test_time_zones(void **unused)
{
	static const struct {
		const char *zone;
		long nanoseconds;
		const char *want;
	} cases[] = {
		{"UTC0", 0, "2026-11-22T16:17:29.000000+00:00 a[1]: t\n"},
		{"XST8", 999999999, "2026-11-22T08:17:29.999999-08:00 a[1]: t\n"},
		{"XST3:30", 1000, "2026-11-22T12:47:29.000001-03:30 a[1]: t\n"},
		{"XST-14", 0, "2026-11-23T06:17:29.000000+14:00 a[1]: t\n"},
	};

	(void)unused;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct log_message message = {
			.level = LOG_INFO,
			.ident = "a",
			.pid = 1,
			.time = {1795364249, cases[i].nanoseconds},
			.text = "t",
		};

		assert_int_equal(setenv("TZ", cases[i].zone, 1), 0);
		tzset();
		compose(LOG_SHAPE_DATED, &message, LOG_LINE_MAX);
		assert_string_equal(line, cases[i].want);
	}
}

static void
test_bytes(void **unused)
{
	static const struct {
		const char *text;
		const char *want;
	} cases[] = {
		{"one\ntwo\r\n", "one\\x0atwo\\x0d\\x0a"},
		{"\x1b[2J", "\\x1b[2J"},
		{"tab\tstays", "tab\tstays"},
		{"\x01\x1f \x7f~", "\\x01\\x1f \\x7f~"},
		{"quotes \" and \\ stay", "quotes \" and \\ stay"},
		{"Z\xc3\xbcrich \xe2\x82\xac", "Z\xc3\xbcrich \xe2\x82\xac"},
		{"\xc2\x9b"
		 "2J",
		 "\\xc2\\x9b2J"},
		{"\xc2\xa0", "\xc2\xa0"},
		{"end \xc2", "end \xc2"},
	};

	(void)unused;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct log_message message = {
			.level = LOG_INFO, .ident = "a", .text = cases[i].text};

		compose(LOG_SHAPE_JOURNAL, &message, LOG_LINE_MAX);
		assert_string_equal(line, cases[i].want);
	}
}

/* Texts of every length around the size: all that fits, or "..." at the end. */
static void
test_cut(void **unused)
{
	static const struct {
		const char *unit; /* of which the text is made */
		const char *shown;
		size_t piece; /* bytes that must not be parted */
	} cases[] = {
		{"x", "x", 1},
		{"\xe2\x82\xac", "\xe2\x82\xac", 3},
		{"\n", "\\x0a", 4},
		{"\xf0\x9f\x98\x80\x01", "\xf0\x9f\x98\x80\\x01", 4},
	};
	const size_t size = 64;

	(void)unused;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const size_t shown = strlen(cases[i].shown);
		char text[400] = "";

		for (size_t n = 1; n <= size + 4; n++) {
			const struct log_message message = {
				.level = LOG_INFO, .ident = "a", .text = text};
			const bool fits = strlen("<6>") + n * shown + 1 <= size;
			size_t len;

			strcat(text, cases[i].unit);
			len = compose(LOG_SHAPE_LEVEL, &message, size);
			assert_int_equal(line[len - 1], '\n');
			assert_memory_equal(line, "<6>", 3);
			if (fits) {
				assert_int_equal(len, 3 + n * shown + 1);
				continue;
			}
			assert_memory_equal(line + len - 4, "...\n", 4);
			/* No piece is parted, and none that had room is missing. */
			assert_int_equal((len - 7) % cases[i].piece, 0);
			for (size_t at = 3; at < len - 4; at++)
				assert_int_equal(line[at], cases[i].shown[(at - 3) % shown]);
			assert_in_range(len, size - cases[i].piece + 1, size);
		}
	}
}

static void
test_long_ident(void **unused)
{
	char ident[5000];
	struct log_message message = {.level = LOG_INFO, .ident = ident, .pid = 1, .text = "t"};

	(void)unused;
	memset(ident, 'i', sizeof(ident) - 1);
	ident[sizeof(ident) - 1] = '\0';
	assert_in_range(compose(LOG_SHAPE_DATED, &message, 64), 1, 64);
	assert_non_null(strstr(line, "..."));
	assert_in_range(compose(LOG_SHAPE_DATED, &message, LOG_LINE_MAX), 1, 300);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shapes),     cmocka_unit_test(test_time_zones),
		cmocka_unit_test(test_bytes),      cmocka_unit_test(test_cut),
		cmocka_unit_test(test_long_ident),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
