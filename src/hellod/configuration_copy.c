/*
 * configuration_copy.c - a whole configuration in one piece of memory
 *
 * Owns: which parts of it are elsewhere, and have to come along.
 * Never: allocates.
 * Runs: in the process that reads it; see reader.h.
 */
#include "config.h"

#include "hellod/configuration.h"

/* System */
#include <stdalign.h>
#include <stddef.h>
#include <string.h>

/* Project */
#include "hellod/configuration_table.h"
#include "hellod/configuration_value.h"

struct room {
	char *bytes;
	size_t size;
	size_t used;
	bool full;
};

/* Returns the copy, or NULL if there is no room. */
static void *
copy(struct room *room, const void *from, size_t len)
{
	const size_t unit = alignof(max_align_t);
	char *to = room->bytes + room->used;

	if (room->full || len + unit > room->size - room->used) {
		room->full = true;
		return NULL;
	}
	memcpy(to, from, len);
	room->used += (len + unit - 1) / unit * unit;
	return to;
}

/* The texts that the keys of a struct describe. */
static void
copy_texts(struct room *room, const struct key *keys, void *base)
{
	for (const struct key *key = keys; key->name; key++)
		if (key->type == KEY_TEXT || key->type == KEY_NETWORKS) {
			char **text = value_text(key, base);

			*text = copy(room, *text, strlen(*text) + 1);
		}
}

static void
copy_networks(struct room *room, struct networks *networks)
{
	if (networks->count > 0)
		networks->items =
			copy(room, networks->items, networks->count * sizeof(*networks->items));
}

static void
copy_addresses(struct room *room, struct listen_settings *l)
{
	if (l->address_count > 0)
		l->addresses = copy(room, l->addresses, l->address_count * sizeof(*l->addresses));
}

static void
copy_listen(struct room *room, struct configuration *c)
{
	c->listen = copy(room, c->listen, c->listen_count * sizeof(*c->listen));
	for (size_t i = 0; c->listen && i < c->listen_count; i++) {
		copy_texts(room, listen_keys, &c->listen[i]);
		copy_networks(room, &c->listen[i].proxies);
		copy_addresses(room, &c->listen[i]);
	}
}

/* They point into texts that have just been copied. */
static void
copy_rules(struct room *room, struct configuration *c, const struct configuration *from)
{
	size_t len = from->rules.before.len + from->rules.after.len;

	c->texts = copy(room, from->texts, len > 0 ? len : 1);
	c->rules.welcome.bytes = c->welcome;
	c->rules.before.bytes = c->texts;
	c->rules.after.bytes = c->texts ? c->texts + from->rules.before.len : NULL;
}

struct configuration *
configuration_copy(const struct configuration *from, void *memory, size_t size, size_t *used)
{
	struct room room = {.bytes = memory, .size = size};
	struct configuration *c = copy(&room, from, sizeof(*from));

	if (!c)
		return NULL;
	copy_texts(&room, configuration_keys, c);
	copy_listen(&room, c);
	copy_networks(&room, &c->denied);
	copy_networks(&room, &c->allowed);
	copy_networks(&room, &c->exempted);
	copy_rules(&room, c, from);
	if (room.full)
		return NULL;
	*used += room.used;
	return c;
}
