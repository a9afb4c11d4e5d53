/*
 * transfer.h - what a transfer is made of; for fetch.c, redirect.c and request.c alone
 */
#ifndef HELLOFETCH_TRANSFER_H
#define HELLOFETCH_TRANSFER_H

#include <curl/curl.h>

#include "hellofetch/body.h"
#include "hellofetch/fetch.h"

struct transfer {
	CURLM *multi; /* what it runs in */
	CURL *easy;
	void *owner;
	struct curl_slist *fields; /* of the request's header */
	struct curl_slist *all;    /* those, and secrets; NULL: there are none */
	bool secret;               /* the next request goes out with all */
	const struct fetch_request *request;
	bool fresh;    /* by a connection of its own */
	int64_t until; /* clock_usec(): the end of everything */
	struct header *header;
	struct outcome *outcome;
	struct answer answer; /* what the last complete header says */
	enum verdict verdict; /* on it */
	struct body body;     /* of the answer that was accepted */
	char error[CURL_ERROR_SIZE];
};

/* Sets an option of libcurl's; SET() names it for the message. */
#define SET(t, option, value) \
	transfer_check((t), curl_easy_setopt((t)->easy, option, value), #option)

/*
 * An option that libcurl does not take would silently be a promise not kept
 * (curl_easy_setopt() knows misspelt schemes, or features not built in).
 */
void transfer_check(struct transfer *t, CURLcode result, const char *option);

/* Sets all of the request, its limits and whom it trusts. Failures go to the outcome. */
void transfer_set_up(struct transfer *t);

/*
 * Judges the redirect of the header that has come: before anybody is asked for a
 * name, or connected to. Failures go to the outcome.
 */
void redirect_judge(struct transfer *t);

/*
 * Judges where libcurl, which follows redirects by itself, is about to ask: should
 * it ever read a Location otherwise than we do. Failures go to the outcome.
 */
void redirect_check_target(struct transfer *t);

#endif
