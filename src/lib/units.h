/*
 * units.h - times and sizes as people write them
 *
 * Pure. Times are microseconds in an int64_t, sizes are bytes in an int64_t.
 */
#ifndef LIB_UNITS_H
#define LIB_UNITS_H

#include <stddef.h>
#include <stdint.h>

#define USEC_PER_MSEC INT64_C(1000)
#define USEC_PER_SEC INT64_C(1000000)
#define MSEC_PER_SEC INT64_C(1000)

#define UNITS_TEXT_MAX 32 /* bytes of a formatted time or size, NUL included */

/* What may stand behind the number, for messages about what does not. */
#define UNITS_OF_TIME "us, ms, s, min, h, d"
#define UNITS_OF_SIZE "B, KiB, MiB, GiB, kB, MB, GB"

/*
 * Reads a time: a decimal number, optionally with a fraction, then optionally
 * blanks and a unit: us, ms, s (the default), min, h, d. Examples: "10",
 * "1.5 s", "250ms", "2 min".
 * Returns 0, or -1 with errno EINVAL (not a time) or ERANGE (does not fit, or
 * is finer than a microsecond); *ret_usec is then untouched. Negative values
 * are read; the caller has the range.
 */
int units_parse_time(const char *text, int64_t *ret_usec);

/* Seconds as a double, as libconfig gives them; the same errors. */
int units_time_from_seconds(double seconds, int64_t *ret_usec);

/*
 * Reads a size: a whole number, then optionally blanks and a unit: B (the
 * default), KiB, MiB, GiB, or kB, MB, GB (powers of 1000).
 * Returns as units_parse_time().
 */
int units_parse_size(const char *text, int64_t *ret_bytes);

/*
 * Write the value with the largest unit that keeps it whole: "30 s", "250 ms",
 * "5 min", "0 s"; "64 KiB", "1000 B", "0 B". What they write, the parsers read
 * back as the same value. text has room for UNITS_TEXT_MAX bytes; returned.
 */
char *units_format_time(int64_t usec, char *text);
char *units_format_size(int64_t bytes, char *text);

#endif
