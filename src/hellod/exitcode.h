/*
 * exitcode.h - how hellod ends: an interface, listed in hellod(8)
 */
#ifndef HELLOD_EXITCODE_H
#define HELLOD_EXITCODE_H

#include <sysexits.h> /* systemd.exec(5) shows these by name */

enum hellod_exit {
	HELLOD_EXIT_STOPPED = 0,        /* as it was told to */
	HELLOD_EXIT_FAILED = 1,         /* could not start, or go on */
	HELLOD_EXIT_USAGE = EX_USAGE,   /* 64: the command line */
	HELLOD_EXIT_CONFIG = EX_CONFIG, /* 78: the configuration */
};

#endif
