/*
 * privileges.h - giving up root
 */
#ifndef HELLOD_PRIVILEGES_H
#define HELLOD_PRIVILEGES_H

#include <sys/types.h>

/*
 * Becomes the user and the group for good, with no supplementary groups, and
 * makes sure of it. Returns 0, or -1 with errno (EPERM: root could be had back).
 */
int privileges_drop(uid_t uid, gid_t gid);

#endif
