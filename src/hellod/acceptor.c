/*
 * acceptor.c - a worker's fair share of the clients
 *
 * Owns: when to call accept4(2), and what to do when it fails.
 * Never: speaks with a client, but for one line to those it cannot serve.
 * Runs: in a worker.
 *
 * All workers wait on the same sockets. EPOLLEXCLUSIVE wakes one of them for a
 * client, but always the one that began to wait last: it would get nearly
 * all. Two rules make the shares equal, without a lock and without talk:
 *  - After a few clients a worker goes to the back of that line, by removing the
 *    listener from its epoll and adding it anew.
 *  - A worker that has more than its share (share.c) stands back for a
 *    millisecond after each client, so that the next one wakes somebody else.
 */
#include "config.h"

#include "hellod/acceptor.h"

/* System */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

/* Project */
#include "hellod/configuration.h"
#include "hellod/connection.h"
#include "hellod/limits.h"
#include "hellod/listener.h"
#include "hellod/peer.h"
#include "hellod/scoreboard.h"
#include "hellod/share.h"
#include "hellod/worker.h"
#include "lib/alloc.h"
#include "lib/log.h"
#include "lib/units.h"

#define TURN 16 /* clients until a worker lets the others go first */
#define STAND_BACK USEC_PER_MSEC
#define LAST_TURN 65536                  /* at the end: more than any queue holds */
#define SHED_MAX 64                      /* clients sent away at a time for want of descriptors */
#define FAREWELL_READS 8                 /* of a client sent away: more than its window is */
#define LEAVING_ENDED 64                 /* farewells cut short at a time for the same */
#define QUEUE_PAUSE (10 * USEC_PER_MSEC) /* while all that may be open is open */
#define PAUSE (100 * USEC_PER_MSEC)      /* before trying again after that */
#define FULL_LOOK USEC_PER_SEC           /* and once a second, though nobody has left */

/* One listener, as this worker waits for it. */
struct door {
	struct watch watch; /* first: epoll hands it back */
	const struct listener *listener;
	unsigned turn; /* clients taken since it was added */
};

struct acceptor {
	struct door *doors;
	size_t door_count;
	int64_t paused_until; /* TIMER_NEVER: not paused */
	int reserve;          /* given up to tell one client more that we are full */
	unsigned failures;    /* of accept4(2), since it last succeeded */
	bool make_room;       /* before the next one: descriptors are short */
	unsigned full_at;     /* connections that took the last descriptor; 0: none did */
	int64_t full_until;   /* then it is looked whether there are more by now */
};

static int
add_door(struct worker *w, struct door *door)
{
	door->turn = 0;
	return worker_watch(w, door->listener->fd, EPOLLIN | EPOLLEXCLUSIVE, &door->watch);
}

static void
remove_door(const struct worker *w, const struct door *door)
{
	epoll_ctl(w->epoll, EPOLL_CTL_DEL, door->listener->fd, NULL);
}

/* The descriptor is any at all: what counts is its place in the table. */
static void
take_reserve(struct worker *w)
{
	w->acceptor->reserve = fcntl(w->inheritance.channel, F_DUPFD_CLOEXEC, 0);
}

static int
accept_client(const struct worker *w, const struct door *door, struct sockaddr *address,
	      socklen_t *len)
{
	int fd = accept4(door->listener->fd, address, len, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd < 0 && errno != EAGAIN) /* which is no failure: others were faster */
		scoreboard_add(w->slot, COUNT_ACCEPT_ERRORS, 1);
	return fd;
}

/*
 * There is no time for a farewell, but what the client has said already is
 * read: left unread, it would reset the connection and eat our words.
 */
static void
send_away(const struct worker *w, int fd, const char *text, size_t len)
{
	const ssize_t most = (ssize_t)w->scratch.in_size;

	send(fd, text, len, MSG_NOSIGNAL);
	shutdown(fd, SHUT_WR);
	/* Bounded: it may send as fast as we read. */
	for (unsigned i = 0; i < FAREWELL_READS; i++)
		if (recv(fd, w->scratch.in, w->scratch.in_size, 0) < most)
			break;
	close(fd);
}

