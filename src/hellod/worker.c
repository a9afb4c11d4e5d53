/*
 * worker.c - the event loop of a worker
 *
 * Owns: the worker's start and end, its epoll, its clock.
 * Never: binds, forks, opens a file, or does anything but serve clients.
 * Runs: in a worker, from the fork to _exit(2).
 */
#include "config.h"

#include "hellod/worker.h"

/* System */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

/* Project */
#include "hellod/acceptor.h"
#include "hellod/configuration.h"
#include "hellod/connection.h"
#include "hellod/deadlines.h"
#include "hellod/limits.h"
#include "hellod/oom.h"
#include "hellod/privileges.h"
#include "hellod/sandbox.h"
#include "hellod/scoreboard.h"
#include "hellod/title.h"
#include "lib/alloc.h"
#include "lib/clock.h"
#include "lib/descriptors.h"
#include "lib/leave.h"
#include "lib/log.h"
#include "lib/units.h"

#define EVENTS 64                          /* taken from the kernel at a time */
#define READ_SIZE 8192                     /* bytes read from a client at a time, at least */
#define WRITE_SIZE 8192                    /* bytes of answers composed at a time, at least */
#define ORPHAN_TIME USEC_PER_SEC           /* to drain when the master is dead */
#define OWN_DESCRIPTORS 64                 /* beyond one a connection */
#define LONGEST_WAIT (3600 * USEC_PER_SEC) /* though there be nothing to wait for */
#define HEARTBEATS 4                       /* in a hang_timeout, though nothing happens */

int
worker_watch(struct worker *w, int fd, uint32_t events, struct watch *watch)
{
	struct epoll_event event = {.events = events, .data.ptr = watch};

	return epoll_ctl(w->epoll, EPOLL_CTL_ADD, fd, &event);
}

int
worker_rewatch(struct worker *w, int fd, uint32_t events, struct watch *watch)
{
	struct epoll_event event = {.events = events, .data.ptr = watch};

	return epoll_ctl(w->epoll, EPOLL_CTL_MOD, fd, &event);
}

static void say_when_tired(struct worker *w);

void
worker_count_sessions(struct worker *w, int change)
{
	/* Its own count: what stands in the slot may be anybody's scribble. */
	w->sessions += (unsigned)change;
	atomic_store_explicit(&w->slot->sessions, w->sessions, memory_order_relaxed);
	if (change > 0)
		say_when_tired(w);
}

/* No new clients; those that are here may finish, but not for ever. */
static void
drain(struct worker *w, int64_t longest)
{
	int64_t deadline = w->now + longest;

	if (!w->draining || deadline < w->drain_deadline)
		w->drain_deadline = deadline;
	worker_set_alarm(w, deadline);
	if (w->draining)
		return;
	w->draining = true;
	atomic_store(&w->slot->serving, 0);
	acceptor_stop(w);
	/* If the master is dead, there is nobody who waits for it. */
	channel_send(w->inheritance.channel, WORD_CLOSED, -1);
}

/*
 * hellod ends: a client that is quiet for a second has nothing to finish. A
 * worker whose place is taken by another waits for its clients instead.
 */
static void
stop(struct worker *w, int64_t longest)
{
	bool already = w->stopping;

	w->stopping = true; /* first: nobody is left in the queue for others */
	drain(w, longest);
	if (!already)
		deadlines_hurry(w);
}

static void
reopen_log(struct worker *w, int passed)
{
	if (passed >= 0)
		log_adopt(passed);
	channel_send(w->inheritance.channel, WORD_REOPENED, -1);
}

/* The master is dead: nobody will replace or watch us. */
static void
be_orphaned(struct worker *w)
{
	/* Its end is closed for good: don't be told again. */
	epoll_ctl(w->epoll, EPOLL_CTL_DEL, w->inheritance.channel, NULL);
	log_warnx("the master is gone; finishing within 1 s");
	stop(w, ORPHAN_TIME);
}

