/*
 * test_hellofetch_retry.c - what is tried again and when, and who is told
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
#include "hellofetch/page.h"
#include "hellofetch/retry.h"
#include "hellofetch/silence.h"
#include "lib/units.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define S USEC_PER_SEC
#define MIDDLE (UINT32_MAX / 2)

static const struct {
	enum exit_code code;
	int status;
	int signal;
	bool want;
} worth[] = {
	{EXIT_NETWORK, 0, 0, true},        {EXIT_TIME, 0, 0, true},
	{EXIT_TRUNCATED, 200, 0, true},    {EXIT_HTTP_CLIENT, 408, 0, true},
	{EXIT_HTTP_CLIENT, 425, 0, true},  {EXIT_HTTP_SERVER, 429, 0, true},
	{EXIT_HTTP_SERVER, 500, 0, true},  {EXIT_HTTP_SERVER, 502, 0, true},
	{EXIT_HTTP_SERVER, 503, 0, true},  {EXIT_HTTP_SERVER, 504, 0, true},
	{EXIT_HTTP_SERVER, 501, 0, false}, {EXIT_HTTP_SERVER, 505, 0, false},
	{EXIT_HTTP_CLIENT, 400, 0, false}, {EXIT_HTTP_CLIENT, 403, 0, false},
	{EXIT_HTTP_CLIENT, 404, 0, false}, {EXIT_CURRENT, 200, 0, false},
	{EXIT_TLS, 0, 0, false},           {EXIT_MALFORMED, 200, 0, false},
	{EXIT_POLICY, 200, 0, false},      {EXIT_CHECKSUM, 200, 0, false},
	{EXIT_LOCAL, 200, 0, false},       {EXIT_NETWORK, 0, 15, false},
	{EXIT_HTTP_SERVER, 503, 2, false},
};

static void
test_worth(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(worth); i++) {
		const struct outcome outcome = {.code = worth[i].code,
						.status = worth[i].status,
						.signal = worth[i].signal};

		if (retry_is_worth(&outcome) != worth[i].want)
			fail_msg("row %zu: code %d, status %d", i, (int)worth[i].code,
				 worth[i].status);
	}
}

static const struct {
	int attempt;
	int64_t delay;
	uint32_t random;
	int64_t retry_after; /* seconds */
	int64_t want;        /* microseconds */
} pauses[] = {
	{1, S, 0, 0, S},
	{2, S, 0, 0, 2 * S},
	{3, S, 0, 0, 4 * S},
	{1, S, UINT32_MAX, 0, S / 2},
	{3, S, UINT32_MAX, 0, 2 * S},
	/* No further than a minute, however often and however slow. */
	{7, S, 0, 0, RETRY_DELAY_MAX},
	{1000, S, 0, 0, RETRY_DELAY_MAX},
	{1000, 1, 0, 0, RETRY_DELAY_MAX},
	{1, 3600 * S, 0, 0, RETRY_DELAY_MAX},
	{1000, S, UINT32_MAX, 0, RETRY_DELAY_MAX / 2},
	/* What the server asks for is the least, and nothing below 0. */
	{1, S, 0, 5, 5 * S},
	{4, S, 0, 5, 8 * S},
	{1, S, UINT32_MAX, 1, S},
	{1, S, 0, -5, S},
	{1, S, 0, 99999999, 99999999 * S},
	{1, S, 0, INT64_MAX, INT64_MAX},
};

static void
test_pauses(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(pauses); i++) {
		int64_t pause = retry_pause(pauses[i].attempt, pauses[i].delay, pauses[i].random,
					    pauses[i].retry_after);

		if (pause != pauses[i].want)
			fail_msg("row %zu: got %lld, want %lld", i, (long long)pause,
				 (long long)pauses[i].want);
	}
	assert_in_range(retry_pause(1, S, MIDDLE, 0), S * 74 / 100, S * 76 / 100);
}

