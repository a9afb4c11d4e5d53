/*
 * network.h - networks in CIDR notation, and who is in them
 *
 * Pure. A list is kept as text too: networks separated by blanks, each as
 * network_format() writes it.
 */
#ifndef HELLOD_NETWORK_H
#define HELLOD_NETWORK_H

#include "hellod/peer.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NETWORK_TEXT_MAX 52 /* bytes of the longest, NUL included */

struct network {
	uint8_t bytes[16]; /* an IPv4 or IPv6 address; the bits of hosts are 0 */
	uint8_t family;
	uint8_t bits; /* of the address, from the first, that count */
};

struct networks {
	struct network *items;
	size_t count;
};

/*
 * Reads "192.0.2.0/24", "2001:db8::/32", or one address. Returns 0; or -1 if it
 * is none, or has bits behind those that count: the writer meant something else.
 */
int network_parse(const char *text, struct network *ret_network);

/* Writes "192.0.2.0/24"; of a single address, the address alone. Returns text. */
char *network_format(const struct network *network, char text[NETWORK_TEXT_MAX]);

/* A list from its text, which must be one; ends the program without memory. */
void networks_init(struct networks *networks, const char *text);
void networks_done(struct networks *networks);

/* The first network of the list that the peer is in, or NULL. */
const struct network *networks_find(const struct networks *networks, const struct peer *peer);

#endif
