/*
 * engine.c - one process that loads: its phases, its loop, its clock
 *
 * Owns: the clients of this process, epoll, and when to look for time-outs.
 * Never: knows a dialogue (engine_turns.c), reads another process's result.
 * Runs: in a process of its own; nothing but epoll ever blocks it.
 *
 * A clock call, a receive and a send an operation, and a wait for events for as
 * many as there are: a client that did more would measure itself.
 */
#include "config.h"

#include "hellobench/engine.h"

/* System */
#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

/* Library */
#include "lib/alloc.h"
#include "lib/log.h"
#include "lib/units.h"

/* Project */
#include "hellobench/engine_state.h"
#include "hellobench/exit_codes.h"

#define EVENTS_MAX 512                          /* taken from epoll at once */
#define BUFFER_SIZE (64 * 1024)                 /* bytes received at once */
#define CONNECTING_MAX 64                       /* at a time, of those that stay open */
#define LOOK_OFTEN (1 * 1000 * NSEC_PER_USEC)   /* while somebody rests or retries */
#define LOOK_SELDOM (50 * 1000 * NSEC_PER_USEC) /* for time-outs */
#define LOOK_IDLE NSEC_PER_SEC                  /* while all idle: each look is at all of them */

/* What epoll reports of things that are no clients. */
static const char gate_mark, signal_mark;

static bool
stays_open(const struct engine *e)
{
	return e->options->dialogue == DIALOGUE_GREET || e->options->dialogue == DIALOGUE_IDLE;
}

bool
engine_over(const struct engine *e)
{
	if (e->options->dialogue == DIALOGUE_IDLE)
		return e->now >= e->until;
	return pace_over(&e->pace, e->now);
}

void
engine_stop(struct engine *e)
{
	e->until = e->now;
	e->pace.limit = e->pace.started;
	if (e->phase < PHASE_LOADING) {
		e->phase = PHASE_LOADING; /* and over with it */
		e->to_open = e->clients_len;
	}
}

/* The share of the number that falls to this process. */
static uint64_t
share(const struct engine *e, uint64_t number)
{
	return number / e->part->count + (e->part->index < number % e->part->count);
}

static void
set_pace(struct engine *e)
{
	const struct options *o = e->options;
	int64_t duration = INT64_MAX;

	e->until = INT64_MAX;
	if (o->duration > 0) {
		duration = (o->warm_up + o->duration) * NSEC_PER_USEC;
		e->until = e->now + duration;
	}
	pace_init(&e->pace, o->rate, e->now, duration,
		  o->count > 0 ? share(e, (uint64_t)o->count) : UINT64_MAX, e->part->index,
		  e->part->count);
}

static void
count_processor_time(struct engine *e, int sign)
{
	struct rusage used;

	e->counting = true;

	getrusage(RUSAGE_SELF, &used);
	e->result->user += sign * (used.ru_utime.tv_sec * USEC_PER_SEC + used.ru_utime.tv_usec);
	e->result->system += sign * (used.ru_stime.tv_sec * USEC_PER_SEC + used.ru_stime.tv_usec);
}

static void
start_measuring(struct engine *e, int64_t from)
{
	e->measured_from = from;
	e->result->began = from;
}

/* All processes begin to load: this one is ready, and the gate is open. */
static void
start_loading(struct engine *e)
{
	e->now = engine_clock();
	e->phase = PHASE_LOADING;
	set_pace(e);
	/* What idles was measured while it was opened. */
	if (e->options->dialogue != DIALOGUE_IDLE)
		start_measuring(e, e->now + e->options->warm_up * NSEC_PER_USEC);
	for (size_t i = 0; i < e->clients_len; i++) {
		struct client *c = &e->clients[i];

		if (c->state == (stays_open(e) ? CLIENT_TALKING : CLIENT_CLOSED))
			engine_load(e, c);
	}
}

