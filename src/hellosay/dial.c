/*
 * dial.c - the connection to the server
 *
 * Owns: names to addresses, connect() with a time-out, and the messages of
 * why there is no connection.
 * Never: sends or receives anything.
 */
#include "config.h"

#include "hellosay/dial.h"

/* System */
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* Library */
#include "lib/log.h"
#include "lib/text.h"
#include "lib/units.h"

/*
 * A time-out for sending is one for connect() too (socket(7)); and unlike
 * O_NONBLOCK with poll() it also serves a UNIX socket whose backlog is full.
 * Returns the connected descriptor, or -1 with errno; ETIMEDOUT in one form.
 */
static int
open_connection(const struct sockaddr *address, socklen_t len, int64_t timeout_usec)
{
	struct timeval timeout = {timeout_usec / USEC_PER_SEC, timeout_usec % USEC_PER_SEC};
	int fd = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int rc;

	if (fd < 0)
		return -1;
	rc = setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout));
	if (rc == 0) {
		do /* again after EINTR: goes on waiting */
			rc = connect(fd, address, len);
		while (rc < 0 && errno == EINTR);
		if (rc < 0 && (errno == EINPROGRESS || errno == EAGAIN))
			errno = ETIMEDOUT;
	}
	if (rc == 0)
		rc = fcntl(fd, F_SETFL, O_NONBLOCK);
	if (rc < 0) {
		int why = errno;

		close(fd);
		errno = why;
		return -1;
	}
	return fd;
}

static const char *
advice(int why)
{
	switch (why) {
	case ECONNREFUSED:
	case ENOENT:
		return "is hellod running there?";
	case ETIMEDOUT:
		return "a firewall may be in the way, or allow more time with -t";
	case EACCES:
	case EPERM:
		return "have this user allowed to connect";
	case ENOTSOCK:
	case EPROTOTYPE:
		return "name the path of hellod's listener";
	default:
		return "check the address and the network";
	}
}

/* Tries one address. The message of a failure is added to failures. */
static enum exit_code
try_address(const struct sockaddr *address, socklen_t len, int64_t timeout_usec, FILE *failures,
	    int *ret_fd, char ret_where[ADDRESS_TEXT_MAX])
{
	int fd = open_connection(address, len, timeout_usec);
	int why = errno;

	address_format(address, len, ret_where);
	if (fd >= 0) {
		*ret_fd = fd;
		return EXIT_OK;
	}
	fprintf(failures, "%s: cannot connect to %s: %s; %s\n", program_invocation_short_name,
		ret_where, strerror(why), advice(why));
	return why == ETIMEDOUT ? EXIT_TIMED_OUT : EXIT_UNREACHED;
}

static enum exit_code
unknown_host(const char *host, int why)
{
	bool memory = why == EAI_MEMORY || (why == EAI_SYSTEM && errno == ENOMEM);
	const char *reason = why == EAI_SYSTEM ? strerror(errno) : gai_strerror(why);

	log_errorx("cannot find the host \"%s\": %s%s", host, reason,
		   memory             ? ""
		   : why == EAI_AGAIN ? "; try again later, or give its address"
				      : "; check its name");
	return memory ? EXIT_LOCAL : EXIT_UNREACHED;
}

enum exit_code
dial_tcp(const char *host, const char *port, int64_t timeout_usec, int *ret_fd,
	 char ret_where[ADDRESS_TEXT_MAX])
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};
	enum exit_code code = EXIT_UNREACHED;
	struct addrinfo *list;
	struct text failures;
	int why = getaddrinfo(host, port, &hints, &list);

	if (why != 0)
		return unknown_host(host, why);
	if (text_begin(&failures) < 0)
		fatal(EXIT_LOCAL, "cannot connect");
	for (struct addrinfo *a = list; a && code != EXIT_OK; a = a->ai_next)
		code = try_address(a->ai_addr, a->ai_addrlen, timeout_usec, failures.out, ret_fd,
				   ret_where);
	/* What failed on the way to success is nobody's business. */
	if (code != EXIT_OK && !text_end(&failures))
		log_errorx("cannot connect: out of memory");
	else if (code != EXIT_OK)
		fputs(failures.bytes, stderr);
	text_done(&failures);
	freeaddrinfo(list);
	return code;
}

enum exit_code
dial_unix(const char *path, int64_t timeout_usec, int *ret_fd, char ret_where[ADDRESS_TEXT_MAX])
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	size_t len = strlen(path);

	if (len == 0 || len >= sizeof(address.sun_path)) {
		log_errorx("-u: got a path of %zu bytes, want 1 to %zu", len,
			   sizeof(address.sun_path) - 1);
		return EXIT_USAGE;
	}
	memcpy(address.sun_path, path, len + 1);
	return try_address((const struct sockaddr *)&address, sizeof(address), timeout_usec, stderr,
			   ret_fd, ret_where);
}
