/*
 * connection.h - one client: read -> session -> write -> close
 */
#ifndef HELLOD_CONNECTION_H
#define HELLOD_CONNECTION_H

#include <stdbool.h>

struct listener;
struct peer;
struct timer;
struct worker;

/* Once in a worker, when its scratch memory is there. */
void connection_set_up(struct worker *worker);

/*
 * Welcomes a client and serves it from then on; behind a proxy, as soon as that
 * has said who it is, and if the limits let it in. Owns fd (non-blocking,
 * close-on-exec) whatever happens. Without memory for it the client is closed.
 */
void connection_open(struct worker *worker, const struct listener *listener, int fd,
		     const struct peer *peer);

/*
 * The same for the master, which looks whether a worker serves; in line
 * framing, uncounted and unlogged.
 */
void connection_open_probe(struct worker *worker, int fd);

/*
 * Tells a client that a limit bites: the reason is said in one line, then it is
 * closed. Owns fd as connection_open() does.
 */
void connection_refuse(struct worker *worker, const struct listener *listener, int fd,
		       const char *reason);

/* A connection's wait (given by its timer) is over: it is late. */
void connection_timed_out(struct worker *worker, struct timer *timer);

/* Its whole time (session_timeout) is over, whatever it does. */
void connection_outlived(struct worker *worker, struct timer *timer);

/* Closes it at once, whatever it was doing: the time to drain is over. */
void connection_cut(struct worker *worker, struct timer *timer);

/*
 * Is there a client that has been told all there is to say, and is only waited
 * for? Those who have been longest may be closed in favour of others; not while
 * the events of a turn are gone through.
 */
bool connection_leaving(const struct worker *worker);
void connection_end_leaving(struct worker *worker, unsigned most);

#endif
