/*
 * utf8.c - is it UTF-8?
 *
 * Owns nothing, allocates nothing, calls nothing that can fail. Runs in every
 * process. It never decodes: that a sequence is well-formed can be told from
 * its bytes (RFC 3629, section 4), the code point is not needed.
 */
#include "config.h"

/* System */
#include <stdint.h>
#include <string.h>

/* Project */
#include "lib/utf8.h"

#define HIGH_BITS UINT64_C(0x8080808080808080) /* set in what is not ASCII */

/*
 * What a first byte promises. Only the second byte has limits of its own: that
 * is where overlong forms, surrogates and the far end of Unicode show.
 */
struct shape {
	size_t length; /* bytes, 0: no character begins so */
	unsigned char second_min;
	unsigned char second_max;
};

/* Of a first byte that is not ASCII. */
static struct shape
shape_of(unsigned char first)
{
	switch (first) {
	case 0xe0:
		return (struct shape){3, 0xa0, 0xbf}; /* below: overlong */
	case 0xed:
		return (struct shape){3, 0x80, 0x9f}; /* above: surrogates */
	case 0xf0:
		return (struct shape){4, 0x90, 0xbf}; /* below: overlong */
	case 0xf4:
		return (struct shape){4, 0x80, 0x8f}; /* above: past U+10FFFF */
	}
	if (first >= 0xc2 && first <= 0xdf)
		return (struct shape){2, 0x80, 0xbf};
	if (first >= 0xe1 && first <= 0xef)
		return (struct shape){3, 0x80, 0xbf};
	if (first >= 0xf1 && first <= 0xf3)
		return (struct shape){4, 0x80, 0xbf};
	return (struct shape){0, 0, 0};
}

/*
 * How many bytes, from the first, are as the shape wants them; 0 if none can be,
 * at least 1 otherwise. len is not 0.
 */
static size_t
count_matching(const unsigned char *bytes, size_t len, struct shape shape)
{
	size_t count = 2;

	if (shape.length == 0)
		return 0;
	if (len < 2 || bytes[1] < shape.second_min || bytes[1] > shape.second_max)
		return 1;
	while (count < shape.length && count < len && (bytes[count] & 0xc0) == 0x80)
		count++;
	return count;
}

/* How many bytes, from the first, are ASCII. */
static size_t
count_ascii(const unsigned char *bytes, size_t len)
{
	size_t at = 0;
	uint64_t eight;

	for (; len - at >= sizeof eight; at += sizeof eight) {
		memcpy(&eight, bytes + at, sizeof eight); /* at any alignment */
		if ((eight & HIGH_BITS) != 0)
			break;
	}
	while (at < len && bytes[at] <= 0x7f)
		at++;
	return at;
}

struct utf8_prefix
utf8_prefix(const char *bytes, size_t len)
{
	const unsigned char *begin = (const unsigned char *)bytes;
	size_t at = 0;

	while ((at += count_ascii(begin + at, len - at)) < len) {
		const struct shape shape = shape_of(begin[at]);
		const size_t count = count_matching(begin + at, len - at, shape);

		if (count == 0 || count != shape.length)
			return (struct utf8_prefix){at, count == len - at ? count : 0};
		at += count;
	}
	return (struct utf8_prefix){len, 0};
}
