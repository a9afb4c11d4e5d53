/*
 * lookup.c - the host names in "listen", as addresses
 *
 * Owns: asking for them, and the text by which what was found goes from one
 * process to another.
 * Never: binds.
 * Runs: in the reader; lookup_write() in the master, before an upgrade.
 */
#include "config.h"

#include "hellod/lookup.h"

/* System */
#include <errno.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>

/* Project */
#include "hellod/configuration.h"
#include "lib/alloc.h"

#define PORT_TEXT_MAX 8
#define HOST_MAX 64 /* bytes of a numeric address with its scope */

/*
 * The text: whether "listen" was given or is the default; then a line for each
 * address, with the place of its group in the list; then the configuration.
 */
#define GIVEN_LINE "listen given\n"
#define DEFAULT_LINE "listen default\n"
#define ADDRESS_LINE "address %zu %63[^\n]\n%n" /* HOST_MAX - 1 */

static int
find_addresses(struct listen_settings *l, const char *host, int flags)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV | flags};
	struct addrinfo *found;
	char port[PORT_TEXT_MAX];
	int r;

	snprintf(port, sizeof(port), "%d", (int)l->port);
	r = getaddrinfo(host, port, &hints, &found);
	if (r != 0)
		return r;
	for (const struct addrinfo *info = found; info; info = info->ai_next) {
		struct listen_address *address;

		l->addresses =
			must_realloc(l->addresses, (l->address_count + 1) * sizeof(*l->addresses));
		address = &l->addresses[l->address_count++];
		*address = (struct listen_address){.len = info->ai_addrlen};
		memcpy(&address->storage, info->ai_addr, info->ai_addrlen);
	}
	freeaddrinfo(found);
	return 0;
}

int
lookup_hosts(struct configuration *c, FILE *errors)
{
	int result = 0;

	for (size_t i = 0; i < c->listen_count; i++) {
		struct listen_settings *l = &c->listen[i];
		int r = *l->path || l->address_count > 0
				? 0
				: find_addresses(l, l->address, AI_PASSIVE);

		if (r == 0)
			continue;
		fprintf(errors,
			"cannot listen on %s port %d: %s; want an address of this machine, "
			"0.0.0.0 or :: for all of them, or a name that resolves\n",
			l->address, (int)l->port,
			r == EAI_SYSTEM ? strerror(errno) : gai_strerror(r));
		result = -1;
	}
	return result;
}

void
lookup_forget(struct listen_settings *l)
{
	free(l->addresses);
	l->addresses = NULL;
	l->address_count = 0;
}

void
lookup_write(const struct configuration *c, FILE *out)
{
	fputs(c->listen_given ? GIVEN_LINE : DEFAULT_LINE, out);
	for (size_t i = 0; i < c->listen_count; i++)
		for (size_t j = 0; j < c->listen[i].address_count; j++) {
			const struct listen_address *a = &c->listen[i].addresses[j];
			char host[HOST_MAX];

			if (getnameinfo((const struct sockaddr *)&a->storage, a->len, host,
					sizeof(host), NULL, 0, NI_NUMERICHOST) == 0)
				fprintf(out, "address %zu %s\n", i, host);
		}
	configuration_dump(c, out);
}

/* The lines with addresses, to the groups that they are of. */
static void
read_addresses(struct configuration *c, const char *text)
{
	char host[HOST_MAX];
	size_t i;
	int len;

	for (; sscanf(text, ADDRESS_LINE, &i, host, &len) == 2; text += len)
		if (i < c->listen_count)
			find_addresses(&c->listen[i], host, AI_NUMERICHOST);
}

/* What begins after these lines. */
static const char *
skip_addresses(const char *text)
{
	char host[HOST_MAX];
	size_t i;
	int len;

	while (sscanf(text, ADDRESS_LINE, &i, host, &len) == 2)
		text += len;
	return text;
}

struct configuration *
lookup_read(const char *text, const char *file, FILE *faults)
{
	bool given = strncmp(text, GIVEN_LINE, strlen(GIVEN_LINE)) == 0;
	const char *addresses = text + strcspn(text, "\n");
	struct configuration *c;

	addresses += *addresses == '\n';
	c = configuration_load_dump(skip_addresses(addresses), file, faults);
	if (!c)
		return NULL;
	c->listen_given = given;
	read_addresses(c, addresses);
	return c;
}
