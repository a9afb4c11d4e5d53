/*
 * failure.h - the ways in which an operation fails: the one table of them
 *
 * The report, its JSON and CSV forms and the manual page use these words, and a
 * test compares them.
 */
#ifndef HELLOBENCH_FAILURE_H
#define HELLOBENCH_FAILURE_H

#define FAILURES(X) \
	X(FAILURE_REFUSED, "refused", "the connection was refused") \
	X(FAILURE_UNREACHABLE, "unreachable", "there is no way to the server") \
	X(FAILURE_CONNECT_TIMEOUT, "connect_timeout", "no connection in time") \
	X(FAILURE_BUSY, "busy", "the server said Busy: and why") \
	X(FAILURE_ERROR, "error", "the server said Error: and why") \
	X(FAILURE_WRONG, "wrong", "a byte that is not the one of the protocol") \
	X(FAILURE_EXTRA, "extra", "more than was asked for") \
	X(FAILURE_EARLY_END, "early_end", "the server closed too early") \
	X(FAILURE_RESET, "reset", "the connection was reset") \
	X(FAILURE_TIMEOUT, "timeout", "no answer, or no close, in time") \
	X(FAILURE_UNSENT, "unsent", "due, but every connection was taken") \
	X(FAILURE_LOCAL, "local", "this side had no port, memory or descriptor left")

#define FAILURE_ENUM(name, word, help) name,
enum failure {
	FAILURES(FAILURE_ENUM) FAILURE_COUNT,
	FAILURE_NONE = FAILURE_COUNT, /* all is well */
};

/* What a failed connect(), send() or recv() is: errno to failure. */
enum failure failure_of_errno(int error);

/* The word for a failure, and what it means; fixed texts. */
const char *failure_word(enum failure failure);
const char *failure_help(enum failure failure);

#endif
