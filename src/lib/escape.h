/*
 * escape.h - bytes of others made safe to show
 *
 * Pure. What a peer sent never reaches a log or a terminal as it came: control
 * bytes, DEL, backslash, double quotes and all that is not well-formed UTF-8
 * become C escapes (\n, \t, \\, \", \xNN). C1 controls (U+0080 to U+009F) are
 * escaped byte by byte too, as are U+2028, U+2029 and the bidirectional
 * controls (U+202A-U+202E, U+2066-U+2069), which can forge a line's looks.
 */
#ifndef LIB_ESCAPE_H
#define LIB_ESCAPE_H

#include <stddef.h>

/*
 * Writes the bytes to text, escaped and NUL-terminated. If text (text_size
 * bytes, at least 4) is too small, it ends with "..." and never inside an
 * escape or a character. Returns text.
 */
char *escape_bytes(const char *bytes, size_t len, char *text, size_t text_size);

#endif
