/*
 * credentials.h - the secrets of a request, from files to header fields
 */
#ifndef HELLOFETCH_CREDENTIALS_H
#define HELLOFETCH_CREDENTIALS_H

#include <stdbool.h>

#include <curl/curl.h>

#include "hellofetch/outcome.h"

/* Where they are. Never on the command line: everybody can read that. */
struct credential_sources {
	const char *netrc_file;  /* NULL: none */
	const char *header_from; /* a file of header fields; NULL: none */
	const char *credential;  /* one of systemd's, of the same form; NULL: none */
};

/*
 * Reads them anew and adds them to fields, as libcurl wants those. Returns the
 * longer list (the caller's to free, as fields was), or what there is of it when
 * the outcome has the reason why it is not complete. No message ever has a part of a
 * secret in it.
 */
struct curl_slist *credentials_add(const struct credential_sources *sources, const char *url,
				   struct curl_slist *fields, struct outcome *outcome);

/*
 * What is wrong with a line of such a file, as a fixed text that reads on from
 * "FILE:LINE: "; NULL if nothing is. Pure.
 */
const char *credentials_check_field(const char *line);

#endif
