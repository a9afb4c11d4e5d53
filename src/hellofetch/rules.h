/*
 * rules.h - by which rules was a page accepted?
 */
#ifndef HELLOFETCH_RULES_H
#define HELLOFETCH_RULES_H

#include "hellofetch/fetch.h"

/*
 * Writes a short text that is another one whenever the request would judge a page
 * by other rules: sizes, framing, kind and patterns. Returns 0, or -1 if there is no
 * memory. text has room for PAGE_SHA256_MAX bytes.
 */
int rules_digest(const struct fetch_request *request, char *text);

#endif
