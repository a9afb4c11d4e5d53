/*
 * faults.c - faults in hellod, made to order
 *
 * A library to be preloaded into hellod. It stands before a few functions of
 * the C library, and lets them fail as the fault says that is active. Which one
 * that is, is looked up each time in the file that HELLOD_FAULTS names: its first
 * word. A program may also carry a fault of its own, as the last line of its
 * file: "FAULT=name". So a new program can be a bad one though all else, and the
 * program before it above all, stays good.
 *
 * Faults:
 *   worker-no-start       a worker cannot have its epoll
 *   worker-dies           a worker is killed before it is ready
 *   worker-dies-later     a worker is killed a second after it was ready
 *   worker-never-ready    a worker waits, before it is ready, while this lasts
 *   worker-loops          one worker, of those that there are, stops turning
 *   worker-hogs           one worker takes all memory that it can get
 *   worker-babbles        workers send something else
 *   worker-drains-late    workers hear 200 ms late that they are to drain
 *   worker-closes-late    workers close a listener 50 ms after they last asked it
 *   clock-jumps           the time of day jumps by hours and years at each look
 *   names-hang            no name server answers, while this lasts
 *   names-fail            there is no such host
 *   huge-limit            2^30 descriptors may be open; who tries them all is killed
 *   fork-fails            no process can be had
 *   fork-hangs            a new process does nothing, while this lasts
 *   master-crashes, -exits, -hangs           the master, as soon as it waits for events
 *   master-crashes-later, -exits-later, -hangs-later   a second after it came to be
 */
#define _GNU_SOURCE

/* System */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define NAME_MAX_LEN 64
#define KNOWN_HOST "hellod.test"
#define NAP 5      /* milliseconds */
#define HOUR 3600L /* seconds */
#define TEN_YEARS (87600 * HOUR)
#define HUGE_LIMIT (1L << 30)
#define HUGE_LOOP 100000 /* a descriptor that there is not */

static char none[NAME_MAX_LEN] = "none";
static char *named = none;     /* shared by all processes, and with the test */
static char own[NAME_MAX_LEN]; /* of this program */
static bool is_worker;
static long long ready_at; /* a worker's; milliseconds */
static long long born;

static long long
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

static bool
active(const char *fault)
{
	size_t len = strlen(fault);

	return strcmp(own, fault) == 0 || (memcmp(named, fault, len) == 0 && named[len] == ' ');
}

static void
nap(void)
{
	struct timespec t = {.tv_nsec = NAP * 1000000L};

	nanosleep(&t, NULL);
}

static void
read_own(void)
{
	char text[NAME_MAX_LEN + 1] = "";
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	char *at;

	if (fd < 0)
		return;
	if (lseek(fd, -NAME_MAX_LEN, SEEK_END) >= 0 && read(fd, text, NAME_MAX_LEN) > 0) {
		at = memmem(text, NAME_MAX_LEN, "\nFAULT=", 7);
		if (at)
			memcpy(own, at + 7, strcspn(at + 7, "\n"));
	}
	close(fd);
}

