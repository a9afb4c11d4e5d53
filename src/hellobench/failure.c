/*
 * failure.c - the ways in which an operation fails
 *
 * Owns: the words, and which errno is which failure. Pure.
 */
#include "config.h"

#include "hellobench/failure.h"

/* System */
#include <errno.h>

#define FAILURE_ROW(name, word, help) {word, help},

static const struct {
	const char *word;
	const char *help;
} rows[] = {FAILURES(FAILURE_ROW)};

enum failure
failure_of_errno(int error)
{
	switch (error) {
	case ECONNREFUSED:
	case ENOENT: /* of a UNIX socket */
		return FAILURE_REFUSED;
	case ECONNRESET:
	case ECONNABORTED:
	case EPIPE:
		return FAILURE_RESET;
	case ETIMEDOUT:
		return FAILURE_CONNECT_TIMEOUT;
	case EACCES:
	case EPERM:
	case ENETUNREACH:
	case EHOSTUNREACH:
	case ENETDOWN:
	case EPROTOTYPE:
	case ENOTSOCK:
		return FAILURE_UNREACHABLE;
	default:
		return FAILURE_LOCAL;
	}
}

const char *
failure_word(enum failure failure)
{
	return rows[failure].word;
}

const char *
failure_help(enum failure failure)
{
	return rows[failure].help;
}
