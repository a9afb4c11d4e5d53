/*
 * landlock.h - files and networks that a process no longer has
 *
 * A thin cover over Landlock (landlock(7)), for whose calls the C library has
 * no names. It can only take away, never give back, and asks for no privilege
 * but no_new_privs.
 */
#ifndef LIB_LANDLOCK_H
#define LIB_LANDLOCK_H

/* From these versions on the kernel restricts more than files. */
#define LANDLOCK_ABI_TCP 4
#define LANDLOCK_ABI_SCOPES 6 /* signals and abstract UNIX sockets of others */

/* The version that the running kernel has, from 1; 0: none. */
int landlock_abi(void);

/*
 * From now on no file can be opened, made, removed, executed or truncated, and
 * as far as the kernel's version goes no TCP port bound or connected to, no
 * process outside signalled, no abstract UNIX socket of others reached. What is
 * open stays. Wants no_new_privs. Returns 0, or -1 with errno.
 */
int landlock_forbid_all(void);

/*
 * To let files be written in some places only: a ruleset by which nothing can be
 * made, written, renamed, removed, truncated or executed; the places that are
 * excepted; and what puts it in force for the calling thread and all that it
 * starts (wants no_new_privs). Reading stays. The ruleset and dir_fd are
 * descriptors, the caller's to close. They return -1 with errno if it fails.
 */
int landlock_writing_new(void);
int landlock_allow_writing(int ruleset, int dir_fd); /* there and below */
int landlock_restrict(int ruleset);

#endif
