/*
 * utf8.h - is it UTF-8?
 *
 * Pure. Well-formed means RFC 3629: no overlong form, no surrogate, nothing
 * above U+10FFFF. U+0000 is a character like any other.
 */
#ifndef LIB_UTF8_H
#define LIB_UTF8_H

#include <stddef.h>

/*
 * Returns how many of the bytes, from the first, are whole well-formed
 * characters. If that is less than len, *ret_unfinished tells why it stopped:
 * the number of bytes (1 to 3) at the very end that begin a character which
 * more bytes could complete, or 0 if the next byte can never be well-formed.
 * ret_unfinished may be NULL. Must be fast on ASCII (eight bytes a step).
 */
size_t utf8_valid_prefix(const char *bytes, size_t len, size_t *ret_unfinished);

#endif
