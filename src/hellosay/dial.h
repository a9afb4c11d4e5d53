/*
 * dial.h - the connection to the server
 */
#ifndef HELLOSAY_DIAL_H
#define HELLOSAY_DIAL_H

#include <stdint.h>

/* Library */
#include "lib/address.h"

/* Project */
#include "hellosay/exit_codes.h"

/*
 * Connects to a host's port by TCP, or to a UNIX socket. Each address that the
 * host's name has is tried in turn, up to timeout_usec each. Returns EXIT_OK
 * with a non-blocking, close-on-exec descriptor and the server's address as
 * text; anything else was told on standard error.
 */
enum exit_code dial_tcp(const char *host, const char *port, int64_t timeout_usec, int *ret_fd,
			char ret_where[ADDRESS_TEXT_MAX]);
enum exit_code dial_unix(const char *path, int64_t timeout_usec, int *ret_fd,
			 char ret_where[ADDRESS_TEXT_MAX]);

#endif
