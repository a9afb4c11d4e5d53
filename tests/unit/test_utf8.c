/*
 * test_utf8.c - utf8_prefix() against all that UTF-8 can be
 *
 * The reference decodes nothing: it encodes every code point there is, and
 * remembers the results and their beginnings in bitmaps.
 */
#include "config.h"

/* System */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Library */
#include <cmocka.h>

/* Project */
#include "lib/utf8.h"

#define LENGTH_MAX 4 /* bytes of a character */

/* By length; of four bytes the first one's low 3 bits do: it is F0 to F7. */
static unsigned char *characters[LENGTH_MAX + 1];
static unsigned char *beginnings[LENGTH_MAX + 1];

static size_t
bit_of(const unsigned char *bytes, size_t len)
{
	size_t bit = 0;

	for (size_t i = 0; i < len; i++)
		bit = bit << 8 | bytes[i];
	return bit & (((size_t)1 << 27) - 1);
}

static bool
is_in(unsigned char *const *bitmaps, const unsigned char *bytes, size_t len)
{
	const size_t bit = bit_of(bytes, len);

	if (len == LENGTH_MAX && (bytes[0] & 0xf8) != 0xf0)
		return false;
	return bitmaps[len][bit / 8] >> bit % 8 & 1;
}

static void
remember(unsigned char *const *bitmaps, const unsigned char *bytes, size_t len)
{
	const size_t bit = bit_of(bytes, len);

	bitmaps[len][bit / 8] |= (unsigned char)(1 << bit % 8);
}

static size_t
encode(uint32_t point, unsigned char *bytes)
{
	if (point < 0x80) {
		bytes[0] = (unsigned char)point;
		return 1;
	}
	if (point < 0x800) {
		bytes[0] = (unsigned char)(0xc0 | point >> 6);
		bytes[1] = (unsigned char)(0x80 | (point & 0x3f));
		return 2;
	}
	if (point < 0x10000) {
		bytes[0] = (unsigned char)(0xe0 | point >> 12);
		bytes[1] = (unsigned char)(0x80 | (point >> 6 & 0x3f));
		bytes[2] = (unsigned char)(0x80 | (point & 0x3f));
		return 3;
	}
	bytes[0] = (unsigned char)(0xf0 | point >> 18);
	bytes[1] = (unsigned char)(0x80 | (point >> 12 & 0x3f));
	bytes[2] = (unsigned char)(0x80 | (point >> 6 & 0x3f));
	bytes[3] = (unsigned char)(0x80 | (point & 0x3f));
	return 4;
}

static int
make_reference(void **state)
{
	(void)state;
	for (size_t len = 1; len <= LENGTH_MAX; len++) {
		const size_t bits = (size_t)1 << (len == LENGTH_MAX ? 27 : 8 * len);

		characters[len] = calloc(1, bits / 8);
		beginnings[len] = calloc(1, bits / 8);
		if (characters[len] == NULL || beginnings[len] == NULL)
			return -1;
	}
	for (uint32_t point = 0; point <= 0x10ffff; point++) {
		unsigned char bytes[LENGTH_MAX];
		const size_t len = encode(point, bytes);

		if (point >= 0xd800 && point <= 0xdfff) /* surrogates */
			continue;
		remember(characters, bytes, len);
		for (size_t begin = 1; begin < len; begin++)
			remember(beginnings, bytes, begin);
	}
	return 0;
}

static int
free_reference(void **state)
{
	(void)state;
	for (size_t len = 1; len <= LENGTH_MAX; len++) {
		free(characters[len]);
		free(beginnings[len]);
	}
	return 0;
}

