/*
 * log_write.c - a line into a descriptor, without waiting and without a signal
 *
 * Owns one flag that is shared with the children: the last line was cut short.
 * Never changes the flags of a description that others share, nor the
 * disposition of a signal. Runs in every process that logs.
 *
 * A line goes out in one write() where it can. Up to PIPE_BUF bytes that makes
 * it whole in a pipe, O_APPEND makes it whole in a file: so the lines of
 * several processes do not mix, and no lock is needed.
 */
#include "config.h"

/* System */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

/* Project */
#include "lib/log_sink.h"

_Static_assert(LOG_LINE_MAX + 1 <= PIPE_BUF, "a line must be whole in a pipe");
_Static_assert(ATOMIC_BOOL_LOCK_FREE == 2, "the flag must work between processes");

/*
 * Set while the beginning of a line stands in the file without its end, which
 * is what a full disk does: whoever writes next must begin with a newline. In
 * memory shared with the children once log_write_share() was called.
 */
static atomic_bool torn_alone;
static atomic_bool *torn = &torn_alone;

void
log_write_share(void)
{
	if (torn != &torn_alone)
		return;

	void *page = mmap(NULL, sizeof(*torn), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
			  -1, 0);

	/* Without it a child's line could be glued to another's: no reason to stop. */
	if (page == MAP_FAILED)
		return;
	torn = page;
	atomic_init(torn, atomic_load(&torn_alone));
}

/* The signals that a write can raise are blocked already, and stay so. */
static bool unguarded;

void
log_write_unguarded(void)
{
	unguarded = true;
}

/* The signals of the thread as they were before a write. */
struct held_signals {
	sigset_t mask;
	sigset_t pending;
};

/*
 * A write can raise SIGPIPE (the reader has gone), SIGXFSZ (the file is as long
 * as RLIMIT_FSIZE allows) and SIGTTOU (a background job on a terminal set to
 * "tostop"), which end or stop a program that has not ignored them. Whether it
 * does is the program's business, so the log blocks them around its write,
 * takes away what it caused, and leaves no trace.
 */
static void
hold_signals(struct held_signals *held)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGPIPE);
	sigaddset(&set, SIGXFSZ);
	sigaddset(&set, SIGTTOU);
	pthread_sigmask(SIG_BLOCK, &set, &held->mask);
	/* One that was pending before is not ours to take away. */
	sigpending(&held->pending);
}

static void
release_signals(const struct held_signals *held, int error)
{
	const int raised = error == EPIPE ? SIGPIPE : error == EFBIG ? SIGXFSZ : 0;

	if (raised != 0 && !sigismember(&held->pending, raised)) {
		const struct timespec now = {0};
		sigset_t set;

		sigemptyset(&set);
		sigaddset(&set, raised);
		while (sigtimedwait(&set, NULL, &now) < 0 && errno == EINTR)
			;
	}
	pthread_sigmask(SIG_SETMASK, &held->mask, NULL);
}

/*
 * O_NONBLOCK would change the description for all who share it: the shell would
 * find its terminal non-blocking. RWF_NOWAIT is the same for one call, but only
 * for pipes since Linux 6.5. Elsewhere ask poll(): a pipe that is writable has
 * room for PIPE_BUF bytes. Then another writer can still be faster than we
 * between the two calls, and take the last room; this is why log_sink.c does
 * what it can to get a description of our own.
 */
static ssize_t
write_shared(int fd, const char *bytes, size_t len)
{
	const struct iovec part = {(char *)bytes, len};
	const ssize_t written = pwritev2(fd, &part, 1, -1, RWF_NOWAIT);

	if (written >= 0 || (errno != EOPNOTSUPP && errno != ENOSYS && errno != EPERM))
		return written;

	struct pollfd pollfd = {.fd = fd, .events = POLLOUT};

	if (poll(&pollfd, 1, 0) == 0) {
		errno = EAGAIN;
		return -1;
	}
	return write(fd, bytes, len);
}

static ssize_t
write_some(int fd, enum log_way way, const char *bytes, size_t len)
{
	switch (way) {
	case LOG_WAY_SHARED:
		return write_shared(fd, bytes, len);
	case LOG_WAY_SOCKET:
		return send(fd, bytes, len, MSG_DONTWAIT | MSG_NOSIGNAL);
	default:
		return write(fd, bytes, len);
	}
}

int
log_write_line(int fd, enum log_way way, const char *line, size_t len)
{
	const size_t start = atomic_load(torn) ? 0 : 1;
	size_t done = start;
	int error = 0;
	struct held_signals held;

	if (!unguarded)
		hold_signals(&held);
	/* After a short write the next call tells why it was short, or ends the line. */
	while (done < len && error == 0) {
		const ssize_t written = write_some(fd, way, line + done, len - done);

		if (written > 0)
			done += (size_t)written;
		else if (written == 0)
			error = EAGAIN;
		else if (errno != EINTR)
			error = errno;
	}
	if (!unguarded)
		release_signals(&held, error);

	if (done == len) {
		if (start == 0)
			atomic_store(torn, false);
		return 0;
	}
	if (done > start)
		atomic_store(torn, done > 1);
	errno = error;
	return -1;
}
