/*
 * command_line.h - the command line
 */
#ifndef HELLOFETCH_COMMAND_LINE_H
#define HELLOFETCH_COMMAND_LINE_H

#include "hellofetch/option_table.h"

/* An option as it was given. */
struct given {
	const struct option_row *row;
	const char *text;
};

struct command_line {
	struct options options; /* of the URL; with options.jobs, of the run */
	struct given *given;    /* allocated: all options, in their order */
	size_t given_count;
	char **names; /* of jobs: what stands behind the options, NULL-terminated */
};

/*
 * Reads the command line. Returns -1 if there is something to fetch, else the
 * code to exit with (everything is said then). command_line_done() it in both cases.
 */
int command_line_parse(int argc, char *argv[], struct command_line *line);
void command_line_done(struct command_line *line);

#endif
