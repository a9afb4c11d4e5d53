/*
 * configuration_parse.c - settings into the struct, from any of their sources
 *
 * Owns: how a tree of libconfig's becomes fields, and where a fault is.
 * Never: acts on what it read; knows a key by name but "listen" and those of a
 * listener that -l sets.
 * Runs: in the process that reads the configuration; see reader.h.
 */
#include "config.h"

#include "hellod/configuration_parse.h"

/* System */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Library */
#include <libconfig.h>

/* Project */
#include "hellod/configuration.h"
#include "hellod/configuration_table.h"
#include "hellod/configuration_value.h"
#include "hellod/lookup.h"
#include "lib/address.h"
#include "lib/alloc.h"
#include "lib/escape.h"
#include "lib/faults.h"
#include "lib/source.h"
#include "lib/suggest.h"

#define PATH_OF_KEY_MAX 64 /* bytes of "listen[3].framing" */
#define SHOWN_MAX 100      /* bytes shown of what somebody wrote */
#define TEXT_MAX 200       /* bytes of a fault */

/* What is being read: to say where a fault is. */
struct reading {
	struct configuration *configuration;
	struct faults *faults;
	const struct source *source; /* NULL: not a file */
	const char *place;           /* then: "-o workers=0" */
};

static void
setting_fault(const struct reading *r, const config_setting_t *setting, const char *key,
	      const char *text)
{
	struct source_line at = {r->place, 0};

	if (r->source)
		at = source_line(r->source, (int)config_setting_source_line(setting));
	fault(r->faults, at.file, at.number, key, "%s", text);
}

/* "unknown key", and which one may have been meant. */
static void
unknown_key(const struct reading *r, const config_setting_t *setting, const struct key *keys,
	    const char *path)
{
	const char *names[64];
	size_t count = 0;
	const char *near;
	char text[SHOWN_MAX];

	while (count < sizeof(names) / sizeof(names[0]) && keys[count].name) {
		names[count] = keys[count].name;
		count++;
	}
	near = suggest(config_setting_name(setting), names, count);
	if (near)
		snprintf(text, sizeof(text), "unknown key; did you mean \"%s\"?", near);
	else if (key_find(listen_keys, config_setting_name(setting)))
		snprintf(text, sizeof(text), "a key of a listener: listen = ( { %s = ...; } );",
			 config_setting_name(setting));
	else
		snprintf(text, sizeof(text), "unknown key (hellod.conf(5) lists them all)");
	setting_fault(r, setting, path, text);
}

static void parse_list(const struct reading *r, const config_setting_t *list);

/* Reads the settings of a group into the struct that the keys describe. */
static void
parse_group(const struct reading *r, const config_setting_t *group, const struct key *keys,
	    void *base, const char *prefix)
{
	for (unsigned i = 0; i < (unsigned)config_setting_length(group); i++) {
		const config_setting_t *setting = config_setting_get_elem(group, i);
		const struct key *key = key_find(keys, config_setting_name(setting));
		char path[PATH_OF_KEY_MAX];
		char text[VALUE_FAULT_MAX];

		snprintf(path, sizeof(path), "%s%s", prefix, config_setting_name(setting));
		if (!key)
			unknown_key(r, setting, keys, path);
		else if (key->type == KEY_LIST)
			parse_list(r, setting);
		else if (value_parse(key, setting, base, text) < 0)
			setting_fault(r, setting, path, text);
	}
}

/* Reads a text in libconfig's grammar; of a fault in it, tells the line. */
static void
parse_text(const struct reading *r, const struct key *keys, void *base, const char *text)
{
	config_t tree;

	config_init(&tree);
	if (config_read_string(&tree, text) == CONFIG_TRUE) {
		parse_group(r, config_root_setting(&tree), keys, base, "");
	} else {
		const char *what = config_error_text(&tree);
		bool twice = strcmp(what, "duplicate setting name") == 0;
		struct source_line at = {r->place, 0};

		if (r->source)
			at = source_line(r->source, config_error_line(&tree));
		fault(r->faults, at.file, at.number, NULL, "%s; %s", what,
		      twice ? "the key is set before, too: remove one of the two"
			    : "is a quote, a bracket or a semicolon missing, or a comma too "
			      "many, here or before?");
	}
	config_destroy(&tree);
}

