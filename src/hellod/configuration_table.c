/*
 * configuration_table.c - the keys of the configuration
 *
 * Owns: each key's name, type, default, range and line of help.
 * Never: reads a file; what is done with the rows stands elsewhere.
 * Runs: in the process that reads the configuration, and where it is written out.
 */
#include "config.h"

#include "hellod/configuration_table.h"

/* System */
#include <grp.h>
#include <errno.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Project */
#include "hellod/configuration.h"
#include "hellod/exitcode.h"
#include "lib/address.h"
#include "lib/log.h"
#include "lib/units.h"

#define TEXT_MAX 1024                   /* bytes of a welcome or a greeting */
#define EARLY_DROP_MAX 20               /* bytes of its text */
#define SOCKET_PATH_MAX 107             /* bytes; unix(7) */
#define NETWORKS_MAX 1024               /* in one list */
#define TIME_MAX (86400 * USEC_PER_SEC) /* a day */

/*
 * In the order of enum framing, enum encoding, enum sandbox_mode and syslog(3)'s
 * levels from LOG_ERR.
 */
static const char *const framing_words[] = {"auto", "line", "message", NULL};
static const char *const encoding_words[] = {"utf-8", "bytes", NULL};
static const char *const sandbox_words[] = {"auto", "require", "off", NULL};
static const char *const overload_words[] = {"refuse", "queue", NULL};
static const char *const level_words[] = {"error", "warning", "notice", "info", "debug", NULL};

static const char *
check_greeting(const char *text)
{
	const char *want = "one %s, for the name, and %% for each other percent sign";
	int names = 0;

	for (; (text = strchr(text, '%')); text += 2) {
		if (text[1] == 's')
			names++;
		else if (text[1] != '%')
			return want;
	}
	return names == 1 ? NULL : want;
}

/* Not found, or not looked for? The latter is no fault of the file. */
static const char *
missing_account(const char *what)
{
	if (errno == ENOMEM || errno == EMFILE || errno == ENFILE)
		fatal(HELLOD_EXIT_FAILED, "cannot look for %s", what);
	return what;
}

static const char *
check_user(const char *name)
{
	errno = 0;
	return !*name || getpwnam(name)
		       ? NULL
		       : missing_account("a user that exists (getent passwd shows them)");
}

static const char *
check_group(const char *name)
{
	errno = 0;
	return !*name || getgrnam(name)
		       ? NULL
		       : missing_account("a group that exists (getent group shows them)");
}

/* No line ends and the like: a path stands in lines, of the log and of a handover. */
static bool
is_path(const char *text)
{
	for (const char *at = text; *at; at++)
		if ((unsigned char)*at < ' ' || *at == '\x7f')
			return false;
	return *text == '/';
}

static const char *
check_path(const char *text)
{
	return !*text || is_path(text) ? NULL
				       : "an absolute path without control characters, or \"\"";
}

static const char *
check_address(const char *text)
{
	return address_is_host(text) ? NULL
				     : "an IPv4 or IPv6 address without port and brackets, "
				       "or a host name";
}

static const char *
check_control_socket(const char *text)
{
	return strcmp(text, "auto") == 0 || !check_path(text)
		       ? NULL
		       : "\"auto\", an absolute path without control characters, or \"\"";
}

static const char *
check_log_target(const char *text)
{
	return log_target_valid(text) ? NULL
				      : "\"auto\", \"stderr\", \"journal\", \"syslog\" or "
					"\"file:/absolute/path\"";
}

int
early_drop_parse(const char *text, struct early_drop *ret)
{
	struct early_drop drop = {0};
	int len = 0;

	if (*text &&
	    (strspn(text, "0123456789:") != strlen(text) || strlen(text) > EARLY_DROP_MAX ||
	     sscanf(text, "%u:%u:%u%n", &drop.start, &drop.percent, &drop.full, &len) != 3 ||
	     text[len] || drop.start == 0 || drop.percent > 100 || drop.full < drop.start))
		return -1;
	*ret = drop;
	return 0;
}

