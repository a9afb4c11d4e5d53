/*
 * old_kernel.c - a kernel that has less
 *
 * A library to be preloaded into hellod. OLD_KERNEL is what the kernel is to
 * have: "abi=N" is Landlock's version (0: none at all), "noseccomp" what it
 * says. A right of a later version is an error, as it is there. What the real
 * kernel has not, this one has neither.
 */
#define _GNU_SOURCE

/* System */
#include <dlfcn.h>
#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

struct ruleset {
	uint64_t files;
	uint64_t network;
	uint64_t scopes;
};

/* The rights of each version, from 1. */
static const struct ruleset known[] = {
	{0x1fff, 0, 0}, {0x3fff, 0, 0}, {0x7fff, 0, 0}, {0x7fff, 3, 0},
	{0xffff, 3, 0}, {0xffff, 3, 3}, {0xffff, 3, 3},
};

#define VERSIONS (long)(sizeof(known) / sizeof(known[0]))

/* The version, or -1: whatever there is. */
static long
version(void)
{
	const char *text = getenv("OLD_KERNEL");
	const char *at = text ? strstr(text, "abi=") : NULL;

	return at ? strtol(at + 4, NULL, 10) : -1;
}

static int
error_of(const struct ruleset *wanted, size_t size, long abi)
{
	const struct ruleset *has = &known[abi - 1];
	struct ruleset all = {0};

	memcpy(&all, wanted, size < sizeof(all) ? size : sizeof(all));
	if ((abi < 4 && all.network != 0) || (abi < 6 && all.scopes != 0))
		return E2BIG; /* bytes that it does not know are not zero */
	if ((all.files & ~has->files) || (all.network & ~has->network) ||
	    (all.scopes & ~has->scopes))
		return EINVAL;
	return 0;
}

static long
fail(int error)
{
	errno = error;
	return -1;
}

long
syscall(long number, ...)
{
	static long (*next)(long number, ...);
	long a[6];
	va_list args;

	va_start(args, number);
	for (int i = 0; i < 6; i++)
		a[i] = va_arg(args, long);
	va_end(args);
	if (number == SYS_seccomp && getenv("OLD_KERNEL") &&
	    strstr(getenv("OLD_KERNEL"), "noseccomp"))
		return fail(EINVAL);
	if (number == SYS_landlock_create_ruleset && version() == 0)
		return fail(ENOSYS);
	if (number == SYS_landlock_create_ruleset && version() > 0 && version() <= VERSIONS) {
		if (a[2] != 0)
			return version();
		if (error_of((const struct ruleset *)a[0], (size_t)a[1], version()) != 0)
			return fail(
				error_of((const struct ruleset *)a[0], (size_t)a[1], version()));
	}
	if (!next)
		*(void **)&next = dlsym(RTLD_NEXT, "syscall");
	return next(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}
