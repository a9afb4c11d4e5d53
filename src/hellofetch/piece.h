/*
 * piece.h - parts of a header, neither copied nor NUL-terminated
 *
 * Pure. A piece is valid as long as the bytes it points into.
 */
#ifndef HELLOFETCH_PIECE_H
#define HELLOFETCH_PIECE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct piece {
	const char *at;
	size_t len;
};

/* A space or a tab. */
bool piece_is_blank(char c);

/* True if the piece is that word, in whatever case. */
bool piece_is(struct piece piece, const char *word);

/* Without blanks at its ends. */
struct piece piece_trim(struct piece piece);

/* Cuts the next line off the rest; its end, CR LF or LF, is dropped. */
bool piece_next_line(struct piece *rest, struct piece *ret_line);

/*
 * Finds a field of a header by its name. Returns how often the field comes;
 * *ret_value is the first one's trimmed value. Of a folded value only the
 * first line.
 */
int piece_find_field(struct piece header, const char *name, struct piece *ret_value);

/*
 * Reads 1*DIGIT; what is more than INT64_MAX is INT64_MAX. Returns false, and
 * leaves *ret_number alone, for anything else.
 */
bool piece_to_number(struct piece piece, int64_t *ret_number);

/*
 * Copies the piece into text as a string. Returns false, and makes text empty,
 * if it does not fit size bytes or has a control byte in it.
 */
bool piece_copy(struct piece piece, char *text, size_t size);

#endif