/* No more than the server's queue takes connect at a time. */
static void
open_more(struct engine *e)
{
	bool timed = e->options->dialogue == DIALOGUE_IDLE && e->open_loop;

	while (e->to_open < e->clients_len && e->connecting < CONNECTING_MAX &&
	       (!timed || pace_due(&e->pace, e->now, 1) > 0)) {
		int64_t start = timed ? pace_start(&e->pace, e->now) : e->now;

		engine_begin(e, &e->clients[e->to_open++], start);
	}
	if (e->phase != PHASE_OPENING || e->to_open < e->clients_len || e->connecting > 0)
		return;
	e->phase = PHASE_READY;
	e->result->opened = e->now - e->opening;
	if (e->gate_open)
		start_loading(e);
	else if (write(e->part->ready, "", 1) != 1)
		engine_stop(e); /* nobody is there to open the gate */
}

/* If a process ended early, the gate may open before this one is ready. */
static void
pass_gate(struct engine *e)
{
	epoll_ctl(e->world.epoll, EPOLL_CTL_DEL, e->part->gate, NULL);
	e->gate_open = true;
	if (e->phase == PHASE_READY)
		start_loading(e);
}

/* Open loop: what is later than any answer may be never begins. */
static void
give_up_backlog(struct engine *e)
{
	if (!e->open_loop || e->phase != PHASE_LOADING || engine_over(e) ||
	    e->pace.limit == UINT64_MAX || e->now - pace_end(&e->pace) < e->timeout)
		return;
	result_count(&e->result->failures[FAILURE_UNSENT], e->pace.limit - e->pace.started);
	engine_stop(e);
}

static void
look(struct engine *e)
{
	for (size_t i = 0; i < e->clients_len; i++)
		engine_look_at(e, &e->clients[i]);
	give_up_backlog(e);
	if (e->resting + e->retrying > 0)
		e->next_look = e->now + LOOK_OFTEN;
	else if (e->phase == PHASE_LOADING && e->options->dialogue == DIALOGUE_IDLE)
		e->next_look = e->now + LOOK_IDLE;
	else
		e->next_look = e->now + LOOK_SELDOM;
}

/* Who is silent says exit now; the others will when they have their answers. */
static void
wind_up(struct engine *e)
{
	e->phase = PHASE_LEAVING;
	if (!stays_open(e))
		return;
	for (size_t i = 0; i < e->clients_len; i++)
		if (e->clients[i].state == CLIENT_TALKING && !client_awaits(&e->clients[i]))
			engine_leave(e, &e->clients[i]);
}

/* How long nothing has to be done unless a client's turn comes. */
static int64_t
idle_time(const struct engine *e)
{
	int64_t wake = e->next_look;
	bool timed = e->open_loop && (e->phase == PHASE_OPENING || e->free.len > 0);

	if (timed && !pace_over(&e->pace, e->now) && pace_next(&e->pace) < wake)
		wake = pace_next(&e->pace);
	if (e->phase == PHASE_LOADING && e->until < wake)
		wake = e->until;
	return wake > e->now ? wake - e->now : 0;
}

/*
 * Linux before 5.11, and some sandboxes, don't know epoll_pwait2(2). Then what
 * is less than a millisecond is not slept, so that the pace is kept all the same.
 */
static int
wait_for_events(struct engine *e, struct epoll_event events[static EVENTS_MAX])
{
	int64_t idle = idle_time(e);
	struct timespec timeout = {idle / NSEC_PER_SEC, idle % NSEC_PER_SEC};

	if (!e->coarse) {
		int count = epoll_pwait2(e->world.epoll, events, EVENTS_MAX, &timeout, NULL);

		if (count >= 0 || (errno != ENOSYS && errno != EPERM))
			return count;
		e->coarse = true;
	}
	return epoll_wait(e->world.epoll, events, EVENTS_MAX, (int)(idle / NSEC_PER_MSEC));
}

