/*
 * title.c - what ps(1) shows of this process
 *
 * Owns: the shape of the title; libbsd knows where it goes.
 * Never: shows what else was on the command line.
 * Runs: in every process of hellod.
 */
#include "config.h"

#include "hellod/title.h"

/* System */
#include <errno.h>
#include <string.h>

/* Library */
#include <bsd/unistd.h>

void
title_set(const char *role)
{
	/*
	 * Where the title is shorter than the path that the program was started
	 * by, libbsd marks the end of that with a dot, which ps(1) would show.
	 * Blanks up to there it doesn't.
	 */
	setproctitle("%-*s", (int)strlen(program_invocation_name), role);
}
