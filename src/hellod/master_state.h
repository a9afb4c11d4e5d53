/*
 * master_state.h - what the rooms of the master share
 *
 * For what runs in the master only: its loop, signals, start and status, the
 * reload, the upgrade, and the answers to helloctl.
 */
#ifndef HELLOD_MASTER_STATE_H
#define HELLOD_MASTER_STATE_H

#include "hellod/configuration.h"
#include "hellod/inherit.h"
#include "hellod/listener.h"
#include "hellod/pool.h"
#include "hellod/rate.h"
#include "hellod/reload.h"
#include "hellod/scoreboard.h"
#include "hellod/upgrade.h"

#include <stdint.h>

struct control;
struct pidfile;

#define STATUS_MAX 160   /* bytes of the line for systemd */
#define WORKERS_MAX 1024 /* of a generation */

enum master_phase {
	MASTER_STARTING,
	MASTER_RUNNING,
	MASTER_STOPPING,
};

struct master {
	const struct configuration_options *options; /* to read the file again */
	struct configuration *configuration;
	struct listeners *listeners;
	struct inheritance inheritance; /* its listeners, until ours are open */
	struct scoreboard *scoreboard;
	int scoreboard_fd;
	struct pool pool;
	struct reload reload;
	bool reload_wanted;            /* by a HUP that came at a bad time */
	const struct program *program; /* this one, for an upgrade */
	struct upgrade upgrade;
	struct handover handover; /* of the program before, until it is settled */
	struct control *control;  /* NULL: none */
	struct pidfile *pidfile;  /* NULL: none */
	int signal_fd;
	int starter; /* of a daemon, until it is ready; else -1 */
	enum master_phase phase;
	int64_t started;
	int64_t now;
	int64_t deadline;          /* of the phase, or TIMER_NEVER */
	int64_t watchdog_interval; /* 0: systemd doesn't ask */
	int64_t watchdog_at;       /* when to tell it next */
	unsigned last_generation;
	unsigned workers_asked; /* by an operator, until a reload; 0: as configured */
	int exit_code;
	struct rate greetings;
	char status[STATUS_MAX]; /* as systemd was told last */
	bool ready_told;         /* systemd knows that we serve, and no longer reload */
	int64_t tell_at;         /* when to tell it what it had no room for; or TIMER_NEVER */
};

/* Signals as a descriptor, and what came by it. */
int master_open_signals(void);
void master_hear_signals(struct master *master);

/* All that there must be before the first fork. Returns 0, or -1 after telling. */
int master_set_up(struct master *master);

/*
 * After an upgrade that proved good: the pid file and the control socket are
 * where this program's configuration has them. Until then they stay where the
 * program before had them, which may come back. What fails is told, and stays.
 */
void master_move_in(struct master *master);

/*
 * To be called in every turn of the loop: tell the starter, the log and systemd
 * what has become of us; tell systemd's watchdog that we live.
 */
void master_report(struct master *master);
void master_feed_watchdog(struct master *master);

/* Names greeted a second, of late. */
double master_greetings_rate(const struct master *master);

/* Ends hellod in good order; why: for the log. A second call ends it at once. */
void master_stop(struct master *master, const char *why);

/* Changes the number of workers. Returns false if it can't be that. */
bool master_set_workers(struct master *master, int64_t target, const char *why);

/* Opens the log anew, in all processes. Returns 0, or -1 with errno. */
int master_reopen_log(struct master *master, const char *why);

/*
 * Tells systemd that a reload or an upgrade begins, or that we stop.
 * master_report() tells the end of the former, however it ended.
 */
void master_report_reloading(struct master *master);
void master_report_stopping(struct master *master);

#endif
