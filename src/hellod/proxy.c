/*
 * proxy.c - the PROXY protocol's header, in which a proxy says who its client is
 *
 * Owns: both forms of the header, to the letter. What is not exactly one of
 * them is none: a header half understood would be somebody else's address.
 * Never: reads a descriptor, looks at a clock, logs, allocates.
 * Runs: in a worker, and in unit tests and fuzzers.
 */
#include "config.h"

#include "hellod/proxy.h"

/* System */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>

#define LINE_MAX_V1 107 /* bytes, CR LF included */
#define WORD_MAX INET6_ADDRSTRLEN

/* Version 2: a signature, then four bytes that say what follows. */
#define SIGNATURE "\r\n\r\n\0\r\nQUIT\n"
#define SIGNATURE_SIZE 12
#define FIXED_SIZE 16
#define COMMAND_LOCAL 0x20 /* with the version in the upper half */
#define COMMAND_PROXY 0x21

/* What the byte for family and transport may say, and the addresses' size. */
#define UNKNOWN_TRANSPORT 0x00
static const struct {
	unsigned char code;
	uint8_t family;
	size_t size;
} transports[] = {
	{UNKNOWN_TRANSPORT, AF_UNSPEC, 0},
	{0x11, AF_INET, 12},
	{0x21, AF_INET6, 36},
	{0x31, AF_UNIX, 216},
};

/* The next word of a line, which ends at a blank or at the end. */
static bool
take_word(const char **line, const char *end, char word[WORD_MAX])
{
	const char *from = *line;
	const char *to = from == end ? NULL : memchr(from, ' ', (size_t)(end - from));
	size_t len;

	if (!to)
		to = end;
	len = (size_t)(to - from);
	if (len == 0 || len >= WORD_MAX || memchr(from, '\0', len))
		return false;
	memcpy(word, from, len);
	word[len] = '\0';
	*line = to == end ? end : to + 1;
	/* A blank that nothing follows is one too many. */
	return to == end || to + 1 < end;
}

/* A decimal number without sign or leading zeros. */
static bool
parse_port(const char *word, uint16_t *ret_port)
{
	unsigned value = 0;

	if (word[0] == '0' && word[1])
		return false;
	for (; *word; word++) {
		if (*word < '0' || *word > '9')
			return false;
		value = value * 10 + (unsigned)(*word - '0');
		if (value > 65535)
			return false;
	}
	*ret_port = (uint16_t)value;
	return true;
}

/* What follows "PROXY TCP4 ": client, server, and the ports of both. */
static bool
parse_addresses(uint8_t family, const char *line, const char *end, struct peer *client)
{
	char word[WORD_MAX];
	struct in6_addr server;
	uint16_t port;

	*client = (struct peer){.family = family};
	return take_word(&line, end, word) && inet_pton(family, word, client->bytes) == 1 &&
	       take_word(&line, end, word) && inet_pton(family, word, &server) == 1 &&
	       take_word(&line, end, word) && parse_port(word, &client->port) &&
	       take_word(&line, end, word) && parse_port(word, &port) && line == end;
}

static bool
starts_with(const char *line, const char *end, const char *word)
{
	size_t len = strlen(word);

	return (size_t)(end - line) >= len && memcmp(line, word, len) == 0;
}

/* A line that has come to its end: from the blank behind PROXY to the CR. */
static enum proxy_status
parse_line(const char *line, const char *end, struct peer *ret_client)
{
	static const char inet[] = " TCP4 ";
	static const char inet6[] = " TCP6 ";
	static const char unknown[] = " UNKNOWN";
	struct peer client;
	bool good = false;

	if (starts_with(line, end, inet))
		good = parse_addresses(AF_INET, line + strlen(inet), end, &client);
	else if (starts_with(line, end, inet6))
		good = parse_addresses(AF_INET6, line + strlen(inet6), end, &client);
	else if (starts_with(line, end, unknown)) {
		line += strlen(unknown);
		/* Whatever follows it means nothing. */
		return line == end || *line == ' ' ? PROXY_NO_CLIENT : PROXY_BAD;
	}
	if (!good)
		return PROXY_BAD;
	*ret_client = client;
	return PROXY_CLIENT;
}

