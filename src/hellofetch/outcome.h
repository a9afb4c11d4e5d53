/*
 * outcome.h - how a fetch ended
 *
 * Filled on the way by whoever knows, read at the end by report.c and main.c.
 */
#ifndef HELLOFETCH_OUTCOME_H
#define HELLOFETCH_OUTCOME_H

#include <stdbool.h>
#include <stdint.h>

#include "hellofetch/exitcode.h"
#include "hellofetch/page.h"

#define OUTCOME_WHAT_MAX 512    /* bytes, NUL included */
#define OUTCOME_LIBRARY_MAX 256 /* bytes; libcurl's CURL_ERROR_SIZE */
#define OUTCOME_NOTE_MAX 128    /* bytes, NUL included */

struct outcome {
	enum exit_code code;               /* EXIT_CURRENT until something failed */
	int signal;                        /* the signal that ended it, 0 if none */
	char what[OUTCOME_WHAT_MAX];       /* what failed; may hold peer bytes */
	char library[OUTCOME_LIBRARY_MAX]; /* libcurl's own text, or "" */
	char note[OUTCOME_NOTE_MAX];       /* what else is to be told, or "" */
	char *last_url;                    /* allocated: where redirects led; NULL: nowhere */
	int status;                        /* of the last answer, 0 if there was none */
	int64_t bytes;                     /* of the body that came */
	int64_t length;                    /* that was announced, -1 if none was */
	int64_t retry_after;               /* seconds the server asks us to wait, 0: none */
	struct page page;                  /* what came, if all is well */
	bool unchanged;                    /* the file was current already */
	bool ask_again;                    /* the 304 cannot be believed: ask without a condition */
	int attempts;                      /* how often it was tried */
	int64_t elapsed;                   /* microseconds, of all attempts */
};

void outcome_init(struct outcome *outcome);
void outcome_done(struct outcome *outcome);

/* Forgets all but the number of attempts, for the next one. */
void outcome_start_over(struct outcome *outcome);

/* True while nothing has failed. */
bool outcome_good(const struct outcome *outcome);

/*
 * Records a failure. The first one is the cause and stays; later ones, which
 * are its consequences, are not recorded.
 */
void outcome_fail(struct outcome *outcome, enum exit_code code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Records that a signal ended the fetch. */
void outcome_fail_signal(struct outcome *outcome, int signal);

#endif
