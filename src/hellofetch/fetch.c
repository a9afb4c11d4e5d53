/*
 * fetch.c - one transfer: from a URL to an opened save
 *
 * Owns the transfer while it runs, and what libcurl calls. Never decides what an
 * answer is worth (verdict.c does) or where it may lead (redirect.c does), never
 * touches the destination, never waits (engine.c does). hellofetch is one process;
 * libcurl may start threads that resolve names.
 */
#include "config.h"

/* System */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Library */
#include <curl/curl.h>

/* Project */
#include "hellofetch/audit.h"
#include "hellofetch/body.h"
#include "hellofetch/fetch.h"
#include "hellofetch/piece.h"
#include "hellofetch/transfer.h"
#include "hellofetch/url.h"
#include "lib/clock.h"

/* The header is complete: now, before a byte of the body, its fate is decided. */
static void
judge(struct transfer *t)
{
	const char *fault = audit_header(t->header->text, t->header->len, &t->answer);

	const struct asked asked = {
		.sizes = t->request->sizes,
		.gzip = !t->request->identity,
		.unframed = t->request->unframed,
		.condition = t->request->condition != NULL,
	};

	t->outcome->status = t->answer.status;
	t->outcome->length = t->answer.length;
	t->verdict = VERDICT_REFUSE;
	/* 100, 102, 103: the answer proper is still to come. */
	if (fault == NULL && t->answer.status < 200 && t->answer.status != 101)
		return;
	t->verdict = verdict_answer(&t->answer, fault, &asked, t->outcome);
	if (t->verdict == VERDICT_FOLLOW) {
		redirect_judge(t);
	} else if (t->verdict == VERDICT_ACCEPT) {
		criteria_check_header(t->request->criteria, t->header->text, t->header->len,
				      t->outcome);
	}
	if (t->verdict == VERDICT_ACCEPT && outcome_good(t->outcome))
		body_begin(&t->body, &t->answer);
}

static size_t
on_header(char *bytes, size_t size, size_t count, void *user)
{
	struct transfer *t = user;

	switch (header_add(t->header, bytes, size * count)) {
	case HEADER_COMPLETE:
		judge(t);
		break;
	case HEADER_TOO_LARGE:
		outcome_fail(t->outcome, EXIT_MALFORMED,
			     "malformed header: it is larger than %d bytes, trailers included",
			     HEADER_MAX);
		break;
	case HEADER_NO_MEMORY:
		outcome_fail(t->outcome, EXIT_LOCAL, "out of memory");
		break;
	case HEADER_MORE:
	case HEADER_IGNORED:
		break;
	}
	return outcome_good(t->outcome) ? size * count : CURL_WRITEFUNC_ERROR;
}

static size_t
on_body(char *bytes, size_t size, size_t count, void *user)
{
	struct transfer *t = user;
	size_t len = size * count;

	header_seal(t->header);
	if (t->verdict != VERDICT_ACCEPT)
		outcome_fail(t->outcome, EXIT_MALFORMED,
			     "unexpected answer: a body with HTTP status %d", t->answer.status);
	/* As long as more comes libcurl may go on for 50 MiB before it looks at its own clock. */
	else if (t->until <= clock_usec())
		outcome_fail(t->outcome, EXIT_TIME, "it took too long");
	else if (body_take(&t->body, bytes, len) < 0)
		return CURL_WRITEFUNC_ERROR;
	return outcome_good(t->outcome) ? len : CURL_WRITEFUNC_ERROR;
}

/* A request goes out: what the redirect before it said no longer counts. */
static int
on_request(void *user, char *to, char *from, int to_port, int from_port)
{
	struct transfer *t = user;

	(void)to;
	(void)from;
	(void)to_port;
	(void)from_port;
	t->verdict = VERDICT_REFUSE;
	t->outcome->status = 0;
	t->outcome->length = -1;
	redirect_check_target(t);
	return outcome_good(t->outcome) ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT;
}

/* libcurl says how far it is. */
static int
on_progress(void *user, curl_off_t total, curl_off_t now, curl_off_t up_total, curl_off_t up)
{
	struct transfer *t = user;

	(void)up_total;
	(void)up;
	progress_show(t->request->progress, now, total);
	return 0;
}

static void
set_progress(struct transfer *t)
{
	if (t->request->progress == NULL)
		return;
	progress_begin(t->request->progress);
	SET(t, CURLOPT_XFERINFOFUNCTION, on_progress);
	SET(t, CURLOPT_XFERINFODATA, t);
	SET(t, CURLOPT_NOPROGRESS, 0L);
}

static void
set_callbacks(struct transfer *t)
{
	SET(t, CURLOPT_HEADERFUNCTION, on_header);
	SET(t, CURLOPT_HEADERDATA, t);
	SET(t, CURLOPT_WRITEFUNCTION, on_body);
	SET(t, CURLOPT_WRITEDATA, t);
	SET(t, CURLOPT_PREREQFUNCTION, on_request);
	SET(t, CURLOPT_PREREQDATA, t);
	SET(t, CURLOPT_ERRORBUFFER, t->error);
	SET(t, CURLOPT_PRIVATE, t);
}

static bool
is_broken_proxy(struct transfer *t)
{
	long code = 0;

	return curl_easy_getinfo(t->easy, CURLINFO_HTTP_CONNECTCODE, &code) == CURLE_OK &&
	       code >= 300;
}

