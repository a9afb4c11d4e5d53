/*
 * configuration_dump.c - the configuration in effect, as a file (-T)
 *
 * Owns: the order and the shape of that file.
 * Never: says less than a reader needs to get the same configuration again.
 * Runs: in the master, and in children of it that are asked for a file.
 */
#include "config.h"

#include "hellod/configuration.h"

/* Project */
#include "hellod/configuration_table.h"
#include "hellod/configuration_value.h"

/* One line a key; of a listener, not the keys of the other kind. */
static void
dump_group(const struct key *keys, enum key_scope hidden, const void *base, const char *indent,
	   FILE *out)
{
	for (; keys->name; keys++) {
		if (keys->type == KEY_LIST || (keys->scope != SCOPE_ALL && keys->scope == hidden))
			continue;
		fprintf(out, "%s%s = ", indent, keys->name);
		value_write(keys, base, out);
		fputs(";\n", out);
	}
}

void
configuration_dump(const struct configuration *c, FILE *out)
{
	fputs("listen = (\n", out);
	for (size_t i = 0; i < c->listen_count; i++) {
		const struct listen_settings *l = &c->listen[i];

		fputs("\t{\n", out);
		dump_group(listen_keys, *l->path ? SCOPE_INET : SCOPE_UNIX, l, "\t\t", out);
		fputs(i + 1 < c->listen_count ? "\t},\n" : "\t}\n", out);
	}
	fputs(");\n", out);
	dump_group(configuration_keys, SCOPE_ALL, c, "", out);
}
