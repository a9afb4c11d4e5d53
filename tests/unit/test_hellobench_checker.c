/*
 * test_hellobench_checker.c - every byte is the one that had to come, or is not
 *
 * Each row is fed whole, one byte at a time, and cut in two at every place.
 */
#include "config.h"

/* System */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* Library */
#include <cmocka.h>

/* Project */
#include "hellobench/checker.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const struct script_protocol hello = {"hello",        "Welcome!", "%s\n",
					     "Hello, %s!\n", "exit\n",   ""};
static const struct script_protocol redis = {"redis",     "",         "PING\r\n",
					     "+PONG\r\n", "QUIT\r\n", "+OK\r\n"};

/* The first names are Aaa, Aab, Aac. */
struct row {
	const char *name;
	const struct script_protocol *protocol;
	unsigned asked; /* names, once the welcome is there */
	bool exit;      /* said when all that was asked for is there */
	const char *input;
	bool end; /* the server closes then */
	enum failure want;
	unsigned want_answers;
};

static const struct row rows[] = {
	{"nothing yet", &hello, 1, false, "", false, FAILURE_NONE, 0},
	{"a welcome", &hello, 0, false, "Welcome!", false, FAILURE_NONE, 0},
	{"a whole dialogue", &hello, 2, true, "Welcome!Hello, Aaa!\nHello, Aab!\n", true,
	 FAILURE_NONE, 2},
	{"half an answer", &hello, 2, false, "Welcome!Hello, Aaa!\nHel", false, FAILURE_NONE, 1},
	{"another name", &hello, 2, false, "Welcome!Hello, Aaa!\nHello, Aac!\n", false,
	 FAILURE_WRONG, 1},
	{"no end of line", &hello, 2, false, "Welcome!Hello, Aaa!Hello, Aab!", false, FAILURE_WRONG,
	 0},
	{"another welcome", &hello, 0, false, "Welcome?", false, FAILURE_WRONG, 0},
	{"the last byte", &hello, 1, false, "Welcome!Hello, Aaa!\r", false, FAILURE_WRONG, 0},
	{"a control byte", &hello, 1, false, "Welcome!Hello, Aaa\x01", false, FAILURE_WRONG, 0},
	{"one answer more", &hello, 1, false, "Welcome!Hello, Aaa!\nHello, Aab!\n", false,
	 FAILURE_EXTRA, 1},
	{"more after the welcome", &hello, 0, false, "Welcome!W", false, FAILURE_EXTRA, 0},
	{"more after exit", &hello, 1, true, "Welcome!Hello, Aaa!\nBye", false, FAILURE_EXTRA, 1},
	{"busy", &hello, 0, false, "Busy: 3 connections of 3 are taken", false, FAILURE_BUSY, 0},
	{"busy, closed", &hello, 0, false, "Busy: ", true, FAILURE_BUSY, 0},
	{"nearly busy", &hello, 0, false, "Busy", false, FAILURE_NONE, 0},
	{"nearly busy, closed", &hello, 0, false, "Busy", true, FAILURE_WRONG, 0},
	{"not busy after all", &hello, 0, false, "Busy.", false, FAILURE_WRONG, 0},
	{"an error", &hello, 2, false, "Welcome!Hello, Aaa!\nError: name is not valid UTF-8\n",
	 false, FAILURE_ERROR, 1},
	{"an error that nobody asked for", &hello, 1, false, "Welcome!Hello, Aaa!\nError: idle",
	 false, FAILURE_ERROR, 1},
	{"an error inside of an answer", &hello, 1, false, "Welcome!HeError: ", false,
	 FAILURE_WRONG, 0},
	{"closed before the welcome", &hello, 0, false, "", true, FAILURE_EARLY_END, 0},
	{"closed in the welcome", &hello, 0, false, "Welc", true, FAILURE_EARLY_END, 0},
	{"closed in an answer", &hello, 1, false, "Welcome!Hello, A", true, FAILURE_EARLY_END, 0},
	{"closed before exit", &hello, 1, false, "Welcome!Hello, Aaa!\n", true, FAILURE_EARLY_END,
	 1},
	{"redis", &redis, 3, true, "+PONG\r\n+PONG\r\n+PONG\r\n+OK\r\n", true, FAILURE_NONE, 3},
	{"redis, no goodbye", &redis, 1, true, "+PONG\r\n", true, FAILURE_EARLY_END, 1},
	{"redis, half a goodbye", &redis, 1, true, "+PONG\r\n+O", true, FAILURE_EARLY_END, 1},
	{"redis, an error", &redis, 1, false, "-ERR", false, FAILURE_WRONG, 0},
};

