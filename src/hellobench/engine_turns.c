/*
 * engine_turns.c - whose turn it is, and what a client does then
 *
 * Owns: the dialogues, what counts as an operation, what follows a failure.
 * Never: waits, or looks at a byte (checker.c).
 * Runs: in the processes that load.
 */
#include "config.h"

/* System */
#include <sys/socket.h>

/* Project */
#include "hellobench/engine_state.h"

#define REST (10 * 1000 * NSEC_PER_USEC) /* after a failure; else a dead server cost a processor */
#define RETRY (1 * 1000 * NSEC_PER_USEC) /* of connect() where a UNIX listener's queue is full */

static bool
is_session(const struct engine *e)
{
	return e->options->dialogue == DIALOGUE_SESSION || e->options->dialogue == DIALOGUE_CHURN;
}

/* What began while the load warmed up is not measured. */
static void
measure(struct engine *e, int64_t start, unsigned times)
{
	if (start < e->measured_from)
		return;
	histogram_add(&e->result->latency, e->now - start, times);
	atomic_store_explicit(&e->result->ended, e->now, memory_order_relaxed);
}

static int64_t *
due_times(const struct engine *e, const struct client *c)
{
	return e->due_times + (size_t)(c - e->clients) * (size_t)e->options->pipeline;
}

/* Greetings came: in a closed loop all names of a batch began together. */
static void
measure_greetings(struct engine *e, struct client *c, unsigned answers)
{
	unsigned size = (unsigned)e->options->pipeline;

	if (!e->open_loop) {
		measure(e, c->start, answers);
		return;
	}
	for (; answers > 0; answers--) {
		measure(e, due_times(e, c)[c->first], 1);
		c->first = (c->first + 1) % size;
		c->asked--;
	}
}

static void
enqueue(struct engine *e, struct client *c)
{
	struct queue *q = &e->free;

	if (c->queued)
		return;
	c->queued = true;
	q->ring[(q->first + q->len++) % q->size] = c;
}

static struct client *
dequeue(struct engine *e)
{
	struct queue *q = &e->free;
	struct client *c = q->ring[q->first];

	q->first = (q->first + 1) % q->size;
	q->len--;
	c->queued = false;
	return c;
}

/* Counted; the client comes again after a rest. */
static void
fail(struct engine *e, struct client *c, enum failure failure)
{
	result_count(&e->result->failures[failure], 1);
	e->connecting -= c->state == CLIENT_CONNECTING || c->state == CLIENT_RETRYING;
	client_close(c);
	c->state = CLIENT_RESTING;
	c->since = e->now + REST;
	e->open--;
	e->resting++;
	/* Nobody was ever welcomed: the server is not there. */
	if (e->result->connections == 0 && ++e->hopeless >= e->clients_len)
		engine_stop(e);
}

static void
connect_now(struct engine *e, struct client *c)
{
	enum failure failure = client_open(c, &e->world);
	bool later = c->state == CLIENT_RETRYING && e->now - c->start < e->timeout;

	c->since = later ? e->now + RETRY : e->now;
	e->retrying += later;
	if (failure == FAILURE_NONE || later)
		return;
	e->connecting -= c->state == CLIENT_CLOSED; /* fail() sees the others */
	fail(e, c, failure);
}

/* A connection is opened whose latency counts from start on. */
void
engine_begin(struct engine *e, struct client *c, int64_t start)
{
	c->start = start;
	c->names_left = e->options->names;
	e->open++;
	e->connecting++;
	connect_now(e, c);
}

void
engine_leave(struct engine *e, struct client *c)
{
	enum failure failure;

	c->since = e->now;
	if (client_exit(c, &e->world, &failure) == CLIENT_FAILED)
		fail(e, c, failure);
}

static void
ask(struct engine *e, struct client *c, unsigned names)
{
	enum failure failure;

	if (c->checker.awaited == 0)
		c->since = e->now;
	if (client_ask(c, &e->world, names, &failure) == CLIENT_FAILED)
		fail(e, c, failure);
}

/* Closed loop: the next batch, or the end. */
static void
greet(struct engine *e, struct client *c)
{
	unsigned names = pace_due(&e->pace, e->now, (unsigned)e->options->pipeline);

	if (names == 0) {
		engine_leave(e, c);
		return;
	}
	e->pace.started += names;
	c->start = e->now;
	ask(e, c, names);
}

static void
go_on_session(struct engine *e, struct client *c)
{
	int64_t names = c->names_left < e->options->pipeline ? c->names_left : e->options->pipeline;

	if (names == 0) {
		engine_leave(e, c);
		return;
	}
	c->names_left -= names;
	ask(e, c, (unsigned)names);
}