/* The master speaks. */
static void
on_channel(struct worker *w, struct watch *watch)
{
	int passed;
	int word = channel_receive(w->inheritance.channel, &passed);

	(void)watch;
	if (word == WORD_REOPEN)
		reopen_log(w, passed);
	else if (word == WORD_PROBE && passed >= 0)
		connection_open_probe(w, passed);
	else if (passed >= 0)
		close(passed);

	if (word == WORD_DRAIN)
		drain(w, w->configuration->drain_timeout);
	else if (word == WORD_STOP)
		stop(w, w->configuration->drain_timeout);
	else if (word == WORD_CUT)
		stop(w, 0);
	else if (word < 0)
		be_orphaned(w);
}

/* Once: the master finds a successor and then tells us to drain. */
static void
say_when_tired(struct worker *w)
{
	if (w->sessions_left == 0 || --w->sessions_left > 0)
		return;
	if (channel_send(w->inheritance.channel, WORD_TIRED, -1) < 0)
		log_warn("cannot tell the master about max_sessions_per_worker");
}

/*
 * How long epoll may wait, in milliseconds rounded up. Counted from the beginning
 * of this turn: a clock is read once a turn. No alarm is so late that an int
 * could not tell.
 */
static int
time_to_wait(const struct worker *w)
{
	int64_t left = w->alarm - w->now;

	if (left <= 0)
		return 0;
	return (int)((left + USEC_PER_MSEC - 1) / USEC_PER_MSEC);
}

/* The time of this turn, for all that looks at it, the master among them. */
static void
take_time(struct worker *w)
{
	w->now = clock_usec();
	atomic_store_explicit(&w->slot->heartbeat, w->now, memory_order_relaxed);
}

/* The time to drain is over. */
static void
cut_all(struct worker *w)
{
	struct timer *timer;

	for (int i = 0; i < WAIT_COUNT; i++)
		while ((timer = timer_queue_first(&w->waits[i])))
			connection_cut(w, timer);
}

/* Something may be due. Returns false if the time to drain is over. */
static bool
on_alarm(struct worker *w)
{
	w->alarm = w->now + w->heartbeat_interval; /* which is the turn itself */
	acceptor_tick(w);
	deadlines_handle(w);
	if (!w->draining)
		return true;
	worker_set_alarm(w, w->drain_deadline);
	return w->now < w->drain_deadline;
}

/* Returns the code to leave with. */
static enum worker_exit
serve(struct worker *w)
{
	struct epoll_event events[EVENTS];

	while (!w->draining || w->connections > 0) {
		int count = epoll_wait(w->epoll, events, EVENTS, time_to_wait(w));

		take_time(w);
		for (int i = 0; i < count; i++) {
			struct watch *watch = events[i].data.ptr;

			watch->ready(w, watch);
		}
		if (w->now >= w->alarm && !on_alarm(w) && w->connections > 0) {
			cut_all(w);
			return WORKER_EXIT_CUT;
		}
	}
	return WORKER_EXIT_DONE;
}

/* Every client needs a descriptor; what may be had is had. */
static void
raise_descriptor_limit(const struct configuration *c)
{
	rlim_t wanted = (rlim_t)c->max_connections + OWN_DESCRIPTORS;
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur >= wanted)
		return;
	limit.rlim_cur = wanted < limit.rlim_max ? wanted : limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

/* TERM, from an administrator or at the master's death. */
static void
on_signal(struct worker *w, struct watch *watch)
{
	struct signalfd_siginfo info;

	(void)watch;
	if (read(w->signal_fd, &info, sizeof(info)) == sizeof(info))
		stop(w, w->configuration->drain_timeout);
}

/*
 * Of the signals that a whole process group gets (Ctrl-C, systemctl kill),
 * all but TERM are the master's business. Those that report a crash stay.
 */
static void
set_up_signals(struct worker *w)
{
	static const int crashes[] = {SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGSYS, SIGTRAP};
	sigset_t mask;

	sigfillset(&mask);
	for (size_t i = 0; i < sizeof(crashes) / sizeof(crashes[0]); i++)
		sigdelset(&mask, crashes[i]);
	sigprocmask(SIG_SETMASK, &mask, NULL);
	log_signals_blocked();
	sigemptyset(&mask);
	sigaddset(&mask, SIGTERM);
	w->signal_fd = signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
	w->signals.ready = on_signal;
	if (w->signal_fd < 0 || worker_watch(w, w->signal_fd, EPOLLIN, &w->signals) < 0)
		fatal(WORKER_EXIT_NO_START, "cannot wait for signals");
}