static const char *
check_early_drop(const char *text)
{
	struct early_drop drop;

	return early_drop_parse(text, &drop) == 0
		       ? NULL
		       : "\"START:PERCENT:FULL\" with 1 <= START <= FULL "
			 "and PERCENT up to 100, or \"\"";
}

#define AT(member) offsetof(struct configuration, member)
#define LISTEN_AT(member) offsetof(struct listen_settings, member)

/* clang-format off */
const struct key configuration_keys[] = {
	{ .name = "listen", .type = KEY_LIST, .offset = AT(listen),
	  .fallback = "( { address = \"127.0.0.1\"; port = 9999; } )",
	  .min = 1, .max = 64, .reloadable = true,
	  .help = "where to listen: a list of groups" },
	{ .name = "workers", .type = KEY_COUNT, .offset = AT(workers),
	  .fallback = "\"auto\"", .min = 1, .max = 1024, .zero_word = "auto", .reloadable = true,
	  .help = "processes that serve clients; \"auto\" is one a processor" },
	{ .name = "user", .type = KEY_TEXT, .offset = AT(user),
	  .fallback = "\"nobody\"", .min = 1, .max = 256, .check = check_user,
	  .help = "whom the workers become when hellod is started as root" },
	{ .name = "group", .type = KEY_TEXT, .offset = AT(group),
	  .fallback = "\"\"", .max = 256, .check = check_group,
	  .help = "the workers' group; \"\" is the user's own" },
	{ .name = "welcome", .type = KEY_TEXT, .offset = AT(welcome),
	  .fallback = "\"Welcome!\"", .max = TEXT_MAX, .reloadable = true,
	  .help = "sent to each client as soon as it has connected" },
	{ .name = "greeting", .type = KEY_TEXT, .offset = AT(greeting),
	  .fallback = "\"Hello, %s!\"", .min = 2, .max = TEXT_MAX, .check = check_greeting,
	  .reloadable = true,
	  .help = "the answer to a name, which takes the place of %s" },
	{ .name = "max_message", .type = KEY_SIZE, .offset = AT(max_message),
	  .fallback = "1024", .min = SESSION_MESSAGE_MIN, .max = 16 * 1024, .reloadable = true,
	  .help = "the longest name" },
	{ .name = "encoding", .type = KEY_WORD, .offset = AT(encoding),
	  .fallback = "\"utf-8\"", .words = encoding_words, .reloadable = true,
	  .help = "what names must be: \"utf-8\", or any \"bytes\"" },
	{ .name = "reply_delay", .type = KEY_TIME, .offset = AT(reply_delay),
	  .fallback = "0.0", .max = 3600 * USEC_PER_SEC, .reloadable = true,
	  .help = "the pause before each answer" },
	{ .name = "max_connections", .type = KEY_COUNT, .offset = AT(max_connections),
	  .fallback = "10000", .min = 1, .max = 10000000, .reloadable = true,
	  .help = "clients at a time, in all workers together" },
	{ .name = "overload", .type = KEY_WORD, .offset = AT(overload),
	  .fallback = "\"refuse\"", .words = overload_words, .reloadable = true,
	  .help = "who comes then is told so, \"refuse\", or left to wait, \"queue\"" },
	{ .name = "max_connections_per_source", .type = KEY_COUNT,
	  .offset = AT(max_connections_per_source),
	  .fallback = "\"unlimited\"", .min = 1, .max = 10000000, .zero_word = "unlimited",
	  .reloadable = true,
	  .help = "clients at a time of one IPv4 address or IPv6 /64" },
	{ .name = "max_rate_per_source", .type = KEY_COUNT, .offset = AT(max_rate_per_source),
	  .fallback = "\"unlimited\"", .min = 1, .max = 10000000, .zero_word = "unlimited",
	  .reloadable = true,
	  .help = "clients in a minute of one IPv4 address or IPv6 /64" },
	{ .name = "early_drop", .type = KEY_TEXT, .offset = AT(early_drop),
	  .fallback = "\"\"", .max = EARLY_DROP_MAX, .check = check_early_drop,
	  .reloadable = true,
	  .help = "refuse by chance while many have said no name: \"10:30:100\", or \"\"" },
	{ .name = "deny", .type = KEY_NETWORKS, .offset = AT(deny),
	  .fallback = "[ ]", .max = NETWORKS_MAX, .reloadable = true,
	  .help = "networks whose clients are refused" },
	{ .name = "allow", .type = KEY_NETWORKS, .offset = AT(allow),
	  .fallback = "[ ]", .max = NETWORKS_MAX, .reloadable = true,
	  .help = "networks whose clients are not refused, though deny has them" },
	{ .name = "exempt", .type = KEY_NETWORKS, .offset = AT(exempt),
	  .fallback = "[ ]", .max = NETWORKS_MAX, .reloadable = true,
	  .help = "networks that the limits per source and early_drop leave alone" },
	{ .name = "dry_run", .type = KEY_BOOL, .offset = AT(dry_run),
	  .fallback = "false", .reloadable = true,
	  .help = "only log whom deny, the limits per source and early_drop would refuse" },
	{ .name = "max_sessions_per_worker", .type = KEY_COUNT,
	  .offset = AT(max_sessions_per_worker),
	  .fallback = "\"unlimited\"", .min = 1, .max = 4000000000, .zero_word = "unlimited",
	  .reloadable = true,
	  .help = "sessions after which a worker is replaced by a fresh one" },
	{ .name = "name_timeout", .type = KEY_TIME, .offset = AT(name_timeout),
	  .fallback = "\"2 min\"", .max = TIME_MAX, .zero_word = "never", .reloadable = true,
	  .help = "a client that has said no name so long after it came is let go" },
	{ .name = "idle_timeout", .type = KEY_TIME, .offset = AT(idle_timeout),
	  .fallback = "\"10 min\"", .max = TIME_MAX, .zero_word = "never", .reloadable = true,
	  .help = "a client that says no name for so long is let go" },
	{ .name = "session_timeout", .type = KEY_TIME, .offset = AT(session_timeout),
	  .fallback = "\"never\"", .max = TIME_MAX, .zero_word = "never", .reloadable = true,
	  .help = "a client is let go so long after it came, whatever it does" },
	{ .name = "write_timeout", .type = KEY_TIME, .offset = AT(write_timeout),
	  .fallback = "\"30 s\"", .min = USEC_PER_MSEC, .max = TIME_MAX, .reloadable = true,
	  .help = "a client that doesn't take its answers for so long is let go" },
	{ .name = "stress_timeout", .type = KEY_TIME, .offset = AT(stress_timeout),
	  .fallback = "\"10 s\"", .max = TIME_MAX, .zero_word = "never", .reloadable = true,
	  .help = "name_timeout and idle_timeout above 80 % of max_connections" },
	{ .name = "drain_timeout", .type = KEY_TIME, .offset = AT(drain_timeout),
	  .fallback = "\"30 s\"", .max = TIME_MAX, .reloadable = true,
	  .help = "the longest that a stop or a reload waits for clients" },
	{ .name = "hang_timeout", .type = KEY_TIME, .offset = AT(hang_timeout),
	  .fallback = "\"10 s\"", .max = TIME_MAX, .zero_word = "never", .reloadable = true,
	  .help = "a worker whose event loop stands still for so long is replaced" },
	{ .name = "max_generations", .type = KEY_COUNT, .offset = AT(max_generations),
	  .fallback = "8", .min = 1, .max = 64, .reloadable = true,
	  .help = "old generations that may drain at a time, after reloads" },
	{ .name = "sandbox", .type = KEY_WORD, .offset = AT(sandbox),
	  .fallback = "\"auto\"", .words = sandbox_words, .reloadable = true,
	  .help = "what workers are confined by: all that there is, or it is required" },
	{ .name = "log_target", .type = KEY_TEXT, .offset = AT(log_target),
	  .fallback = "\"auto\"", .min = 1, .max = TEXT_MAX, .check = check_log_target,
	  .help = "\"auto\", \"stderr\", \"journal\", \"syslog\" or \"file:/path\"" },
	{ .name = "log_level", .type = KEY_WORD, .offset = AT(log_level),
	  .fallback = "\"info\"", .words = level_words, .reloadable = true,
	  .help = "the least important kind of line that is logged" },
	{ .name = "log_connections", .type = KEY_BOOL, .offset = AT(log_connections),
	  .fallback = "true", .reloadable = true,
	  .help = "log each client that comes and each that leaves" },
	{ .name = "log_rate", .type = KEY_COUNT, .offset = AT(log_rate),
	  .fallback = "100", .min = 1, .max = 10000000, .zero_word = "unlimited",
	  .reloadable = true,
	  .help = "of so many clients a second; the others are counted in one line" },
	{ .name = "control_socket", .type = KEY_TEXT, .offset = AT(control_socket),
	  .fallback = "\"auto\"", .max = SOCKET_PATH_MAX, .check = check_control_socket,
	  .help = "where helloctl reaches hellod; \"\" is nowhere" },
	{ .name = "pid_file", .type = KEY_TEXT, .offset = AT(pid_file),
	  .fallback = "\"\"", .max = TEXT_MAX, .check = check_path,
	  .help = "where to write the master's process id; \"\" is nowhere" },
	{ 0 },
};

