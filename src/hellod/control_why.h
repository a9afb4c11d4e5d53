/*
 * control_why.h - why a client is refused, or would be
 */
#ifndef HELLOD_CONTROL_WHY_H
#define HELLOD_CONTROL_WHY_H

#include <stdbool.h>
#include <stdio.h>

struct master;

/*
 * Writes how a client from that address stands with each limit, and what would
 * become of it now. Returns false if the text is no IPv4 or IPv6 address.
 */
bool control_write_why(const struct master *master, const char *address, FILE *out);

#endif
