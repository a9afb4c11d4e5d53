/*
 * decimal.h - a number as text, where snprintf(3) would be most of the cost
 *
 * For what is written once a client or once a line of the log.
 */
#ifndef LIB_DECIMAL_H
#define LIB_DECIMAL_H

#define DECIMAL_MAX 10 /* digits of the largest unsigned */

/* Writes the digits and no NUL; to has room for DECIMAL_MAX. Returns their end. */
static inline char *
decimal_put(char *to, unsigned value)
{
	unsigned digits = 1;

	for (unsigned rest = value / 10; rest > 0; rest /= 10)
		digits++;
	for (unsigned i = digits; i > 0; i--, value /= 10)
		to[i - 1] = (char)('0' + value % 10);
	return to + digits;
}

#endif
