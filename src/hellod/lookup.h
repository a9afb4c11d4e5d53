/*
 * lookup.h - the host names in "listen", as addresses
 *
 * To look a name up may take as long as the slowest name server does. So the
 * process that reads the configuration does it (reader.h), and what was found
 * travels with the configuration: whoever is handed it has no need to ask again.
 */
#ifndef HELLOD_LOOKUP_H
#define HELLOD_LOOKUP_H

#include <stdio.h>

struct configuration;
struct listen_settings;

/*
 * Finds the addresses of all hosts for which there are none yet. Each failure is
 * a line on errors. Returns 0 or -1. May block for long.
 */
int lookup_hosts(struct configuration *configuration, FILE *errors);

/* Forgets those of one group. */
void lookup_forget(struct listen_settings *settings);

/*
 * A configuration with all that was found for it, as text, and back; file: where
 * it was read once, for messages. The second returns NULL after a line on faults
 * for each, and asks nobody.
 */
void lookup_write(const struct configuration *configuration, FILE *out);
struct configuration *lookup_read(const char *text, const char *file, FILE *faults);

#endif
