/*
 * bare.c - the least that a server of this dialogue can do: the floor
 *
 * One process, one epoll loop, one receive and one send a batch of names. What
 * makes a daemon is missing: it has no limits and no time-outs, takes whole
 * lines for granted, trusts its clients, and forgets what a full socket would
 * not take. So what it costs is the kernel's price of the dialogue, and what
 * another server costs more is that server's own.
 *
 * usage: bare PORT | bare PATH
 */
#include "config.h"

/* System */
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define EVENTS_MAX 512
#define BUFFER_SIZE (64 * 1024)

static const char welcome[] = "Welcome!";
static const char before[] = "Hello, ";
static const char after[] = "!\n";

_Noreturn static void
die(const char *what)
{
	perror(what);
	exit(1);
}

static int
listen_at(const char *where)
{
	struct sockaddr_un path = {.sun_family = AF_UNIX};
	struct sockaddr_in port = {.sin_family = AF_INET,
				   .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int is_path = where[0] == '/', on = 1;
	int fd = socket(is_path ? AF_UNIX : AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	int rc;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (is_path) {
		snprintf(path.sun_path, sizeof(path.sun_path), "%s", where);
		rc = bind(fd, (const struct sockaddr *)&path, sizeof(path));
	} else {
		port.sin_port = htons((uint16_t)strtoul(where, NULL, 10));
		rc = bind(fd, (const struct sockaddr *)&port, sizeof(port));
	}
	if (rc < 0 || listen(fd, SOMAXCONN) < 0)
		die(where);
	return fd;
}

static void
take_clients(int epoll, int listener)
{
	int fd;

	while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
		struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};

		if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) < 0 ||
		    send(fd, welcome, sizeof(welcome) - 1, MSG_NOSIGNAL) < 0)
			close(fd);
	}
}

/* Composes the answers to all lines. Returns false at "exit". */
static int
greet(const char *in, size_t len, char **out)
{
	const char *end = in + len, *lf;
	char *to = *out;

	while ((lf = memchr(in, '\n', (size_t)(end - in))) != NULL) {
		size_t name = (size_t)(lf - in);

		if (name == 4 && memcmp(in, "exit", 4) == 0)
			break;
		memcpy(to, before, sizeof(before) - 1);
		memcpy(to + sizeof(before) - 1, in, name);
		memcpy(to + sizeof(before) - 1 + name, after, sizeof(after) - 1);
		to += sizeof(before) - 1 + name + sizeof(after) - 1;
		in = lf + 1;
	}
	*out = to;
	return lf == NULL;
}

static void
serve(int fd)
{
	static char in[BUFFER_SIZE], out[8 * BUFFER_SIZE];
	ssize_t len = recv(fd, in, sizeof(in), 0);
	char *end = out;
	int stays = len > 0 && greet(in, (size_t)len, &end);

	if (end > out && send(fd, out, (size_t)(end - out), MSG_NOSIGNAL) < 0)
		stays = 0;
	if (!stays)
		close(fd);
}

int
main(int argc, char *argv[])
{
	struct epoll_event events[EVENTS_MAX], event = {.events = EPOLLIN};
	int epoll = epoll_create1(0);
	int listener;

	if (argc != 2)
		die("usage: bare PORT|PATH");
	listener = event.data.fd = listen_at(argv[1]);
	epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event);
	for (;;) {
		int count = epoll_wait(epoll, events, EVENTS_MAX, -1);

		for (int i = 0; i < count; i++) {
			if (events[i].data.fd == listener)
				take_clients(epoll, listener);
			else
				serve(events[i].data.fd);
		}
	}
}
