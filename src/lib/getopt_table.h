/*
 * getopt_table.h - a program's table of options, as getopt_long(3) wants it
 */
#ifndef LIB_GETOPT_TABLE_H
#define LIB_GETOPT_TABLE_H

#include <getopt.h>
#include <stdbool.h>
#include <stddef.h>

#define GETOPT_TABLE_MAX 63 /* options at most */

struct getopt_table {
	struct option names[GETOPT_TABLE_MAX + 1]; /* for getopt_long() */
	char letters[2 * GETOPT_TABLE_MAX + 1];    /* the same */
	size_t count;
	size_t letters_len;
};

/* One without options. */
void getopt_table_init(struct getopt_table *table);

/* One option more: a letter (0: none) and a name, which is kept, not copied. */
void getopt_table_add(struct getopt_table *table, char letter, const char *name, bool has_value);

/*
 * Which of the options, counted from 0 in the order in which they were added,
 * getopt_long() has found; -1 if it has found none, and has said so.
 */
int getopt_table_find(const struct getopt_table *table, int found);

#endif
