/*
 * test_pool.c - when workers are tried again, and which generations are cut
 *
 * What needs no worker process; the rest is tried with real ones.
 */
#include "config.h"

/* System */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

/* Library */
#include <cmocka.h>

/* Project */
#include "hellod/contract.h"
#include "hellod/pool.h"
#include "lib/units.h"

#define DRAWS 200

/* 100 ms, doubling to 30 s, each with up to a quarter more. */
static void
test_back_off(void **state)
{
	static const int64_t pauses[] = {100,  200,   400,   800,   1600,  3200,
					 6400, 12800, 25600, 30000, 30000, 30000};
	const int64_t now = 1234 * USEC_PER_SEC;

	(void)state;
	for (size_t i = 0; i < sizeof(pauses) / sizeof(pauses[0]); i++) {
		int64_t least = INT64_MAX;
		int64_t most = 0;

		for (int draw = 0; draw < DRAWS; draw++) {
			struct pool pool = {.failures = (unsigned)i};
			int64_t pause;

			assert_true(pool_back_off(&pool, ~1, now));
			assert_true(pool.doubtful);
			assert_int_equal(pool.failures, i + 1);
			pause = pool.retry_at - now;
			least = pause < least ? pause : least;
			most = pause > most ? pause : most;
		}
		assert_true(least >= pauses[i] * USEC_PER_MSEC);
		assert_true(most <= pauses[i] * USEC_PER_MSEC * 5 / 4);
		/* With so many draws, both ends of that range are seen. */
		assert_true(least < pauses[i] * USEC_PER_MSEC * 21 / 20);
		assert_true(most > pauses[i] * USEC_PER_MSEC * 6 / 5);
	}
}

/* Those of one round are one failure; each trouble is told once. */
static void
test_rounds(void **state)
{
	const int64_t now = 1234 * USEC_PER_SEC;
	struct pool pool = {.failures = 0};

	(void)state;
	assert_true(pool_back_off(&pool, ~1, now));
	assert_false(pool_back_off(&pool, ~1, now));
	assert_true(pool_back_off(&pool, ~2, now + 1));
	assert_int_equal(pool.failures, 1);
	assert_false(pool_back_off(&pool, ~2, pool.retry_at));
	assert_int_equal(pool.failures, 2);
	pool_take_heart(&pool);
	assert_false(pool.doubtful);
	assert_true(pool_back_off(&pool, ~2, now));
	assert_int_equal(pool.failures, 1);
}

/* A process that cannot be had is asked for more often. */
static void
test_shortage(void **state)
{
	struct pool pool = {.failures = 20};

	(void)state;
	assert_true(pool_back_off(&pool, EAGAIN, USEC_PER_SEC));
	assert_true(pool.retry_at >= 4 * USEC_PER_SEC);
	assert_true(pool.retry_at <= 5 * USEC_PER_SEC);
}

/* However often it has failed. */
static void
test_back_off_for_ever(void **state)
{
	struct pool pool = {.failures = 4000000000U};

	(void)state;
	pool_back_off(&pool, ~1, 0);
	assert_true(pool.retry_at >= 30 * USEC_PER_SEC);
	assert_true(pool.retry_at <= 38 * USEC_PER_SEC);
}

/* Two workers of each generation, and what each of them was told; 0: nothing. */
struct told {
	struct pool pool;
	struct pool_worker workers[32];
	int ends[32];
};

static void
add_generation(struct told *told, unsigned number, bool leaving)
{
	for (int i = 0; i < 2; i++) {
		int ends[2];

		assert_int_equal(channel_pair(ends), 0);
		told->ends[told->pool.count] = ends[1];
		told->workers[told->pool.count++] = (struct pool_worker){
			.generation = number, .channel = ends[0], .leaving = leaving};
	}
}

/* Those told to leave at once must be those of one generation; 0: of none. */
static void
assert_cut(struct told *told, unsigned number)
{
	for (unsigned i = 0; i < told->pool.count; i++) {
		bool cut = told->workers[i].generation == number;
		int passed;

		assert_int_equal(channel_receive(told->ends[i], &passed), cut ? WORD_CUT : 0);
		close(told->ends[i]);
		close(told->workers[i].channel);
	}
}

static void
test_generations(void **state)
{
	/* Numbers that drain, the current one, how many may, and which is cut. */
	static const struct {
		unsigned draining[8];
		unsigned current;
		unsigned candidate;
		unsigned most;
		unsigned cut;
	} cases[] = {
		{{0}, 1, 0, 1, 0},
		{{1}, 2, 0, 1, 0},
		{{1, 2}, 3, 0, 1, 1},
		{{1, 2, 3}, 4, 0, 3, 0},
		{{1, 2, 3, 4}, 5, 0, 3, 1},
		{{7, 4, 5, 6}, 8, 0, 3, 4},
		/* Of reloads that failed: their numbers are above the current one. */
		{{2, 3, 4}, 1, 0, 3, 0},
		{{2, 3, 4, 5}, 1, 0, 3, 2},
		{{1, 3, 4}, 2, 0, 2, 1},
		/* One that is about to be the current one is not on its way out. */
		{{1, 2, 3}, 4, 5, 3, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct told told = {.pool = {.current.number = cases[i].current,
					     .candidate.number = cases[i].candidate}};

		told.pool.workers = told.workers;
		add_generation(&told, cases[i].current, false);
		if (cases[i].candidate)
			add_generation(&told, cases[i].candidate, false);
		for (const unsigned *number = cases[i].draining; *number; number++)
			add_generation(&told, *number, true);
		pool_limit_generations(&told.pool, cases[i].most);
		assert_cut(&told, cases[i].cut);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_back_off),    cmocka_unit_test(test_back_off_for_ever),
		cmocka_unit_test(test_rounds),      cmocka_unit_test(test_shortage),
		cmocka_unit_test(test_generations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
