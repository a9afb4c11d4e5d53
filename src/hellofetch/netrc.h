/*
 * netrc.h - who we are to a server, from a text as ~/.netrc has it
 *
 * Pure. libcurl could read such a file too, but would then serve every host
 * that a redirect leads to, and with a "default" entry all of them.
 */
#ifndef HELLOFETCH_NETRC_H
#define HELLOFETCH_NETRC_H

#include <stddef.h>

#define NETRC_WORD_MAX 512 /* bytes, NUL included */

enum netrc_result {
	NETRC_FOUND,
	NETRC_NONE,   /* no entry for that host, nor a default */
	NETRC_BROKEN, /* the text is not of that form */
};

struct netrc_entry {
	char login[NETRC_WORD_MAX];
	char password[NETRC_WORD_MAX]; /* "": none */
};

/* Finds the first entry for the host, the default one included. */
enum netrc_result netrc_find(const char *text, size_t len, const char *host,
			     struct netrc_entry *ret_entry);

#endif
