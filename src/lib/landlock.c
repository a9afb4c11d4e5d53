/*
 * landlock.c - files and networks that a process no longer has
 *
 * Owns: which right came with which version of the kernel's interface.
 * Never: asks for what the running kernel does not know: that would be an error.
 * Runs: in hellod's workers, before they see a client; in hellofetch, before it
 * fetches.
 */
#include "config.h"

#include "lib/landlock.h"

/* System */
#include <errno.h>
#include <linux/landlock.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

/*
 * What came after Linux 6.1, whose header Debian 12 has. The numbers are the
 * kernel's for all times.
 */
#define RIGHT_TRUNCATE (UINT64_C(1) << 14)
#define RIGHT_IOCTL_DEV (UINT64_C(1) << 15)
#define RIGHT_BIND_TCP (UINT64_C(1) << 0)
#define RIGHT_CONNECT_TCP (UINT64_C(1) << 1)
#define SCOPE_ABSTRACT_SOCKETS (UINT64_C(1) << 0)
#define SCOPE_SIGNALS (UINT64_C(1) << 1)

/* struct landlock_ruleset_attr as it is today; zeros at its end suit all versions. */
struct ruleset {
	uint64_t files;
	uint64_t network;
	uint64_t scopes;
};

/* All that the version can restrict. */
static struct ruleset
everything(int abi)
{
	struct ruleset all = {.files = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1};

	if (abi >= 2)
		all.files |= LANDLOCK_ACCESS_FS_REFER;
	if (abi >= 3)
		all.files |= RIGHT_TRUNCATE;
	if (abi >= LANDLOCK_ABI_TCP)
		all.network = RIGHT_BIND_TCP | RIGHT_CONNECT_TCP;
	if (abi >= 5)
		all.files |= RIGHT_IOCTL_DEV;
	if (abi >= LANDLOCK_ABI_SCOPES)
		all.scopes = SCOPE_ABSTRACT_SOCKETS | SCOPE_SIGNALS;
	return all;
}

int
landlock_abi(void)
{
	long abi = syscall(SYS_landlock_create_ruleset, NULL, (size_t)0,
			   LANDLOCK_CREATE_RULESET_VERSION);

	return abi > 0 ? (int)abi : 0;
}

static int
create(const struct ruleset *ruleset)
{
	return (int)syscall(SYS_landlock_create_ruleset, ruleset, sizeof(*ruleset), 0);
}

int
landlock_restrict(int ruleset)
{
	return (int)syscall(SYS_landlock_restrict_self, ruleset, 0);
}

int
landlock_forbid_all(void)
{
	struct ruleset all = everything(landlock_abi());
	int fd = create(&all);
	int r;
	int error;

	if (fd < 0)
		return -1;
	/* A ruleset without rules: what it handles, it denies. */
	r = landlock_restrict(fd);
	error = errno;
	close(fd);
	errno = error;
	return r;
}

/* Of all that the version knows, what changes files or runs them. */
static uint64_t
changing(int abi)
{
	return everything(abi).files & ~(uint64_t)(LANDLOCK_ACCESS_FS_READ_FILE |
						   LANDLOCK_ACCESS_FS_READ_DIR | RIGHT_IOCTL_DEV);
}

int
landlock_writing_new(void)
{
	struct ruleset some = {.files = changing(landlock_abi())};

	return create(&some);
}

int
landlock_allow_writing(int ruleset, int dir_fd)
{
	struct landlock_path_beneath_attr place = {
		.allowed_access = LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG |
				  LANDLOCK_ACCESS_FS_REMOVE_FILE,
		.parent_fd = dir_fd,
	};

	place.allowed_access |= changing(landlock_abi()) & RIGHT_TRUNCATE;
	return (int)syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &place, 0);
}
