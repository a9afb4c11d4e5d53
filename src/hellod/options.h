/*
 * options.h - hellod's command line
 */
#ifndef HELLOD_OPTIONS_H
#define HELLOD_OPTIONS_H

#include "hellod/configuration.h"

enum mode {
	MODE_RUN,
	MODE_TEST,          /* -t */
	MODE_DUMP,          /* -T */
	MODE_CHECK_UPGRADE, /* a running hellod asks whether we would do */
};

struct options {
	enum mode mode;
	bool daemon;                                /* -d */
	int handover_version;                       /* of the hellod that asks */
	struct configuration_options configuration; /* points into argv */
};

/*
 * Reads the command line. Ends the program itself after -h and -V, and with
 * HELLOD_EXIT_USAGE after telling what is wrong. options_done() it.
 */
void must_parse_options(int argc, char *argv[], struct options *ret_options);
void options_done(struct options *options);

#endif
