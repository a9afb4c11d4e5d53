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
#include <stdio.h>
#include <stdlib.h>

/* Library */
#include <systemd/sd-daemon.h>

void
notify_ready(const char *status)
{
	sd_notifyf(0, "READY=1\nSTATUS=%s", status);
}

void
notify_reloading(int64_t now)
{
	/* Without the time, Type=notify-reload (systemd 253) waits in vain. */
	sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%" PRId64, now);
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

void
notify_store(int fd, const char *name)
{
	char text[300];

	snprintf(text, sizeof(text), "FDSTORE=1\nFDNAME=%s", name);
	sd_pid_notify_with_fds(0, 0, text, &fd, 1);
}

void
notify_unstore(const char *name)
{
	sd_notifyf(0, "FDSTOREREMOVE=1\nFDNAME=%s", name);
}

bool
notify_has_store(void)
{
	return getenv("NOTIFY_SOCKET");
}

int
notify_inherited(int *ret_first, char ***ret_names)
{
	int count = sd_listen_fds_with_names(1, ret_names);

	*ret_first = SD_LISTEN_FDS_START;
	return count > 0 ? count : 0;
}

int64_t
notify_watchdog_interval(void)
{
	uint64_t interval;

	return sd_watchdog_enabled(0, &interval) > 0 ? (int64_t)interval : 0;
}

void
notify_watchdog(void)
{
	sd_notify(0, "WATCHDOG=1");
}

#else

void
notify_ready(const char *status)
{
	(void)status;
}

void
notify_reloading(int64_t now)
{
	(void)now;
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

void
notify_store(int fd, const char *name)
{
	(void)fd;
	(void)name;
}

void
notify_unstore(const char *name)
{
	(void)name;
}

bool
notify_has_store(void)
{
	return false;
}

int
notify_inherited(int *ret_first, char ***ret_names)
{
	(void)ret_first;
	(void)ret_names;
	return 0;
}

int64_t
notify_watchdog_interval(void)
{
	return 0;
}

void
notify_watchdog(void)
{
}

#endif
