/*
 * pidfile.h - the file that names the master's process
 *
 * Locked for as long as the master lives, so that a left-over file is never
 * taken for a running hellod, nor a running hellod's file taken away.
 */
#ifndef HELLOD_PIDFILE_H
#define HELLOD_PIDFILE_H

struct pidfile;

/*
 * Opens and locks the file; path "" means none, and *ret_pidfile is NULL.
 * Returns 0, or -1 after saying in the log who holds it or what is wrong.
 */
int pidfile_claim(const char *path, struct pidfile **ret_pidfile);

/* Writes this process's id into it. NULL is fine. */
void pidfile_fill(struct pidfile *pidfile);

/* Its path; "" if there is none. */
const char *pidfile_path(const struct pidfile *pidfile);

/* Removes it. NULL is fine. */
void pidfile_release(struct pidfile *pidfile);

#endif
