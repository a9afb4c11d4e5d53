/*
 * configuration_table.h - the keys of the configuration
 *
 * The one place that knows a key. The parser, its messages and -T work from
 * these tables; the manual page and the sample file are tested against them.
 */
#ifndef HELLOD_CONFIGURATION_TABLE_H
#define HELLOD_CONFIGURATION_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum key_type {
	KEY_BOOL,     /* true or false */
	KEY_COUNT,    /* a whole number */
	KEY_SIZE,     /* bytes: a number, or "64 KiB" */
	KEY_TIME,     /* seconds: a number, or "250 ms"; kept in microseconds */
	KEY_MODE,     /* permissions as octal text: "0660" */
	KEY_WORD,     /* one of some words, kept as its index */
	KEY_TEXT,     /* any text, kept as char * */
	KEY_NETWORKS, /* an array of texts, kept as network.h says, as char * */
	KEY_LIST,     /* of groups, each made of listen_keys */
};

/* To which listeners a key of theirs applies. */
enum key_scope {
	SCOPE_ALL,
	SCOPE_INET,
	SCOPE_UNIX,
};

struct key {
	const char *name;
	enum key_type type;
	enum key_scope scope;
	size_t offset;        /* in struct configuration or listen_settings */
	const char *fallback; /* its default, as a file would say it */
	int64_t min;          /* in what is kept; of a text: its bytes */
	int64_t max;
	const char *zero_word;    /* a word that stands for 0, or NULL */
	const char *const *words; /* KEY_WORD: ended by NULL */
	/* KEY_TEXT: returns NULL, or what would have been right. */
	const char *(*check)(const char *text);
	bool reloadable;  /* a reload can change it */
	const char *help; /* one line */
};

extern const struct key configuration_keys[]; /* ended by a NULL name */
extern const struct key listen_keys[];

struct early_drop;

/* Reads "10:30:100", or "" for never. Returns 0 or -1. */
int early_drop_parse(const char *text, struct early_drop *ret);

/* Returns the row, or NULL. */
const struct key *key_find(const struct key *keys, const char *name);

#endif