/* Seconds. libcurl knows dates, but takes a number that it cannot hold for none. */
static int64_t
read_retry_after(struct transfer *t)
{
	struct piece value, text = {t->header->text, t->header->len};
	curl_off_t seconds = 0;

	if (piece_find_field(text, "Retry-After", &value) == 0)
		return 0;
	if (piece_to_number(value, &seconds))
		return seconds;
	curl_easy_getinfo(t->easy, CURLINFO_RETRY_AFTER, &seconds);
	/* A date that has passed makes it negative. */
	return seconds > 0 ? seconds : 0;
}

/* Where the answer came from, fit to be shown; allocated, or NULL. */
static char *
answer_url(struct transfer *t)
{
	char *url = NULL;

	if (curl_easy_getinfo(t->easy, CURLINFO_EFFECTIVE_URL, &url) != CURLE_OK || url == NULL)
		return NULL;
	return url_redact(url);
}

/*
 * A 304 from elsewhere says nothing: a page that tells of repairs may well not
 * have changed for a year.
 */
static void
conclude_unchanged(struct transfer *t)
{
	const char *url = t->outcome->page.url;

	if (url != NULL && strcmp(url, t->request->condition->url) == 0) {
		t->outcome->page.unchanged = true;
		return;
	}
	if (url == NULL) {
		outcome_fail(t->outcome, EXIT_LOCAL, "out of memory");
		return;
	}
	t->outcome->ask_again = true;
	outcome_fail(t->outcome, EXIT_MALFORMED,
		     "unexpected answer: HTTP status 304 for another URL");
}

/*
 * libcurl has no code for each of its allocations that fails, but errno: engine.c
 * clears it before libcurl's turn. It may have been another transfer's of the same turn.
 */
static void
conclude_error(struct transfer *t, CURLcode result, int error)
{
	struct position position = {
		.redirected = t->verdict == VERDICT_FOLLOW,
		.answering = t->header->len > 0 && t->verdict != VERDICT_FOLLOW,
		.no_memory = error == ENOMEM,
		.via_proxy = is_broken_proxy(t),
	};

	snprintf(t->outcome->library, sizeof(t->outcome->library), "%s",
		 t->error[0] != '\0' ? t->error : curl_easy_strerror(result));
	verdict_error(result, position, t->outcome);
}

/* libcurl is done; what does that mean? */
static void
conclude(struct transfer *t, CURLcode result)
{
	const int error = errno; /* libcurl's */
	struct outcome *outcome = t->outcome;
	struct page *page = &outcome->page;

	outcome->bytes = t->body.wire;
	outcome->retry_after = read_retry_after(t);
	page->url = answer_url(t);
	if (page->url != NULL && strcmp(page->url, t->request->url) != 0)
		outcome->last_url = strdup(page->url);
	if (!outcome_good(outcome))
		return;
	if (result != CURLE_OK)
		conclude_error(t, result, error);
	else if (t->verdict == VERDICT_UNCHANGED)
		conclude_unchanged(t);
	else if (t->verdict == VERDICT_ACCEPT)
		body_end(&t->body, &t->answer, t->until);
	else
		outcome_fail(outcome, EXIT_MALFORMED, "unexpected answer: HTTP status %d",
			     t->answer.status);
	if (t->verdict == VERDICT_ACCEPT)
		page_read_validators(page, t->header->text, t->header->len);
	if (page->url == NULL)
		outcome_fail(outcome, EXIT_LOCAL, "out of memory");
}

void *
fetch_owner(CURL *easy)
{
	struct transfer *t = NULL;

	return curl_easy_getinfo(easy, CURLINFO_PRIVATE, &t) == CURLE_OK ? t->owner : NULL;
}

static void
free_transfer(struct transfer *t)
{
	curl_easy_cleanup(t->easy);
	curl_slist_free_all(t->fields);
	curl_slist_free_all(t->all);
	body_done(&t->body);
	free(t);
}

/* Sets all up, and hands it to libcurl; failures go to the outcome. */
static void
start(struct transfer *t)
{
	CURLMcode error;

	t->easy = curl_easy_init();
	if (t->easy == NULL) {
		outcome_fail(t->outcome, EXIT_LOCAL, "libcurl failed to start; out of memory?");
		return;
	}
	transfer_set_up(t);
	set_callbacks(t);
	set_progress(t);
	if (!outcome_good(t->outcome))
		return;
	error = curl_multi_add_handle(t->multi, t->easy);
	if (error != CURLM_OK)
		outcome_fail(t->outcome, EXIT_LOCAL, "libcurl failed to start: %s",
			     curl_multi_strerror(error));
}

struct transfer *
fetch_start(CURLM *multi, const struct fetch_request *request, bool fresh, int64_t until,
	    struct save *save, struct header *header, struct outcome *outcome, void *owner)
{
	struct transfer *t = calloc(1, sizeof(*t));

	if (t == NULL) {
		outcome_fail(outcome, EXIT_LOCAL, "out of memory");
		return NULL;
	}
	t->multi = multi;
	t->request = request;
	t->fresh = fresh;
	t->until = until;
	t->header = header;
	t->outcome = outcome;
	t->owner = owner;
	body_init(&t->body, save, request->sizes, request->hash, request->criteria, outcome);
	start(t);
	if (outcome_good(outcome))
		return t;
	free_transfer(t);
	return NULL;
}

void
fetch_end(struct transfer *t, CURLcode result)
{
	conclude(t, result);
	curl_multi_remove_handle(t->multi, t->easy);
	if (t->request->progress != NULL)
		progress_clear(t->request->progress);
	free_transfer(t);
}
