/*
 * bytes.h - the bytes of open files: all are written, two are compared
 */
#ifndef HELLOFETCH_BYTES_H
#define HELLOFETCH_BYTES_H

#include <stdbool.h>
#include <stddef.h>

/* Writes all bytes, however many calls that takes. Returns 0, or -1 with errno. */
int write_all(int fd, const char *bytes, size_t len);

/*
 * True if two files, which both can be read, hold the same bytes from first to
 * last. Their offsets stay as they are.
 */
bool same_bytes(int fd, int other);

#endif
