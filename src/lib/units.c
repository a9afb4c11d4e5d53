/*
 * units.c - times and sizes as people write them
 *
 * Owns nothing, allocates nothing. Runs in every process. Never asks the
 * locale, which could turn the point of a number into a comma, and never puts
 * a text through floating point, which has no tenth.
 */
#include "config.h"

/* System */
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Project */
#include "lib/units.h"

#define EXACT_IN_DOUBLE (INT64_C(1) << 53) /* a double holds every whole number below */

struct unit {
	const char *name;
	int64_t factor; /* in microseconds or bytes */
	bool preferred; /* the formatter may use it */
};

/* Both tables: largest first, the name that nobody writes last. */
static const struct unit time_units[] = {
	{"d", 24 * 60 * 60 * USEC_PER_SEC, true},
	{"h", 60 * 60 * USEC_PER_SEC, true},
	{"min", 60 * USEC_PER_SEC, true},
	{"s", USEC_PER_SEC, true},
	{"ms", USEC_PER_MSEC, true},
	{"us", 1, true},
	{"", USEC_PER_SEC, false},
	{NULL, 0, false},
};

static const struct unit size_units[] = {
	{"GiB", INT64_C(1) << 30, true},
	{"GB", INT64_C(1000000000), false},
	{"MiB", INT64_C(1) << 20, true},
	{"MB", INT64_C(1000000), false},
	{"KiB", INT64_C(1) << 10, true},
	{"kB", INT64_C(1000), false},
	{"B", 1, true},
	{"", 1, false},
	{NULL, 0, false},
};

/* A text taken apart, not yet computed. */
struct quantity {
	int sign; /* 1 or -1 */
	const char *whole;
	size_t whole_len; /* digits, at least one */
	const char *fraction;
	size_t fraction_len;     /* digits, 0 if there is no point */
	const struct unit *unit; /* never NULL */
};

static int
refuse(int error)
{
	errno = error;
	return -1;
}

static size_t
count_digits(const char *text)
{
	return strspn(text, "0123456789");
}

static const struct unit *
find_unit(const struct unit *units, const char *name)
{
	for (; units->name != NULL; units++)
		if (strcmp(units->name, name) == 0)
			return units;
	return NULL;
}

/* Returns 0, or -1 if the text is not formed as a quantity. */
static int
quantity_split(const char *text, const struct unit *units, struct quantity *quantity)
{
	const char *rest = text;
	const char *name;

	*quantity = (struct quantity){.sign = *rest == '-' ? -1 : 1};
	if (*rest == '-')
		rest++;
	quantity->whole = rest;
	quantity->whole_len = count_digits(rest);
	if (quantity->whole_len == 0)
		return -1;
	rest += quantity->whole_len;
	if (*rest == '.') {
		rest++;
		quantity->fraction = rest;
		quantity->fraction_len = count_digits(rest);
		if (quantity->fraction_len == 0)
			return -1;
		rest += quantity->fraction_len;
	}
	name = rest + strspn(rest, " \t");
	if (*name == '\0' && name != rest) /* blanks, and no unit behind them */
		return -1;
	quantity->unit = find_unit(units, name);
	return quantity->unit != NULL ? 0 : -1;
}

/*
 * What the digits behind the point are worth, in parts of the unit's factor.
 * From the last digit to the first, each step divides by ten: if the whole
 * fraction comes to a whole number, then so does every step, however many
 * digits there are. Returns -1 if it does not.
 */
static int64_t
fraction_value(const struct quantity *quantity)
{
	int64_t value = 0;

	for (size_t i = quantity->fraction_len; i > 0; i--) {
		value += (quantity->fraction[i - 1] - '0') * quantity->unit->factor;
		if (value % 10 != 0)
			return -1;
		value /= 10;
	}
	return value;
}

/* Returns 0, or -1 if it does not fit or is finer than one. */
static int
quantity_value(const struct quantity *quantity, int64_t *ret_value)
{
	const int64_t fraction = fraction_value(quantity);
	int64_t value = 0;

	if (fraction < 0)
		return -1;
	/* With the sign from the start: INT64_MIN has no positive counterpart. */
	for (size_t i = 0; i < quantity->whole_len; i++)
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, quantity->sign * (quantity->whole[i] - '0'),
					   &value))
			return -1;
	if (__builtin_mul_overflow(value, quantity->unit->factor, &value) ||
	    __builtin_add_overflow(value, quantity->sign * fraction, &value))
		return -1;
	*ret_value = value;
	return 0;
}

int
units_parse_time(const char *text, int64_t *ret_usec)
{
	struct quantity quantity;

	if (quantity_split(text, time_units, &quantity) != 0)
		return refuse(EINVAL);
	if (quantity_value(&quantity, ret_usec) != 0)
		return refuse(ERANGE);
	return 0;
}

int
units_parse_size(const char *text, int64_t *ret_bytes)
{
	struct quantity quantity;

	if (quantity_split(text, size_units, &quantity) != 0 || quantity.fraction != NULL)
		return refuse(EINVAL);
	if (quantity_value(&quantity, ret_bytes) != 0)
		return refuse(ERANGE);
	return 0;
}

int
units_time_from_seconds(double seconds, int64_t *ret_usec)
{
	const double limit = (double)(INT64_MAX / USEC_PER_SEC + 1);
	int64_t whole, usec;
	double fraction;

	if (seconds != seconds) /* not a number */
		return refuse(EINVAL);
	if (seconds < -limit || seconds > limit)
		return refuse(ERANGE);
	whole = (int64_t)seconds;
	fraction = (seconds - (double)whole) * (double)USEC_PER_SEC;
	if (__builtin_mul_overflow(whole, USEC_PER_SEC, &usec) ||
	    __builtin_add_overflow(usec, (int64_t)(fraction + (fraction < 0 ? -0.5 : 0.5)), &usec))
		return refuse(ERANGE);
	/*
	 * A double is hardly ever a number of microseconds exactly: 0.1 is not
	 * quite a tenth. It has to be the double nearest to one. From 2^53 us on
	 * doubles are further than a microsecond apart and cannot be too fine.
	 */
	if (usec > -EXACT_IN_DOUBLE && usec < EXACT_IN_DOUBLE &&
	    (double)usec / (double)USEC_PER_SEC != seconds)
		return refuse(ERANGE);
	*ret_usec = usec;
	return 0;
}

static char *
format(int64_t value, const struct unit *units, const char *zero, char *text)
{
	if (value == 0) {
		snprintf(text, UNITS_TEXT_MAX, "%s", zero);
		return text;
	}
	/* Ends at the latest at the unit of one, which divides everything. */
	while (!units->preferred || value % units->factor != 0)
		units++;
	snprintf(text, UNITS_TEXT_MAX, "%" PRId64 " %s", value / units->factor, units->name);
	return text;
}

char *
units_format_time(int64_t usec, char *text)
{
	return format(usec, time_units, "0 s", text);
}

char *
units_format_size(int64_t bytes, char *text)
{
	return format(bytes, size_units, "0 B", text);
}
