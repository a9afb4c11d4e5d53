/*
 * conversation.c - one request to hellod and its answers
 *
 * Owns: the connection to the control socket.
 * Never: gives up waiting: a reload or a stop takes as long as it takes, and
 * hellod bounds both.
 */
#include "config.h"

#include "helloctl/conversation.h"

/* System */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* Project */
#include "hellod/control.h"

static int
failure(const char *path, int error)
{
	const char *remedy = error == ENOENT || error == ECONNREFUSED
				     ? geteuid() == 0
					       ? "is hellod running, with this control_socket?"
					       : "is hellod running, with this control_socket? "
						 "(the service answers root)"
			     : error == EACCES ? "try as root, or as hellod's user or group"
					       : "try again";

	fprintf(stderr, "helloctl: cannot reach hellod at %s: %s; %s\n", path, strerror(error),
		remedy);
	return error == EACCES ? CONTROL_EXIT_DENIED : CONTROL_EXIT_ABSENT;
}

/* Returns a connected socket, or -1 with errno. */
static int
reach(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd;

	if (strlen(path) >= sizeof(address.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(address.sun_path, path, strlen(path));
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (fd >= 0 && connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0) {
		int error = errno;

		close(fd);
		errno = error;
		return -1;
	}
	return fd;
}

/* Prints until the exit code comes. Returns it, or -1 if hellod has gone. */
static int
listen_to(int fd)
{
	static char message[CONTROL_ANSWER_MAX + 1];

	for (;;) {
		ssize_t n = recv(fd, message, sizeof(message), 0);

		if (n <= 0)
			return -1;
		if (message[0] == CONTROL_EXIT)
			return n > 1 ? message[1] : -1;
		fwrite(message + 1, 1, (size_t)n - 1,
		       message[0] == CONTROL_ERROR ? stderr : stdout);
	}
}

/* Follows the process that listens there; -1: it cannot be followed. */
static int
follow(int fd)
{
	struct ucred cred = {0};
	socklen_t len = sizeof(cred);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) < 0 || cred.pid <= 0)
		return -1;
	return pidfd_open(cred.pid, 0);
}

/* The end of the conversation comes a moment before hellod's own. */
static int
wait_for_end(int process)
{
	struct pollfd end = {.fd = process, .events = POLLIN};

	if (process < 0)
		return CONTROL_EXIT_OK;
	poll(&end, 1, -1);
	close(process);
	return CONTROL_EXIT_OK;
}

int
converse(const char *path, const char *request)
{
	int fd = reach(path);
	int process;
	int code;

	if (fd < 0)
		return failure(path, errno);
	process = strncmp(request, "stop", 4) == 0 ? follow(fd) : -1;
	if (send(fd, request, strlen(request), MSG_NOSIGNAL) < 0) {
		close(fd);
		return failure(path, errno);
	}
	code = listen_to(fd);
	close(fd);
	if (code >= 0)
		return code;
	if (strncmp(request, "stop", 4) == 0)
		return wait_for_end(process);
	fputs("helloctl: hellod ended, or closed the connection, before it answered\n", stderr);
	return CONTROL_EXIT_ABSENT;
}
