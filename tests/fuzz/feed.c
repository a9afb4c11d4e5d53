/*
 * feed.c - gives hellod one client, who says what is on standard input
 *
 * For LD_PRELOAD, so that a fuzzer of programs can try all of hellod: when it has
 * a listener, a process of its own connects, sends, reads to the end, and asks
 * hellod to stop. A worker that crashes takes the master with it, or the fuzzer
 * would not see it.
 */
#define _GNU_SOURCE

/* System */
#include <dlfcn.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define INPUT_MAX 65536

static pid_t master; /* once it listens: before, the fuzzer itself waits for children */

static void
feed(int listener)
{
	static char bytes[INPUT_MAX];
	struct sockaddr_storage address;
	socklen_t address_len = sizeof(address);
	ssize_t len, sent = 0, n;
	int fd;

	getsockname(listener, (struct sockaddr *)&address, &address_len);
	fd = socket(address.ss_family, SOCK_STREAM, 0);
	len = read(STDIN_FILENO, bytes, sizeof(bytes));
	if (connect(fd, (struct sockaddr *)&address, address_len) == 0) {
		while (sent < len &&
		       (n = send(fd, bytes + sent, (size_t)(len - sent), MSG_NOSIGNAL)) > 0)
			sent += n;
		shutdown(fd, SHUT_WR);
		while (read(fd, bytes, sizeof(bytes)) > 0)
			;
	}
	kill(master, SIGTERM);
}

int
listen(int fd, int backlog)
{
	int (*real)(int, int) = dlsym(RTLD_NEXT, "listen");
	pid_t child;

	if (real(fd, backlog) < 0)
		return -1;
	master = getpid();
	/* By a second fork: hellod reaps its own children only. */
	child = fork();
	if (child == 0) {
		if (fork() == 0)
			feed(fd);
		_exit(0);
	}
	waitpid(child, NULL, 0);
	return 0;
}

pid_t
waitpid(pid_t pid, int *status, int options)
{
	pid_t (*real)(pid_t, int *, int) = dlsym(RTLD_NEXT, "waitpid");
	pid_t child = real(pid, status, options);

	if (getpid() == master && child > 0 && status && WIFSIGNALED(*status))
		abort();
	return child;
}
