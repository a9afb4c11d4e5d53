/*
 * url.c - the URL of the command line: may it be fetched, what is its file called?
 *
 * Owns the rules for URLs that people type. Where redirects may lead is
 * redirect.c's. Pure; hellofetch is one process.
 */
#include "config.h"

/* System */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Library */
#include <curl/curl.h>

/* Project */
#include "hellofetch/url.h"
#include "lib/alloc.h"

/*
 * A part of the URL, to be freed with curl_free(), or NULL if it has none; then errno
 * is ENOMEM if it might have one: libcurl does not always say so by its code.
 */
static char *
get_part(const char *url, CURLUPart which)
{
	CURLU *parsed = curl_url();
	char *text = NULL;

	errno = 0;
	if (parsed == NULL)
		errno = ENOMEM;
	else if (curl_url_set(parsed, CURLUPART_URL, url, CURLU_NON_SUPPORT_SCHEME) == CURLUE_OK)
		curl_url_get(parsed, which, &text, 0);
	curl_url_cleanup(parsed);
	return text;
}

/* At the start: no URL is blamed for want of memory. */
static char *
part(const char *url, CURLUPart which)
{
	char *text = get_part(url, which);

	if (text == NULL && errno == ENOMEM)
		alloc_failed();
	return text;
}

static bool
has_part(const char *url, CURLUPart which)
{
	char *text = part(url, which);

	curl_free(text);
	return text != NULL;
}

bool
url_is_proxy(const char *url)
{
	static const char *const schemes[] = {"http",    "https",  "socks4",
					      "socks4a", "socks5", "socks5h"};
	char *scheme = part(url, CURLUPART_SCHEME);
	bool known = false;

	for (size_t i = 0; scheme != NULL && i < sizeof(schemes) / sizeof(schemes[0]); i++)
		known |= strcmp(scheme, schemes[i]) == 0;
	curl_free(scheme);
	return known && has_part(url, CURLUPART_HOST);
}

bool
url_has_user(const char *url)
{
	return has_part(url, CURLUPART_USER) || has_part(url, CURLUPART_PASSWORD);
}

const char *
url_check(const char *url)
{
	char *scheme = part(url, CURLUPART_SCHEME);
	const char *fault = NULL;

	if (scheme == NULL)
		fault = "not a URL; want http://HOST/PATH or https://HOST/PATH";
	else if (strcmp(scheme, "http") != 0 && strcmp(scheme, "https") != 0)
		fault = "only http and https can be fetched";
	else if (!has_part(url, CURLUPART_HOST))
		fault = "the URL has no host";
	else if (url_has_user(url))
		fault = "a URL with a user name or password is refused: everybody could "
			"see it in the list of processes";
	curl_free(scheme);
	return fault;
}

char *
url_redact(const char *url)
{
	CURLU *parsed = curl_url();
	char *shown = NULL, *copy = NULL;

	if (parsed != NULL &&
	    curl_url_set(parsed, CURLUPART_URL, url, CURLU_NON_SUPPORT_SCHEME) == CURLUE_OK &&
	    curl_url_set(parsed, CURLUPART_USER, NULL, 0) == CURLUE_OK &&
	    curl_url_set(parsed, CURLUPART_PASSWORD, NULL, 0) == CURLUE_OK &&
	    curl_url_get(parsed, CURLUPART_URL, &shown, 0) == CURLUE_OK)
		copy = strdup(shown);
	curl_free(shown);
	curl_url_cleanup(parsed);
	return copy;
}

char *
url_host(const char *url)
{
	char *host = get_part(url, CURLUPART_HOST);
	char *copy = host == NULL ? NULL : strdup(host);

	curl_free(host);
	return copy;
}

/* The same part of both, and in words: upper and lower case do not matter. */
static bool
is_same_part(CURLU *url, CURLU *other, CURLUPart which)
{
	char *one = NULL, *two = NULL;
	bool same = curl_url_get(url, which, &one, CURLU_DEFAULT_PORT) == CURLUE_OK &&
		    curl_url_get(other, which, &two, CURLU_DEFAULT_PORT) == CURLUE_OK &&
		    strcasecmp(one, two) == 0;

	curl_free(one);
	curl_free(two);
	return same;
}

int
url_leads_home(const char *base, const char *location, const char *home, enum url_likeness wanted)
{
	CURLU *target, *start;
	bool same;

	/* libcurl does not always say by its code that memory ran out. */
	errno = 0;
	target = curl_url();
	start = curl_url();
	same = target != NULL && start != NULL &&
	       curl_url_set(start, CURLUPART_URL, home, 0) == CURLUE_OK &&
	       curl_url_set(target, CURLUPART_URL, base, 0) == CURLUE_OK &&
	       curl_url_set(target, CURLUPART_URL, location, 0) == CURLUE_OK &&
	       is_same_part(target, start, CURLUPART_HOST);
	if (wanted == URL_SAME_SERVER)
		same = same && is_same_part(target, start, CURLUPART_SCHEME) &&
		       is_same_part(target, start, CURLUPART_PORT);
	curl_url_cleanup(target);
	curl_url_cleanup(start);
	return !same && errno == ENOMEM ? -1 : same;
}

static bool
is_safe_name(const char *name, size_t len)
{
	if (len > NAME_MAX || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return false;
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)name[i];

		if (c < 0x20 || c == 0x7f || c == '/')
			return false;
	}
	return true;
}

char *
url_file_name(const char *url)
{
	char *path = part(url, CURLUPART_PATH), *decoded, *name = NULL;
	const char *slash;
	int len;

	if (path == NULL)
		return NULL;
	slash = strrchr(path, '/');
	decoded = curl_easy_unescape(NULL, slash == NULL ? path : slash + 1, 0, &len);
	if (decoded == NULL)
		alloc_failed();
	if (len == 0)
		name = must_strdup("index.html");
	else if (is_safe_name(decoded, (size_t)len))
		name = must_strdup(decoded);
	curl_free(decoded);
	curl_free(path);
	return name;
}
