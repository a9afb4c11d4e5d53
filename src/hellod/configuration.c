/*
 * configuration.c - what hellod is told to do
 *
 * Owns: making one configuration from the defaults, a file and the command
 * line, and the faults that only show in the whole.
 * Never: opens a socket or acts on what it read.
 * Runs: in the process that reads the configuration; see reader.h.
 */
#include "config.h"

#include "hellod/configuration.h"

/* System */
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Project */
#include "hellod/configuration_parse.h"
#include "hellod/configuration_table.h"
#include "hellod/configuration_value.h"
#include "hellod/exitcode.h"
#include "lib/alloc.h"
#include "lib/faults.h"
#include "lib/log.h"

/* A user and a group, either "" for none; the table has seen to it that they exist. */
static void
find_account(const char *user_name, const char *group_name, uid_t *ret_uid, gid_t *ret_gid)
{
	const struct passwd *user = *user_name ? getpwnam(user_name) : NULL;
	const struct group *group = *group_name ? getgrnam(group_name) : NULL;

	if ((*user_name && !user) || (*group_name && !group))
		fatalx(HELLOD_EXIT_FAILED, "user %s or group %s has just gone", user_name,
		       group_name);
	*ret_uid = user ? user->pw_uid : 0;
	*ret_gid = group ? group->gr_gid : user ? user->pw_gid : 0;
}

/* Here, and not where they are needed: the account databases may take long, or fail. */
static void
find_accounts(struct configuration *c)
{
	find_account(c->user, c->group, &c->uid, &c->gid);
	for (size_t i = 0; i < c->listen_count; i++) {
		struct listen_settings *l = &c->listen[i];

		find_account(l->owner, l->group, &l->uid, &l->gid);
	}
}

/* Copies a text with "%%" made "%", up to the end or to "%s". */
static struct session_text
unpercent(const char **text, char **room)
{
	struct session_text made = {*room, 0};

	while (**text && !((*text)[0] == '%' && (*text)[1] == 's')) {
		*text += (*text)[0] == '%';
		*(*room)++ = *(*text)++;
		made.len++;
	}
	return made;
}

static void
derive_rules(struct configuration *c)
{
	const char *greeting = c->greeting;
	char *room;

	c->texts = room = must_alloc(strlen(greeting) + 1);
	c->rules.welcome = (struct session_text){c->welcome, strlen(c->welcome)};
	c->rules.before = unpercent(&greeting, &room);
	greeting += strlen("%s");
	c->rules.after = unpercent(&greeting, &room);
	c->rules.max_message = (size_t)c->max_message;
	c->rules.utf8 = c->encoding == ENCODING_UTF8;
}

static void
derive_limits(struct configuration *c)
{
	networks_init(&c->denied, c->deny);
	networks_init(&c->allowed, c->allow);
	networks_init(&c->exempted, c->exempt);
	for (size_t i = 0; i < c->listen_count; i++)
		networks_init(&c->listen[i].proxies, c->listen[i].proxy_from);
	early_drop_parse(c->early_drop, &c->drop);
	c->limited = c->denied.count > 0 || c->max_connections_per_source > 0 ||
		     c->max_rate_per_source > 0 || c->drop.start > 0;
}

const char *
configuration_file(const struct configuration_options *options)
{
	if (options->file)
		return options->file;
	return access(HELLOD_CONF, F_OK) == 0 || errno != ENOENT ? HELLOD_CONF : NULL;
}

/* What is good is finished, what has faults is freed. */
static struct configuration *
finish(struct configuration *c, const struct faults *faults)
{
	if (faults->count > 0) {
		configuration_free(c);
		return NULL;
	}
	find_accounts(c);
	derive_rules(c);
	derive_limits(c);
	return c;
}

struct configuration *
configuration_load(const struct configuration_options *options, FILE *out)
{
	struct configuration *c = must_alloc(sizeof(*c));
	struct faults faults = {out, 0};

	parse_defaults(c, &faults);
	c->file = configuration_file(options);
	if (c->file)
		parse_file(c, c->file, &faults);
	for (size_t i = 0; i < options->set_count; i++)
		parse_set(c, options->sets[i], &faults);
	if (options->listen_count > 0)
		clear_listen(c);
	for (size_t i = 0; i < options->listen_count; i++)
		parse_listen(c, options->listens[i], &faults);
	return finish(c, &faults);
}

struct configuration *
configuration_load_dump(const char *text, const char *file, FILE *out)
{
	struct configuration *c = must_alloc(sizeof(*c));
	struct faults faults = {out, 0};

	parse_defaults(c, &faults);
	c->file = file;
	parse_string(c, text, "the configuration read", &faults);
	return finish(c, &faults);
}

void
configuration_free(struct configuration *c)
{
	if (!c)
		return;
	if (c->mapping) {
		munmap(c->mapping, c->mapping_size);
		return;
	}
	clear_listen(c);
	value_free_texts(configuration_keys, c);
	networks_done(&c->denied);
	networks_done(&c->allowed);
	networks_done(&c->exempted);
	free(c->texts);
	free(c);
}

unsigned
configuration_workers(const struct configuration *c)
{
	cpu_set_t usable;

	if (c->workers > 0)
		return (unsigned)c->workers;
	if (sched_getaffinity(0, sizeof(usable), &usable) < 0)
		return 1;
	return (unsigned)CPU_COUNT(&usable);
}
