/*
 * scoreboard.c - what everyone sees of the workers
 *
 * Owns: the shared memory, and the totals of workers long gone.
 * Never: trusts a slot for more than a number to show or to compare.
 * Runs: in the master and in the workers.
 */
#include "config.h"

#include "hellod/scoreboard.h"

/* System */
#include <errno.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* Library */
#include <bsd/stdlib.h>

/* Project */
#include "lib/clock.h"

const char *const scoreboard_counter_names[COUNTER_COUNT] = {
	[COUNT_ACCEPTED] = "accepted",
	[COUNT_REFUSED] = "refused",
	[COUNT_DENIED] = "denied",
	[COUNT_SOURCE_LIMITED] = "source_limited",
	[COUNT_RATE_LIMITED] = "rate_limited",
	[COUNT_DROPPED_EARLY] = "dropped_early",
	[COUNT_PROXY_FAULTS] = "proxy_faults",
	[COUNT_WOULD_REFUSE] = "would_refuse",
	[COUNT_QUEUED] = "queued",
	[COUNT_GREETINGS] = "greetings",
	[COUNT_BYTES_IN] = "bytes_in",
	[COUNT_BYTES_OUT] = "bytes_out",
	[COUNT_TIMEOUTS] = "timeouts",
	[COUNT_NAME_TIMEOUTS] = "name_timeouts",
	[COUNT_IDLE_TIMEOUTS] = "idle_timeouts",
	[COUNT_STRESS_TIMEOUTS] = "stress_timeouts",
	[COUNT_WRITE_TIMEOUTS] = "write_timeouts",
	[COUNT_SESSION_TIMEOUTS] = "session_timeouts",
	[COUNT_ERRORS] = "errors",
	[COUNT_CUT] = "cut",
	[COUNT_ACCEPT_ERRORS] = "accept_errors",
	[COUNT_UNLOGGED] = "unlogged",
};

static struct scoreboard *
map(int fd)
{
	void *memory =
		mmap(NULL, sizeof(struct scoreboard), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

/* Fresh pages are zero, and cost nothing until a slot is used. */
static struct scoreboard *
map_new(int fd)
{
	if (fd >= 0 && ftruncate(fd, sizeof(struct scoreboard)) == 0)
		return map(fd);
	return NULL;
}

static struct scoreboard *
map_without_file(void)
{
	void *memory = mmap(NULL, sizeof(struct scoreboard), PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

struct scoreboard *
scoreboard_new(int *ret_fd)
{
	int fd = memfd_create("hellod-scoreboard", MFD_CLOEXEC);
	struct scoreboard *scoreboard = map_new(fd);

	if (!scoreboard) {
		if (fd >= 0)
			close(fd);
		fd = -1;
		scoreboard = map_without_file();
	}
	if (scoreboard) {
		scoreboard->version = SCOREBOARD_VERSION;
		arc4random_buf(&scoreboard->source_seed, sizeof(scoreboard->source_seed));
		scoreboard->source_seed |= 1;
		scoreboard->sources_before.seed = scoreboard->source_seed;
	}
	*ret_fd = fd;
	return scoreboard;
}

struct scoreboard *
scoreboard_take_over(int fd, bool alive)
{
	struct scoreboard *scoreboard;
	struct stat st;
	unsigned count;

	errno = EINVAL;
	if (fstat(fd, &st) < 0 || st.st_size != sizeof(*scoreboard))
		return NULL;
	scoreboard = map(fd);
	if (scoreboard && !alive && scoreboard->version != SCOREBOARD_VERSION) {
		munmap(scoreboard, sizeof(*scoreboard));
		errno = EINVAL;
		return NULL;
	}
	if (!scoreboard || alive)
		return scoreboard;
	count = atomic_load(&scoreboard->slot_count);
	for (unsigned i = 0; i < count && i < SCOREBOARD_SLOTS; i++)
		scoreboard_give_back(scoreboard, i, clock_usec());
	atomic_store(&scoreboard->slot_count, 0);
	return scoreboard;
}

void
scoreboard_take(struct scoreboard *scoreboard, unsigned number, unsigned count, int64_t now)
{
	struct scoreboard_slot *slot = &scoreboard->slots[number];

	/* All has been zero since the last one left: unless somebody scribbled. */
	atomic_store(&slot->serving, 0);
	atomic_store(&slot->sessions, 0);
	atomic_store(&slot->arrivals, 0);
	for (int i = 0; i < COUNTER_COUNT; i++)
		atomic_store(&slot->counters[i], 0);
	atomic_store(&slot->silent, 0);
	atomic_store(&slot->heartbeat, now);
	atomic_store(&scoreboard->slot_count, count);
	if (number < SOURCE_TABLES)
		scoreboard->sources[number].seed = scoreboard->source_seed;
}

void
scoreboard_give_back(struct scoreboard *scoreboard, unsigned number, int64_t now)
{
	struct scoreboard_slot *slot = &scoreboard->slots[number];

	atomic_store(&slot->serving, 0);
	atomic_store(&slot->sessions, 0);
	atomic_store(&slot->arrivals, 0);
	atomic_store(&slot->owner, 0);
	atomic_store(&slot->silent, 0);
	for (int i = 0; i < COUNTER_COUNT; i++)
		atomic_fetch_add(&scoreboard->base[i], atomic_exchange(&slot->counters[i], 0));
	if (number < SOURCE_TABLES)
		sources_fold(&scoreboard->sources[number], &scoreboard->sources_before, now);
}

/* A worker that was taken over can write anything, here too. */
unsigned
scoreboard_slots_in_use(const struct scoreboard *scoreboard)
{
	unsigned count = atomic_load_explicit(&scoreboard->slot_count, memory_order_relaxed);

	return count < SCOREBOARD_SLOTS ? count : SCOREBOARD_SLOTS;
}

struct scoreboard_total
scoreboard_total(const struct scoreboard *scoreboard)
{
	unsigned count = scoreboard_slots_in_use(scoreboard);
	struct scoreboard_total total = {0};

	for (unsigned i = 0; i < count; i++) {
		const struct scoreboard_slot *slot = &scoreboard->slots[i];

		total.sessions += atomic_load_explicit(&slot->sessions, memory_order_relaxed);
		total.silent += atomic_load_explicit(&slot->silent, memory_order_relaxed);
	}
	return total;
}

struct source_count
scoreboard_source(const struct scoreboard *scoreboard, uint64_t key, int64_t now)
{
	unsigned count = scoreboard_slots_in_use(scoreboard);
	struct source_count sum = {0};

	source_add(&scoreboard->sources_before, key, now, &sum);
	for (unsigned i = 0; i < count && i < SOURCE_TABLES; i++)
		source_add(&scoreboard->sources[i], key, now, &sum);
	return sum;
}

uint64_t
scoreboard_sum(const struct scoreboard *scoreboard, enum counter counter)
{
	unsigned count = scoreboard_slots_in_use(scoreboard);
	uint64_t sum = atomic_load(&scoreboard->base[counter]);

	for (unsigned i = 0; i < count; i++)
		sum += atomic_load(&scoreboard->slots[i].counters[counter]);
	return sum;
}