static enum proxy_status
parse_v1(const char *bytes, size_t len, struct peer *ret_client, size_t *ret_size)
{
	static const char start[] = "PROXY";
	size_t compared = len < strlen(start) ? len : strlen(start);
	size_t limit = len < LINE_MAX_V1 ? len : LINE_MAX_V1;
	const char *cr;
	enum proxy_status status;

	if (memcmp(bytes, start, compared) != 0)
		return PROXY_BAD;
	cr = memchr(bytes, '\r', limit);
	if (!cr)
		return len < LINE_MAX_V1 ? PROXY_WANTS_INPUT : PROXY_BAD;
	if (cr + 1 == bytes + limit)
		return len < LINE_MAX_V1 ? PROXY_WANTS_INPUT : PROXY_BAD;
	if (cr[1] != '\n')
		return PROXY_BAD;
	status = parse_line(bytes + strlen(start), cr, ret_client);
	if (status != PROXY_BAD)
		*ret_size = (size_t)(cr - bytes) + 2;
	return status;
}

/* The client is the first of the two addresses, and the first of the ports. */
static void
read_client(uint8_t family, const unsigned char *addresses, struct peer *ret_client)
{
	size_t size = family == AF_INET ? sizeof(struct in_addr) : sizeof(struct in6_addr);
	const unsigned char *port = addresses + 2 * size;

	*ret_client = (struct peer){.family = family};
	memcpy(ret_client->bytes, addresses, size);
	ret_client->port = (uint16_t)(port[0] << 8 | port[1]);
}

/* What follows the addresses: a type, two bytes of size, and so many bytes. */
static bool
are_extensions(const unsigned char *bytes, size_t len)
{
	while (len > 0) {
		size_t size;

		if (len < 3)
			return false;
		size = 3 + ((size_t)bytes[1] << 8 | bytes[2]);
		if (size > len)
			return false;
		bytes += size;
		len -= size;
	}
	return true;
}

/* The transport's place in the table; -1: none that we know. */
static int
find_transport(unsigned char code)
{
	for (int i = 0; i < (int)(sizeof(transports) / sizeof(transports[0])); i++)
		if (transports[i].code == code)
			return i;
	return -1;
}

/* All of a header is there: the bytes behind the first 16. */
static enum proxy_status
parse_block(int transport, const unsigned char *block, size_t size, struct peer *ret_client)
{
	uint8_t family = transports[transport].family;
	size_t addresses = transports[transport].size;

	if (family == AF_UNSPEC)
		return PROXY_NO_CLIENT;
	if (size < addresses || !are_extensions(block + addresses, size - addresses))
		return PROXY_BAD;
	if (family == AF_UNIX)
		return PROXY_NO_CLIENT; /* a path of another machine, maybe */
	read_client(family, block, ret_client);
	return PROXY_CLIENT;
}

static enum proxy_status
parse_v2(const unsigned char *bytes, size_t len, struct peer *ret_client, size_t *ret_size)
{
	bool local = len > SIGNATURE_SIZE && bytes[12] == COMMAND_LOCAL;
	int transport = len > SIGNATURE_SIZE + 1 ? find_transport(bytes[13]) : 0;
	enum proxy_status status = PROXY_NO_CLIENT;
	size_t size;

	if (len > SIGNATURE_SIZE && !local && bytes[12] != COMMAND_PROXY)
		return PROXY_BAD;
	if (!local && transport < 0)
		return PROXY_BAD;
	if (len < FIXED_SIZE)
		return PROXY_WANTS_INPUT;
	size = (size_t)bytes[14] << 8 | bytes[15];
	if (size > PROXY_HEADER_MAX - FIXED_SIZE)
		return PROXY_BAD;
	if (len < FIXED_SIZE + size)
		return PROXY_WANTS_INPUT;
	/* Of a proxy that speaks for itself, nothing but the size counts. */
	if (!local)
		status = parse_block(transport, bytes + FIXED_SIZE, size, ret_client);
	if (status != PROXY_BAD)
		*ret_size = FIXED_SIZE + size;
	return status;
}

enum proxy_status
proxy_parse(const char *bytes, size_t len, struct peer *ret_client, size_t *ret_size)
{
	size_t compared = len < SIGNATURE_SIZE ? len : SIGNATURE_SIZE;

	if (len == 0)
		return PROXY_WANTS_INPUT;
	if (memcmp(bytes, SIGNATURE, compared) != 0)
		return parse_v1(bytes, len, ret_client, ret_size);
	return parse_v2((const unsigned char *)bytes, len, ret_client, ret_size);
}
