/*
 * getopt_table.c - a program's table of options, as getopt_long(3) wants it
 *
 * Owns: the numbers by which getopt_long() tells options.
 * Never: knows what an option is for.
 * Runs: at the start of any program.
 */
#include "config.h"

#include "lib/getopt_table.h"

/* System */
#include <string.h>

/* Project */
#include "lib/log.h"

#define FIRST 256 /* the number of the first option; a letter is its own */

void
getopt_table_init(struct getopt_table *table)
{
	memset(table, 0, sizeof(*table));
}

void
getopt_table_add(struct getopt_table *table, char letter, const char *name, bool has_value)
{
	size_t i = table->count++;

	if (i >= GETOPT_TABLE_MAX)
		bug("no room for option --%s", name);
	table->names[i] = (struct option){name, has_value ? required_argument : no_argument, NULL,
					  letter ? letter : FIRST + (int)i};
	if (!letter)
		return;
	table->letters[table->letters_len++] = letter;
	if (has_value)
		table->letters[table->letters_len++] = ':';
}

int
getopt_table_find(const struct getopt_table *table, int found)
{
	for (size_t i = 0; i < table->count; i++)
		if (table->names[i].val == found)
			return (int)i;
	return -1;
}
