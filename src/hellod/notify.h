/*
 * notify.h - what systemd is told
 *
 * Does nothing where there is no systemd, at run time or at build time. Nothing
 * in here ever waits for it.
 */
#ifndef HELLOD_NOTIFY_H
#define HELLOD_NOTIFY_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Sends a note as sd_notify(3) describes it, such as "READY=1". Returns false
 * if systemd has no room for it just now: what must be known is sent again.
 */
bool notify_tell(const char *note);

/* Has systemd keep a descriptor under a name over our death, or forget it. */
void notify_store(int fd, const char *name);
void notify_unstore(const char *name);

/* True if there is a systemd that may keep descriptors. */
bool notify_has_store(void);

/*
 * What systemd passed: returns how many descriptors, from *ret_first on, and
 * their names (each, and the array, to be freed); 0 if none. They are close-on-exec,
 * and children do not see the names again.
 */
int notify_inherited(int *ret_first, char ***ret_names);

/*
 * How often systemd wants to hear from us, in microseconds; 0: not at all. And
 * what it wants to hear.
 */
int64_t notify_watchdog_interval(void);
void notify_watchdog(void);

#endif
