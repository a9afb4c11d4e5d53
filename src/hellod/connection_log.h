/*
 * connection_log.h - who came and who left, a line each, unless there are too many
 *
 * With log_connections. No flood of clients makes a flood of lines: beyond
 * log_rate clients in a second, of all workers together, they are counted, and
 * one line says how many. A client whose coming was not logged has no other line.
 */
#ifndef HELLOD_CONNECTION_LOG_H
#define HELLOD_CONNECTION_LOG_H

struct connection;
struct listener;
struct worker;

/* It has come in. */
void connection_log_begin(struct worker *worker, struct connection *connection,
			  const struct listener *listener);

/* It has ended; for whoever still has time to say something. */
void connection_log_end(const struct worker *worker, const struct connection *connection,
			const char *reason);

/* To be called when the alarm rings: says how many were not logged, when it is time. */
void connection_log_tick(struct worker *worker);

#endif
