/*
 * proxy.h - the PROXY protocol's header, in which a proxy says who its client is
 *
 * Versions 1 and 2 of https://www.haproxy.org/download/2.8/doc/proxy-protocol.txt.
 * Pure: bytes in, an address out. Whether the sender is to be believed, and
 * how long to wait for it, is the caller's business.
 */
#ifndef HELLOD_PROXY_H
#define HELLOD_PROXY_H

#include "hellod/peer.h"

#include <stddef.h>

/* The longest header taken, in bytes; version 2 could claim more. */
#define PROXY_HEADER_MAX 2048

enum proxy_status {
	PROXY_WANTS_INPUT, /* what there is may be the beginning of a header */
	PROXY_CLIENT,      /* a header that names a client */
	PROXY_NO_CLIENT,   /* one that names none that we know: the proxy speaks for itself */
	PROXY_BAD,         /* this is no header, and never will be one */
};

/*
 * Looks for a header at the beginning of all that the proxy has sent so far.
 * With PROXY_CLIENT, *ret_client is the client; with that and PROXY_NO_CLIENT,
 * *ret_size is the header's size: the client's own bytes follow. Of any two
 * ways to cut the same bytes the outcome is the same.
 */
enum proxy_status proxy_parse(const char *bytes, size_t len, struct peer *ret_client,
			      size_t *ret_size);

#endif
