/*
 * test_sources.c - where clients come from, and how many from each place
 */
#include "config.h"

/* System */
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Library */
#include <cmocka.h>

/* Project */
#include "hellod/sources.h"
#include "lib/units.h"

#define PERIOD (SOURCE_PERIOD_SECONDS * USEC_PER_SEC)
#define NOW (1000 * PERIOD) /* the start of a period */

/* Two workers' tables, with one seed, as the scoreboard has them. */
struct tables {
	struct source_table one;
	struct source_table other;
};

static int
set_up(void **state)
{
	struct tables *tables = aligned_alloc(128, sizeof(*tables));

	if (!tables)
		return -1;
	memset((void *)tables, 0, sizeof(*tables));
	tables->one.seed = tables->other.seed = 0x9e3779b97f4a7c15;
	*state = tables;
	return 0;
}

static int
tear_down(void **state)
{
	free(*state);
	return 0;
}

static uint64_t
key_of(const char *address)
{
	struct peer peer = {.family = strchr(address, ':') ? AF_INET6 : AF_INET};

	assert_int_equal(inet_pton(peer.family, address, peer.bytes), 1);
	return source_key(&peer);
}

static struct source_count
count(const struct tables *tables, uint64_t key, int64_t now)
{
	struct source_count sum = {0};

	source_add(&tables->one, key, now, &sum);
	source_add(&tables->other, key, now, &sum);
	return sum;
}

static void
test_key(void **state)
{
	struct peer local = {.family = AF_UNIX, .fd = 1};

	(void)state;
	assert_true(key_of("2001:db8::1") == key_of("2001:db8::ffff:ffff:ffff:ffff"));
	assert_true(key_of("2001:db8::1") != key_of("2001:db8:0:1::1"));
	assert_true(key_of("192.0.2.1") != key_of("192.0.2.2"));
	assert_true(key_of("0.0.0.0") != 0);
	assert_true(key_of("::1") != 0);
	assert_true(key_of("192.0.2.1") != key_of("c000:201::"));
	assert_true(source_key(&local) == 0);
}

static void
test_open(void **state)
{
	struct tables *tables = *state;
	uint64_t key = key_of("192.0.2.1");
	unsigned first = source_enter(&tables->one, key, NOW);
	unsigned second = source_enter(&tables->one, key, NOW);
	unsigned third = source_enter(&tables->other, key, NOW);

	assert_int_equal(count(tables, key, NOW).open, 3);
	assert_int_equal(count(tables, key_of("192.0.2.2"), NOW).open, 0);
	source_leave(&tables->one, first);
	source_leave(&tables->other, third);
	source_leave(&tables->other, 0);
	assert_int_equal(count(tables, key, NOW).open, 1);
	source_leave(&tables->one, second);
	assert_int_equal(count(tables, key, NOW).open, 0);
	/* They have left, but they had come. */
	assert_int_equal(count(tables, key, NOW).now, 3);
}

/* What was before a period's start counts less and less, and then not at all. */
static void
test_rate(void **state)
{
	static const struct {
		int64_t later; /* than the four that came */
		uint64_t want;
	} cases[] = {
		{0, 4},
		{PERIOD - 1, 4},
		{PERIOD, 4},
		{PERIOD + PERIOD / 4, 3},
		{PERIOD + PERIOD / 2, 2},
		{PERIOD + PERIOD / 2 + 1, 2},
		{2 * PERIOD - 1, 1},
		{2 * PERIOD, 0},
		{100 * PERIOD, 0},
	};
	struct tables *tables = *state;
	uint64_t key = key_of("192.0.2.1");

	for (int i = 0; i < 4; i++)
		source_leave(&tables->one, source_enter(&tables->one, key, NOW));
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int64_t now = NOW + cases[i].later;
		struct source_count sum = count(tables, key, now);

		assert_int_equal(source_rate(&sum, now), cases[i].want);
	}
}

/* A table that is full of clients counts no more sources, and forgets none. */
static void
test_full(void **state)
{
	struct tables *tables = *state;
	unsigned *places = calloc(4 * SOURCE_PLACES, sizeof(*places));
	unsigned counted = 0;

	assert_non_null(places);
	for (uint64_t key = 1; key < 4 * SOURCE_PLACES; key++) {
		places[key] = source_enter(&tables->one, key << 32, NOW);
		assert_true(places[key] <= SOURCE_PLACES);
		counted += places[key] != 0;
	}
	assert_in_range(counted, SOURCE_PLACES / 2, SOURCE_PLACES);
	for (uint64_t key = 1; key < 4 * SOURCE_PLACES; key++) {
		assert_int_equal(count(tables, key << 32, NOW).open, places[key] != 0);
		source_leave(&tables->one, places[key]);
	}
	/* Now there is room: whoever comes takes the place of one who is gone. */
	assert_true(source_enter(&tables->one, key_of("192.0.2.1"), NOW) != 0);
	assert_int_equal(count(tables, key_of("192.0.2.1"), NOW).open, 1);
	free(places);
}

/* A worker has died: its clients are gone, how often they came is not. */
static void
test_fold(void **state)
{
	struct tables *tables = *state;
	uint64_t key = key_of("192.0.2.1"), old = key_of("192.0.2.2");

	source_enter(&tables->one, old, NOW - 2 * PERIOD);
	source_enter(&tables->one, key, NOW - 1);
	source_enter(&tables->one, key, NOW);
	source_enter(&tables->other, key, NOW);
	sources_fold(&tables->one, &tables->other, NOW);
	assert_int_equal(count(tables, key, NOW).open, 1);
	assert_int_equal(count(tables, key, NOW).now, 2);
	assert_int_equal(count(tables, key, NOW).before, 1);
	assert_int_equal(count(tables, old, NOW).before, 0);
	for (unsigned i = 0; i < SOURCE_SETS; i++)
		for (unsigned way = 0; way < SOURCE_WAYS; way++)
			assert_true(tables->one.sets[i][way].key == 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_key),
		cmocka_unit_test_setup_teardown(test_open, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_rate, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_full, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_fold, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