/* One turn of the loop. Returns -1 with errno if there is no more waiting. */
static int
turn(struct engine *e)
{
	struct epoll_event events[EVENTS_MAX];
	int count = wait_for_events(e, events);

	e->now = engine_clock();
	for (int i = 0; i < count; i++) {
		if (events[i].data.ptr == &gate_mark) {
			pass_gate(e);
		} else if (events[i].data.ptr == &signal_mark) {
			epoll_ctl(e->world.epoll, EPOLL_CTL_DEL, e->part->signals, NULL);
			engine_stop(e);
		} else {
			engine_act(e, events[i].data.ptr, events[i].events);
		}
	}
	if (e->phase == PHASE_OPENING)
		open_more(e);
	if (e->phase == PHASE_LOADING && e->open_loop)
		engine_dispatch(e);
	if (e->phase == PHASE_LOADING && engine_over(e))
		wind_up(e);
	if (!e->counting && e->result->began != 0 && e->now >= e->measured_from)
		count_processor_time(e, -1);
	if (e->now >= e->next_look)
		look(e);
	return count < 0 && errno != EINTR ? -1 : 0;
}

static int
watch_other(const struct engine *e, int fd, const char *mark)
{
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = (void *)(uintptr_t)mark};

	return epoll_ctl(e->world.epoll, EPOLL_CTL_ADD, fd, &event);
}

static int
set_up(struct engine *e)
{
	const struct options *o = e->options;

	e->clients_len = share(e, (uint64_t)o->connections);
	e->clients = must_alloc(e->clients_len * sizeof(*e->clients));
	for (size_t i = 0; i < e->clients_len; i++) {
		e->clients[i].fd = -1;
		e->clients[i].which = i * e->part->count + e->part->index;
	}
	if (e->open_loop) {
		e->due_times = must_alloc(e->clients_len * (size_t)o->pipeline * sizeof(int64_t));
		e->free.size = e->clients_len;
		e->free.ring = must_alloc(e->clients_len * sizeof(*e->free.ring));
	}
	e->world.buffer_size = BUFFER_SIZE;
	e->world.buffer = must_alloc(BUFFER_SIZE);
	e->world.epoll = epoll_create1(EPOLL_CLOEXEC);
	e->now = e->opening = engine_clock();
	/* Sessions open nothing beforehand. */
	e->to_open = stays_open(e) ? 0 : e->clients_len;
	if (o->dialogue == DIALOGUE_IDLE)
		start_measuring(e, e->now);
	if (o->dialogue == DIALOGUE_IDLE && e->open_loop)
		pace_init(&e->pace, o->rate, e->now, INT64_MAX, e->clients_len, e->part->index,
			  e->part->count);
	/* A pace is kept to microseconds, not to the 50 that a timer may be late. */
	prctl(PR_SET_TIMERSLACK, 1);
	if (e->world.epoll < 0 || watch_other(e, e->part->gate, &gate_mark) < 0)
		return -1;
	return watch_other(e, e->part->signals, &signal_mark);
}

static void
tear_down(struct engine *e)
{
	for (size_t i = 0; i < e->clients_len; i++)
		client_close(&e->clients[i]);
	close(e->world.epoll);
	free(e->world.buffer);
	free(e->free.ring);
	free(e->due_times);
	free(e->clients);
}

int
engine_run(const struct options *options, const struct script *script, const struct target *target,
	   const struct engine_part *part, struct result *result)
{
	struct engine e = {.options = options,
			   .part = part,
			   .result = result,
			   .world = {.script = script, .target = target},
			   .open_loop = options->rate > 0,
			   .until = INT64_MAX,
			   .timeout = options->timeout * NSEC_PER_USEC};
	int code = EXIT_OK;

	if (set_up(&e) < 0)
		code = EXIT_LOCAL;
	while (code == EXIT_OK && (e.phase != PHASE_LEAVING || e.open > 0))
		if (turn(&e) < 0)
			code = EXIT_LOCAL;
	if (code != EXIT_OK)
		log_error("cannot wait for answers");
	if (e.counting)
		count_processor_time(&e, 1);
	if (result->began != 0) {
		/* A server that fell silent early has had all the time there was. */
		if (e.until != INT64_MAX && result->ended < e.until &&
		    options->dialogue != DIALOGUE_IDLE)
			result->ended = e.until;
	}
	tear_down(&e);
	return code;
}
