/*
 * piece.c - parts of a header, neither copied nor NUL-terminated
 *
 * Owns how lines and fields are found; never judges them. Pure; hellofetch is
 * one process.
 */
#include "config.h"

/* System */
#include <string.h>
#include <strings.h>

/* Project */
#include "hellofetch/piece.h"

bool
piece_is_blank(char c)
{
	return c == ' ' || c == '\t';
}

bool
piece_is(struct piece piece, const char *word)
{
	return piece.len == strlen(word) && strncasecmp(piece.at, word, piece.len) == 0;
}

struct piece
piece_trim(struct piece piece)
{
	while (piece.len > 0 && piece_is_blank(piece.at[0])) {
		piece.at++;
		piece.len--;
	}
	while (piece.len > 0 && piece_is_blank(piece.at[piece.len - 1]))
		piece.len--;
	return piece;
}

bool
piece_next_line(struct piece *rest, struct piece *ret_line)
{
	const char *end = rest->len > 0 ? memchr(rest->at, '\n', rest->len) : NULL;
	size_t len;

	if (end == NULL)
		return false;
	len = (size_t)(end - rest->at);
	*ret_line = (struct piece){rest->at, len};
	if (len > 0 && rest->at[len - 1] == '\r')
		ret_line->len--;
	rest->at += len + 1;
	rest->len -= len + 1;
	return true;
}

int
piece_find_field(struct piece header, const char *name, struct piece *ret_value)
{
	struct piece line;
	int count = 0;

	while (piece_next_line(&header, &line)) {
		const char *colon = line.len > 0 ? memchr(line.at, ':', line.len) : NULL;
		size_t before;

		if (colon == NULL)
			continue;
		before = (size_t)(colon - line.at);
		if (!piece_is((struct piece){line.at, before}, name))
			continue;
		if (count++ == 0)
			*ret_value = piece_trim((struct piece){colon + 1, line.len - before - 1});
	}
	return count;
}

bool
piece_to_number(struct piece piece, int64_t *ret_number)
{
	int64_t number = 0;

	if (piece.len == 0)
		return false;
	for (size_t i = 0; i < piece.len; i++) {
		if (piece.at[i] < '0' || piece.at[i] > '9')
			return false;
		if (__builtin_mul_overflow(number, 10, &number) ||
		    __builtin_add_overflow(number, piece.at[i] - '0', &number))
			number = INT64_MAX;
	}
	*ret_number = number;
	return true;
}

bool
piece_copy(struct piece piece, char *text, size_t size)
{
	text[0] = '\0';
	if (piece.len >= size)
		return false;
	for (size_t i = 0; i < piece.len; i++)
		if ((unsigned char)piece.at[i] < 0x20 || piece.at[i] == 0x7f)
			return false;
	memcpy(text, piece.at, piece.len);
	text[piece.len] = '\0';
	return true;
}