static void
set_up_scratch(struct worker *w)
{
	const struct configuration *c = w->configuration;
	size_t answer = session_answer_max(&c->rules);

	w->scratch.in_size = (size_t)c->max_message + READ_SIZE;
	w->scratch.in = must_alloc(w->scratch.in_size);
	w->scratch.out_size = answer > WRITE_SIZE ? answer : WRITE_SIZE;
	w->scratch.out = must_alloc(w->scratch.out_size);
	/* With a delay each answer waits its own time. */
	w->scratch.io = (struct session_io){.out = w->scratch.out,
					    .out_size = w->scratch.out_size,
					    .max_answers = c->reply_delay > 0 ? 1 : UINT_MAX};
}

/* Up to a quarter more than configured: not all are to be tired at once. */
static void
set_up_sessions(struct worker *w)
{
	uint64_t most = (uint64_t)w->configuration->max_sessions_per_worker;

	w->sessions_left = most == 0 ? 0 : most + arc4random_uniform((uint32_t)(most / 4 + 1));
}

static void
set_up_loop(struct worker *w)
{
	int64_t hang_timeout = w->configuration->hang_timeout;

	w->heartbeat_interval = hang_timeout > 0 ? hang_timeout / HEARTBEATS : LONGEST_WAIT;
	w->epoll = epoll_create1(EPOLL_CLOEXEC);
	w->channel.ready = on_channel;
	if (w->epoll < 0 || worker_watch(w, w->inheritance.channel, EPOLLIN, &w->channel) < 0)
		fatal(WORKER_EXIT_NO_START, "cannot wait for the master");
}

/* As root, become the configured user; then never be anybody else again. */
static void
give_up_privileges(const struct worker *w)
{
	const struct configuration *c = w->configuration;

	if (geteuid() == 0 && privileges_drop(c->uid, c->gid) < 0)
		fatal(WORKER_EXIT_NO_START, "cannot become user %s, group %ld", c->user,
		      (long)c->gid);
	/* Only now: a change of user clears it (prctl(2)). */
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != w->inheritance.master)
		fatalx(WORKER_EXIT_NO_START, "the master is gone already");
}

_Noreturn void
worker_main(const struct worker_inheritance *inheritance)
{
	struct worker w = {.inheritance = *inheritance,
			   .configuration = inheritance->configuration,
			   .slot = &inheritance->scoreboard->slots[inheritance->slot]};
	char role[16];

	atomic_store(&w.slot->owner, getpid());
	snprintf(role, sizeof(role), "worker %u", inheritance->slot);
	log_set_role(role);
	title_set(role);
	if (chdir("/") < 0)
		log_debug("cannot change to the directory /"); /* it needs none */
	/* The log may be on standard error. Of a terminal a worker has no need. */
	descriptors_detach_standard(inheritance->detached ? STDERR_FILENO : STDOUT_FILENO);
	oom_offer_oneself(); /* while that file is ours */
	raise_descriptor_limit(w.configuration);
	take_time(&w);
	w.alarm = w.now; /* the first turn sets it */
	deadlines_init(&w);
	set_up_scratch(&w);
	connection_set_up(&w);
	set_up_sessions(&w);
	w.limits = limits_new();
	if (!w.limits)
		fatal(WORKER_EXIT_NO_START, "cannot have memory for limits");
	set_up_loop(&w);
	set_up_signals(&w);
	give_up_privileges(&w);
	if (acceptor_start(&w) < 0)
		fatal(WORKER_EXIT_NO_START, "cannot wait for clients");
	/* After the last thing that serving clients does not need. */
	if (sandbox_confine((enum sandbox_mode)w.configuration->sandbox, w.inheritance.listeners) <
	    0)
		leave_process(WORKER_EXIT_NO_START);
	atomic_store(&w.slot->serving, 1);
	if (channel_send(inheritance->channel, WORD_READY, -1) < 0)
		fatal(WORKER_EXIT_NO_START, "cannot tell the master that we are ready");
	leave_process(serve(&w));
}
