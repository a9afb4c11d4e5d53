/*
 * descriptors.h - which descriptors a process has
 */
#ifndef LIB_DESCRIPTORS_H
#define LIB_DESCRIPTORS_H

#include <stddef.h>

/*
 * Sees to it that descriptors 0, 1 and 2 are open, on /dev/null if need be:
 * else the next file opened would be taken for standard error. Call it first.
 * access is O_RDWR, or O_RDONLY for a program that is to fail when what it
 * prints has nowhere to go.
 */
void descriptors_fill_standard(int access);

/* Puts 0 to last on /dev/null: a daemon keeps nobody's terminal. */
void descriptors_detach_standard(int last);

/*
 * Closes all but 0, 1, 2 and those to keep (which it sorts; -1 is skipped).
 * For a child just forked: it knows what it was handed, nothing else is its.
 */
void descriptors_close_others(int *keep, size_t count);

/*
 * Who sends descriptors to this UNIX socket, or to one that it accepts, shall
 * fail. They would be closed here, unseen; and to close one may take as long as
 * its owner likes (SO_LINGER of socket(7)). Before Linux 6.16 it does nothing.
 */
void descriptors_refuse(int fd);

#endif
