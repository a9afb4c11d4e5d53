/*
 * slab.h - many things of one size
 *
 * For what a worker has one of for each client: malloc(3) would add to each a
 * word of its own and round up, and take longer. A place given back is taken
 * again next; the memory stays with the process.
 */
#ifndef HELLOD_SLAB_H
#define HELLOD_SLAB_H

#include <stddef.h>

struct slab {
	size_t size;          /* of a place, in bytes */
	struct piece *pieces; /* of memory */
	struct place *free;   /* those given back */
	char *fresh;          /* those never taken, in the newest piece of memory */
	size_t fresh_count;
};

/* Places of so many bytes, aligned as a pointer or an int64_t wants it. */
void slab_init(struct slab *slab, size_t size);

/* Returns a place, with anything in it, or NULL: no memory. */
void *slab_take(struct slab *slab);

/* Gives one back, which must be of this slab. */
void slab_give(struct slab *slab, void *place);

/* Frees all memory, whoever uses it. */
void slab_done(struct slab *slab);

#endif
