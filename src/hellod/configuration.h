/*
 * configuration.h - what hellod is told to do
 *
 * One struct, made at once from the defaults, a file and the command line, and
 * never changed afterwards. What keys there are, and what may stand in them,
 * is known to configuration_table.c alone.
 */
#ifndef HELLOD_CONFIGURATION_H
#define HELLOD_CONFIGURATION_H

#include "hellod/network.h"
#include "hellod/session.h"

#include <sys/socket.h>
#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct listen_address {
	struct sockaddr_storage storage;
	socklen_t len;
};

/* One group of the list "listen". All numbers of keys are int64_t. */
struct listen_settings {
	char *address; /* numeric or a name */
	int64_t port;
	char *path;      /* of a UNIX socket; "" if it is not one */
	int64_t framing; /* enum framing */
	int64_t backlog;
	int64_t v6only;
	int64_t mode; /* of a UNIX socket, and its owner and group; "" for ours */
	char *owner;
	char *group;
	char *proxy_from; /* networks; see network.h */

	/* What follows from them. */
	struct networks proxies;
	struct listen_address *addresses; /* the host's, once looked up: see lookup.h */
	size_t address_count;
	uid_t uid; /* of owner and group, where they are set */
	gid_t gid;
};

/* From so many silent clients on some are refused, and at last all. */
struct early_drop {
	unsigned start; /* 0: never */
	unsigned percent;
	unsigned full;
};

struct configuration {
	/* The keys. Times are microseconds, sizes bytes. */
	int64_t workers; /* 0: one a processor */
	char *user;
	char *group;
	char *welcome;
	char *greeting;
	int64_t max_message;
	int64_t encoding; /* enum encoding */
	int64_t reply_delay;
	int64_t max_connections;
	int64_t max_connections_per_source; /* 0: no limit, as in the next */
	int64_t max_rate_per_source;        /* connections a minute */
	char *early_drop;                   /* "10:30:100", or "" */
	int64_t overload;                   /* enum overload */
	char *deny;                         /* networks; see network.h */
	char *allow;
	char *exempt;
	int64_t dry_run;
	int64_t max_sessions_per_worker; /* 0: no limit */
	int64_t name_timeout;            /* 0: never, as in the next two */
	int64_t idle_timeout;
	int64_t session_timeout;
	int64_t write_timeout;
	int64_t stress_timeout; /* 0: no stress mode */
	int64_t drain_timeout;
	int64_t hang_timeout; /* 0: never */
	int64_t max_generations;
	int64_t sandbox; /* enum sandbox_mode */
	char *log_target;
	int64_t log_level; /* above LOG_ERR, as syslog(3) counts */
	int64_t log_connections;
	int64_t log_rate;     /* clients a second; 0: no limit */
	char *control_socket; /* "auto", a path, or "" */
	char *pid_file;
	struct listen_settings *listen;
	size_t listen_count;
	bool listen_given; /* by a file or an option: not the default */

	/* What follows from them. */
	struct session_rules rules; /* its texts stand in texts */
	char *texts;
	struct networks denied;
	struct networks allowed;
	struct networks exempted;
	struct early_drop drop;
	bool limited; /* there is a limit beside max_connections */
	uid_t uid;    /* of user and group */
	gid_t gid;
	const char *file; /* read, or NULL for built-in defaults; not owned */

	/* Of a copy: what all of the above is part of; else NULL. */
	void *mapping;
	size_t mapping_size;
};

enum overload {
	OVERLOAD_REFUSE,
	OVERLOAD_QUEUE,
};

enum encoding {
	ENCODING_UTF8,
	ENCODING_BYTES,
};

/* What the command line says about the configuration. */
struct configuration_options {
	const char *file;        /* -c; NULL: the default place, if there */
	const char *const *sets; /* -o KEY=VALUE, in order */
	size_t set_count;
	const char *const *listens; /* -l ADDRESS:PORT, in order */
	size_t listen_count;
};

/*
 * Makes a configuration. Every fault is told on faults (each a line), not only
 * the first. Returns the configuration, or NULL if there was a fault.
 */
struct configuration *configuration_load(const struct configuration_options *options, FILE *faults);
/* The file that configuration_load() would read, or NULL for none. */
const char *configuration_file(const struct configuration_options *options);

/*
 * Makes a configuration from what configuration_dump() wrote, in another
 * process perhaps; file: where that had it from, for messages. Returns as above.
 */
struct configuration *configuration_load_dump(const char *text, const char *file, FILE *faults);

void configuration_free(struct configuration *configuration);

/*
 * Copies a configuration, with all that it points to but the file's name, into
 * memory; adds to *used how much of that. Returns the copy, or NULL if it is too small.
 * configuration_free() unmaps what the copy's mapping says.
 */
struct configuration *configuration_copy(const struct configuration *configuration, void *memory,
					 size_t size, size_t *used);

/* The number of workers: as configured, or one a processor we may use. */
unsigned configuration_workers(const struct configuration *configuration);

/*
 * Compares two. Each key that changed is a line on out ("workers 4 -> 8"). Keys
 * that only a restart can change keep their old value in the new one, and are
 * told as "needs restart: user".
 */
void configuration_update(struct configuration *fresh, const struct configuration *old, FILE *out);

/*
 * Compares the lists of where to listen, as they are written: each group that
 * only one of them has is a line on out ("listen - { port = 80; ... }").
 */
void configuration_compare_listen(const struct configuration *fresh,
				  const struct configuration *old, FILE *out);

/* Writes it as a configuration file that says the same (-T). */
void configuration_dump(const struct configuration *configuration, FILE *out);

#endif
