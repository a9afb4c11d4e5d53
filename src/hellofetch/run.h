/*
 * run.h - from what the command line asks for to the exit code
 */
#ifndef HELLOFETCH_RUN_H
#define HELLOFETCH_RUN_H

#include "hellofetch/command_line.h"

/*
 * Fetches the URL, or the jobs; prints headers and bodies, and reports what
 * failed. Returns the exit code, the largest of the jobs'; or ends the program by
 * the signal that stopped it.
 */
int run(struct command_line *line);

#endif
