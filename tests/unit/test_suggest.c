/*
 * test_suggest.c - what suggest() takes for a slip of the pen
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
#include "lib/suggest.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const char *const keys[] = {
	"listen",          "workers",        "user",       "group",       "welcome",
	"greeting",        "max_message",    "encoding",   "reply_delay", "idle_timeout",
	"write_timeout",   "drain_timeout",  "log_target", "log_level",   "pid_file",
	"max_connections", "control_socket",
};

struct row {
	const char *name;
	const char *input;
	const char *want;
};

static void
check(const struct row *row, const char *const *words, size_t count)
{
	const char *got = suggest(row->input, words, count);

	if (got == NULL && row->want == NULL)
		return;
	if (got == NULL || row->want == NULL || strcmp(got, row->want) != 0)
		fail_msg("%s: %s: got %s, want %s", row->name, row->input, got ? got : "none",
			 row->want ? row->want : "none");
}

static void
test_keys(void **state)
{
	static const struct row rows[] = {
		{"right", "workers", "workers"},
		{"a letter missing", "worker", "workers"},
		{"a letter missing inside", "max_conections", "max_connections"},
		{"a letter too many", "lissten", "listen"},
		{"a letter changed", "reply_deley", "reply_delay"},
		{"two swapped", "listne", "listen"},
		{"swapped in a short word", "uesr", "user"},
		{"dash for underscore", "idle-timeout", "idle_timeout"},
		{"no underscore", "idletimeout", "idle_timeout"},
		{"capitals", "MAX_MESSAGE", "max_message"},
		{"capitals and a slip", "Max-Mesage", "max_message"},
		{"camel case", "maxConnections", "max_connections"},
		{"plural", "max_messages", "max_message"},
		{"the nearest of three timeouts", "wite_timeout", "write_timeout"},
		{"something else", "keepalive", NULL},
		{"one letter", "x", NULL},
		{"nothing", "", NULL},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		check(&rows[i], keys, COUNT(keys));
}

/* Each key with each byte taken out, doubled, changed or swapped is found. */
static void
test_every_slip(void **state)
{
	(void)state;
	for (size_t k = 0; k < COUNT(keys); k++) {
		const size_t len = strlen(keys[k]);

		for (size_t at = 0; at < len; at++) {
			char text[64];
			struct row row = {"slip", text, keys[k]};

			memcpy(text, keys[k], at);
			memcpy(text + at, keys[k] + at + 1, len - at);
			check(&row, keys, COUNT(keys));
			memcpy(text, keys[k], at + 1);
			memcpy(text + at + 1, keys[k] + at, len - at + 1);
			check(&row, keys, COUNT(keys));
			memcpy(text, keys[k], len + 1);
			text[at] = '#';
			check(&row, keys, COUNT(keys));
			if (at > 0) {
				text[at] = keys[k][at - 1];
				text[at - 1] = keys[k][at];
				check(&row, keys, COUNT(keys));
			}
		}
	}
}

/* A third of the longer one's characters is near, one more is not. */
static void
test_limit(void **state)
{
	static const char *const word[] = {"abcdef", "p_q_r_s"};
	static const struct row rows[] = {
		{"two of six changed", "abcdXX", "abcdef"},
		{"three of six changed", "abcXXX", NULL},
		{"two of six missing", "abcd", "abcdef"},
		{"three of six missing", "abc", NULL},
		{"three of nine too many", "abcdefXXX", "abcdef"},
		{"four of ten too many", "abcdefXXXX", NULL},
		{"two swaps", "badcef", "abcdef"},
		{"three swaps", "badcfe", NULL},
		{"a swap is not undone by a change", "cab", NULL},
		{"only case", "ABCDEF", "abcdef"},
		{"only dashes", "p-q-r-s", "p_q_r_s"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		check(&rows[i], word, COUNT(word));
}

static void
test_ties_and_ends(void **state)
{
	static const char *const words[] = {"alpha1", "alpha2", "ALPHA3"};
	static const struct row rows[] = {
		{"first wins", "alphax", "alpha1"},
		{"nearest wins over first", "alpha2", "alpha2"},
		{"case does not count", "alpha3", "ALPHA3"},
	};
	char long_text[1000];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		check(&rows[i], words, COUNT(words));
	assert_ptr_equal(suggest("alphax", words, COUNT(words)), words[0]);
	assert_null(suggest("alpha1", words, 0));

	memset(long_text, 'a', sizeof long_text - 1);
	long_text[sizeof long_text - 1] = '\0';
	assert_null(suggest(long_text, words, COUNT(words)));
	for (size_t len = 0; len < 200; len++) { /* at each length, no step too far */
		const char *const same[] = {long_text + sizeof long_text - 1 - len};

		suggest(long_text + sizeof long_text - 1 - 130, same, 1);
		suggest(same[0], words, COUNT(words));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_every_slip),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_ties_and_ends),
	};

	return cmocka_run_group_tests_name("suggest", tests, NULL, NULL);
}