/*
 * No descriptor is free: with the one in reserve, clients are told so one after
 * the other. They would hang otherwise, and the queue would stay ready.
 */
static void
shed(struct worker *w, const struct door *door)
{
	static const char words[] = "Busy: out of descriptors";
	size_t len = strlen(words);
	char text[sizeof(words) + 1];

	memcpy(text, words, len);
	if (door->listener->framing == FRAMING_LINE)
		text[len++] = '\n';
	for (unsigned i = 0; i < SHED_MAX; i++) {
		int fd;

		close(w->acceptor->reserve);
		fd = accept_client(w, door, NULL, NULL);
		if (fd >= 0) {
			send_away(w, fd, text, len);
			scoreboard_add(w->slot, COUNT_REFUSED, 1);
		}
		take_reserve(w);
		if (fd < 0)
			return;
	}
}

static void
pause_all(struct worker *w, int64_t duration)
{
	struct acceptor *a = w->acceptor;

	for (size_t i = 0; i < a->door_count; i++)
		remove_door(w, &a->doors[i]);
	a->paused_until = w->now + duration;
	worker_set_alarm(w, a->paused_until);
}

/* What ended one client before it was accepted (accept(2)), and nobody else. */
static bool
concerns_one_client(int error)
{
	static const int errors[] = {ECONNABORTED, EINTR,      EPROTO,      EPERM,
				     ENETDOWN,     ENONET,     ENOPROTOOPT, EHOSTDOWN,
				     EHOSTUNREACH, EOPNOTSUPP, ENETUNREACH};

	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
		if (error == errors[i])
			return true;
	return false;
}

/* What is done about it, for the log. */
static const char *
remedy(bool want, bool room)
{
	return room   ? "clients that were told all there is make room; raise LimitNOFILE= or "
			"ulimit -n"
	       : want ? "trying again every 100 ms; waiting clients are told Busy; raise "
			"LimitNOFILE= or ulimit -n"
		      : "trying again every 100 ms";
}

/* One worker says it for all. */
static void
complain(const struct worker *w, const struct door *door, int error, const char *then)
{
	unsigned times;

	if (complaint_due(&w->inheritance.scoreboard->complaints[COUNT_ACCEPT_ERRORS], w->now,
			  &times))
		log_warnx("cannot accept on %s: %s (%u times); %s", door->listener->name,
			  strerror(error), times, then);
}

/* accept4() failed. Returns true if the next call may succeed. */
static bool
survive(struct worker *w, const struct door *door, int error)
{
	bool want = error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
	bool room = want && !w->draining && connection_leaving(w);

	if (error == EAGAIN)
		return false;
	/* Not so many in a row: then it is no client's, but a rule of this machine. */
	if (concerns_one_client(error) && ++w->acceptor->failures < TURN)
		return true;
	complain(w, door, error, remedy(want, room));
	if (error == EMFILE) {
		w->acceptor->full_at = w->connections;
		w->acceptor->full_until = w->now + FULL_LOOK;
	}
	if (want && !room)
		shed(w, door);
	/* Room is made soon, not now: some may have an event that waits in this turn. */
	w->acceptor->make_room = room;
	pause_all(w, room ? 0 : PAUSE);
	return false;
}

/* A UNIX socket does not inherit what the listener has; TCP sockets do. */
static void
limit_memory(int fd)
{
	const int size = LISTENER_SEND_BUFFER;

	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
}

