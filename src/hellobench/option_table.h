/*
 * option_table.h - the options that hellobench knows; for option*.c alone
 */
#ifndef HELLOBENCH_OPTION_TABLE_H
#define HELLOBENCH_OPTION_TABLE_H

#include <stddef.h>
#include <stdint.h>

struct option_row;

/*
 * Reads a value (NULL if the option takes none) into its place in struct
 * options. Returns -1 to go on, or an exit code when everything is said.
 */
typedef int option_take(const struct option_row *row, const char *text, void *place);

struct option_row {
	char letter;          /* 0: it has only a long name */
	const char *name;     /* the long name */
	const char *argument; /* what --help calls the value; NULL: it takes none */
	option_take *take;
	size_t place;     /* offset of the value in struct options */
	const char *help; /* begins with a small letter; lines parted by \n */
	int64_t min, max; /* of a number, or of a time in microseconds */
};

extern const struct option_row option_table[];
extern const size_t option_table_len;

/* The help text: the table, and the exit codes. */
void option_table_print(void);

/* Says what is wrong on standard error; returns EXIT_USAGE. */
int usage_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

option_take take_csv, take_dialogue, take_flag, take_framing, take_help, take_host, take_json,
	take_number, take_pattern, take_port, take_protocol, take_rate, take_text, take_time,
	take_version;

#endif