__attribute__((constructor)) static void
begin(void)
{
	const char *path = getenv("HELLOD_FAULTS");
	int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
	void *map;

	born = now();
	read_own();
	if (fd < 0)
		return;
	map = mmap(NULL, NAME_MAX_LEN, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (map != MAP_FAILED)
		named = map;
	close(fd);
}

int
clock_gettime(clockid_t clock, struct timespec *t)
{
	static const long jumps[] = {0, HOUR, -HOUR, TEN_YEARS, -TEN_YEARS};
	static unsigned turn;
	int r = (int)syscall(SYS_clock_gettime, clock, t);

	if (r == 0 && clock == CLOCK_REALTIME && active("clock-jumps"))
		t->tv_sec += jumps[turn++ % (sizeof(jumps) / sizeof(jumps[0]))];
	return r;
}

/* A name server for one name, KNOWN_HOST; numeric addresses need none. */
int
getaddrinfo(const char *host, const char *port, const struct addrinfo *hints,
	    struct addrinfo **found)
{
	static int (*next)(const char *host, const char *port, const struct addrinfo *hints,
			   struct addrinfo **found);

	if (!next)
		*(void **)&next = dlsym(RTLD_NEXT, "getaddrinfo");
	if (strcmp(host, KNOWN_HOST) != 0)
		return next(host, port, hints, found);
	while (active("names-hang"))
		nap();
	return active("names-fail") ? EAI_NONAME : next("127.0.0.1", port, hints, found);
}

/* Listeners are those that were asked for clients. */
static bool is_listener[1024];

int
accept4(int fd, struct sockaddr *address, socklen_t *len, int flags)
{
	if (fd >= 0 && fd < (int)sizeof(is_listener))
		is_listener[fd] = true;
	return (int)syscall(SYS_accept4, fd, address, len, flags);
}

int
close(int fd)
{
	long long began = now();

	/* seccomp lets no worker sleep. */
	if (fd > HUGE_LOOP && active("huge-limit"))
		kill(getpid(), SIGKILL);
	while (is_worker && active("worker-closes-late") && fd >= 0 &&
	       fd < (int)sizeof(is_listener) && is_listener[fd] && now() < began + 50)
		;
	return (int)syscall(SYS_close, fd);
}

int
getrlimit(__rlimit_resource_t resource, struct rlimit *limit)
{
	int r = (int)syscall(SYS_prlimit64, 0, resource, NULL, limit);

	if (r == 0 && resource == RLIMIT_NOFILE && active("huge-limit"))
		limit->rlim_cur = limit->rlim_max = HUGE_LIMIT;
	return r;
}

int
getrlimit64(__rlimit_resource_t resource, struct rlimit64 *limit)
{
	return getrlimit(resource, (struct rlimit *)limit);
}

long
sysconf(int name)
{
	static long (*next)(int name);

	if (name == _SC_OPEN_MAX && active("huge-limit"))
		return HUGE_LIMIT;
	if (!next)
		*(void **)&next = dlsym(RTLD_NEXT, "sysconf");
	return next(name);
}

int
getdtablesize(void)
{
	return (int)sysconf(_SC_OPEN_MAX);
}

pid_t
fork(void)
{
	static pid_t (*next)(void);
	pid_t pid;

	if (active("fork-fails")) {
		errno = EAGAIN;
		return -1;
	}
	if (!next)
		*(void **)&next = dlsym(RTLD_NEXT, "fork");
	pid = next();
	while (pid == 0 && active("fork-hangs"))
		nap();
	return pid;
}

int
epoll_create1(int flags)
{
	is_worker = true;
	if (active("worker-no-start")) {
		errno = EMFILE;
		return -1;
	}
	if (active("worker-dies"))
		kill(getpid(), SIGKILL);
	while (active("worker-never-ready"))
		nap();
	ready_at = now();
	return (int)syscall(SYS_epoll_create1, flags);
}

int
epoll_wait(int epoll, struct epoll_event *events, int most, int timeout)
{
	static int (*next)(int epoll, struct epoll_event *events, int most, int timeout);

	if (active("worker-loops") && __sync_bool_compare_and_swap(named, 'w', '-'))
		for (;;)
			;
	if (active("worker-hogs") && __sync_bool_compare_and_swap(named, 'w', '-'))
		for (;;)
			memset(malloc(1 << 20), 1, 1 << 20);
	if (active("worker-dies-later") && (timeout < 0 || timeout > NAP))
		timeout = NAP;
	if (active("worker-dies-later") && now() > ready_at + 1000)
		raise(SIGKILL); /* of a worker's signals only those to itself are left */
	if (!next)
		*(void **)&next = dlsym(RTLD_NEXT, "epoll_wait");
	return next(epoll, events, most, timeout);
}

ssize_t
send(int fd, const void *bytes, size_t len, int flags)
{
	if (is_worker && len > 1 && active("worker-babbles")) /* one: a word to the master */
		return sendto(fd, "Hm?", len < 3 ? len : 3, flags, NULL, 0);
	return sendto(fd, bytes, len, flags, NULL, 0);
}

/* It waits in the channel, and the worker goes on as if it had not come yet. */
static bool
is_too_early(int fd)
{
	static long long came;
	char word;

	if (recv(fd, &word, 1, MSG_PEEK | MSG_DONTWAIT) != 1 || word != 'D')
		return false;
	came = came ? came : now();
	return now() < came + 200;
}

ssize_t
recvmsg(int fd, struct msghdr *message, int flags)
{
	if (is_worker && active("worker-drains-late") && is_too_early(fd)) {
		errno = EAGAIN;
		return -1;
	}
	return syscall(SYS_recvmsg, fd, message, flags);
}

/* Is it the master's turn to fail in this way? Then perhaps only later. */
static bool
master_is_to(const char *what, int *timeout)
{
	char late[NAME_MAX_LEN];

	if (active(what))
		return true;
	strcat(strcpy(late, what), "-later");
	if (!active(late))
		return false;
	if (*timeout < 0 || *timeout > NAP)
		*timeout = NAP;
	return now() > born + 1000;
}

int
poll(struct pollfd *fds, nfds_t count, int timeout)
{
	static int (*next)(struct pollfd * fds, nfds_t count, int timeout);

	if (master_is_to("master-crashes", &timeout))
		kill(getpid(), SIGSEGV);
	if (master_is_to("master-exits", &timeout))
		exit(1);
	while (master_is_to("master-hangs", &timeout))
		nap();
	if (!next)
		*(void **)&next = dlsym(RTLD_NEXT, "poll");
	return next(fds, count, timeout);
}
