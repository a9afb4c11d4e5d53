/*
 * test_hellofetch_hasher.c - hellofetch's hasher: the digest is that of the whole
 *
 * The digest of all bytes at once is what is wanted, however they are parted
 * into blocks, and whether the thread keeps up or lags.
 */
#include "config.h"

/* System */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Library */
#include <cmocka.h>

/* Project */
#include "hellofetch/hasher.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define BYTES_MAX (HASHER_BLOCK_SIZE * (HASHER_BLOCKS * 3 + 1))

/* No two blocks are alike: one left out, or done twice, shows. */
static char *
make_bytes(void)
{
	char *bytes = malloc(BYTES_MAX);
	uint32_t number = 1;

	assert_non_null(bytes);
	for (size_t i = 0; i < BYTES_MAX; i++) {
		number = number * 1664525 + 1013904223;
		bytes[i] = (char)(number >> 24);
	}
	return bytes;
}

static void
give_all(struct hasher *hasher, const char *bytes, size_t len, size_t block_len)
{
	while (len > 0) {
		size_t part = len < block_len ? len : block_len;
		char *block = hasher_next(hasher);

		assert_non_null(block);
		memcpy(block, bytes, part);
		hasher_give(hasher, part);
		/* It may be read until the next is asked for. */
		assert_memory_equal(block, bytes, part);
		bytes += part;
		len -= part;
	}
}

static void
check(const char *bytes, size_t len, size_t block_len)
{
	uint8_t digest[SHA256_DIGEST_SIZE], want[SHA256_DIGEST_SIZE];
	struct sha256_ctx context;
	struct hasher hasher;

	sha256_init(&context);
	sha256_update(&context, len, (const uint8_t *)bytes);
	sha256_digest(&context, sizeof(want), want);

	hasher_init(&hasher, true);
	give_all(&hasher, bytes, len, block_len);
	hasher_finish(&hasher, digest);
	assert_memory_equal(digest, want, sizeof(want));
	hasher_done(&hasher);
}

static void
test_digests(void **state)
{
	static const size_t lens[] = {
		0,
		1,
		1000,
		HASHER_BLOCK_SIZE - 1,
		HASHER_BLOCK_SIZE,
		HASHER_BLOCK_SIZE + 1,
		HASHER_BLOCK_SIZE * HASHER_BLOCKS,
		HASHER_BLOCK_SIZE * HASHER_BLOCKS + 1,
		BYTES_MAX,
	};
	char *bytes = make_bytes();

	(void)state;
	for (size_t i = 0; i < COUNT_OF(lens); i++)
		check(bytes, lens[i], HASHER_BLOCK_SIZE);
	/* Small blocks never start the thread. */
	check(bytes, 100000, 1000);
	free(bytes);
}

/* The caller is slower than the thread, which waits each time. */
static void
test_thread_waits(void **state)
{
	static const struct timespec pause = {0, 2000000};
	char *bytes = make_bytes();
	struct hasher hasher;

	(void)state;
	hasher_init(&hasher, true);
	for (size_t i = 0; i < HASHER_BLOCKS * 2; i++) {
		give_all(&hasher, bytes, HASHER_BLOCK_SIZE, HASHER_BLOCK_SIZE);
		nanosleep(&pause, NULL);
	}
	assert_true(hasher.running);
	/* And it ends though nobody asks for the digest. */
	hasher_done(&hasher);
	free(bytes);
}

/* The caller is quicker than the thread, and must wait for room. */
static void
test_caller_waits(void **state)
{
	uint8_t digest[SHA256_DIGEST_SIZE], want[SHA256_DIGEST_SIZE];
	uint8_t *same = malloc(HASHER_BLOCK_SIZE);
	struct sha256_ctx context;
	struct hasher hasher;

	(void)state;
	assert_non_null(same);
	sha256_init(&context);
	hasher_init(&hasher, true);
	for (int i = 0; i < 4 * HASHER_BLOCKS; i++) {
		char *block = hasher_next(&hasher);

		assert_non_null(block);
		memset(block, i, HASHER_BLOCK_SIZE);
		hasher_give(&hasher, HASHER_BLOCK_SIZE);
	}
	hasher_finish(&hasher, digest);
	hasher_done(&hasher);
	for (int i = 0; i < 4 * HASHER_BLOCKS; i++) {
		memset(same, i, HASHER_BLOCK_SIZE);
		sha256_update(&context, HASHER_BLOCK_SIZE, same);
	}
	free(same);
	sha256_digest(&context, sizeof(want), want);
	assert_memory_equal(digest, want, sizeof(want));
}

static void
test_not_wanted(void **state)
{
	char *bytes = make_bytes();
	struct hasher hasher;

	(void)state;
	hasher_init(&hasher, false);
	give_all(&hasher, bytes, BYTES_MAX, HASHER_BLOCK_SIZE);
	assert_false(hasher.running);
	hasher_done(&hasher);
	free(bytes);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_digests),
		cmocka_unit_test(test_thread_waits),
		cmocka_unit_test(test_caller_waits),
		cmocka_unit_test(test_not_wanted),
	};

	return cmocka_run_group_tests_name("hasher", tests, NULL, NULL);
}
