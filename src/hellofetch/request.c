/*
 * request.c - what is asked of libcurl, and by it of the server
 *
 * Owns the options of a transfer: request, limits, trust. Runs nothing.
 * hellofetch is one process.
 */
#include "config.h"

/* System */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Library */
#include <curl/curl.h>

/* Project */
#include "hellofetch/transfer.h"
#include "lib/clock.h"
#include "lib/units.h"

#define REDIRECTS_MAX 10L
#define READ_SIZE (512L * 1024) /* bytes asked of a socket at once */
#define SLOW_RATE 100L          /* bytes a second: less than this ... */
#define SLOW_TIME 30L           /* ... for so many seconds is a stall */

void
transfer_check(struct transfer *t, CURLcode result, const char *option)
{
	if (result != CURLE_OK)
		outcome_fail(t->outcome, EXIT_LOCAL, "libcurl does not take the option %s: %s",
			     option, curl_easy_strerror(result));
}

/* Adds a field to the request, unless its value is empty. */
static void
add_field(struct transfer *t, const char *name, const char *value)
{
	struct curl_slist *longer = NULL;
	char *line = NULL;

	if (value[0] == '\0')
		return;
	if (asprintf(&line, "%s: %s", name, value) >= 0)
		longer = curl_slist_append(t->fields, line);
	if (longer == NULL)
		outcome_fail(t->outcome, EXIT_LOCAL, "out of memory");
	else
		t->fields = longer;
	free(line);
}

/*
 * Two lists: for the server that was named, and for any other that it leads to.
 * Proxies get neither.
 */
static void
set_fields(struct transfer *t)
{
	const struct credential_sources *sources = &t->request->credentials;

	SET(t, CURLOPT_HEADEROPT, (long)CURLHEADER_SEPARATE);
	SET(t, CURLOPT_HTTPHEADER, t->fields);
	t->all = credentials_add(sources, t->request->url, NULL, t->outcome);
	if (t->all == NULL)
		return;
	for (const struct curl_slist *f = t->fields; f != NULL; f = f->next) {
		struct curl_slist *longer = curl_slist_append(t->all, f->data);

		if (longer == NULL)
			outcome_fail(t->outcome, EXIT_LOCAL, "out of memory");
	}
	SET(t, CURLOPT_HTTPHEADER, t->all);
	t->secret = true;
}

static void
set_request(struct transfer *t)
{
	SET(t, CURLOPT_URL, t->request->url);
	SET(t, CURLOPT_PROTOCOLS_STR, "http,https");
	SET(t, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
	SET(t, CURLOPT_FOLLOWLOCATION, 1L);
	SET(t, CURLOPT_MAXREDIRS, REDIRECTS_MAX);
	SET(t, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
	SET(t, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	SET(t, CURLOPT_USERAGENT, "hellofetch/" PACKAGE_VERSION);
	add_field(t, "Accept-Encoding", t->request->identity ? "identity" : "gzip");
	if (t->request->condition != NULL) {
		add_field(t, "If-None-Match", t->request->condition->etag);
		add_field(t, "If-Modified-Since", t->request->condition->modified);
	}
	set_fields(t);
	/* We unpack, and see whether the stream is whole. */
	SET(t, CURLOPT_HTTP_CONTENT_DECODING, 0L);
	SET(t, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	SET(t, CURLOPT_FRESH_CONNECT, t->fresh ? 1L : 0L);
	if (t->request->proxy == NULL)
		return;
	/* What the command line says, no variable takes back. */
	SET(t, CURLOPT_PROXY, strcmp(t->request->proxy, PROXY_NONE) == 0 ? "" : t->request->proxy);
	SET(t, CURLOPT_NOPROXY, "");
}

static long
milliseconds(int64_t usec)
{
	return (long)((usec + USEC_PER_MSEC - 1) / USEC_PER_MSEC);
}

static void
set_limits(struct transfer *t)
{
	int64_t left = t->until - clock_usec();

	/* To libcurl 0 would mean no limit at all. */
	SET(t, CURLOPT_TIMEOUT_MS, milliseconds(left > 0 ? left : 1));
	SET(t, CURLOPT_CONNECTTIMEOUT_MS, milliseconds(t->request->connect_timeout));
	SET(t, CURLOPT_LOW_SPEED_LIMIT, SLOW_RATE);
	SET(t, CURLOPT_LOW_SPEED_TIME, SLOW_TIME);
	/* No signals, and no waiting at the end for a resolver that hangs. */
	SET(t, CURLOPT_NOSIGNAL, 1L);
	SET(t, CURLOPT_QUICK_EXIT, 1L);
	SET(t, CURLOPT_BUFFERSIZE, READ_SIZE);
}

static void
set_trust(struct transfer *t)
{
	SET(t, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	/* Held against the key of each server on the way, before anything is sent there. */
	if (t->request->pin != NULL)
		SET(t, CURLOPT_PINNEDPUBLICKEY, t->request->pin);
	if (t->request->cacert == NULL)
		return;
	SET(t, CURLOPT_CAINFO, t->request->cacert);
	/* Else the system's directory of certificates would be trusted too. */
	SET(t, CURLOPT_CAPATH, NULL);
}

void
transfer_set_up(struct transfer *t)
{
	set_request(t);
	set_limits(t);
	set_trust(t);
}
