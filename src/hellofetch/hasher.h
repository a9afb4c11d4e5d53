/*
 * hasher.h - the SHA-256 of a body, beside its way to the file
 *
 * Hashing costs as much time as all the rest of a large fetch. So the body is
 * gathered in blocks, and while one is written and the next received, a thread
 * of the hasher's own hashes it. A small body is done without a thread.
 *
 * The caller fills a block, gives it, may go on reading from it, and asks for
 * the next: one caller's business, from one thread.
 */
#ifndef HELLOFETCH_HASHER_H
#define HELLOFETCH_HASHER_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <nettle/sha2.h>

#define HASHER_BLOCK_SIZE (128 * 1024) /* bytes: few writes, and still in the cache */
#define HASHER_BLOCKS 8                /* how far the thread may lag behind */

struct hasher {
	bool wanted; /* false: the blocks are all that it is for */
	struct sha256_ctx context;
	char *blocks[HASHER_BLOCKS]; /* allocated when first asked for */
	size_t len[HASHER_BLOCKS];
	uint64_t given; /* blocks; the caller's alone to change */
	pthread_t thread;
	bool running; /* the thread is */

	/* What both share, under the mutex, given included while it runs. */
	pthread_mutex_t mutex;
	pthread_cond_t changed;
	uint64_t hashed; /* blocks */
	bool ending;     /* no further block comes */
};

void hasher_init(struct hasher *hasher, bool wanted);

/* Ends the thread, and frees. Safe after hasher_finish(). */
void hasher_done(struct hasher *hasher);

/*
 * A block of HASHER_BLOCK_SIZE bytes to be filled, or NULL if there is no
 * memory. It waits for the thread if that lags too far behind.
 */
char *hasher_next(struct hasher *hasher);

/*
 * Takes the block that hasher_next() returned last. Its bytes may be read, and
 * must not be changed, until hasher_next() is called.
 */
void hasher_give(struct hasher *hasher, size_t len);

/* Ends the thread; the digest is of all that was given. */
void hasher_finish(struct hasher *hasher, uint8_t digest[SHA256_DIGEST_SIZE]);

#endif
