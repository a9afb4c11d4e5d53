/*
 * held.c - bytes that wait between two events
 *
 * Owns: the blocks that nobody borrows just now.
 * Never: keeps more of them than SPARE_MAX of a size.
 * Runs: in a worker.
 */
#include "config.h"

#include "hellod/held.h"

/* System */
#include <stdlib.h>
#include <string.h>

#define SPARE_MAX 64

#define SMALL 224   /* bytes of room: part of a name, some answers */
#define MIDDLE 2016 /* part of a batch */

void
held_pool_init(struct held_pool *pool, size_t largest)
{
	*pool = (struct held_pool){.room = {SMALL, MIDDLE, largest}};
}

struct held *
held_borrow(struct held_pool *pool, const char *out, size_t out_len, const char *in, size_t in_len)
{
	unsigned kind = 0;
	struct held *held;

	/* The last size has room for anything. */
	while (kind < HELD_SIZES - 1 && pool->room[kind] < out_len + in_len)
		kind++;
	held = pool->spare[kind];
	if (held) {
		pool->spare[kind] = held->next;
		pool->spare_count[kind]--;
	} else if (!(held = malloc(sizeof(*held) + pool->room[kind]))) {
		return NULL;
	}
	*held = (struct held){
		.kind = kind, .out_len = (unsigned)out_len, .in_len = (unsigned)in_len};
	memcpy(held->bytes, out, out_len);
	memcpy(held->bytes + out_len, in, in_len);
	return held;
}

void
held_return(struct held_pool *pool, struct held *held)
{
	if (!held)
		return;
	if (pool->spare_count[held->kind] == SPARE_MAX) {
		free(held);
		return;
	}
	held->next = pool->spare[held->kind];
	pool->spare[held->kind] = held;
	pool->spare_count[held->kind]++;
}

void
held_pool_done(struct held_pool *pool)
{
	struct held *held;

	for (int kind = 0; kind < HELD_SIZES; kind++) {
		while ((held = pool->spare[kind])) {
			pool->spare[kind] = held->next;
			free(held);
		}
		pool->spare_count[kind] = 0;
	}
}
