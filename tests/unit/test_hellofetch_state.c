/*
 * test_hellofetch_state.c - the text of a state: what is read is what was written
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
#include "hellofetch/state.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define START "hellofetch-state 1\n"

static const struct state full = {
	.url = "http://h/a=b",
	.final_url = "https://h/\xc3\xa4",
	.etag = "W/\"x = y\"",
	.modified = "Tue, 01 Jan 2019 12:00:00 GMT",
	.sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
	.size = INT64_MAX,
	.dev = -1,
	.ino = 7,
	.mtime = 1546344000123456789,
	.ctime = -5,
	.fetched_at = 1,
	.checked_at = 2,
	.fail_count = 3,
	.fail_since = 4,
	.last_error = "the answer was cut short: 1 of 2 bytes came",
	.pending_hook = 1,
};

static char *
print(const struct state *what, size_t *ret_len)
{
	char *text = NULL;
	FILE *out = open_memstream(&text, ret_len);

	assert_non_null(out);
	state_print(out, what);
	assert_int_equal(fclose(out), 0);
	return text;
}

static void
test_round(void **unused)
{
	struct state *read = calloc(1, sizeof(*read));
	size_t len;
	char *text = print(&full, &len);

	(void)unused;
	assert_non_null(read);
	assert_int_equal(state_parse(text, len, read), 0);
	assert_memory_equal(read, &full, sizeof(full));
	free(text);
	free(read);
}

/* A state that was cut, at whatever byte, is none; and none is empty. */
static void
test_cut(void **unused)
{
	static const struct state empty;
	struct state *read = malloc(sizeof(*read));
	size_t len;
	char *text = print(&full, &len);

	(void)unused;
	assert_non_null(read);
	for (size_t cut = 0; cut < len; cut++) {
		char *part = malloc(cut + (cut == 0));

		assert_non_null(part);
		memcpy(part, text, cut);
		memset(read, 'x', sizeof(*read));
		assert_int_equal(state_parse(part, cut, read), -1);
		assert_memory_equal(read, &empty, sizeof(empty));
		free(part);
	}
	free(text);
	free(read);
}

static const struct {
	const char *text;
	int want;
} texts[] = {
	{START "end\n", 0},
	{START "url=http://h/\nsize=5\nend\n", 0},
	{START "url=\nsize=-5\nend\n", 0},
	/* A later version's key, the same key twice, line ends of other systems. */
	{START "colour=red\nend\n", 0},
	{START "size=1\nsize=2\nend\n", 0},
	{"hellofetch-state 1\r\nsize=1\r\nend\r\n", 0},
	{"", -1},
	{"\n", -1},
	{"end\n", -1},
	{"hellofetch-state 2\nend\n", -1},
	{START "size=1\n", -1},
	{START "end\nsize=1\n", -1},
	{START "end\n\n", -1},
	{START "size\nend\n", -1},
	{START "\nend\n", -1},
	{START "size=\nend\n", -1},
	{START "size=1x\nend\n", -1},
	{START "size=many\nend\n", -1},
	{START "size=9223372036854775808\nend\n", -1},
	{START "url=a\tb\nend\n", -1},
	{START "url=a\x7f\nend\n", -1},
};

static void
test_texts(void **unused)
{
	struct state *read = malloc(sizeof(*read));

	(void)unused;
	assert_non_null(read);
	for (size_t i = 0; i < COUNT_OF(texts); i++)
		if (state_parse(texts[i].text, strlen(texts[i].text), read) != texts[i].want)
			fail_msg("row %zu: %s", i, texts[i].text);
	free(read);
}

/* A value for which there is no room must not become another one. */
static void
test_long_values(void **unused)
{
	struct state *read = malloc(sizeof(*read));
	char text[2 * PAGE_VALIDATOR_MAX];

	(void)unused;
	assert_non_null(read);
	for (int i = -1; i <= 0; i++) {
		int len = snprintf(text, sizeof(text), START "etag=%0*d\nend\n",
				   PAGE_VALIDATOR_MAX + i, 0);

		assert_int_equal(state_parse(text, (size_t)len, read), -1 - i);
	}
	free(read);
}

static void
test_failures(void **unused)
{
	struct state *remembered = calloc(1, sizeof(*remembered));
	size_t len;
	char *text;

	(void)unused;
	assert_non_null(remembered);
	state_set_failure(remembered, "first\nurl=evil\r\x1b[m", 10);
	state_set_failure(remembered, "second\nurl=evil\x7f", 20);
	assert_int_equal(remembered->fail_count, 2);
	assert_int_equal(remembered->fail_since, 10);
	assert_string_equal(remembered->last_error, "second?url=evil?");
	text = print(remembered, &len);
	assert_null(strstr(text, "\nurl=evil"));
	free(text);
	state_set_success(remembered, 30);
	assert_int_equal(remembered->fail_count, 0);
	assert_int_equal(remembered->fail_since, 0);
	assert_int_equal(remembered->checked_at, 30);
	assert_string_equal(remembered->last_error, "");
	/* Whatever the file said: there is no number behind the last. */
	remembered->fail_count = INT64_MAX;
	state_set_failure(remembered, "again", 40);
	assert_true(remembered->fail_count == INT64_MAX);
	free(remembered);
}

/* Whatever of it differs, it is another file. */
static void
test_fits(void **unused)
{
	struct stat file = {.st_dev = 1, .st_ino = 2, .st_size = 3};
	struct state *remembered = calloc(1, sizeof(*remembered));
	struct stat other;

	(void)unused;
	assert_non_null(remembered);
	file.st_mtim = (struct timespec){4, 5};
	file.st_ctim = (struct timespec){6, 7};
	assert_false(state_fits_file(remembered, &file));
	state_set_file(remembered, &file);
	assert_true(state_fits_file(remembered, &file));
	for (int i = 0; i < 7; i++) {
		other = file;
		other.st_dev += i == 0;
		other.st_ino += i == 1;
		other.st_size += i == 2;
		other.st_mtim.tv_sec += i == 3;
		other.st_mtim.tv_nsec += i == 4;
		other.st_ctim.tv_sec += i == 5;
		other.st_ctim.tv_nsec += i == 6;
		assert_false(state_fits_file(remembered, &other));
	}
	free(remembered);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round),    cmocka_unit_test(test_cut),
		cmocka_unit_test(test_texts),    cmocka_unit_test(test_long_values),
		cmocka_unit_test(test_failures), cmocka_unit_test(test_fits),
	};

	return cmocka_run_group_tests_name("state", tests, NULL, NULL);
}
