/*
 * fetch.h - one transfer: from a URL to an opened save
 */
#ifndef HELLOFETCH_FETCH_H
#define HELLOFETCH_FETCH_H

#include <stdint.h>

#include "hellofetch/criteria.h"
#include "hellofetch/header.h"
#include "hellofetch/outcome.h"
#include "hellofetch/save.h"
#include "hellofetch/signals.h"
#include "hellofetch/verdict.h"

struct fetch_request {
	const char *url;                   /* url_check() has nothing against it */
	const char *cacert;                /* trusted certificates; NULL: the system's */
	int64_t connect_timeout;           /* microseconds, for each connection */
	struct size_range sizes;           /* of the body */
	bool identity;                     /* take no gzip */
	bool unframed;                     /* take a body that ends with the connection */
	bool same_host;                    /* follow no redirect to another host */
	const struct criteria *criteria;   /* of the page */
	const struct condition *condition; /* NULL: none */
};

/*
 * Fetches. The body goes to save, which is not committed here; the last
 * answer's header to header; how it went to outcome, which is good only if
 * what was saved is the complete body of a clean 200 answer, or the condition
 * was met by a 304: outcome->page tells. A signal ends the
 * fetch at once, and it ends by the time `until` (clock_usec()).
 */
void fetch(const struct fetch_request *request, int64_t until, struct signals *signals,
	   struct save *save, struct header *header, struct outcome *outcome);

#endif
