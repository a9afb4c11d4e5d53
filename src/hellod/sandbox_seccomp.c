/*
 * sandbox_seccomp.c - the system calls that a worker may make
 *
 * Owns: their list. Whoever makes another one is not the worker that we wrote,
 * and ends at once; the master says so.
 * Never: lets a call through because it is probably harmless: each entry has a
 * line of code that makes it.
 * Runs: in a worker, before it sees a client.
 *
 * The list was found on amd64 and holds what arm64's C library calls in their
 * place. The calls that are made for each greeting have no conditions but
 * send's: the kernel answers those without looking at the filter.
 *
 * Where memory runs out, libseccomp 2.5 may say so, crash, never come back, or make
 * a filter that lets through less than the list. A worker ends of all of these, some
 * by its master's hand: one that is not ready in time is killed. None was seen that
 * lets through more.
 */
#include "config.h"

#include "hellod/sandbox.h"

/* System */
#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Library */
#include <seccomp.h>

/* Project */
#include "hellod/listener.h"

#define CONDITIONS_MAX 2

/* An int, whatever stands in the upper half of its register. */
#define IS(number, value) \
	{ \
		number, SCMP_CMP_MASKED_EQ, 0xffffffff, value \
	}
#define LACKS(number, bits) \
	{ \
		number, SCMP_CMP_MASKED_EQ, bits, 0 \
	}
#define HAS(number, bits) \
	{ \
		number, SCMP_CMP_MASKED_EQ, bits, bits \
	}

struct allowed {
	int call;
	unsigned count;
	struct scmp_arg_cmp conditions[CONDITIONS_MAX];
};

static const struct allowed list[] = {
	/*
	 * Clients. The listeners are everybody's: shut down for reading, one would
	 * stop listening for all, and could then be made to connect somewhere, by
	 * connect(2) or by a send with MSG_FASTOPEN. So none of the three.
	 */
	{SCMP_SYS(accept4), 0, {}},
	{SCMP_SYS(recvfrom), 0, {}},
	{SCMP_SYS(sendto), 1, {LACKS(3, MSG_FASTOPEN)}}, /* send(2); of the log, sendto(2) */
	{SCMP_SYS(shutdown), 1, {IS(1, SHUT_WR)}},
	{SCMP_SYS(close), 0, {}},
	{SCMP_SYS(setsockopt), 2, {IS(1, SOL_SOCKET), IS(2, SO_SNDBUF)}},
	{SCMP_SYS(setsockopt), 2, {IS(1, SOL_SOCKET), IS(2, SO_LINGER)}},
	{SCMP_SYS(getsockopt), 2, {IS(1, SOL_SOCKET), IS(2, SO_PEERCRED)}},

	/* The loop. read(2) is for signalfd(2), fcntl(2) for the acceptor's reserve. */
	{SCMP_SYS(epoll_wait), 0, {}},
	{SCMP_SYS(epoll_pwait), 0, {}},
	{SCMP_SYS(epoll_ctl), 0, {}},
	{SCMP_SYS(read), 0, {}},
	{SCMP_SYS(clock_gettime), 0, {}}, /* where the vDSO cannot tell the time */
	{SCMP_SYS(fcntl), 1, {IS(1, F_DUPFD_CLOEXEC)}},
	{SCMP_SYS(restart_syscall), 0, {}}, /* by the kernel, after SIGCONT */

	/*
	 * The channel. No sendmsg(2): a descriptor that is handed to others is theirs
	 * to close, and a socket can be told to take hours for that (SO_LINGER).
	 */
	{SCMP_SYS(recvmsg), 0, {}},

	/* The log. F_SETFD is for a file that the master has handed over. */
	{SCMP_SYS(write), 0, {}},
	{SCMP_SYS(pwritev2), 0, {}},
	{SCMP_SYS(poll), 0, {}},
	{SCMP_SYS(ppoll), 0, {}},
	{SCMP_SYS(fcntl), 1, {IS(1, F_SETFD)}},
	{SCMP_SYS(rt_sigprocmask), 0, {}},
	{SCMP_SYS(rt_sigpending), 0, {}},
	{SCMP_SYS(rt_sigtimedwait), 0, {}},

	/* Memory, but no new code. */
	{SCMP_SYS(brk), 0, {}},
	{SCMP_SYS(mmap), 2, {LACKS(2, PROT_EXEC), HAS(3, MAP_PRIVATE | MAP_ANONYMOUS)}},
	{SCMP_SYS(munmap), 0, {}},
	{SCMP_SYS(mremap), 0, {}},
	{SCMP_SYS(madvise), 0, {}},
	{SCMP_SYS(getrandom), 0, {}},

	/* The end: _exit(2), and abort(3) with the C library's last words. */
	{SCMP_SYS(exit_group), 0, {}},
	{SCMP_SYS(exit), 0, {}},
	{SCMP_SYS(writev), 0, {}},
	{SCMP_SYS(getpid), 0, {}},
	{SCMP_SYS(gettid), 0, {}},
};

#define LISTED (sizeof(list) / sizeof(list[0]))

bool
sandbox_has_seccomp(void)
{
	const uint32_t action = SECCOMP_RET_KILL_PROCESS;

	return syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0;
}

/* Returns 0, or a negative errno as the library does. */
static int
fill(scmp_filter_ctx filter)
{
	const struct scmp_arg_cmp itself = IS(0, (scmp_datum_t)getpid());
	int r;

	/* As a tree, not a list. */
	r = seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	for (size_t i = 0; i < LISTED && r == 0; i++)
		r = seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, list[i].call, list[i].count,
					   list[i].conditions);
	/* raise(3), for abort(3): nobody else is signalled. */
	if (r == 0)
		r = seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1, &itself);
	return r;
}

/*
 * What a worker sets on a listener, all others have, and each client that comes
 * by it: for good, whatever becomes of that worker. So it sets nothing there,
 * nor has it a second descriptor of it.
 */
static int
fill_for_listeners(scmp_filter_ctx filter, const struct listeners *listeners)
{
	int r = 0;

	for (size_t i = 0; i < listeners->count && r == 0; i++) {
		const struct scmp_arg_cmp conditions[] = {
			IS(0, (scmp_datum_t)listeners->items[i].fd), IS(1, F_DUPFD_CLOEXEC)};

		r = seccomp_rule_add_array(filter, SCMP_ACT_KILL_PROCESS, SCMP_SYS(setsockopt), 1,
					   conditions);
		if (r == 0)
			r = seccomp_rule_add_array(filter, SCMP_ACT_KILL_PROCESS, SCMP_SYS(fcntl),
						   2, conditions);
	}
	return r;
}

/* Returns 0, or a negative errno as the library does. */
static int
load(uint32_t otherwise, const struct listeners *listeners)
{
	scmp_filter_ctx filter = seccomp_init(otherwise);
	int r;

	if (!filter)
		return -ENOMEM;
	r = otherwise == SCMP_ACT_ALLOW ? fill_for_listeners(filter, listeners) : fill(filter);
	if (r == 0)
		r = seccomp_load(filter);
	seccomp_release(filter);
	return r;
}

int
sandbox_enter_seccomp(const struct listeners *listeners)
{
	/* Of two filters the kernel takes the stricter word. The list comes last: it
	 * lets no other be loaded. */
	int r = listeners->count > 0 ? load(SCMP_ACT_ALLOW, listeners) : 0;

	if (r == 0)
		r = load(SCMP_ACT_KILL_PROCESS, listeners);
	errno = -r;
	return r == 0 ? 0 : -1;
}
