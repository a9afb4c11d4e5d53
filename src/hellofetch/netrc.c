/*
 * netrc.c - who we are to a server, from a text as ~/.netrc has it
 *
 * Owns the form: words parted by blanks, "machine NAME", "default", "login NAME",
 * "password WORD", "account WORD" (which means nothing to HTTP), "macdef NAME" up
 * to an empty line, and comments from a word that begins with # to the end of its
 * line. A word in double quotes may hold blanks, and a backslash there takes the
 * next character as it is. Pure; hellofetch is one process.
 */
#include "config.h"

/* System */
#include <stdbool.h>
#include <string.h>
#include <strings.h>

/* Project */
#include "hellofetch/netrc.h"

struct reader {
	const char *at;
	const char *end;
	bool broken; /* a word too long, or without its last quote */
};

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void
skip_line(struct reader *reader)
{
	while (reader->at < reader->end && *reader->at != '\n')
		reader->at++;
}

/* A macro goes on until an empty line. */
static void
skip_macro(struct reader *reader)
{
	for (;;) {
		skip_line(reader);
		if (reader->at < reader->end)
			reader->at++;
		if (reader->at == reader->end || *reader->at == '\n')
			return;
	}
}

/* Reads a word; false if there is none, or none that can be read. */
static bool
next_word(struct reader *reader, char word[NETRC_WORD_MAX])
{
	size_t len = 0;
	bool quoted;

	while (reader->at < reader->end && is_space(*reader->at))
		reader->at++;
	if (reader->at == reader->end)
		return false;
	quoted = *reader->at == '"';
	if (quoted)
		reader->at++;
	while (reader->at < reader->end && (quoted ? *reader->at != '"' : !is_space(*reader->at))) {
		if (quoted && *reader->at == '\\' && reader->at + 1 < reader->end)
			reader->at++;
		reader->broken |= *reader->at == '\0' || len == NETRC_WORD_MAX - 1;
		if (reader->broken)
			return false;
		word[len++] = *reader->at++;
	}
	if (quoted && reader->at++ == reader->end)
		reader->broken = true;
	word[len] = '\0';
	return !reader->broken;
}

/* Reads the next word that is no part of a comment. */
static bool
next_keyword(struct reader *reader, char word[NETRC_WORD_MAX])
{
	while (next_word(reader, word)) {
		if (word[0] != '#')
			return true;
		skip_line(reader);
	}
	return false;
}

/* What a keyword says; false if it is none, or its word is missing. */
static bool
take(struct reader *reader, const char *keyword, const char *host, bool *matches,
     struct netrc_entry *entry)
{
	char word[NETRC_WORD_MAX];

	if (strcmp(keyword, "default") == 0) {
		*matches = true;
		return true;
	}
	if (!next_word(reader, word))
		return false;
	if (strcmp(keyword, "machine") == 0)
		*matches = strcasecmp(word, host) == 0;
	else if (strcmp(keyword, "macdef") == 0)
		skip_macro(reader);
	else if (strcmp(keyword, "login") == 0 && *matches)
		memcpy(entry->login, word, sizeof(word));
	else if (strcmp(keyword, "password") == 0 && *matches)
		memcpy(entry->password, word, sizeof(word));
	else
		return strcmp(keyword, "login") == 0 || strcmp(keyword, "password") == 0 ||
		       strcmp(keyword, "account") == 0;
	return true;
}

enum netrc_result
netrc_find(const char *text, size_t len, const char *host, struct netrc_entry *ret_entry)
{
	struct reader reader = {.at = text, .end = text + len};
	struct netrc_entry entry = {.login = ""};
	char word[NETRC_WORD_MAX] = "";
	bool matches = false;

	while (next_keyword(&reader, word)) {
		/* The entry that was looked for ends where another begins. */
		if (matches && (strcmp(word, "machine") == 0 || strcmp(word, "default") == 0))
			break;
		if (!take(&reader, word, host, &matches, &entry))
			return NETRC_BROKEN;
	}
	if (reader.broken)
		return NETRC_BROKEN;
	if (matches)
		*ret_entry = entry;
	explicit_bzero(&entry, sizeof(entry));
	return matches ? NETRC_FOUND : NETRC_NONE;
}
