/*
 * test_session_limits.c - the dialogue where something is as long as may be
 */
#include "config.h"

/* System */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Library */
#include <cmocka.h>

/* Project */
#include "hellod/session.h"
#include "session_fixture.h"

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

/* Names of one length and each ending, at limits that people configure. */
static void
check_limit(size_t max_message, size_t len, const char *ending, bool eof)
{
	struct session_rules rules = usual_rules;
	char *in = malloc(len + strlen(ending));
	char *want = malloc(len + 100);
	int want_len;
	struct dialogue d;

	assert_non_null(in);
	assert_non_null(want);
	memset(in, 'x', len);
	memcpy(in + len, ending, strlen(ending));
	rules.max_message = max_message;
	if (len > max_message)
		want_len = snprintf(want, len + 100, "Error: name longer than %zu bytes\n",
				    max_message);
	else
		want_len = snprintf(want, len + 100, "Hello, %.*s!%s", (int)len, in, ending);

	dialogue_init(&d, FRAMING_LINE, &rules);
	d.eof_with_bytes = eof;
	if (eof)
		dialogue_close(&d, (struct session_text){in, len + strlen(ending)});
	else
		dialogue_read(&d, (struct session_text){in, len + strlen(ending)});
	assert_text("at the limit", d.out, (struct session_text){want, (size_t)want_len});
	dialogue_done(&d);
	free(want);
	free(in);
}

static void
test_limits(void **state)
{
	static const size_t limits[] = {SESSION_MESSAGE_MIN, 63, 1024, 16384};

	(void)state;
	for (size_t i = 0; i < COUNT(limits); i++)
		for (size_t len = limits[i] - 1; len <= limits[i] + 2; len++) {
			check_limit(limits[i], len, "\n", false);
			check_limit(limits[i], len, "\r\n", false);
			check_limit(limits[i], len, "\n", true);
			check_limit(limits[i], len, "", true);
		}
}

static void
test_welcome(void **state)
{
	/* clang-format off */
	static const struct {
		enum framing framing;
		struct session_text welcome, want;
	} rows[] = {
		{FRAMING_AUTO,    TEXT("Welcome!"), TEXT("Welcome!")},
		{FRAMING_MESSAGE, TEXT("Welcome!"), TEXT("Welcome!")},
		{FRAMING_LINE,    TEXT("Welcome!"), TEXT("Welcome!\n")},
		{FRAMING_MESSAGE, TEXT(""),         TEXT("")},
		{FRAMING_LINE,    TEXT(""),         TEXT("\n")},
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct session_rules rules = usual_rules;
		struct session session;
		char *out;
		size_t len;

		rules.welcome = rows[i].welcome;
		out = malloc(session_answer_max(&rules));
		assert_non_null(out);
		session_init(&session, rows[i].framing);
		len = session_welcome(&session, &rules, out);
		assert_text("welcome", (struct session_text){out, len}, rows[i].want);
		free(out);
	}
}

/* The room is enough for whatever the rules make the longest. */
static void
test_answer_max(void **state)
{
	char long_text[3000];
	struct session_rules rules = usual_rules;

	(void)state;
	memset(long_text, 'w', sizeof long_text);
	assert_int_equal(session_answer_max(&rules), strlen("Hello, !\r\n") + 1024);
	rules.welcome = (struct session_text){long_text, sizeof long_text};
	assert_int_equal(session_answer_max(&rules), sizeof long_text + 1);
	rules.before = rules.after = rules.welcome;
	assert_int_equal(session_answer_max(&rules), 2 * sizeof long_text + 1024 + 2);

	rules = (struct session_rules){{"", 0}, {"", 0}, {"", 0}, SESSION_MESSAGE_MIN, true};
	assert_true(session_answer_max(&rules) > strlen("Error: name longer than 4 bytes\n"));
}

/* More than fits is answered in several steps; no step does less than it could. */
static void
test_room(void **state)
{
	struct dialogue d;
	struct session_rules rules = usual_rules;

	(void)state;
	rules.max_message = 84;
	dialogue_init(&d, FRAMING_LINE, &rules);
	assert_int_equal(d.out_size, strlen("Hello, !\r\n") + 84);
	dialogue_read(&d, TEXT("123456789\n123456789\n123456789\n"
			       "123456789\n123456789\n123456789\n"));
	assert_int_equal(d.greetings, 6);
	assert_int_equal(d.steps, 2); /* 94 bytes have room for 5 answers of 18 */
	dialogue_done(&d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_welcome),
		cmocka_unit_test(test_answer_max),
		cmocka_unit_test(test_room),
	};

	return cmocka_run_group_tests_name("session_limits", tests, NULL, NULL);
}
