/*
 * state.h - what is remembered of a destination from run to run
 *
 * Pure: text in, text out; the file is state_file.c's. A state only ever saves
 * work. If it is missing, broken or does not fit, the page is fetched whole.
 */
#ifndef HELLOFETCH_STATE_H
#define HELLOFETCH_STATE_H

#include <sys/stat.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "hellofetch/outcome.h"

#define STATE_URL_MAX 8192         /* bytes, NUL included */
#define STATE_TEXT_MAX (64 * 1024) /* bytes of the whole text */

struct state {
	char url[STATE_URL_MAX];           /* as asked for; "": nothing was fetched yet */
	char final_url[STATE_URL_MAX];     /* where redirects led */
	char etag[PAGE_VALIDATOR_MAX];     /* as sent; "": none */
	char modified[PAGE_VALIDATOR_MAX]; /* Last-Modified as sent; "": none */
	char sha256[PAGE_SHA256_MAX];
	char rules[PAGE_SHA256_MAX]; /* that the page was accepted by, see rules.h */
	int64_t size; /* bytes; this and the next four: of the file that was put in place */
	int64_t dev;
	int64_t ino;
	int64_t mtime;      /* nanoseconds */
	int64_t ctime;      /* nanoseconds */
	int64_t fetched_at; /* seconds since 1970: the file was put in place */
	int64_t checked_at; /* and was known to be current */
	int64_t fail_count; /* failures in a row */
	int64_t fail_since; /* seconds since 1970: the first of them */
	char last_error[OUTCOME_WHAT_MAX];
	int64_t pending_hook; /* 1: the file has changed, and the hook was not run to its end */
};

/* Reads a state. Returns 0, or -1 if it is none; *ret_state is then empty. */
int state_parse(const char *text, size_t len, struct state *ret_state);

/* Writes a state as state_parse() reads it. */
void state_print(FILE *out, const struct state *state);

/* True if the file is the one that this state is about. */
bool state_fits_file(const struct state *state, const struct stat *file);

/* A file was put in place, or is there still, for this URL. */
void state_set_file(struct state *state, const struct stat *file);

/* Sets the URLs and what a good answer told. Returns -1 if there is no room. */
int state_set_page(struct state *state, const char *url, const struct page *page);

/* Counts a failure, or forgets those before. now: seconds since 1970. */
void state_set_failure(struct state *state, const char *what, int64_t now);
void state_set_success(struct state *state, int64_t now);

#endif
