/*
 * configuration_parse.h - settings into the struct, from any of their sources
 */
#ifndef HELLOD_CONFIGURATION_PARSE_H
#define HELLOD_CONFIGURATION_PARSE_H

#define CONFIGURATION_SIZE_MAX (64L * 1024) /* bytes of all files together */

struct configuration;
struct faults;

/* Each tells its faults; a key that has one keeps the value it had. */
void parse_defaults(struct configuration *configuration, struct faults *faults);
void parse_file(struct configuration *configuration, const char *file, struct faults *faults);

/* A text as configuration_dump() writes it; place: for faults. */
void parse_string(struct configuration *configuration, const char *text, const char *place,
		  struct faults *faults);

/*
 * -o KEY=VALUE: the value as a file would have it; what a file could not have,
 * such as a bare word, is a text.
 */
void parse_set(struct configuration *configuration, const char *set, struct faults *faults);

/* -l ADDRESS:PORT: one listener more. */
void parse_listen(struct configuration *configuration, const char *listen, struct faults *faults);

/* Forgets all listeners. */
void clear_listen(struct configuration *configuration);

#endif
