/*
 * configuration_update.c - from one configuration to the next
 *
 * Owns: what changed, and what only a restart can change.
 * Never: applies a change.
 * Runs: in the process that reads the configuration; see reader.h.
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
	must_close_text(out, &text);
	return text;
}

static void
keep(const struct key *key, struct configuration *fresh, const struct configuration *old)
{
	struct configuration *from = (struct configuration *)old; /* only read */

	if (key->type == KEY_TEXT || key->type == KEY_NETWORKS) {
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

/* A group of "listen" on one line; to be freed. */
static char *
write_group(const struct listen_settings *l)
{
	enum key_scope hidden = *l->path ? SCOPE_INET : SCOPE_UNIX;
	char *text = NULL;
	size_t len;
	FILE *out = must_open_text(&text, &len);

	for (const struct key *key = listen_keys; key->name; key++)
		if (key->scope != hidden) {
			fprintf(out, " %s = ", key->name);
			value_write(key, l, out);
			fputc(';', out);
		}
	must_close_text(out, &text);
	return text;
}

/* Each group of the one that the other has not. */
static void
tell_missing(const struct configuration *from, const struct configuration *in, char sign, FILE *out)
{
	for (size_t i = 0; i < from->listen_count; i++) {
		char *group = write_group(&from->listen[i]);
		bool found = false;

		for (size_t j = 0; j < in->listen_count && !found; j++) {
			char *other = write_group(&in->listen[j]);

			found = strcmp(group, other) == 0;
			free(other);
		}
		if (!found)
			fprintf(out, "listen %c {%s }\n", sign, group);
		free(group);
	}
}

void
configuration_compare_listen(const struct configuration *fresh, const struct configuration *old,
			     FILE *out)
{
	tell_missing(old, fresh, '-', out);
	tell_missing(fresh, old, '+', out);
}
