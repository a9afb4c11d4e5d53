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

#endif
