/*
 * match.h - does a text match a pattern? An answer in bounded time
 */
#ifndef HELLOFETCH_MATCH_H
#define HELLOFETCH_MATCH_H

#include <regex.h>
#include <stddef.h>
#include <stdint.h>

#define MATCH_SECONDS 1 /* of processor time, at most */

enum match {
	MATCH_YES,
	MATCH_NO,
	MATCH_ENDLESS, /* it took longer than MATCH_SECONDS */
	MATCH_OVERDUE, /* the time `until` came first */
	MATCH_FAILED,  /* no process, or no memory, is to be had: errno */
};

/*
 * Looks for the pattern in the text, which one more byte follows. Returns by the
 * time `until` (clock_usec()); waits meanwhile.
 */
enum match match(const regex_t *regex, const char *text, size_t len, int64_t until);

#endif
