/*
 * redirect.c - where a redirect may lead, and who is told what there
 *
 * Owns the rules of --same-host, of https that stays https, and of secrets that are
 * for one server alone. Follows no redirect: libcurl does. hellofetch is one
 * process.
 */
#include "config.h"

/* System */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Library */
#include <curl/curl.h>

/* Project */
#include "hellofetch/piece.h"
#include "hellofetch/transfer.h"
#include "hellofetch/url.h"

/*
 * Once by https, never by http again. Set anew at each hop, for the list that
 * fits the first URL would let http, https, http pass.
 */
static void
forbid_downgrade(struct transfer *t)
{
	char *scheme = NULL;

	if (curl_easy_getinfo(t->easy, CURLINFO_SCHEME, &scheme) != CURLE_OK || scheme == NULL ||
	    strcasecmp(scheme, "http") != 0)
		SET(t, CURLOPT_REDIR_PROTOCOLS_STR, "https");
}

/* As url_leads_home(); without the memory to know it, the fetch has failed. */
static bool
leads_from(struct transfer *t, const char *base, const char *location, enum url_likeness wanted)
{
	int leads = url_leads_home(base, location, t->request->url, wanted);

	if (leads < 0)
		outcome_fail(t->outcome, EXIT_LOCAL, "out of memory");
	return leads > 0;
}

/* True if the redirect of this header leads to where the first request went. */
static bool
leads_home(struct transfer *t, enum url_likeness wanted)
{
	struct piece value, text = {t->header->text, t->header->len};
	char *url = NULL, *location;
	bool home;

	if (piece_find_field(text, "Location", &value) == 0 ||
	    curl_easy_getinfo(t->easy, CURLINFO_EFFECTIVE_URL, &url) != CURLE_OK || url == NULL)
		return false;
	location = strndup(value.at, value.len);
	if (location == NULL)
		outcome_fail(t->outcome, EXIT_LOCAL, "out of memory");
	home = location != NULL && leads_from(t, url, location, wanted);
	free(location);
	return home;
}

/*
 * Secrets are for the server that was named. libcurl would keep to itself the
 * fields that it knows to be secret, and no others. Once taken away they do not
 * come back, not even for a redirect that leads home again.
 */
static void
withhold_secrets(struct transfer *t)
{
	if (!t->secret || leads_home(t, URL_SAME_SERVER))
		return;
	SET(t, CURLOPT_HTTPHEADER, t->fields);
	t->secret = false;
}

static void
refuse_host(struct transfer *t)
{
	outcome_fail(t->outcome, EXIT_POLICY,
		     "redirected to another host, which --same-host forbids");
}

void
redirect_judge(struct transfer *t)
{
	if (t->request->same_host && !leads_home(t, URL_SAME_HOST))
		refuse_host(t);
	forbid_downgrade(t);
	withhold_secrets(t);
}

void
redirect_check_target(struct transfer *t)
{
	const char *home = t->request->url;
	char *url = NULL;

	if (curl_easy_getinfo(t->easy, CURLINFO_EFFECTIVE_URL, &url) != CURLE_OK || url == NULL)
		outcome_fail(t->outcome, EXIT_LOCAL, "libcurl does not tell where it goes");
	else if (t->request->same_host && !leads_from(t, home, url, URL_SAME_HOST))
		refuse_host(t);
	else if (t->secret && !leads_from(t, home, url, URL_SAME_SERVER))
		outcome_fail(t->outcome, EXIT_POLICY,
			     "redirected to another server, which must not get the credentials");
}