static size_t
reference(const unsigned char *bytes, size_t len, size_t *ret_unfinished)
{
	size_t at = 0, rest;

	while (at < len) {
		size_t n = 1;

		while (n <= LENGTH_MAX && n <= len - at && !is_in(characters, bytes + at, n))
			n++;
		if (n > LENGTH_MAX || n > len - at)
			break;
		at += n;
	}
	rest = len - at;
	*ret_unfinished = 0;
	if (rest > 0 && rest < LENGTH_MAX && is_in(beginnings, bytes + at, rest))
		*ret_unfinished = rest;
	return at;
}

static bool
is_ascii(const unsigned char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (bytes[i] > 0x7f)
			return false;
	return true;
}

/* Compares with the reference; on a difference shows the bytes. */
static void
check(const unsigned char *bytes, size_t len)
{
	size_t want_unfinished;
	const size_t want = reference(bytes, len, &want_unfinished);
	const struct utf8_prefix got = utf8_prefix((const char *)bytes, len);
	const bool ascii = utf8_is_ascii((const char *)bytes, len);
	char hex[3 * 16 + 1] = "";

	if (got.valid == want && got.unfinished == want_unfinished && ascii == is_ascii(bytes, len))
		return;
	for (size_t i = 0; i < len && i < 16; i++)
		snprintf(hex + 3 * i, sizeof hex - 3 * i, "%02x ", bytes[i]);
	fail_msg("%zu bytes %s: got %zu and %zu unfinished, want %zu and %zu%s", len, hex,
		 got.valid, got.unfinished, want, want_unfinished, ascii ? "; ASCII" : "");
}

