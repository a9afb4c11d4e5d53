/*
 * configuration_update.c - from one configuration to the next
 *
 * Owns: what changed, and what only a restart can change.
 * Never: applies a change.
 * Runs: in the master, at a reload.
 */
#include "config.h"

#include "hellod/configuration.h"

/* System */
#include <stdlib.h>
#include <string.h>

/* Project */
#include "hellod/configuration_table.h"
#include "hellod/configuration_value.h"
#include "lib/alloc.h"

/* The value as -T would write it; to be freed. */
static char *
write_value(const struct key *key, const struct configuration *c)
{
	char *text = NULL;
	size_t len;
	FILE *out = must_open_text(&text, &len);

	value_write(key, c, out);
	fclose(out);
	return text;
}

static void
keep(const struct key *key, struct configuration *fresh, const struct configuration *old)
{
	struct configuration *from = (struct configuration *)old; /* only read */

	if (key->type == KEY_TEXT) {
		free(*value_text(key, fresh));
		*value_text(key, fresh) = must_strdup(*value_text(key, from));
	} else {
		*value_number(key, fresh) = *value_number(key, from);
	}
}

void
configuration_update(struct configuration *fresh, const struct configuration *old, FILE *out)
{
	for (const struct key *key = configuration_keys; key->name; key++) {
		char *was;
		char *is;

		if (key->type == KEY_LIST)
			continue; /* the listeners themselves are compared */
		was = write_value(key, old);
		is = write_value(key, fresh);
		if (strcmp(was, is) != 0 && key->reloadable)
			fprintf(out, "%s %s -> %s\n", key->name, was, is);
		else if (strcmp(was, is) != 0)
			fprintf(out, "needs restart: %s %s -> %s\n", key->name, was, is);
		if (!key->reloadable)
			keep(key, fresh, old);
		free(was);
		free(is);
	}
	fresh->uid = old->uid; /* user and group are not reloadable */
	fresh->gid = old->gid;
}
