/*
 * privileges.c - giving up root
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
#include <unistd.h>

int
privileges_drop(uid_t uid, gid_t gid)
{
	/* Groups first: the user that we become may not change them. */
	if (setgroups(0, NULL) < 0 || setresgid(gid, gid, gid) < 0 || setresuid(uid, uid, uid) < 0)
		return -1;
	if (uid != 0 && setresuid(0, 0, 0) == 0) {
		errno = EPERM;
		return -1;
	}
	return 0;
}
