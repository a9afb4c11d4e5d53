/*
 * fetch.h - one transfer: from a URL to an opened save
 *
 * Many may run side by side in one multi handle of libcurl's.
 */
#ifndef HELLOFETCH_FETCH_H
#define HELLOFETCH_FETCH_H

#include <stdint.h>

#include <curl/curl.h>

#include "hellofetch/credentials.h"
#include "hellofetch/criteria.h"
#include "hellofetch/header.h"
#include "hellofetch/outcome.h"
#include "hellofetch/progress.h"
#include "hellofetch/save.h"
#include "hellofetch/verdict.h"

#define PROXY_NONE "none"

struct fetch_request {
	const char *url;    /* url_check() has nothing against it */
	const char *cacert; /* trusted certificates; NULL: the system's */
	const char *proxy;  /* URL or PROXY_NONE; NULL: by the environment */
	const char *pin;    /* hashes of public keys; NULL: any */
	struct credential_sources credentials;
	int64_t connect_timeout;           /* microseconds, for each connection */
	struct size_range sizes;           /* of the body */
	bool identity;                     /* take no gzip */
	bool unframed;                     /* take a body that ends with the connection */
	bool hash;                         /* find out the SHA-256 of the page */
	bool same_host;                    /* follow no redirect to another host */
	const struct criteria *criteria;   /* of the page */
	const struct condition *condition; /* NULL: none */
	struct progress *progress;         /* where to show it; NULL: nowhere */
};

/* A transfer that runs. */
struct transfer;

/*
 * Starts a transfer, which then runs whenever libcurl's multi handle does; it
 * ends by the time `until` (clock_usec()). The body goes to save, which is not
 * committed here, the last answer's header to header. With fresh, no connection
 * of before is used again. owner is for the caller, see fetch_owner(). Returns
 * NULL if it cannot be started: the outcome has the reason.
 */
struct transfer *fetch_start(CURLM *multi, const struct fetch_request *request, bool fresh,
			     int64_t until, struct save *save, struct header *header,
			     struct outcome *outcome, void *owner);

/* Whose transfer libcurl's handle is. */
void *fetch_owner(CURL *easy);

/*
 * Ends the transfer, with libcurl's result and errno, or because it was given up: the
 * outcome has the reason then. How it went goes to the outcome, which stays good
 * only if what was saved is the complete body of a clean 200 answer, or the condition
 * was met by a 304: outcome->page tells. Frees the transfer.
 */
void fetch_end(struct transfer *transfer, CURLcode result);

#endif
