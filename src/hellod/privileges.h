/*
 * privileges.h - giving up root, and what else may lead to it
 */
#ifndef HELLOD_PRIVILEGES_H
#define HELLOD_PRIVILEGES_H

#include <sys/types.h>

/*
 * Becomes the user and the group for good, with no supplementary groups, and
 * makes sure of it. For root, who also empties the bounding set of capabilities
 * for all that comes after. Returns 0, or -1 with errno (EPERM: root could be
 * had back).
 */
int privileges_drop(uid_t uid, gid_t gid);

/*
 * For any user: gives up all capabilities, and those that a program with the
 * set-user-ID bit would have to give. Returns 0, or -1 with errno.
 */
int privileges_give_up(void);

#endif
