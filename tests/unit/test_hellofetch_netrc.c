/*
 * test_hellofetch_netrc.c - entries of a netrc file, and header fields
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
#include "hellofetch/credentials.h"
#include "hellofetch/netrc.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static const struct {
	const char *text;
	enum netrc_result want;
	const char *login; /* if NETRC_FOUND */
	const char *password;
} entries[] = {
	{"machine h login l password p", NETRC_FOUND, "l", "p"},
	{"machine\nh\nlogin\nl\r\npassword\np\n", NETRC_FOUND, "l", "p"},
	{"machine H password p login l", NETRC_FOUND, "l", "p"},
	{"machine h login l", NETRC_FOUND, "l", ""},
	{"machine g login x machine h login l password p", NETRC_FOUND, "l", "p"},
	{"machine h login l password p machine h login x", NETRC_FOUND, "l", "p"},
	{"machine h login l default login d password e", NETRC_FOUND, "l", ""},
	{"machine g login x default login d password e", NETRC_FOUND, "d", "e"},
	{"default login d machine h login l", NETRC_FOUND, "d", ""},
	{"machine h account a login l password p", NETRC_FOUND, "l", "p"},
	{"machine h login \"a b\" password \"q\\\"\\\\r\"", NETRC_FOUND, "a b", "q\"\\r"},
	{"machine h login \"\" password p", NETRC_FOUND, "", "p"},
	{"# machine h login x\nmachine h login l", NETRC_FOUND, "l", ""},
	{"machine h # login x\nlogin l password p#q", NETRC_FOUND, "l", "p#q"},
	{"macdef m\nmachine h login x\n\nmachine h login l", NETRC_FOUND, "l", ""},
	{"machine h login l macdef m\nlogin x", NETRC_FOUND, "l", ""},
	{"", NETRC_NONE, NULL, NULL},
	{" \n\t", NETRC_NONE, NULL, NULL},
	{"machine hh login l", NETRC_NONE, NULL, NULL},
	{"login l password p", NETRC_NONE, NULL, NULL},
	{"machine", NETRC_BROKEN, NULL, NULL},
	{"machine h login", NETRC_BROKEN, NULL, NULL},
	{"machine h login l passwort p", NETRC_BROKEN, NULL, NULL},
	{"h login l", NETRC_BROKEN, NULL, NULL},
	{"machine h login \"l", NETRC_BROKEN, NULL, NULL},
	{"machine h login \"l\\", NETRC_BROKEN, NULL, NULL},
};

static void
check_entry(const char *text, size_t len, size_t i)
{
	struct netrc_entry entry = {.login = "untouched", .password = "untouched"};
	enum netrc_result result = netrc_find(text, len, "h", &entry);

	if (result != entries[i].want)
		fail_msg("row %zu: got %d, want %d: %s", i, (int)result, (int)entries[i].want,
			 entries[i].text);
	assert_string_equal(entry.login, result == NETRC_FOUND ? entries[i].login : "untouched");
	assert_string_equal(entry.password,
			    result == NETRC_FOUND ? entries[i].password : "untouched");
}

static void
test_entries(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(entries); i++) {
		/* Of its size, so that a sanitizer sees a byte read behind it. */
		size_t len = strlen(entries[i].text);
		char *text = malloc(len + (len == 0));

		assert_non_null(text);
		memcpy(text, entries[i].text, len);
		check_entry(text, len, i);
		free(text);
	}
}

/* A part of a text is never read beyond its end, whatever it is. */
static void
test_cut(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(entries); i++) {
		for (size_t len = 0; len < strlen(entries[i].text); len++) {
			char *text = malloc(len + (len == 0));
			struct netrc_entry entry;

			assert_non_null(text);
			memcpy(text, entries[i].text, len);
			netrc_find(text, len, "h", &entry);
			free(text);
		}
	}
}

static void
test_long_words(void **state)
{
	char text[2 * NETRC_WORD_MAX] = "machine h login ";
	size_t start = strlen(text);
	struct netrc_entry entry;

	(void)state;
	memset(text + start, 'x', NETRC_WORD_MAX - 1);
	assert_int_equal(netrc_find(text, start + NETRC_WORD_MAX - 1, "h", &entry), NETRC_FOUND);
	assert_int_equal(strlen(entry.login), NETRC_WORD_MAX - 1);
	memset(text + start, 'x', NETRC_WORD_MAX);
	assert_int_equal(netrc_find(text, start + NETRC_WORD_MAX, "h", &entry), NETRC_BROKEN);
	memcpy(text + start, "a\0b", 3);
	assert_int_equal(netrc_find(text, start + 3, "h", &entry), NETRC_BROKEN);
}

static const struct {
	const char *line;
	const char *want; /* a part of the fault; NULL: none */
} fields[] = {
	{"X: y", NULL},
	{"X:y", NULL},
	{"Authorization: Basic eDp5", NULL},
	{"Cookie: a=b; c=\"d\"", NULL},
	{"X_y.z~1: \ta\tb", NULL},
	{"X: \xc3\xa4", NULL},
	{"Hosts: y", NULL},
	{"", "want"},
	{"X", "want"},
	{": y", "want"},
	{"X Y: z", "want"},
	{"X : z", "want"},
	{" X: z", "want"},
	{"X:", "empty"},
	{"X: \t", "empty"},
	{"X: a\rb", "control"},
	{"X: a\nb", "control"},
	{"X: \x7f", "control"},
	{"Host: y", "own business"},
	{"host: y", "own business"},
	{"RANGE: bytes=0-1", "own business"},
	{"If-None-Match: x", "own business"},
	{"Transfer-Encoding: chunked", "own business"},
};

static void
test_fields(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(fields); i++) {
		const char *fault = credentials_check_field(fields[i].line);

		if (fields[i].want == NULL ? fault != NULL
					   : fault == NULL || strstr(fault, fields[i].want) == NULL)
			fail_msg("row %zu: got %s", i, fault == NULL ? "no fault" : fault);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_entries),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_long_words),
		cmocka_unit_test(test_fields),
	};

	return cmocka_run_group_tests_name("netrc", tests, NULL, NULL);
}
