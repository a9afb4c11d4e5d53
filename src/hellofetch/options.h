/*
 * options.h - what can be said about one fetch, and about a run
 */
#ifndef HELLOFETCH_OPTIONS_H
#define HELLOFETCH_OPTIONS_H

#include <stdbool.h>

#include "hellofetch/attempts.h"
#include "hellofetch/fetch.h"
#include "hellofetch/hook.h"
#include "hellofetch/silence.h"

enum lock_way {
	LOCK_WAIT, /* until the deadline */
	LOCK_SKIP, /* end at once, as if all were done */
	LOCK_FAIL, /* end at once with EXIT_LOCKED */
};

struct options {
	const char *name; /* of the job; NULL: it has none */
	struct fetch_request request;
	struct attempts_plan plan;
	int64_t deadline;   /* microseconds, for everything */
	const char *output; /* the destination; NULL: standard output */
	char *default_name; /* allocated: what output points to without -o */
	struct criteria criteria;
	int backups;             /* old files to keep */
	int mode;                /* of a new file, 0: as the umask says */
	bool remote_time;        /* the file's time is the page's Last-Modified */
	bool follow;             /* if the destination is a symbolic link */
	char *resolved;          /* allocated: where it leads to, or NULL */
	const char *header_file; /* where to save the header; NULL: nowhere */
	const char *state;       /* the file of the state; NULL: beside the destination */
	bool no_state;           /* neither read nor write one */
	enum lock_way lock;      /* what to do if somebody else has the lock */
	struct silence silence;
	struct hook hook;
	bool on_change;      /* what stands behind the URL is the hook */
	bool exit_unchanged; /* EXIT_UNCHANGED if there was nothing new */
	bool quiet;          /* nothing on standard output */
	const char *jobs;    /* the job file; NULL: a URL is to be fetched */
	int parallel;        /* how many of its jobs at a time */
};

/* All as it is if nothing is said. */
void options_init(struct options *options);
void options_done(struct options *options);

/*
 * All is said, and the URL is this. Looks whether it goes together. Returns NULL,
 * or what is wrong as a fixed text, which never repeats the URL.
 */
const char *options_complete(struct options *options, const char *url);

#endif
