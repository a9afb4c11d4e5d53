/*
 * result.c - what one process measured, and all of them together
 *
 * Owns: the shared memory, and how results add up.
 */
#include "config.h"

#include "hellobench/result.h"

/* System */
#include <string.h>
#include <sys/mman.h>

struct result *
result_new(unsigned count)
{
	void *memory = mmap(NULL, count * sizeof(struct result), PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

static void
add_one(struct result *sum, const struct result *result)
{
	for (int i = 0; i < FAILURE_COUNT; i++)
		sum->failures[i] += result->failures[i];
	sum->connections += result->connections;
	sum->greetings += result->greetings;
	if (result->opened > sum->opened)
		sum->opened = result->opened;
	/* A process that did not get so far has no times. */
	if (result->began != 0 && (sum->began == 0 || result->began < sum->began))
		sum->began = result->began;
	if (result->ended > sum->ended)
		sum->ended = result->ended;
	sum->user += result->user;
	sum->system += result->system;
	histogram_merge(&sum->latency, &result->latency);
}

void
result_sum(struct result *sum, const struct result *results, unsigned count)
{
	memset(sum, 0, sizeof(*sum));
	for (unsigned i = 0; i < count; i++)
		add_one(sum, &results[i]);
}

uint64_t
result_failures(const struct result *result)
{
	uint64_t sum = 0;

	for (int i = 0; i < FAILURE_COUNT; i++)
		sum += result->failures[i];
	return sum;
}

bool
result_unreached(const struct result *result)
{
	uint64_t all = result_failures(result);

	return all > 0 && all == result->failures[FAILURE_REFUSED] +
					  result->failures[FAILURE_UNREACHABLE] +
					  result->failures[FAILURE_CONNECT_TIMEOUT];
}
