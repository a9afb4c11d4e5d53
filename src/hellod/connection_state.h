/*
 * connection_state.h - one client, as the parts of its code see it
 *
 * connection.c knows its life: states, what it waits for, its end.
 * connection_io.c knows its bytes: read, dialogue, write.
 * connection_proxy.c knows the time before, while a proxy says whose it is.
 * connection_log.c knows what is said of it.
 * connection_timeout.c knows what happens when it is late.
 */
#ifndef HELLOD_CONNECTION_STATE_H
#define HELLOD_CONNECTION_STATE_H

#include "hellod/held.h"
#include "hellod/peer.h"
#include "hellod/session.h"
#include "hellod/timers.h"
#include "hellod/worker.h"

#include <stdbool.h>
#include <stdint.h>

struct listener;

enum connection_state {
	CONNECTION_HEADER,
	CONNECTION_READING,
	CONNECTION_DELAYED,
	CONNECTION_WRITING,
	CONNECTION_LEAVING,
};

/* One a client, so it is kept small. */
struct connection {
	struct watch watch; /* first: epoll hands it back */
	struct timer timer; /* of its state */
	int64_t opened;
	struct held *held; /* bytes that wait; of an idle connection, NULL */
	int fd;
	uint32_t greetings;
	union {                          /* one after the other, as the state goes on */
		unsigned listener;       /* HEADER: which one it came by */
		unsigned source;         /* its place among the worker's sources; 0: none */
		unsigned farewell_bytes; /* LEAVING: read since the end */
	};
	struct peer peer;
	struct session session;
	uint8_t state;           /* enum connection_state */
	uint8_t status;          /* enum session_status: of the step that made what is held */
	bool eof : 1;            /* the client has closed its side */
	bool counted : 1;        /* as a session, in the scoreboard */
	bool silent : 1;         /* as one that has said no name */
	bool logged : 1;         /* its coming was logged: so is its going */
	struct timer lifetime[]; /* one, of the whole session, if session_timeout is set */
};

_Static_assert(sizeof(struct connection) <= 88, "an idle connection has got dearer");

/*
 * Changes the state, what epoll watches for and the deadline. Returns false if
 * that failed and the connection is gone.
 */
bool connection_enter(struct worker *worker, struct connection *connection,
		      enum connection_state state);

/* What it waits for: the first name since it came, and no longer than that. */
enum wait connection_wait(const struct connection *connection);

/* Sends no more, and waits for the client to be done. */
void connection_leave(struct worker *worker, struct connection *connection, const char *reason);

/* Ends without a farewell: there is nobody to hear it, or no time. */
void connection_drop(struct worker *worker, struct connection *connection, const char *reason);
void connection_drop_for_errno(struct worker *worker, struct connection *connection, int error);

/* Closes it, with nothing more to say in the log. */
void connection_destroy(struct worker *worker, struct connection *connection);

/* It has said its first name. */
void connection_spoke(struct worker *worker, struct connection *connection);

/* The client is known, and let in: it is welcomed. */
void connection_begin(struct worker *worker, struct connection *connection,
		      const struct listener *listener);

/* Says that it is busy, and why, and ends it. */
void connection_turn_away(struct worker *worker, struct connection *connection, const char *reason);

/* A proxy is to say first who the client is. */
void connection_await_header(struct worker *worker, struct connection *connection,
			     const struct listener *listener);

/* The proxy has not said it, and the time for it is over. */
void connection_miss_header(struct worker *worker, struct connection *connection);

/* A proxy says who the client is. */
void connection_receive_header(struct worker *worker, struct connection *connection);

/* The client has sent something, or closed its side: it is answered. */
void connection_receive(struct worker *worker, struct connection *connection);

/* Sends what waits, and goes on from where the dialogue stood. */
void connection_flush(struct worker *worker, struct connection *connection);

/* The first words are ours. */
void connection_welcome(struct worker *worker, struct connection *connection);

/* Sends a line to a client that is not served. Returns false if it is gone. */
bool connection_send_line(struct worker *worker, struct connection *connection, const char *line,
			  size_t len);

/* Forgets what waits to be sent or to be answered. */
void connection_forget(struct worker *worker, struct connection *connection);

#endif