#define NOW 1000000 /* seconds since 1970 */

static const struct {
	struct silence rules;
	enum exit_code code;
	int signal;
	int64_t fail_count; /* this one included */
	int64_t checked_at;
	bool want;
} silences[] = {
	/* No rule, no silence. */
	{{0, 0}, EXIT_NETWORK, 0, 1, NOW, false},
	{{3, 0}, EXIT_NETWORK, 0, 1, NOW, true},
	{{3, 0}, EXIT_NETWORK, 0, 2, 0, true},
	{{3, 0}, EXIT_NETWORK, 0, 3, NOW, false},
	{{3, 0}, EXIT_NETWORK, 0, 4, NOW, false},
	{{1, 0}, EXIT_NETWORK, 0, 1, NOW, false},
	{{0, 60 * S}, EXIT_NETWORK, 0, 9, NOW - 59, true},
	{{0, 60 * S}, EXIT_NETWORK, 0, 1, NOW - 60, false},
	{{0, 60 * S}, EXIT_NETWORK, 0, 1, 0, false},
	/* A clock went wrong, then or now: the file is old. */
	{{0, 60 * S}, EXIT_NETWORK, 0, 1, NOW + 9, false},
	/* With both the first that bites counts. */
	{{3, 60 * S}, EXIT_NETWORK, 0, 1, NOW - 59, true},
	{{3, 60 * S}, EXIT_NETWORK, 0, 3, NOW - 59, false},
	{{3, 60 * S}, EXIT_NETWORK, 0, 1, NOW - 60, false},
	/* What the server does may pass, what is wrong here does not. */
	{{3, 0}, EXIT_POLICY, 0, 1, NOW, true},
	{{3, 0}, EXIT_CHECKSUM, 0, 1, NOW, true},
	{{3, 0}, EXIT_TLS, 0, 1, NOW, true},
	{{3, 60 * S}, EXIT_LOCAL, 0, 1, NOW, false},
	{{3, 60 * S}, EXIT_HOOK, 0, 1, NOW, false},
	{{3, 60 * S}, EXIT_USAGE, 0, 1, NOW, false},
	{{3, 60 * S}, EXIT_CURRENT, 15, 1, NOW, false},
};

static void
test_silences(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(silences); i++) {
		const struct outcome outcome = {.code = silences[i].code,
						.signal = silences[i].signal};
		const struct state remembered = {.fail_count = silences[i].fail_count,
						 .checked_at = silences[i].checked_at};

		if (silence_holds(&silences[i].rules, &outcome, &remembered, NOW) !=
		    silences[i].want)
			fail_msg("row %zu", i);
	}
}

#define LATE 1546344000 /* Tue, 01 Jan 2019 12:00:00 GMT */

static const struct {
	const char *modified;
	int64_t now;
	int64_t want;
} times[] = {
	{"Tue, 01 Jan 2019 12:00:00 GMT", LATE, LATE},
	{"Tue, 01 Jan 2019 12:00:00 GMT", LATE - 86400, LATE},
	{"Tue, 01 Jan 2019 12:00:00 GMT", LATE - 86401, -1},
	{"Thu, 01 Jan 1970 00:00:01 GMT", LATE, 1},
	{"Mon, 01 Jan 1940 12:00:00 GMT", LATE, -1},
	{"yesterday", LATE, -1},
	{"", LATE, -1},
};

static void
test_times(void **state)
{
	struct page page = {.unchanged = false};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(times); i++) {
		snprintf(page.modified, sizeof(page.modified), "%s", times[i].modified);
		if (page_time(&page, times[i].now) != times[i].want)
			fail_msg("row %zu: %s", i, times[i].modified);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_worth),
		cmocka_unit_test(test_pauses),
		cmocka_unit_test(test_silences),
		cmocka_unit_test(test_times),
	};

	return cmocka_run_group_tests_name("retry", tests, NULL, NULL);
}
