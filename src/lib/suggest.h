/*
 * suggest.h - "did you mean ...?"
 *
 * Pure.
 */
#ifndef LIB_SUGGEST_H
#define LIB_SUGGEST_H

#include <stddef.h>

/*
 * Of the words (count of them) returns the one most like the text, or NULL if
 * none is near: at most a third of the longer one's characters changed,
 * swapped, missing or too many (Damerau-Levenshtein, optimal string
 * alignment), or differing only in case or in - for _. First one wins a tie.
 */
const char *suggest(const char *text, const char *const *words, size_t count);

#endif
