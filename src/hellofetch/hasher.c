/*
 * hasher.c - the SHA-256 of a body, beside its way to the file
 *
 * Owns the blocks and the thread that hashes them; knows nothing of files or
 * HTTP. hellofetch is one process; this is one of its threads, which takes no
 * signal (they are blocked before it starts) and touches nothing but blocks.
 */
#include "config.h"

/* System */
#include <stdlib.h>
#include <string.h>

/* Project */
#include "hellofetch/hasher.h"

void
hasher_init(struct hasher *hasher, bool wanted)
{
	memset(hasher, 0, sizeof(*hasher));
	hasher->wanted = wanted;
	sha256_init(&hasher->context);
	pthread_mutex_init(&hasher->mutex, NULL);
	pthread_cond_init(&hasher->changed, NULL);
}

static void
hash_block(struct hasher *hasher, uint64_t number)
{
	size_t slot = number % HASHER_BLOCKS;

	sha256_update(&hasher->context, hasher->len[slot], (const uint8_t *)hasher->blocks[slot]);
}

/*
 * Hashes block after block, and ends when it is told to and none is left. A caller
 * that waits for room is woken for half of it: not each time for one block.
 */
static void *
run(void *user)
{
	struct hasher *hasher = user;

	pthread_mutex_lock(&hasher->mutex);
	for (;;) {
		while (hasher->hashed == hasher->given && !hasher->ending)
			pthread_cond_wait(&hasher->changed, &hasher->mutex);
		if (hasher->hashed == hasher->given)
			break;
		pthread_mutex_unlock(&hasher->mutex);
		hash_block(hasher, hasher->hashed);
		pthread_mutex_lock(&hasher->mutex);
		hasher->hashed++;
		if (hasher->given - hasher->hashed <= HASHER_BLOCKS / 2)
			pthread_cond_signal(&hasher->changed);
	}
	pthread_mutex_unlock(&hasher->mutex);
	return NULL;
}

char *
hasher_next(struct hasher *hasher)
{
	char **block = &hasher->blocks[hasher->given % HASHER_BLOCKS];

	pthread_mutex_lock(&hasher->mutex);
	while (hasher->given - hasher->hashed == HASHER_BLOCKS)
		pthread_cond_wait(&hasher->changed, &hasher->mutex);
	pthread_mutex_unlock(&hasher->mutex);
	if (*block == NULL)
		*block = malloc(HASHER_BLOCK_SIZE);
	return *block;
}

void
hasher_give(struct hasher *hasher, size_t len)
{
	hasher->len[hasher->given % HASHER_BLOCKS] = len;
	/* A full block: there is more to come. A thread that cannot be had is no failure. */
	if (hasher->wanted && !hasher->running && len == HASHER_BLOCK_SIZE)
		hasher->running = pthread_create(&hasher->thread, NULL, run, hasher) == 0;
	if (!hasher->running) {
		/* And the same block is filled again: one that is in the cache. */
		if (hasher->wanted)
			hash_block(hasher, hasher->given);
		return;
	}
	pthread_mutex_lock(&hasher->mutex);
	hasher->given++;
	pthread_cond_signal(&hasher->changed);
	pthread_mutex_unlock(&hasher->mutex);
}

/* All that was given is hashed when it returns. */
static void
end_thread(struct hasher *hasher)
{
	if (!hasher->running)
		return;
	pthread_mutex_lock(&hasher->mutex);
	hasher->ending = true;
	pthread_cond_signal(&hasher->changed);
	pthread_mutex_unlock(&hasher->mutex);
	pthread_join(hasher->thread, NULL);
	hasher->running = false;
}

void
hasher_finish(struct hasher *hasher, uint8_t digest[SHA256_DIGEST_SIZE])
{
	end_thread(hasher);
	sha256_digest(&hasher->context, SHA256_DIGEST_SIZE, digest);
}

void
hasher_done(struct hasher *hasher)
{
	end_thread(hasher);
	for (size_t i = 0; i < HASHER_BLOCKS; i++)
		free(hasher->blocks[i]);
	pthread_cond_destroy(&hasher->changed);
	pthread_mutex_destroy(&hasher->mutex);
}