/* Every field gets its default, from the same words that a file would use. */
static void
set_defaults(struct faults *faults, const struct key *keys, void *base)
{
	struct reading r = {base, faults, NULL, "built-in defaults"};
	char *text = NULL;
	size_t len;
	FILE *out = must_open_text(&text, &len);

	for (const struct key *key = keys; key->name; key++)
		fprintf(out, "%s = %s;\n", key->name, key->fallback);
	must_close_text(out, &text);
	parse_text(&r, keys, base, text);
	free(text);
}

void
parse_defaults(struct configuration *c, struct faults *faults)
{
	set_defaults(faults, configuration_keys, c);
	c->listen_given = false;
}

static struct listen_settings *
add_listen(struct configuration *c, struct faults *faults)
{
	struct listen_settings *l;

	c->listen = must_realloc(c->listen, (c->listen_count + 1) * sizeof(*c->listen));
	l = &c->listen[c->listen_count++];
	memset(l, 0, sizeof(*l));
	set_defaults(faults, listen_keys, l);
	return l;
}

void
clear_listen(struct configuration *c)
{
	for (size_t i = 0; i < c->listen_count; i++) {
		value_free_texts(listen_keys, &c->listen[i]);
		networks_done(&c->listen[i].proxies);
		lookup_forget(&c->listen[i]);
	}
	free(c->listen);
	c->listen = NULL;
	c->listen_count = 0;
}

/* A listener is an address or a path; each has keys that the other hasn't. */
static void
check_scopes(const struct reading *r, const config_setting_t *group, const char *prefix)
{
	const char *unix_path = NULL;
	bool is_unix = config_setting_lookup_string(group, "path", &unix_path) && *unix_path;
	enum key_scope wrong = is_unix ? SCOPE_INET : SCOPE_UNIX;
	char path[PATH_OF_KEY_MAX];

	for (const struct key *key = listen_keys; key->name; key++) {
		const config_setting_t *setting = config_setting_get_member(group, key->name);

		if (!setting || key->scope != wrong)
			continue;
		snprintf(path, sizeof(path), "%s%s", prefix, key->name);
		setting_fault(
			r, setting, path,
			is_unix ? "not for a listener with a path; remove one of them"
				: "only for a listener with a path; want a path, or not this");
	}
}

/* True if both would bind the same address. */
static bool
same_listener(const struct listen_settings *a, const struct listen_settings *b)
{
	if (*a->path || *b->path)
		return strcmp(a->path, b->path) == 0;
	/* NOLINTNEXTLINE(clang-analyzer-core.NonNullParamChecker): who has no path, has this */
	return a->port != 0 && a->port == b->port && strcasecmp(a->address, b->address) == 0;
}

/* The place of an earlier listener with the same address, or -1. */
static int
find_duplicate(const struct configuration *c, size_t of)
{
	for (size_t i = 0; i < of; i++)
		if (same_listener(&c->listen[i], &c->listen[of]))
			return (int)i;
	return -1;
}

static void
parse_listen_group(const struct reading *r, const config_setting_t *group, unsigned index)
{
	struct configuration *c = r->configuration;
	char prefix[PATH_OF_KEY_MAX];
	char text[TEXT_MAX];
	int duplicate;

	snprintf(prefix, sizeof(prefix), "listen[%u]", index);
	if (!config_setting_is_group(group)) {
		char got[VALUE_GOT_MAX];

		value_describe(group, got);
		snprintf(text, sizeof(text), "got %s, want a group: { port = 9999; }", got);
		setting_fault(r, group, prefix, text);
		return;
	}
	add_listen(c, r->faults);
	strncat(prefix, ".", 2);
	check_scopes(r, group, prefix);
	parse_group(r, group, listen_keys, &c->listen[c->listen_count - 1], prefix);
	prefix[strlen(prefix) - 1] = '\0';
	duplicate = find_duplicate(c, c->listen_count - 1);
	if (duplicate >= 0) {
		snprintf(text, sizeof(text), "the same address as listen[%d]; remove one of them",
			 duplicate);
		setting_fault(r, group, prefix, text);
	}
}

