/*
 * network.c - networks in CIDR notation, and who is in them
 *
 * Owns: the notation, and the comparison of the bits that count.
 * Never: resolves a name.
 * Runs: in the master and in the workers.
 */
#include "config.h"

#include "hellod/network.h"

/* System */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Project */
#include "lib/alloc.h"
#include "lib/log.h"

#define BLANK ' '

static unsigned
width_of(uint8_t family)
{
	return family == AF_INET ? 32 : 128;
}

/* The number behind the slash, without sign, blanks or leading zeros. */
static int
parse_bits(const char *text, unsigned most)
{
	unsigned bits = 0;

	if (!*text || strspn(text, "0123456789") != strlen(text) || strlen(text) > 3 ||
	    (text[0] == '0' && text[1]))
		return -1;
	for (; *text; text++)
		bits = bits * 10 + (unsigned)(*text - '0');
	return bits > most ? -1 : (int)bits;
}

/* True if all bits of the address from that one on are 0. */
static bool
is_zero_from(const uint8_t *bytes, unsigned bit, unsigned width)
{
	for (; bit < width; bit++)
		if (bytes[bit / 8] & (0x80 >> bit % 8))
			return false;
	return true;
}

int
network_parse(const char *text, struct network *ret_network)
{
	struct network network = {.family = strchr(text, ':') ? AF_INET6 : AF_INET};
	unsigned width = width_of(network.family);
	size_t len = strcspn(text, "/");
	char address[NETWORK_TEXT_MAX];
	int bits = text[len] ? parse_bits(text + len + 1, width) : (int)width;

	if (len >= sizeof(address) || bits < 0)
		return -1;
	memcpy(address, text, len);
	address[len] = '\0';
	if (inet_pton(network.family, address, network.bytes) != 1 ||
	    !is_zero_from(network.bytes, (unsigned)bits, width))
		return -1;
	network.bits = (uint8_t)bits;
	*ret_network = network;
	return 0;
}

char *
network_format(const struct network *network, char text[NETWORK_TEXT_MAX])
{
	size_t len;

	if (!inet_ntop(network->family, network->bytes, text, NETWORK_TEXT_MAX))
		bug("an address of family %d", network->family);
	len = strlen(text);
	if (network->bits < width_of(network->family))
		snprintf(text + len, NETWORK_TEXT_MAX - len, "/%u", network->bits);
	return text;
}

void
networks_init(struct networks *networks, const char *text)
{
	char one[NETWORK_TEXT_MAX];

	*networks = (struct networks){NULL, 0};
	while (*text) {
		size_t len = strcspn(text, " ");
		struct network *item;

		networks->items = must_realloc(networks->items,
					       (networks->count + 1) * sizeof(*networks->items));
		item = &networks->items[networks->count++];
		/* One that is cut here is none. */
		snprintf(one, sizeof(one), "%.*s", (int)len, text);
		if (network_parse(one, item) < 0)
			bug("no network: %s", one);
		text += len + (text[len] == BLANK);
	}
}

void
networks_done(struct networks *networks)
{
	free(networks->items);
	*networks = (struct networks){NULL, 0};
}

static bool
is_in(const struct network *network, const struct peer *peer)
{
	unsigned whole = network->bits / 8;
	unsigned rest = network->bits % 8;

	if (peer->family != network->family || memcmp(peer->bytes, network->bytes, whole) != 0)
		return false;
	return rest == 0 || (peer->bytes[whole] ^ network->bytes[whole]) >> (8 - rest) == 0;
}

const struct network *
networks_find(const struct networks *networks, const struct peer *peer)
{
	for (size_t i = 0; i < networks->count; i++)
		if (is_in(&networks->items[i], peer))
			return &networks->items[i];
	return NULL;
}
