/*
 * test_memory.c - the memory of connections: places in a slab, blocks held
 */
#include "config.h"

/* System */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Library */
#include <cmocka.h>

/* Project */
#include "hellod/held.h"
#include "hellod/slab.h"

#define PLACES 1000 /* more than a piece of memory holds */
#define LARGEST 20000

struct thing {
	int64_t number;
	char text[80]; /* the size of both is no power of two */
};

static void
test_places_are_apart(void **state)
{
	struct thing *things[PLACES];
	struct slab slab;

	(void)state;
	slab_init(&slab, sizeof(struct thing));
	for (int i = 0; i < PLACES; i++) {
		things[i] = slab_take(&slab);
		assert_non_null(things[i]);
		assert_int_equal((uintptr_t)things[i] % _Alignof(struct thing), 0);
		things[i]->number = i;
		memset(things[i]->text, i, sizeof(things[i]->text));
	}
	for (int i = 0; i < PLACES; i++) {
		assert_int_equal(things[i]->number, i);
		assert_int_equal(things[i]->text[79], (char)i);
	}
	slab_done(&slab);
}

static void
test_places_are_taken_again(void **state)
{
	struct thing *things[PLACES];
	struct slab slab;
	char *fresh;

	(void)state;
	slab_init(&slab, sizeof(struct thing));
	for (int i = 0; i < PLACES; i++)
		things[i] = slab_take(&slab);
	fresh = slab.fresh;
	for (int i = 0; i < PLACES; i += 2)
		slab_give(&slab, things[i]);
	for (int i = 0; i < PLACES; i += 2)
		things[i] = slab_take(&slab);
	assert_ptr_equal(slab.fresh, fresh);
	for (int i = 0; i < PLACES; i++)
		things[i]->number = i;
	for (int i = 0; i < PLACES; i++)
		assert_int_equal(things[i]->number, i);
	slab_done(&slab);
}

/* Any division of any size comes back as it was. */
static void
test_held_bytes(void **state)
{
	static const size_t sizes[] = {0, 1, 3, 223, 224, 225, 2016, 2017, LARGEST / 2};
	static char bytes[LARGEST];
	struct held_pool pool;

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (char)(i * 7);
	held_pool_init(&pool, LARGEST);
	for (size_t i = 0; i < 81; i++) {
		size_t out = sizes[i / 9], in = sizes[i % 9];
		struct held *held = held_borrow(&pool, bytes, out, bytes + LARGEST - in, in);

		assert_non_null(held);
		assert_int_equal(held->out_len, out);
		assert_int_equal(held->in_len, in);
		assert_memory_equal(held_out(held), bytes, out);
		assert_memory_equal(held_in(held), bytes + LARGEST - in, in);
		held->out_sent = (unsigned)out / 2;
		assert_ptr_equal(held_out(held), held->bytes + out / 2);
		held_return(&pool, held);
	}
	held_return(&pool, NULL);
	held_pool_done(&pool);
}

/* A block is lent again, and no more are kept than are worth it. */
static void
test_held_spares(void **state)
{
	struct held *held[PLACES];
	struct held_pool pool;
	unsigned spares;

	(void)state;
	held_pool_init(&pool, LARGEST);
	held[0] = held_borrow(&pool, "Yam", 3, "", 0);
	held_return(&pool, held[0]);
	assert_ptr_equal(held_borrow(&pool, "", 0, "Ma", 2), held[0]);
	for (int i = 1; i < PLACES; i++)
		held[i] = held_borrow(&pool, "Yam", 3, "Ma", 2);
	for (int i = 0; i < PLACES; i++)
		held_return(&pool, held[i]);
	spares = pool.spare_count[held[0]->kind];
	assert_in_range(spares, 1, PLACES / 10);
	for (struct held *spare = pool.spare[held[0]->kind]; spare; spare = spare->next)
		spares--;
	assert_int_equal(spares, 0);
	held_pool_done(&pool);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_places_are_apart),
		cmocka_unit_test(test_places_are_taken_again),
		cmocka_unit_test(test_held_bytes),
		cmocka_unit_test(test_held_spares),
	};

	return cmocka_run_group_tests_name("memory", tests, NULL, NULL);
}
