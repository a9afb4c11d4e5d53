/*
 * body.c - the way of a body: from the wire to the file
 *
 * Owns the counters, the unpacker and the block that is being filled; the file
 * is save.c's. libcurl hands over 16 KiB at most, so they are gathered before a
 * write. Limits hold on the wire and unpacked: a bomb is small until it goes
 * off. hellofetch is one process.
 */
#include "config.h"

/* System */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Project */
#include "hellofetch/body.h"

void
body_init(struct body *body, struct save *save, struct size_range sizes, bool hash,
	  const struct criteria *criteria, struct outcome *outcome)
{
	memset(body, 0, sizeof(*body));
	body->save = save;
	body->sizes = sizes;
	body->criteria = criteria;
	body->outcome = outcome;
	hasher_init(&body->hasher, hash);
}

void
body_done(struct body *body)
{
	gunzip_done(&body->gunzip);
	hasher_done(&body->hasher);
	free(body->start);
}

static int
fail_save(struct body *body)
{
	outcome_fail(body->outcome, EXIT_LOCAL, "cannot %s %s: %s", body->save->failed,
		     body->save->path, save_reason(body->save));
	return -1;
}

static int
fail_memory(struct body *body)
{
	outcome_fail(body->outcome, EXIT_LOCAL, "out of memory");
	return -1;
}

static int
fail_size(struct body *body, const char *what)
{
	outcome_fail(body->outcome, EXIT_POLICY,
		     "the body is too large%s: --max-size is %" PRId64 " bytes", what,
		     body->sizes.max);
	return -1;
}

void
body_begin(struct body *body, const struct answer *answer)
{
	body->coding = answer->coding;
	if (criteria_want_start(body->criteria)) {
		/* Zeroed, and one more: sanitizers take it for a string. */
		body->start = calloc(1, CRITERIA_START_MAX + 1);
		if (body->start == NULL) {
			fail_memory(body);
			return;
		}
	}
	if (answer->coding == CODING_GZIP && gunzip_start(&body->gunzip) != GUNZIP_OK)
		fail_memory(body);
	/* How large it is unpacked, nobody has told. */
	else if (answer->coding == CODING_IDENTITY && save_reserve(body->save, answer->length) < 0)
		fail_save(body);
}

/* A copy: its block goes to the file as soon as it is full. */
static void
keep_start(struct body *body, const char *bytes, size_t len)
{
	size_t room = CRITERIA_START_MAX - body->start_len;
	size_t part = len < room ? len : room;

	if (body->start == NULL || part == 0)
		return;
	memcpy(body->start + body->start_len, bytes, part);
	body->start_len += part;
}

/* Hashes and writes the block. The hasher first: its thread then works meanwhile. */
static int
flush(struct body *body)
{
	if (body->used == 0)
		return 0;
	hasher_give(&body->hasher, body->used);
	if (save_write(body->save, body->block, body->used) < 0)
		return fail_save(body);
	body->block = NULL;
	body->used = 0;
	return 0;
}

static int
gather(struct body *body, const char *bytes, size_t len)
{
	while (len > 0) {
		size_t room = HASHER_BLOCK_SIZE - body->used;
		size_t part = len < room ? len : room;

		if (body->block == NULL)
			body->block = hasher_next(&body->hasher);
		if (body->block == NULL)
			return fail_memory(body);
		memcpy(body->block + body->used, bytes, part);
		body->used += part;
		bytes += part;
		len -= part;
		if (body->used == HASHER_BLOCK_SIZE && flush(body) < 0)
			return -1;
	}
	return 0;
}

/* Takes bytes of the file: a gunzip_sink. */
static int
keep(void *user, const char *bytes, size_t len)
{
	struct body *body = user;

	body->size += (int64_t)len;
	if (body->size > body->sizes.max)
		return fail_size(body, body->coding == CODING_GZIP ? " unpacked" : "");
	keep_start(body, bytes, len);
	return gather(body, bytes, len);
}

int
body_take(struct body *body, const char *bytes, size_t len)
{
	body->wire += (int64_t)len;
	if (body->coding == CODING_IDENTITY)
		return keep(body, bytes, len);
	if (body->wire > body->sizes.max)
		return fail_size(body, "");
	switch (gunzip_feed(&body->gunzip, bytes, len, keep, body)) {
	case GUNZIP_OK:
		return 0;
	case GUNZIP_NO_MEMORY:
		return fail_memory(body);
	case GUNZIP_BROKEN:
		outcome_fail(body->outcome, EXIT_MALFORMED,
			     "malformed body: it is no clean gzip stream");
		return -1;
	case GUNZIP_STOPPED: /* keep() has told why */
		return -1;
	}
	return -1;
}

static void
finish_hash(struct body *body)
{
	uint8_t digest[SHA256_DIGEST_SIZE];

	if (!body->hasher.wanted)
		return;
	hasher_finish(&body->hasher, digest);
	for (size_t i = 0; i < sizeof(digest); i++)
		snprintf(body->outcome->page.sha256 + 2 * i, 3, "%02x", digest[i]);
}

void
body_end(struct body *body, const struct answer *answer, int64_t until)
{
	if (answer->length >= 0 && body->wire != answer->length)
		outcome_fail(body->outcome, EXIT_TRUNCATED,
			     "the answer was cut short: %" PRId64 " of %" PRId64 " bytes came",
			     body->wire, answer->length);
	else if (body->coding == CODING_GZIP && !gunzip_is_whole(&body->gunzip))
		outcome_fail(body->outcome, EXIT_TRUNCATED,
			     "the answer was cut short: its gzip stream has no end");
	else if (body->size < body->sizes.min)
		outcome_fail(body->outcome, EXIT_POLICY,
			     "the body is too small: %" PRId64 " bytes, --min-size is %" PRId64,
			     body->size, body->sizes.min);
	flush(body);
	body->outcome->page.size = body->size;
	finish_hash(body);
	if (body->start != NULL)
		criteria_check_start(body->criteria, (struct piece){body->start, body->start_len},
				     until, body->outcome);
	criteria_check_sha256(body->criteria, body->outcome->page.sha256, body->outcome);
}
