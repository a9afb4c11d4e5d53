/*
 * job_tree.h - the settings of a job file, as libconfig reads them
 */
#ifndef HELLOFETCH_JOB_TREE_H
#define HELLOFETCH_JOB_TREE_H

#include <stdbool.h>
#include <stddef.h>

enum setting_kind {
	SETTING_TEXT,  /* in double quotes */
	SETTING_VALUE, /* a number, or true or false */
	SETTING_ARRAY, /* [ ... ] */
	SETTING_LIST,  /* ( ... ) */
	SETTING_GROUP, /* { ... } */
};

struct setting {
	enum setting_kind kind;
	int line;              /* of the text that was read */
	char *name;            /* NULL: it has none, as what stands in a list */
	char *text;            /* of a text or value: as the command line would say it */
	struct setting *next;  /* behind it, in what it stands in */
	struct setting *first; /* of what stands in it */
	size_t count;          /* how many those are */
};

#define JOB_TREE_FAULT_MAX 128 /* bytes, NUL included */

struct job_tree {
	struct setting *root;           /* a group; NULL: the text has a fault */
	char fault[JOB_TREE_FAULT_MAX]; /* what is wrong with it, and where */
	int fault_line;
	void *room; /* where all of it is */
	size_t size;
};

/*
 * Reads the text; libconfig's fault with it is no failure. Ends the program if that
 * cannot be done. job_tree_done() takes one that is all zeros, too.
 */
void job_tree_read(struct job_tree *tree, const char *text);
void job_tree_done(struct job_tree *tree);

/* The setting of that name in a group, or NULL. */
const struct setting *setting_find(const struct setting *group, const char *name);

#endif