void
engine_load(struct engine *e, struct client *c)
{
	if (e->options->dialogue == DIALOGUE_IDLE)
		return;
	if (e->open_loop)
		enqueue(e, c);
	else if (!is_session(e))
		greet(e, c);
	else if (pace_due(&e->pace, e->now, 1) > 0)
		engine_begin(e, c, pace_start(&e->pace, e->now));
}

/* All that was awaited has come. */
static void
take_turn(struct engine *e, struct client *c)
{
	if (is_session(e)) {
		go_on_session(e, c);
		return;
	}
	if (e->options->dialogue == DIALOGUE_IDLE)
		measure(e, c->start, 1);
	if (e->phase == PHASE_LEAVING)
		engine_leave(e, c);
	else if (e->phase == PHASE_LOADING)
		engine_load(e, c);
}

/* The server has closed, as it was to after exit. */
static void
end(struct engine *e, struct client *c)
{
	client_close(c);
	e->open--;
	if (!is_session(e))
		return;
	measure(e, c->start, 1);
	if (e->phase == PHASE_LOADING)
		engine_load(e, c);
}

void
engine_act(struct engine *e, struct client *c, uint32_t events)
{
	bool connecting = c->state == CLIENT_CONNECTING;
	enum failure failure = FAILURE_NONE;
	unsigned answers = 0;
	enum client_news news = client_act(c, &e->world, events, &answers, &failure);

	/* Each has its own time: many may have come at once. */
	e->now = engine_clock();
	if (connecting && c->state != CLIENT_CONNECTING) {
		e->connecting--;
		result_count(&e->result->connections, 1);
	}
	if (answers > 0) {
		c->since = e->now;
		result_count(&e->result->greetings, answers);
		if (e->options->dialogue == DIALOGUE_GREET)
			measure_greetings(e, c, answers);
	}
	if (news == CLIENT_TURN)
		take_turn(e, c);
	else if (news == CLIENT_ENDED)
		end(e, c);
	else if (news == CLIENT_FAILED)
		fail(e, c, failure);
	else if (answers > 0 && e->open_loop && !is_session(e))
		enqueue(e, c);
}

/* A free client may have failed since. */
static bool
can_greet(const struct engine *e, const struct client *c)
{
	return c->state == CLIENT_TALKING && c->unsent_len == 0 &&
	       c->asked < (unsigned)e->options->pipeline;
}

/* Says a name that is due; more of them if there are more than clients. */
static void
greet_when_due(struct engine *e, struct client *c)
{
	unsigned size = (unsigned)e->options->pipeline;
	unsigned room = size - c->asked;
	unsigned share = pace_due(&e->pace, e->now, SCRIPT_BATCH_MAX) / (unsigned)(e->free.len + 1);
	unsigned names = share < 1 ? 1 : share < room ? share : room;

	for (unsigned i = 0; i < names; i++)
		due_times(e, c)[(c->first + c->asked++) % size] = pace_start(&e->pace, e->now);
	ask(e, c, names);
	if (can_greet(e, c))
		enqueue(e, c);
}

void
engine_dispatch(struct engine *e)
{
	while (e->free.len > 0 && pace_due(&e->pace, e->now, 1) > 0) {
		struct client *c = dequeue(e);

		if (is_session(e) && c->state == CLIENT_CLOSED)
			engine_begin(e, c, pace_start(&e->pace, e->now));
		else if (!is_session(e) && can_greet(e, c))
			greet_when_due(e, c);
	}
}

/* It rested long enough. */
static void
come_again(struct engine *e, struct client *c)
{
	e->resting--;
	c->state = CLIENT_CLOSED;
	if (e->phase == PHASE_LEAVING)
		return;
	if (is_session(e))
		engine_load(e, c);
	else
		engine_begin(e, c, e->now);
}

/* A connection that is there, but silent, is another failure than none. */
static enum failure
late_failure(const struct engine *e, const struct client *c)
{
	struct sockaddr_storage peer;
	socklen_t len = sizeof(peer);

	if (c->checker.stage == CHECKER_WRONG)
		return checker_end(&c->checker, e->world.script);
	if (c->state == CLIENT_CONNECTING && getpeername(c->fd, (struct sockaddr *)&peer, &len) < 0)
		return FAILURE_CONNECT_TIMEOUT;
	return FAILURE_TIMEOUT;
}

void
engine_look_at(struct engine *e, struct client *c)
{
	if (c->state == CLIENT_RESTING) {
		if (e->now >= c->since || e->phase == PHASE_LEAVING)
			come_again(e, c);
	} else if (c->state == CLIENT_RETRYING) {
		if (e->now >= c->since) {
			e->retrying--;
			connect_now(e, c);
		}
	} else if (client_awaits(c) && e->now - c->since >= e->timeout) {
		fail(e, c, late_failure(e, c));
	}
}
