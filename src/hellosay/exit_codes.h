/*
 * exit_codes.h - how hellosay ends: the one table of its exit codes
 *
 * --help prints it, the manual page repeats it, and a test compares the two.
 */
#ifndef HELLOSAY_EXIT_CODES_H
#define HELLOSAY_EXIT_CODES_H

#define EXIT_CODES(X) \
	X(EXIT_OK, 0, "every name was answered") \
	X(EXIT_LOCAL, 1, "a failure on this side, such as a full disk") \
	X(EXIT_USAGE, 2, "wrong usage") \
	X(EXIT_UNREACHED, 3, "no connection: refused, unreachable or unknown host") \
	X(EXIT_TIMED_OUT, 4, "no connection or no answer in time") \
	X(EXIT_CLOSED, 5, "the connection ended too early") \
	X(EXIT_BAD_ANSWER, 6, "an answer that is an error, or not of this protocol")

#define EXIT_CODE_ENUM(name, code, help) name = (code),
enum exit_code {
	EXIT_CODES(EXIT_CODE_ENUM)
};

#endif
