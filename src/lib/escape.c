/*
 * escape.c - bytes of others made safe to show
 *
 * Owns nothing, allocates nothing and cannot fail. Runs in every process. It
 * never looks at the locale: what is safe is the same everywhere.
 */
#include "config.h"

/* System */
#include <stdbool.h>
#include <string.h>

/* Project */
#include "lib/escape.h"
#include "lib/utf8.h"

#define ELLIPSIS "..."
#define PIECE_MAX 12 /* bytes of the longest piece: three times \xNN */

/* The text as it grows. */
struct output {
	char *text;
	size_t size;
	size_t at;  /* bytes written */
	size_t cut; /* the last border of two pieces that leaves room for "..." */
};

/* Appends a piece that stays whole; false if there is no room. */
static bool
output_put(struct output *out, const char *piece, size_t len)
{
	if (out->size - out->at <= len) /* one more is for the NUL */
		return false;
	memcpy(out->text + out->at, piece, len);
	out->at += len;
	if (out->size - out->at >= sizeof ELLIPSIS)
		out->cut = out->at;
	return true;
}

/* The letter that stands for the byte behind a backslash, or 0. */
static char
letter_of(char byte)
{
	switch (byte) {
	case '\n':
		return 'n';
	case '\r':
		return 'r';
	case '\t':
		return 't';
	case '\\':
	case '"':
		return byte;
	default:
		return 0;
	}
}

/* The length of the well-formed character that has this first byte. */
static size_t
character_length(unsigned char first)
{
	if (first < 0x80)
		return 1;
	if (first < 0xe0)
		return 2;
	return first < 0xf0 ? 3 : 4;
}

/* Is the well-formed character one that can change how a line looks? */
static bool
is_forger(const unsigned char *bytes, size_t len)
{
	if (len == 1)
		return bytes[0] < 0x20 || bytes[0] == 0x7f;
	if (len == 2) /* U+0080 to U+009F */
		return bytes[0] == 0xc2 && bytes[1] < 0xa0;
	if (len != 3 || bytes[0] != 0xe2)
		return false;
	return (bytes[1] == 0x80 && bytes[2] >= 0xa8 && bytes[2] <= 0xae) || /* U+2028 to U+202E */
	       (bytes[1] == 0x81 && bytes[2] >= 0xa6 && bytes[2] <= 0xa9);   /* U+2066 to U+2069 */
}

/* Writes \xNN for each of the bytes, at most three; returns the length. */
static size_t
put_hex(const unsigned char *bytes, size_t len, char *piece)
{
	static const char digits[] = "0123456789abcdef";
	size_t at = 0;

	for (size_t i = 0; i < len; i++) {
		piece[at++] = '\\';
		piece[at++] = 'x';
		piece[at++] = digits[bytes[i] >> 4];
		piece[at++] = digits[bytes[i] & 0xf];
	}
	return at;
}

/* Appends a well-formed character, escaped if need be; false: no room. */
static bool
put_character(struct output *out, const char *bytes, size_t len)
{
	const unsigned char *character = (const unsigned char *)bytes;
	const char letter = letter_of(bytes[0]);
	char piece[PIECE_MAX] = {'\\', letter};

	if (letter != 0)
		return output_put(out, piece, 2);
	if (is_forger(character, len))
		return output_put(out, piece, put_hex(character, len, piece));
	return output_put(out, bytes, len);
}

/* Appends all bytes; false: no room. */
static bool
put_all(struct output *out, const char *bytes, size_t len)
{
	size_t at = 0;

	while (at < len) {
		const size_t good_end = at + utf8_prefix(bytes + at, len - at).valid;
		char piece[PIECE_MAX];

		while (at < good_end) {
			const size_t length = character_length((unsigned char)bytes[at]);

			if (!put_character(out, bytes + at, length))
				return false;
			at += length;
		}
		if (at < len) { /* the byte that broke the rules */
			const unsigned char bad = (unsigned char)bytes[at++];

			if (!output_put(out, piece, put_hex(&bad, 1, piece)))
				return false;
		}
	}
	return true;
}

char *
escape_bytes(const char *bytes, size_t len, char *text, size_t text_size)
{
	struct output out = {.text = text, .size = text_size};

	if (put_all(&out, bytes, len))
		text[out.at] = '\0';
	else
		memcpy(text + out.cut, ELLIPSIS, sizeof ELLIPSIS);
	return text;
}