const struct key listen_keys[] = {
	{ .name = "address", .type = KEY_TEXT, .scope = SCOPE_INET,
	  .offset = LISTEN_AT(address), .fallback = "\"127.0.0.1\"", .min = 1, .max = 255,
	  .check = check_address, .reloadable = true,
	  .help = "an IPv4 or IPv6 address, or a host name for all of its addresses" },
	{ .name = "port", .type = KEY_COUNT, .scope = SCOPE_INET,
	  .offset = LISTEN_AT(port), .fallback = "9999", .max = 65535, .reloadable = true,
	  .help = "a TCP port; 0 lets the kernel choose one" },
	{ .name = "path", .type = KEY_TEXT, .scope = SCOPE_UNIX,
	  .offset = LISTEN_AT(path), .fallback = "\"\"", .max = SOCKET_PATH_MAX,
	  .check = check_path,
	  .reloadable = true,
	  .help = "a UNIX socket, in place of address and port" },
	{ .name = "framing", .type = KEY_WORD, .offset = LISTEN_AT(framing),
	  .fallback = "\"auto\"", .words = framing_words, .reloadable = true,
	  .help = "where a name ends: \"line\", \"message\", or \"auto\"" },
	{ .name = "backlog", .type = KEY_COUNT, .offset = LISTEN_AT(backlog),
	  .fallback = "4096", .min = 1, .max = 65535, .reloadable = true,
	  .help = "clients that may wait to be accepted; the kernel's somaxconn limits it" },
	{ .name = "v6only", .type = KEY_BOOL, .scope = SCOPE_INET,
	  .offset = LISTEN_AT(v6only), .fallback = "true", .reloadable = true,
	  .help = "an IPv6 listener doesn't take IPv4 clients too" },
	{ .name = "proxy_from", .type = KEY_NETWORKS, .scope = SCOPE_INET,
	  .offset = LISTEN_AT(proxy_from), .fallback = "[ ]", .max = NETWORKS_MAX,
	  .reloadable = true,
	  .help = "networks of proxies, which must say who their client is" },
	{ .name = "mode", .type = KEY_MODE, .scope = SCOPE_UNIX,
	  .offset = LISTEN_AT(mode), .fallback = "\"0666\"", .max = 0777, .reloadable = true,
	  .help = "permissions of the UNIX socket" },
	{ .name = "owner", .type = KEY_TEXT, .scope = SCOPE_UNIX,
	  .offset = LISTEN_AT(owner), .fallback = "\"\"", .max = 256, .check = check_user,
	  .reloadable = true,
	  .help = "owner of the UNIX socket; \"\" is hellod's own user" },
	{ .name = "group", .type = KEY_TEXT, .scope = SCOPE_UNIX,
	  .offset = LISTEN_AT(group), .fallback = "\"\"", .max = 256, .check = check_group,
	  .reloadable = true,
	  .help = "group of the UNIX socket; \"\" is hellod's own group" },
	{ 0 },
};
/* clang-format on */

const struct key *
key_find(const struct key *keys, const char *name)
{
	for (; keys->name; keys++)
		if (strcmp(keys->name, name) == 0)
			return keys;
	return NULL;
}
