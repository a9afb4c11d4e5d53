/*
 * bytes.h - all bytes are written
 */
#ifndef HELLOFETCH_BYTES_H
#define HELLOFETCH_BYTES_H

#include <stddef.h>

/* Writes all bytes, however many calls that takes. Returns 0, or -1 with errno. */
int write_all(int fd, const char *bytes, size_t len);

#endif
