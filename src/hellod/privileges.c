/*
 * privileges.c - giving up root, and what else may lead to it
 *
 * Owns: the order in which it must be done.
 * Never: looks up a name; the master did.
 * Runs: in a worker, before it sees a client.
 */
#include "config.h"

#include "hellod/privileges.h"

/* System */
#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/*
 * No program that is executed can have any of them, whatever its file says.
 * Where root itself may not do that, as in some containers, no_new_privs does
 * for it.
 */
static void
empty_bounding_set(void)
{
	/* The kernel may know more of them than its header does: until it says no. */
	for (unsigned long number = 0; prctl(PR_CAPBSET_READ, number, 0, 0, 0) >= 0; number++)
		prctl(PR_CAPBSET_DROP, number, 0, 0, 0);
}

int
privileges_drop(uid_t uid, gid_t gid)
{
	/* This first: who is root no more may not. */
	empty_bounding_set();
	/* Groups first: the user that we become may not change them. */
	if (setgroups(0, NULL) < 0 || setresgid(gid, gid, gid) < 0 || setresuid(uid, uid, uid) < 0)
		return -1;
	if (uid != 0 && setresuid(0, 0, 0) == 0) {
		errno = EPERM;
		return -1;
	}
	return 0;
}

/* Version 3 is two words of 32 capabilities each. */
struct capabilities {
	struct __user_cap_header_struct header;
	struct __user_cap_data_struct words[_LINUX_CAPABILITY_U32S_3];
};

static bool
has_capability(const struct capabilities *c)
{
	for (int i = 0; i < _LINUX_CAPABILITY_U32S_3; i++)
		if (c->words[i].effective || c->words[i].permitted || c->words[i].inheritable)
			return true;
	return false;
}

static int
clear_capabilities(void)
{
	struct capabilities c = {.header.version = _LINUX_CAPABILITY_VERSION_3};

	if (syscall(SYS_capget, &c.header, c.words) < 0)
		return -1;
	/* capset(2) is not for everybody in a service: it is left alone if it can be. */
	if (!has_capability(&c))
		return 0;
	c = (struct capabilities){.header.version = _LINUX_CAPABILITY_VERSION_3};
	return (int)syscall(SYS_capset, &c.header, c.words); /* and the ambient ones with them */
}

int
privileges_give_up(void)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -1;
	return clear_capabilities();
}
