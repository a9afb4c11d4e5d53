/*
 * listener_unix.h - the file of a UNIX listener
 */
#ifndef HELLOD_LISTENER_UNIX_H
#define HELLOD_LISTENER_UNIX_H

#include <stdio.h>

struct listener;
struct listen_settings;

/*
 * Binds the listener's socket to the path of the settings, with their mode,
 * owner and group. A socket that nobody listens on is replaced; one that
 * somebody does, or a file of another kind, is left alone.
 * Returns 0 (listener's path, device and inode are set) or -1 after a line on
 * errors.
 */
int listener_unix_bind(struct listener *listener, const struct listen_settings *settings,
		       FILE *errors);

/*
 * Gives the file of a listener that was bound before the mode, owner and group
 * of the settings. Returns as above.
 */
int listener_unix_set_access(const struct listener *listener,
			     const struct listen_settings *settings, FILE *errors);

/* The socket is another's, whose file is ours. Returns 0, or -1 with errno. */
int listener_unix_share(struct listener *listener, const struct listener *old);

/* Removes the file unless it is another's by now. */
void listener_unix_unlink(const struct listener *listener);

#endif
