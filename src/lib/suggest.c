/*
 * suggest.c - "did you mean ...?"
 *
 * Owns nothing, allocates nothing. Runs where a configuration or a command line
 * is read. Compares bytes: our own words are ASCII.
 */
#include "config.h"

/* System */
#include <stdint.h>
#include <string.h>

/* Project */
#include "lib/suggest.h"

#define WORD_MAX 128 /* bytes; what is longer is no slip of the pen */

/* Case, and - for _, make no difference; not the locale's business. */
static char
fold(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (char)(c - 'A' + 'a');
	return (char)(c == '-' ? '_' : c);
}

static size_t
min(size_t a, size_t b)
{
	return a < b ? a : b;
}

/*
 * The distance of two texts of at most WORD_MAX bytes. A row of the usual table
 * tells how far a text's first i characters are from each beginning of the
 * other; swaps look two rows back, so three rows are kept.
 */
static size_t
distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
	size_t rows[3][WORD_MAX + 1];

	for (size_t j = 0; j <= b_len; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= a_len; i++) {
		size_t *row = rows[i % 3];
		const size_t *above = rows[(i + 2) % 3];
		const size_t *two_above = rows[(i + 1) % 3];

		row[0] = i;
		for (size_t j = 1; j <= b_len; j++) {
			const char x = fold(a[i - 1]), y = fold(b[j - 1]);

			row[j] = min(above[j], row[j - 1]) + 1;        /* too many, missing */
			row[j] = min(row[j], above[j - 1] + (x != y)); /* changed */
			if (i > 1 && j > 1 && x == fold(b[j - 2]) && y == fold(a[i - 2]))
				row[j] = min(row[j], two_above[j - 2] + 1); /* swapped */
		}
	}
	return rows[a_len % 3][b_len];
}

const char *
suggest(const char *text, const char *const *words, size_t count)
{
	const size_t text_len = strlen(text);
	const char *best = NULL;
	size_t best_distance = SIZE_MAX;

	for (size_t i = 0; i < count; i++) {
		const size_t word_len = strlen(words[i]);
		const size_t longer = text_len > word_len ? text_len : word_len;
		size_t d;

		if (longer > WORD_MAX)
			continue;
		d = distance(text, text_len, words[i], word_len);
		if (3 * d <= longer && d < best_distance) {
			best = words[i];
			best_distance = d;
		}
	}
	return best;
}