static void
parse_list(const struct reading *r, const config_setting_t *list)
{
	const struct key *key = key_find(configuration_keys, "listen");
	int length = config_setting_is_list(list) ? config_setting_length(list) : -1;
	char text[TEXT_MAX];

	if (length < key->min || length > key->max) {
		char got[VALUE_GOT_MAX];

		value_describe(list, got);
		snprintf(text, sizeof(text),
			 "got %s, want a list of %d to %d groups: ( { port = 9999; } )", got,
			 (int)key->min, (int)key->max);
		setting_fault(r, list, key->name, text);
		return;
	}
	clear_listen(r->configuration);
	r->configuration->listen_given = true;
	for (unsigned i = 0; i < (unsigned)length; i++)
		parse_listen_group(r, config_setting_get_elem(list, i), i);
}

void
parse_file(struct configuration *c, const char *file, struct faults *faults)
{
	struct source source;
	struct reading r = {c, faults, &source, NULL};

	if (source_read(&source, file, CONFIGURATION_SIZE_MAX, faults) == 0)
		parse_text(&r, configuration_keys, c, source.text);
	source_done(&source);
}

void
parse_string(struct configuration *c, const char *text, const char *place, struct faults *faults)
{
	struct reading r = {c, faults, NULL, place};

	parse_text(&r, configuration_keys, c, text);
}

/* True if the text, once composed, is one setting of libconfig's and no more. */
static bool
is_one_setting(const struct source *source)
{
	config_t tree;
	bool one;

	config_init(&tree);
	one = config_read_string(&tree, source->text) == CONFIG_TRUE &&
	      config_setting_length(config_root_setting(&tree)) == 1;
	config_destroy(&tree);
	return one;
}

/*
 * Composes "KEY = VALUE;" as it stands, or with the value as a text. Returns
 * false if no file could say so; source_done() it in any case.
 */
static bool
compose_setting(struct source *source, const char *place, const char *set, bool as_text)
{
	size_t key_len = strcspn(set, "=");
	char *text = NULL;
	char *unheard = NULL;
	size_t len;
	FILE *out = must_open_text(&text, &len);
	struct faults faults = {must_open_text(&unheard, &len), 0};
	bool good;

	fprintf(out, "%.*s = ", (int)key_len, set);
	if (as_text)
		value_write_text(set + key_len + 1, out);
	else
		fputs(set + key_len + 1, out);
	fputc(';', out);
	must_close_text(out, &text);
	good = source_from_text(source, text, place, &faults) == 0 && is_one_setting(source);
	must_close_text(faults.out, &unheard);
	free(unheard);
	free(text);
	return good;
}

/* A key and an equals sign, and nothing that could be more than a key. */
static bool
is_set(const char *set)
{
	size_t len =
		strspn(set, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-0123456789");

	len += strspn(set + len, " ");
	return len > 0 && set[len] == '=';
}

void
parse_set(struct configuration *c, const char *set, struct faults *faults)
{
	char place[SHOWN_MAX + 8] = "-o ";
	struct source source;
	struct reading r = {c, faults, &source, NULL};

	escape_bytes(set, strlen(set), place + strlen(place), SHOWN_MAX);
	if (!is_set(set)) {
		fault(faults, place, 0, NULL, "want KEY=VALUE, for example -o workers=4");
		return;
	}
	if (!compose_setting(&source, place, set, false)) {
		source_done(&source);
		compose_setting(&source, place, set, true);
	}
	parse_text(&r, configuration_keys, c, source.text);
	source_done(&source);
}

void
parse_listen(struct configuration *c, const char *listen, struct faults *faults)
{
	char place[SHOWN_MAX + 8] = "-l ";
	struct address_parts parts;
	const char *wrong = address_split(listen, &parts);
	struct listen_settings *l;

	escape_bytes(listen, strlen(listen), place + strlen(place), SHOWN_MAX);
	if (!wrong && parts.host &&
	    (int64_t)strlen(parts.host) > key_find(listen_keys, "address")->max) {
		wrong = "the address is too long";
		address_parts_done(&parts);
	}
	if (!wrong && parts.host && !address_is_host(parts.host)) {
		wrong = "the address is none, and no host name";
		address_parts_done(&parts);
	}
	if (wrong) {
		fault(faults, place, 0, NULL, "%s; want ADDRESS:PORT, [IPV6]:PORT or unix:/path",
		      wrong);
		return;
	}
	l = add_listen(c, faults);
	c->listen_given = true;
	free(parts.path ? l->path : l->address);
	if (parts.path) {
		l->path = parts.path;
	} else {
		l->address = parts.host;
		l->port = parts.port;
	}
	if (find_duplicate(c, c->listen_count - 1) >= 0)
		fault(faults, place, 0, NULL, "given twice; remove one of them");
}
