/*
 * held.h - bytes that wait between two events
 *
 * Answers that a client has not taken, and input that is no whole name yet or
 * is not to be answered yet. Most connections hold nothing. Those that do,
 * borrow a block of one of a few sizes, and a few blocks are kept for the next.
 */
#ifndef HELLOD_HELD_H
#define HELLOD_HELD_H

#include <stddef.h>

#define HELD_SIZES 3

/* A block: the answers stand first in bytes, the input behind them. */
struct held {
	struct held *next; /* while nobody borrows it */
	unsigned kind;     /* which size it is of */
	unsigned out_len;
	unsigned out_sent; /* bytes of out that are gone already */
	unsigned in_len;
	char bytes[];
};

struct held_pool {
	size_t room[HELD_SIZES]; /* bytes in a block */
	struct held *spare[HELD_SIZES];
	unsigned spare_count[HELD_SIZES];
};

/* largest: no block will have to hold more bytes. */
void held_pool_init(struct held_pool *pool, size_t largest);

/* A block with a copy of both, or NULL: no memory. */
struct held *held_borrow(struct held_pool *pool, const char *out, size_t out_len, const char *in,
			 size_t in_len);

/* Gives it back; NULL is fine. */
void held_return(struct held_pool *pool, struct held *held);

/* Frees what nobody borrows. */
void held_pool_done(struct held_pool *pool);

static inline const char *
held_out(const struct held *held)
{
	return held->bytes + held->out_sent;
}

static inline const char *
held_in(const struct held *held)
{
	return held->bytes + held->out_len;
}

#endif
