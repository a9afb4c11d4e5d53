/*
 * credentials.c - the secrets of a request, from files to header fields
 *
 * Owns the form of those files. To whom the fields are sent, and to whom not, is
 * fetch.c's. Never tells a part of a secret. hellofetch is one process.
 */
#include "config.h"

/* System */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Library */
#include <nettle/base64.h>

/* Project */
#include "hellofetch/credentials.h"
#include "hellofetch/netrc.h"
#include "hellofetch/piece.h"
#include "hellofetch/secret_file.h"
#include "hellofetch/url.h"

#define BASIC "Authorization: Basic "
#define PAIR_MAX (2 * NETRC_WORD_MAX) /* bytes of "login:password", NUL included */

/* What these say is hellofetch's own business, or changes what the answer is. */
static const char *const own_fields[] = {
	"Accept-Encoding",
	"Connection",
	"Content-Length",
	"Expect",
	"Host",
	"If-Match",
	"If-Modified-Since",
	"If-None-Match",
	"If-Range",
	"If-Unmodified-Since",
	"Proxy-Authorization",
	"Range",
	"TE",
	"Transfer-Encoding",
	"Upgrade",
};

const char *
credentials_check_field(const char *line)
{
	size_t name = strspn(line, "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz"
				   "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
	const char *value = line + name + 1;

	if (name == 0 || line[name] != ':')
		return "want \"Name: value\"";
	for (const char *c = value; *c != '\0'; c++)
		if (((unsigned char)*c < 0x20 && *c != '\t') || *c == 0x7f)
			return "there is a control character in the value";
	/* To libcurl that would mean to leave the field out. */
	if (value[strspn(value, " \t")] == '\0')
		return "the value is empty";
	for (size_t i = 0; i < sizeof(own_fields) / sizeof(own_fields[0]); i++)
		if (piece_is((struct piece){line, name}, own_fields[i]))
			return "this field is hellofetch's own business";
	return NULL;
}

/* Adds a line; the list is as before if there is no memory. */
static void
add(struct curl_slist **fields, const char *line, struct outcome *outcome)
{
	struct curl_slist *longer = curl_slist_append(*fields, line);

	if (longer == NULL)
		outcome_fail(outcome, EXIT_LOCAL, "out of memory");
	else
		*fields = longer;
}

static char *
read_file(const char *path, bool managed, size_t *ret_len, struct outcome *outcome)
{
	const char *fault;
	char *text = secret_file_read(path, managed, ret_len, &fault);

	if (text == NULL)
		outcome_fail(outcome, EXIT_LOCAL, "cannot use the credentials in %s: %s", path,
			     fault);
	return text;
}

/* Lines "Name: value"; empty ones, and those that begin with #, are none. */
static void
add_header_file(struct curl_slist **fields, const char *path, bool managed, struct outcome *outcome)
{
	size_t len = 0, number = 0;
	char *text = read_file(path, managed, &len, outcome);
	struct piece rest = {text, len}, line;

	while (text != NULL && outcome_good(outcome) && piece_next_line(&rest, &line)) {
		/* In place: behind each line there is at least the byte that ended it. */
		char *start = text + (line.at - text);
		const char *fault;

		number++;
		if (line.len == 0 || line.at[0] == '#')
			continue;
		start[line.len] = '\0';
		fault = strlen(start) == line.len ? credentials_check_field(start)
						  : "there is a NUL byte in it";
		if (fault != NULL)
			outcome_fail(outcome, EXIT_LOCAL,
				     "cannot use the credentials in %s: line %zu: %s", path, number,
				     fault);
		else
			add(fields, start, outcome);
	}
	secret_free(text, len);
}

static void
add_basic(struct curl_slist **fields, const struct netrc_entry *entry, struct outcome *outcome)
{
	char line[sizeof(BASIC) + BASE64_ENCODE_RAW_LENGTH(PAIR_MAX)] = BASIC;
	char pair[PAIR_MAX];
	int len = snprintf(pair, sizeof(pair), "%s:%s", entry->login, entry->password);

	base64_encode_raw(line + strlen(BASIC), (size_t)len, (const uint8_t *)pair);
	line[strlen(BASIC) + BASE64_ENCODE_RAW_LENGTH((size_t)len)] = '\0';
	add(fields, line, outcome);
	explicit_bzero(line, sizeof(line));
	explicit_bzero(pair, sizeof(pair));
}

static void
add_netrc(struct curl_slist **fields, const char *path, const char *url, struct outcome *outcome)
{
	struct netrc_entry entry;
	char *text, *host;
	size_t len = 0;

	text = read_file(path, false, &len, outcome);
	if (text == NULL)
		return;
	host = url_host(url);
	/* That it has one was looked at: see url_check(). */
	if (host == NULL) {
		outcome_fail(outcome, EXIT_LOCAL, "out of memory");
		secret_free(text, len);
		return;
	}
	switch (netrc_find(text, len, host, &entry)) {
	case NETRC_FOUND:
		add_basic(fields, &entry, outcome);
		explicit_bzero(&entry, sizeof(entry));
		break;
	case NETRC_NONE:
		outcome_fail(outcome, EXIT_LOCAL,
			     "cannot use the credentials in %s: there is no entry for this host",
			     path);
		break;
	case NETRC_BROKEN:
		outcome_fail(outcome, EXIT_LOCAL,
			     "cannot use the credentials in %s: it is not of a netrc file's form",
			     path);
		break;
	}
	free(host);
	secret_free(text, len);
}

/* Systemd hands them over in a directory that it names in the environment. */
static void
add_credential(struct curl_slist **fields, const char *name, struct outcome *outcome)
{
	const char *directory = getenv("CREDENTIALS_DIRECTORY");
	char *path = NULL;

	if (directory == NULL)
		outcome_fail(outcome, EXIT_LOCAL,
			     "there is no credential %s: the environment has no "
			     "CREDENTIALS_DIRECTORY, which systemd sets for LoadCredential=",
			     name);
	else if (asprintf(&path, "%s/%s", directory, name) < 0)
		outcome_fail(outcome, EXIT_LOCAL, "out of memory");
	else
		add_header_file(fields, path, true, outcome);
	free(path);
}

struct curl_slist *
credentials_add(const struct credential_sources *sources, const char *url,
		struct curl_slist *fields, struct outcome *outcome)
{
	if (sources->netrc_file != NULL)
		add_netrc(&fields, sources->netrc_file, url, outcome);
	if (sources->header_from != NULL)
		add_header_file(&fields, sources->header_from, false, outcome);
	if (sources->credential != NULL)
		add_credential(&fields, sources->credential, outcome);
	return fields;
}
