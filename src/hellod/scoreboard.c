/*
 * scoreboard.c - what everyone sees of the workers
 *
 * Owns: the shared memory.
 * Never: trusts a slot for more than a number to show or to compare.
 * Runs: in the master and in the workers.
 */
#include "config.h"

#include "hellod/scoreboard.h"

/* System */
#include <stddef.h>
#include <sys/mman.h>

struct scoreboard *
scoreboard_new(void)
{
	/* Fresh pages are zero, and cost nothing until a slot is used. */
	void *memory = mmap(NULL, sizeof(struct scoreboard), PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

void
scoreboard_clear(struct scoreboard_slot *slot)
{
	atomic_store(&slot->serving, 0);
	atomic_store(&slot->sessions, 0);
	atomic_store(&slot->accepted, 0);
	atomic_store(&slot->refused, 0);
	atomic_store(&slot->greetings, 0);
}

struct scoreboard_total
scoreboard_total(const struct scoreboard *scoreboard)
{
	unsigned count = atomic_load_explicit(&scoreboard->slot_count, memory_order_relaxed);
	struct scoreboard_total total = {0};

	for (unsigned i = 0; i < count; i++) {
		const struct scoreboard_slot *slot = &scoreboard->slots[i];

		total.sessions += atomic_load_explicit(&slot->sessions, memory_order_relaxed);
		total.serving += atomic_load_explicit(&slot->serving, memory_order_relaxed);
	}
	return total;
}
