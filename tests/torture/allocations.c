/*
 * allocations.c - an allocation that fails, made to order
 *
 * A library to be preloaded. It stands before malloc(3) and its kin, those calls
 * included that the C library and others make, and lets the n-th of them fail.
 *
 * HELLOD_ALLOCATIONS names a file of ORDER_SIZE bytes: "N ", "N+ " for the n-th
 * and all that come after it, or "0 " for none; behind that, anything. Each process counts
 * from its start, its fork, or from when the file was changed, whichever was
 * last. An order for some processes alone has before it "master ", for a master,
 * "child ", for what it forks, or "next ", for a program that a master executes in its
 * own place. Once an allocation has failed, the file's last byte is "F"; a program
 * that is executed then is spared.
 */
#define _GNU_SOURCE

/* System */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define ORDER_SIZE 64

static char *order; /* shared by all processes, and with the test; NULL: none */
static char seen[ORDER_SIZE - 1];
static pid_t pid; /* whose count it is */
static bool is_child;
static bool is_next;
static unsigned long count;
static unsigned long fails; /* 0: none */
static bool goes_on;

static void *(*next_malloc)(size_t size);
static void *(*next_calloc)(size_t count, size_t size);
static void *(*next_realloc)(void *old, size_t size);
static void *(*next_aligned)(size_t alignment, size_t size);

/* dlsym(3) itself may want some memory; it is never given back. */
static void *
early(size_t size)
{
	static _Alignas(max_align_t) char room[4096];
	static size_t used;
	void *memory = room + used;

	used += (size + sizeof(max_align_t) - 1) / sizeof(max_align_t) * sizeof(max_align_t);
	return used <= sizeof(room) ? memory : NULL;
}

static void
find_next(void)
{
	*(void **)&next_malloc = dlsym(RTLD_NEXT, "malloc");
	*(void **)&next_realloc = dlsym(RTLD_NEXT, "realloc");
	*(void **)&next_aligned = dlsym(RTLD_NEXT, "aligned_alloc");
	*(void **)&next_calloc = dlsym(RTLD_NEXT, "calloc");
}

/* Begins to count anew if there is a reason to. */
static void
look(void)
{
	const char *at = seen;
	char *end;

	if (pid != getpid()) {
		pid = getpid();
		is_child = true;
		count = 0;
	}
	if (memcmp(seen, order, sizeof(seen)) == 0)
		return;
	memcpy(seen, order, sizeof(seen));
	is_next = false; /* it is for another one */
	count = 0;
	if (strncmp(at, "master ", 7) == 0)
		at += 7;
	else if (strncmp(at, "child ", 6) == 0)
		at += 6;
	else if (strncmp(at, "next ", 5) == 0)
		at += 5;
	fails = strtoul(at, &end, 10);
	goes_on = *end == '+';
}

__attribute__((constructor)) static void
begin(void)
{
	const char *path = getenv("HELLOD_ALLOCATIONS");
	int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
	void *map;

	if (!next_calloc)
		find_next();
	pid = getpid();
	if (fd < 0)
		return;
	map = mmap(NULL, ORDER_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (map == MAP_FAILED)
		return;
	order = map;
	if (order[ORDER_SIZE - 1] == 'F')
		memcpy(seen, order, sizeof(seen));
	else
		look();
	is_next = getenv("HELLOD_HANDOVER") != NULL;
}

/* Whether it is for this process. */
static bool
is_ours(void)
{
	switch (seen[0]) {
	case 'm':
		return !is_child;
	case 'c':
		return is_child;
	case 'n':
		return is_next && !is_child;
	default:
		return true;
	}
}

static bool
is_to_fail(void)
{
	int saved_errno = errno;

	if (!order)
		return false;
	look();
	errno = saved_errno;
	if (fails == 0 || !is_ours())
		return false;
	count++;
	if (goes_on ? count < fails : count != fails)
		return false;
	order[ORDER_SIZE - 1] = 'F';
	errno = ENOMEM;
	return true;
}

void *
malloc(size_t size)
{
	if (!next_malloc)
		find_next();
	return is_to_fail() ? NULL : next_malloc(size);
}

void *
calloc(size_t number, size_t size)
{
	static bool finding;

	if (finding)
		return early(number * size);
	if (!next_calloc) {
		finding = true;
		find_next();
		finding = false;
	}
	return is_to_fail() ? NULL : next_calloc(number, size);
}

void *
realloc(void *old, size_t size)
{
	if (!next_realloc)
		find_next();
	return is_to_fail() ? NULL : next_realloc(old, size);
}

void *
reallocarray(void *old, size_t number, size_t size)
{
	size_t all;

	if (!__builtin_mul_overflow(number, size, &all))
		return realloc(old, all);
	errno = ENOMEM;
	return NULL;
}

void *
aligned_alloc(size_t alignment, size_t size)
{
	if (!next_aligned)
		find_next();
	return is_to_fail() ? NULL : next_aligned(alignment, size);
}

int
posix_memalign(void **ret, size_t alignment, size_t size)
{
	void *memory = aligned_alloc(alignment, size);

	if (!memory)
		return ENOMEM;
	*ret = memory;
	return 0;
}
