/*
 * exit_codes.h - how hellobench ends: the one table of its exit codes
 *
 * --help prints it, the manual page repeats it, and a test compares the two.
 */
#ifndef HELLOBENCH_EXIT_CODES_H
#define HELLOBENCH_EXIT_CODES_H

#define EXIT_CODES(X) \
	X(EXIT_OK, 0, "every answer came and was right") \
	X(EXIT_LOCAL, 1, "a failure on this side, such as too few descriptors") \
	X(EXIT_USAGE, 2, "wrong usage") \
	X(EXIT_UNREACHED, 3, "no connection at all: is the server there?") \
	X(EXIT_FAILURES, 4, "measured, but something failed: see the counts by class")

#define EXIT_CODE_ENUM(name, code, help) name = (code),
enum exit_code {
	EXIT_CODES(EXIT_CODE_ENUM)
};

#endif
