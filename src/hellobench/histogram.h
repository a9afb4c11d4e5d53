/*
 * histogram.h - how often which time was seen, in little room
 *
 * Log-linear: each power of two is cut into HISTOGRAM_STEPS buckets of equal
 * width, so a bucket is at most 1/128 of its values wide, and a value read back
 * (the middle of its bucket) is less than 0.4 % off. Values below
 * HISTOGRAM_STEPS are exact. Times are nanoseconds.
 *
 * Pure. It may stand in shared memory: one process adds, others read, and take
 * what they see as hearsay. There is no lock.
 */
#ifndef HELLOBENCH_HISTOGRAM_H
#define HELLOBENCH_HISTOGRAM_H

#include <stdatomic.h>
#include <stdint.h>

#define HISTOGRAM_BITS 7 /* a power of two has 2^7 buckets */
#define HISTOGRAM_STEPS (1 << HISTOGRAM_BITS)
#define HISTOGRAM_TOP 42 /* 2^42 ns, 73 min: what is longer counts as that */
#define HISTOGRAM_BUCKETS ((HISTOGRAM_TOP - HISTOGRAM_BITS + 1) * HISTOGRAM_STEPS)

struct histogram {
	atomic_ullong count;
	atomic_ullong sum; /* of all values, in full */
	atomic_ullong min; /* exact; not set while count is 0 */
	atomic_ullong max;
	atomic_ullong buckets[HISTOGRAM_BUCKETS];
};

/* Adds a value that was seen so many times; below 0 counts as 0. */
void histogram_add(struct histogram *histogram, int64_t value, uint64_t times);

/* Adds all that other has. */
void histogram_merge(struct histogram *histogram, const struct histogram *other);

/* Takes away all that an earlier state of it had, but for min and max. */
void histogram_subtract(struct histogram *histogram, const struct histogram *earlier);

/*
 * The value that so many parts of a million of all values do not exceed: 500000
 * is the median, 999900 is p99.99, 0 the least and 1000000 the greatest. 0 if
 * there is none.
 */
int64_t histogram_quantile(const struct histogram *histogram, unsigned millionths);

/* The mean; 0 if there is no value. */
double histogram_mean(const struct histogram *histogram);

#endif
