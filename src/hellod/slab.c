/*
 * slab.c - many things of one size
 *
 * Owns: memory, in pieces of some hundred places.
 * Never: knows what stands in a place, or gives memory back to the system.
 * Runs: in a worker.
 */
#include "config.h"

#include "hellod/slab.h"

/* System */
#include <stdlib.h>

/* A place given back is out of bounds, if a sanitizer is there to see it. */
#ifdef __has_feature /* clang */
#if __has_feature(address_sanitizer)
#define WITH_POISON 1
#endif
#endif
#ifdef __SANITIZE_ADDRESS__ /* gcc */
#define WITH_POISON 1
#endif

#ifdef WITH_POISON
#include <sanitizer/asan_interface.h>
#define POISON(place, size) ASAN_POISON_MEMORY_REGION(place, size)
#define UNPOISON(place, size) ASAN_UNPOISON_MEMORY_REGION(place, size)
#else
#define POISON(place, size) ((void)(place))
#define UNPOISON(place, size) ((void)(place))
#endif

#define PIECE_SIZE 16384 /* bytes: what is had from malloc(3) at a time */

struct place {
	struct place *next;
};

struct piece {
	struct piece *next;
	_Alignas(8) char places[];
};

void
slab_init(struct slab *slab, size_t size)
{
	*slab = (struct slab){.size = size};
}

static void *
take_fresh(struct slab *slab)
{
	void *place;

	if (slab->fresh_count == 0) {
		struct piece *piece = malloc(PIECE_SIZE);

		if (!piece)
			return NULL;
		piece->next = slab->pieces;
		slab->pieces = piece;
		slab->fresh = piece->places;
		slab->fresh_count = (PIECE_SIZE - sizeof(*piece)) / slab->size;
	}
	place = slab->fresh;
	slab->fresh += slab->size;
	slab->fresh_count--;
	return place;
}

void *
slab_take(struct slab *slab)
{
	struct place *place = slab->free;

	if (!place)
		return take_fresh(slab);
	UNPOISON(place, slab->size);
	slab->free = place->next;
	return place;
}

void
slab_give(struct slab *slab, void *memory)
{
	struct place *place = memory;

	place->next = slab->free;
	slab->free = place;
	POISON(place, slab->size);
}

void
slab_done(struct slab *slab)
{
	struct piece *next;

	for (struct piece *piece = slab->pieces; piece; piece = next) {
		next = piece->next;
		UNPOISON(piece, PIECE_SIZE);
		free(piece);
	}
	slab_init(slab, slab->size);
}
