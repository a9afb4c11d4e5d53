/*
 * exitcode.h - what hellofetch's exit code says
 *
 * An interface: the codes are listed by --help and in hellofetch(1), and a
 * test compares the two. A code never changes its meaning; 1 is
 * kept free.
 */
#ifndef HELLOFETCH_EXITCODE_H
#define HELLOFETCH_EXITCODE_H

#include <stdio.h>

enum exit_code {
	EXIT_CURRENT = 0,
	EXIT_USAGE = 2,
	EXIT_UNCHANGED = 3,
	EXIT_NETWORK = 4,
	EXIT_TIME = 5,
	EXIT_TLS = 6,
	EXIT_HTTP_CLIENT = 7,
	EXIT_HTTP_SERVER = 8,
	EXIT_TRUNCATED = 9,
	EXIT_MALFORMED = 10,
	EXIT_POLICY = 11,
	EXIT_CHECKSUM = 12,
	EXIT_LOCAL = 13,
	EXIT_LOCKED = 14,
	EXIT_HOOK = 15,
};

/* A few words for a code, a fixed text. */
const char *exit_code_words(enum exit_code code);

/* Prints the list, one line a code. */
void exit_code_print(FILE *out);

#endif