/* What a client does: it asks when it is welcomed, and leaves when it is served. */
struct talk {
	struct checker checker;
	bool asked;
	unsigned answers;
	enum failure failure;
};

static void
take_turn(struct talk *talk, const struct row *row)
{
	if (talk->failure != FAILURE_NONE || !checker_quiet(&talk->checker))
		return;
	if (!talk->asked && row->asked > 0) {
		talk->asked = true;
		checker_ask(&talk->checker, row->asked);
	} else if (row->exit) {
		checker_exit(&talk->checker);
	}
}

static void
hear(struct talk *talk, const struct row *row, const struct script *script, const char *bytes,
     size_t len)
{
	if (talk->failure == FAILURE_NONE && len > 0)
		talk->failure = checker_feed(&talk->checker, script, bytes, len, &talk->answers);
	take_turn(talk, row);
}

static void
start(struct talk *talk, const struct row *row, const struct script *script, unsigned first)
{
	*talk = (struct talk){.failure = FAILURE_NONE};
	checker_init(&talk->checker, script, first);
	take_turn(talk, row);
}

static void
check(struct talk *talk, const struct row *row, const struct script *script, const char *how)
{
	if (row->end && talk->failure == FAILURE_NONE)
		talk->failure = checker_end(&talk->checker, script);
	if (talk->failure != row->want || talk->answers != row->want_answers)
		fail_msg("%s, %s: got %d and %u answers, want %d and %u", row->name, how,
			 talk->failure, talk->answers, row->want, row->want_answers);
}

/* The server's words as they come one after the other: a welcome stands alone. */
static size_t
first_part(const struct row *row)
{
	size_t welcome = strlen(row->protocol->welcome);

	return strncmp(row->input, row->protocol->welcome, welcome) == 0 ? welcome : 0;
}

static void
test_pieces(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct row *row = &rows[i];
		size_t len = strlen(row->input), welcome = first_part(row);
		struct script script;
		struct talk talk;

		script_init(&script, row->protocol, 3, 4);
		start(&talk, row, &script, 0);
		for (size_t at = 0; at < len; at++)
			hear(&talk, row, &script, row->input + at, 1);
		check(&talk, row, &script, "bytewise");
		/* A client that leaves must hear the goodbye after its exit: bytewise only. */
		for (size_t cut = welcome; cut < len && !row->exit; cut++) {
			start(&talk, row, &script, 0);
			hear(&talk, row, &script, row->input, welcome);
			hear(&talk, row, &script, row->input + welcome, cut - welcome);
			hear(&talk, row, &script, row->input + cut, len - cut);
			check(&talk, row, &script, "in two");
		}
		script_done(&script);
	}
}

/* The last name is followed by the first. */
static void
test_wraps_around(void **state)
{
	static const struct row row = {"around", &hello, 1, false, "", false, FAILURE_NONE, 0};
	struct script script;
	struct talk talk;
	char text[64];

	(void)state;
	script_init(&script, &hello, 3, 4);
	for (unsigned batch = 1; batch <= 4; batch++) {
		start(&talk, &row, &script, script.names - 2);
		hear(&talk, &row, &script, "Welcome!", 8);
		checker_ask(&talk.checker, batch - 1);
		for (unsigned i = 0; i < batch; i++) {
			const char *name = script.requests + (script.names - 2 + i) % script.names *
								     script.request_len;

			snprintf(text, sizeof(text), "Hello, %.3s!\n", name);
			hear(&talk, &row, &script, text, strlen(text));
		}
		assert_int_equal(talk.failure, FAILURE_NONE);
		assert_int_equal(talk.answers, batch);
		assert_int_equal(talk.checker.position, (script.names - 2 + batch) % script.names);
	}
	script_done(&script);
}

static void
test_names_differ(void **state)
{
	struct script script;

	(void)state;
	for (size_t len = 1; len <= 9; len++) {
		script_init(&script, &hello, len, 1);
		assert_int_equal(script.request_len, len + 1);
		for (unsigned i = 0; i < script.names; i++) {
			const char *name = script.requests + i * script.request_len;

			assert_true(name[0] >= 'A' && name[0] <= 'Z');
			for (unsigned other = 0; other < i; other++)
				assert_memory_not_equal(
					name, script.requests + other * script.request_len, len);
		}
		script_done(&script);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pieces),
		cmocka_unit_test(test_wraps_around),
		cmocka_unit_test(test_names_differ),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
