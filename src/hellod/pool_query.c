/*
 * pool_query.c - who of the workers serves, accepts, or is still busy
 *
 * Never: changes anything.
 * Runs: in the master.
 */
#include "config.h"

/* Project */
#include "hellod/pool.h"

unsigned
pool_ready(const struct pool *pool, const struct generation *generation)
{
	unsigned count = 0;

	for (unsigned i = 0; i < pool->count; i++)
		count += pool->workers[i].ready && !pool->workers[i].leaving &&
			 pool->workers[i].generation == generation->number;
	return count;
}

const struct pool_worker *
pool_other_accepting(const struct pool *pool)
{
	for (unsigned i = 0; i < pool->count; i++)
		if (pool->workers[i].accepting &&
		    pool->workers[i].generation != pool->current.number)
			return &pool->workers[i];
	return NULL;
}

struct pool_worker *
pool_any_ready(struct pool *pool, const struct generation *generation)
{
	for (unsigned i = 0; i < pool->count; i++)
		if (pool->workers[i].ready && !pool->workers[i].leaving &&
		    pool->workers[i].generation == generation->number)
			return &pool->workers[i];
	return NULL;
}

bool
pool_is_reopening(const struct pool *pool)
{
	for (unsigned i = 0; i < pool->count; i++)
		if (pool->workers[i].reopening)
			return true;
	return false;
}