static void
test_known(void **state)
{
	static const struct {
		const char *name;
		const char *input;
		size_t len;
		size_t want;
		size_t want_unfinished;
	} rows[] = {
		{"nothing", "", 0, 0, 0},
		{"ASCII", "Yam", 3, 3, 0},
		{"NUL is a character", "a\0b", 3, 3, 0},
		{"two bytes", "\xc3\xa9", 2, 2, 0},
		{"three bytes", "\xe2\x82\xac", 3, 3, 0},
		{"four bytes", "\xf0\x9f\x98\x80", 4, 4, 0},
		{"the last code point", "\xf4\x8f\xbf\xbf", 4, 4, 0},
		{"above the last", "\xf4\x90\x80\x80", 4, 0, 0},
		{"overlong NUL", "\xc0\x80", 2, 0, 0},
		{"overlong slash", "\xe0\x80\xaf", 3, 0, 0},
		{"surrogate", "\xed\xa0\x80", 3, 0, 0},
		{"lone continuation", "ab\x80", 3, 2, 0},
		{"Latin-1", "Ren\xe9!", 5, 3, 0},
		{"cut after one of two", "\xc3", 1, 0, 1},
		{"cut after two of three", "a\xe2\x82", 3, 1, 2},
		{"cut after three of four", "a\xf0\x9f\x98", 4, 1, 3},
		{"cut, but already wrong", "a\xf4\x90", 3, 1, 0},
		{"wrong before the end",
		 "\xe2\x82"
		 "a",
		 3, 0, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct utf8_prefix got = utf8_prefix(rows[i].input, rows[i].len);

		if (got.valid != rows[i].want || got.unfinished != rows[i].want_unfinished)
			fail_msg("%s: got %zu and %zu unfinished, want %zu and %zu", rows[i].name,
				 got.valid, got.unfinished, rows[i].want, rows[i].want_unfinished);
	}
}

static void
test_all_up_to_three_bytes(void **state)
{
	(void)state;
	for (size_t len = 1; len <= 3; len++) {
		for (uint32_t all = 0; all < UINT32_C(1) << 8 * len; all++) {
			unsigned char bytes[3];

			for (size_t i = 0; i < len; i++)
				bytes[i] = (unsigned char)(all >> 8 * (len - 1 - i));
			check(bytes, len);
		}
	}
}

/* Every byte at which a rule begins or ends, and its neighbours. */
static const unsigned char borders[] = {
	0x00, 0x01, 0x41, 0x7e, 0x7f, 0x80, 0x81, 0x8e, 0x8f, 0x90, 0x91, 0x9e, 0x9f, 0xa0, 0xa1,
	0xbe, 0xbf, 0xc0, 0xc1, 0xc2, 0xc3, 0xde, 0xdf, 0xe0, 0xe1, 0xe2, 0xec, 0xed, 0xee, 0xef,
	0xf0, 0xf1, 0xf2, 0xf3, 0xf4, 0xf5, 0xf7, 0xf8, 0xfb, 0xfc, 0xfd, 0xfe, 0xff,
};

static void
test_borders_of_four_bytes(void **state)
{
	const size_t count = sizeof borders;

	(void)state;
	for (size_t all = 0; all < count * count * count * count; all++) {
		const unsigned char bytes[] = {borders[all / count / count / count],
					       borders[all / count / count % count],
					       borders[all / count % count], borders[all % count]};

		check(bytes, sizeof bytes);
	}
}

/* Cut at each place a text is as long as it was, and says what it lacks. */
static void
test_cut_anywhere(void **state)
{
	static const unsigned char text[] = "a\xc2\x80\xdf\xbf\xe0\xa0\x80 ASCII in steps of 8 "
					    "\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf\xf0\x90\x80\x80"
					    "\xf4\x8f\xbf\xbf.";
	size_t border = 0; /* the last one between two characters */

	(void)state;
	for (size_t len = 0; len < sizeof text; len++) {
		const struct utf8_prefix got = utf8_prefix((const char *)text, len);

		if ((text[len] & 0xc0) != 0x80)
			border = len;
		check(text, len);
		assert_int_equal(got.valid, border);
		assert_int_equal(got.unfinished, len - border);
	}
}

/*
 * One odd byte at each place, at each alignment, in a buffer with nothing
 * behind it, so that a sanitizer sees a step too far.
 */
static void
test_eight_bytes_a_step(void **state)
{
	static const unsigned char odd[] = {'a', 0x00, 0x80, 0xc2, 0xe2, 0xf0, 0xff};

	(void)state;
	for (size_t offset = 0; offset < 8; offset++) {
		for (size_t len = 1; len <= 26; len++) {
			unsigned char *buffer = malloc(offset + len);

			assert_non_null(buffer);
			memset(buffer, 0xff, offset);
			for (size_t at = 0; at < len; at++) {
				for (size_t i = 0; i < sizeof odd; i++) {
					memset(buffer + offset, 'x', len);
					buffer[offset + at] = odd[i];
					check(buffer + offset, len);
				}
			}
			free(buffer);
		}
	}
}

/* Mixtures of ASCII, whole characters and border bytes; the same each run. */
static void
test_mixtures(void **state)
{
	uint64_t random = UINT64_C(0x9e3779b97f4a7c15);

	(void)state;
	for (int round = 0; round < 300000; round++) {
		unsigned char bytes[40];
		size_t len = 0;

		for (size_t pieces = 1 + random % 12; pieces > 0; pieces--) {
			random ^= random << 13;
			random ^= random >> 7;
			random ^= random << 17;
			if (len + LENGTH_MAX > sizeof bytes)
				break;
			if (random % 16 == 0)
				bytes[len++] = borders[(random >> 8) % sizeof borders];
			else if (random % 2 == 0)
				bytes[len++] = (unsigned char)(random >> 8 & 0x7f);
			else
				len += encode((uint32_t)((random >> 8) % 0x110000 >> random % 20),
					      bytes + len);
		}
		check(bytes, len);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known),
		cmocka_unit_test(test_all_up_to_three_bytes),
		cmocka_unit_test(test_borders_of_four_bytes),
		cmocka_unit_test(test_cut_anywhere),
		cmocka_unit_test(test_eight_bytes_a_step),
		cmocka_unit_test(test_mixtures),
	};

	return cmocka_run_group_tests_name("utf8", tests, make_reference, free_reference);
}
