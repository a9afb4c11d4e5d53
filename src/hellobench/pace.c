/*
 * pace.c - when an operation is to start
 *
 * Owns: the timetable. Pure.
 */
#include "config.h"

#include "hellobench/pace.h"

#define NSEC_PER_SEC INT64_C(1000000000)

/* Multiplied, not added up: no error grows with the number. */
static int64_t
due_time(const struct pace *pace, uint64_t number)
{
	return pace->begin + (int64_t)((double)number * pace->interval);
}

void
pace_init(struct pace *pace, double rate, int64_t begin, int64_t duration, uint64_t count,
	  unsigned index, unsigned count_of_them)
{
	*pace = (struct pace){.begin = begin, .until = INT64_MAX, .limit = count};
	if (rate > 0) {
		double interval = (double)NSEC_PER_SEC / rate;

		pace->interval = interval * count_of_them;
		pace->begin += (int64_t)(interval * index);
	}
	if (duration == INT64_MAX)
		return;
	if (rate > 0 && (double)duration / pace->interval < (double)count)
		pace->limit = (uint64_t)((double)duration / pace->interval + 0.5);
	if (rate == 0)
		pace->until = begin + duration;
}

bool
pace_over(const struct pace *pace, int64_t now)
{
	return pace->started >= pace->limit || now >= pace->until;
}

unsigned
pace_due(const struct pace *pace, int64_t now, unsigned most)
{
	uint64_t due = most;

	if (pace_over(pace, now))
		return 0;
	if (pace->interval > 0) {
		if (pace_next(pace) > now)
			return 0;
		due = 1 + (uint64_t)((double)(now - pace_next(pace)) / pace->interval);
	}
	if (due > pace->limit - pace->started)
		due = pace->limit - pace->started;
	return due > most ? most : (unsigned)due;
}

int64_t
pace_next(const struct pace *pace)
{
	return due_time(pace, pace->started);
}

int64_t
pace_end(const struct pace *pace)
{
	return due_time(pace, pace->limit);
}

int64_t
pace_start(struct pace *pace, int64_t now)
{
	int64_t start = pace->interval > 0 ? pace_next(pace) : now;

	pace->started++;
	return start;
}
