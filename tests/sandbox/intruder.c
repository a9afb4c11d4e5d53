/*
 * intruder.c - somebody takes a worker over
 *
 * A library to be preloaded into hellod. A client that says "attack NAME" makes
 * the worker that hears it try what attempts.c knows by that name; "scribble" is
 * to write over the whole scoreboard, "random NUMBER" what that number makes of
 * chance over its own slot, "claim" to say that all processes that the
 * master will soon start are workers. Then the worker goes on as if nothing had
 * been: the client is greeted by the name that it gave, or "allowed" if the
 * attempt was.
 */
#define _GNU_SOURCE

/* System */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Project */
#include "attempts.h"
#include "hellod/scoreboard.h"

#define ORDER "attack "

static struct {
	unsigned char *bytes;
	size_t size;
} scoreboard;

/* The only memory that comes from a file in memory. */
static void
find_scoreboard(void)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	char line[512];
	unsigned long from, to;

	while (maps && fgets(line, sizeof(line), maps))
		if (strstr(line, "/memfd:") && sscanf(line, "%lx-%lx", &from, &to) == 2) {
			scoreboard.bytes = (unsigned char *)from;
			scoreboard.size = to - from;
		}
	if (maps)
		fclose(maps);
}

static int
scribble(void)
{
	for (size_t i = 0; i < scoreboard.size; i++)
		scoreboard.bytes[i] = (unsigned char)(i % 11 == 0 ? 0x7f : 0xff);
	return scoreboard.size > 0 ? 0 : -1;
}

static int
write_random(unsigned seed)
{
	struct scoreboard *all = (struct scoreboard *)scoreboard.bytes;
	int slot = 0;

	while (all && slot < SCOREBOARD_SLOTS && atomic_load(&all->slots[slot].owner) != getpid())
		slot++;
	if (!all || slot == SCOREBOARD_SLOTS)
		return -1;
	for (size_t i = 0; i < sizeof(all->slots[slot]); i++) {
		int byte = rand_r(&seed);

		/* Extremes are as likely as all else. */
		((unsigned char *)&all->slots[slot])[i] = (unsigned char)(byte % 3 == 0 ? byte >> 8
									  : byte % 3 == 1 ? 0
											  : 0xff);
	}
	return 0;
}

static int
claim(void)
{
	struct scoreboard *all = (struct scoreboard *)scoreboard.bytes;

	if (!all)
		return -1;
	atomic_store(&all->slot_count, SCOREBOARD_SLOTS);
	for (int i = 0; i < SCOREBOARD_SLOTS; i++)
		if (atomic_load(&all->slots[i].owner) == 0)
			atomic_store(&all->slots[i].owner, getpid() + 1 + i);
	return 0;
}

/* A worker's first act: it is still free. */
int
epoll_create1(int flags)
{
	find_scoreboard();
	if (attempts_prepare(getenv("INTRUDER_DIRECTORY"), getppid()) < 0)
		abort();
	return (int)syscall(SYS_epoll_create1, flags);
}

/* Its own listeners are the prize. */
int
accept4(int fd, struct sockaddr *address, socklen_t *len, int flags)
{
	attempts_set_listener(fd);
	return (int)syscall(SYS_accept4, fd, address, len, flags);
}

ssize_t
recv(int fd, void *bytes, size_t len, int flags)
{
	ssize_t n = recvfrom(fd, bytes, len, flags, NULL, NULL);
	const struct attempt *a;
	char name[64] = "";
	unsigned seed;

	if (n < (ssize_t)sizeof(ORDER) || (size_t)n >= sizeof(name) ||
	    memcmp(bytes, ORDER, sizeof(ORDER) - 1) != 0)
		return n;
	memcpy(name, (char *)bytes + sizeof(ORDER) - 1, (size_t)n - (sizeof(ORDER) - 1));
	a = attempt_find(name);
	if (strcmp(name, "scribble") == 0) {
		if (scribble() < 0)
			return n;
	} else if (sscanf(name, "random %u", &seed) == 1) {
		if (write_random(seed) < 0)
			return n;
	} else if (strcmp(name, "claim") == 0) {
		if (claim() < 0)
			return n;
	} else if (!a || a->make() < 0) {
		return n;
	}
	memcpy(bytes, "allowed", 7);
	return 7;
}
