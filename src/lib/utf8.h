/*
 * utf8.h - is it UTF-8?
 *
 * Pure. Well-formed means RFC 3629: no overlong form, no surrogate, nothing
 * above U+10FFFF. U+0000 is a character like any other.
 */
#ifndef LIB_UTF8_H
#define LIB_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/*
 * How many bytes, from the first, are whole well-formed characters. If these
 * are not all, unfinished tells why: the number of bytes (1 to 3) at the very
 * end that begin a character which more bytes could complete, or 0 if the next
 * byte can never be well-formed.
 */
struct utf8_prefix {
	size_t valid;
	size_t unfinished;
};

/* Fast on ASCII: eight bytes a step. */
struct utf8_prefix utf8_prefix(const char *bytes, size_t len);

/* ASCII is UTF-8, and most short texts are: a look that costs no call. */
static inline bool
utf8_is_ascii(const char *bytes, size_t len)
{
	uint64_t seen = 0;

	for (; len >= sizeof(seen); bytes += sizeof(seen), len -= sizeof(seen)) {
		uint64_t eight;

		memcpy(&eight, bytes, sizeof(eight)); /* at any alignment */
		seen |= eight;
	}
	if (len >= 4) { /* two halves, which may overlap */
		uint32_t first, last;

		memcpy(&first, bytes, sizeof(first));
		memcpy(&last, bytes + len - 4, sizeof(last));
		seen |= first | last;
	} else if (len > 0) {
		seen |= (unsigned char)(bytes[0] | bytes[len / 2] | bytes[len - 1]);
	}
	return (seen & UINT64_C(0x8080808080808080)) == 0;
}

#endif
