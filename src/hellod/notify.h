/*
 * notify.h - what systemd is told
 *
 * Does nothing where there is no systemd, at run time or at build time.
 */
#ifndef HELLOD_NOTIFY_H
#define HELLOD_NOTIFY_H

#include <stdint.h>

/* Clients are served (sd_notify(3): READY=1), with a line for "systemctl status". */
void notify_ready(const char *status);

/* Only the line has changed. */
void notify_status(const char *status);

/* hellod ends, and that may take so long (in microseconds). */
void notify_stopping(const char *status, int64_t longest);

#endif
