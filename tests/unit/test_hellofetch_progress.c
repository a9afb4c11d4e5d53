/*
 * test_hellofetch_progress.c - the line that tells how far a fetch has come
 */
#include "config.h"

/* System */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Library */
#include <cmocka.h>

/* Project */
#include "hellofetch/progress.h"
#include "lib/units.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define S USEC_PER_SEC

static const struct {
	size_t columns;
	int64_t bytes;
	int64_t total;
	int64_t usec;
	const char *want;
} lines[] = {
	{56, 0, 100, S, "  0 %  0 B of 100 B  0 B/s |                          |"},
	{48, 50, 100, S, " 50 %  50 B of 100 B  50 B/s  1 s left |###   |"},
	{48, 100, 100, 2 * S, "100 %  100 B of 100 B  50 B/s  0 s left |#####|"},
	{120, 1 << 20, 1 << 21, S,
	 " 50 %  1.0 MiB of 2.0 MiB  1.0 MiB/s  1 s left |####################                    "
	 "|"},
	/* No room for a bar, nor for all of the rest. */
	{40, 50, 100, S, " 50 %  50 B of 100 B  50 B/s  1 s left"},
	{20, 50, 100, S, " 50 %  50 B of 100 "},
	{1, 50, 100, S, ""},
	{0, 50, 100, S, ""},
	/* Nobody knows the length, or it was wrong. */
	{80, 1536, 0, S, "1.5 KiB  1.5 KiB/s"},
	{80, 1536, -1, S, "1.5 KiB  1.5 KiB/s"},
	{80, 101, 100, S, "101 B  101 B/s"},
	{80, 5, 0, 0, "5 B  0 B/s"},
	{80, 1023, 0, 1024 * S, "1023 B  1 B/s"},
};

static void
test_lines(void **state)
{
	char text[PROGRESS_LINE_MAX];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(lines); i++) {
		size_t len = progress_line(text, lines[i].columns, lines[i].bytes, lines[i].total,
					   lines[i].usec);

		if (strcmp(text, lines[i].want) != 0 || len != strlen(text))
			fail_msg("row %zu: got \"%s\"", i, text);
	}
}

/* Whatever the numbers and the terminal: it fits. */
static void
test_extremes(void **state)
{
	static const int64_t numbers[] = {0, 1, 1000, INT64_MAX / 2, INT64_MAX};
	char text[PROGRESS_LINE_MAX];

	(void)state;
	for (size_t columns = 1; columns < 2 * PROGRESS_LINE_MAX; columns++)
		for (size_t i = 0; i < COUNT_OF(numbers) * COUNT_OF(numbers); i++)
			assert_true(progress_line(text, columns, numbers[i % COUNT_OF(numbers)],
						  numbers[i / COUNT_OF(numbers)], S) < columns);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_extremes),
	};

	return cmocka_run_group_tests_name("progress", tests, NULL, NULL);
}