/* Takes at most so many clients, while so many sessions are open. */
static void
take(struct worker *w, struct door *door, unsigned most, uint64_t open)
{
	for (unsigned i = 0; i < most; i++) {
		struct sockaddr_storage address;
		socklen_t len = sizeof(address);
		int fd = accept_client(w, door, (struct sockaddr *)&address, &len);
		struct peer peer;
		const char *reason;

		if (fd < 0) {
			if (!survive(w, door, errno))
				return;
			continue;
		}
		door->turn++;
		w->acceptor->failures = 0;
		share_count(w);
		scoreboard_add(w->slot, COUNT_ACCEPTED, 1);
		peer = peer_from_socket(fd, (struct sockaddr *)&address, len);
		if (peer.family == AF_UNIX)
			limit_memory(fd);
		reason = limits_refuse(w, door->listener, &peer, open);
		if (reason) {
			connection_refuse(w, door->listener, fd, reason);
		} else {
			connection_open(w, door->listener, fd, &peer);
			open++;
		}
	}
}

/* It is known that accept4() would fail, and there is nobody to make room. */
static bool
is_full(const struct worker *w)
{
	const struct acceptor *a = w->acceptor;

	return a->full_at > 0 && w->connections >= a->full_at && w->now < a->full_until &&
	       !connection_leaving(w);
}

/* Waits for its clients, or in 100 ms again for all, if there is no memory for that now. */
static bool
return_door(struct worker *w, struct door *door)
{
	if (add_door(w, door) == 0)
		return true;
	complain(w, door, errno, remedy(false, false));
	pause_all(w, PAUSE);
	return false;
}

static void
on_ready(struct worker *w, struct watch *watch)
{
	struct door *door = (struct door *)watch;
	struct share share;
	unsigned room;

	if (w->draining)
		return; /* it was closed by what was heard just before */
	if (is_full(w)) {
		shed(w, door);
		pause_all(w, PAUSE);
		return;
	}
	share = share_look(w);
	/* One: to ask for another and get none costs more than to be told of it. */
	room = limits_room(w, 1, share.open);
	take(w, door, room, share.open);
	if (room == 0) {
		pause_all(w, QUEUE_PAUSE);
		return;
	}
	if (w->acceptor->paused_until != TIMER_NEVER)
		return;
	if (share.stand_back) {
		pause_all(w, STAND_BACK);
		return;
	}
	if (door->turn < TURN)
		return;
	remove_door(w, door);
	return_door(w, door);
}

int
acceptor_start(struct worker *w)
{
	const struct listeners *listeners = w->inheritance.listeners;
	struct acceptor *a = must_alloc(sizeof(*a));

	w->acceptor = a;
	a->paused_until = TIMER_NEVER;
	share_start(w);
	take_reserve(w);
	a->doors = must_alloc(listeners->count * sizeof(*a->doors));
	for (size_t i = 0; i < listeners->count; i++) {
		a->doors[i].watch.ready = on_ready;
		a->doors[i].listener = &listeners->items[i];
		if (add_door(w, &a->doors[i]) < 0)
			return -1;
		a->door_count++;
	}
	return 0;
}

void
acceptor_stop(struct worker *w)
{
	struct acceptor *a = w->acceptor;
	uint64_t open;

	/*
	 * Those who wait have been connected for some time, as far as they know; a
	 * second time for who came meanwhile. No listener is closed before: a client
	 * with its number would be taken for it (sandbox_seccomp.c).
	 */
	for (size_t i = 0; i < 2 * a->door_count; i++) {
		struct door *door = &a->doors[i % a->door_count];

		remove_door(w, door);
		open = share_look(w).open;
		take(w, door, limits_room(w, LAST_TURN, open), open);
	}
	for (size_t i = 0; i < a->door_count; i++)
		close(a->doors[i].listener->fd);
	a->door_count = 0;
	a->paused_until = TIMER_NEVER;
}

void
acceptor_tick(struct worker *w)
{
	struct acceptor *a = w->acceptor;

	if (a->paused_until > w->now) {
		worker_set_alarm(w, a->paused_until);
		return;
	}
	a->paused_until = TIMER_NEVER;
	if (a->make_room)
		connection_end_leaving(w, LEAVING_ENDED);
	a->make_room = false;
	for (size_t i = 0; i < a->door_count && return_door(w, &a->doors[i]); i++)
		;
}
