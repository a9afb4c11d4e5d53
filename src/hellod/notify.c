/*
 * notify.c - what systemd is told
 *
 * Owns: the words of sd_notify(3); the only file that knows libsystemd.
 * Never: fails: whoever is not told is not there.
 * Runs: in the master.
 */
#include "config.h"

#include "hellod/notify.h"

#ifdef HAVE_SYSTEMD

/* System */
#include <inttypes.h>

/* Library */
#include <systemd/sd-daemon.h>

void
notify_ready(const char *status)
{
	sd_notifyf(0, "READY=1\nSTATUS=%s", status);
}

void
notify_status(const char *status)
{
	sd_notifyf(0, "STATUS=%s", status);
}

void
notify_stopping(const char *status, int64_t longest)
{
	sd_notifyf(0, "STOPPING=1\nSTATUS=%s\nEXTEND_TIMEOUT_USEC=%" PRId64, status, longest);
}

#else

void
notify_ready(const char *status)
{
	(void)status;
}

void
notify_status(const char *status)
{
	(void)status;
}

void
notify_stopping(const char *status, int64_t longest)
{
	(void)status;
	(void)longest;
}

#endif
