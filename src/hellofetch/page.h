/*
 * page.h - what a good fetch has brought, besides the bytes
 *
 * Pure.
 */
#ifndef HELLOFETCH_PAGE_H
#define HELLOFETCH_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PAGE_SHA256_MAX 65      /* bytes in hex, NUL included */
#define PAGE_VALIDATOR_MAX 1024 /* bytes, NUL included */

struct page {
	bool unchanged;                    /* a 304: nothing came, the old page is current */
	char *url;                         /* allocated: where redirects led */
	char sha256[PAGE_SHA256_MAX];      /* of the bytes saved; "": nobody asked */
	int64_t size;                      /* of them */
	char etag[PAGE_VALIDATOR_MAX];     /* as sent; "": none that can be used */
	char modified[PAGE_VALIDATOR_MAX]; /* Last-Modified, the same */
};

/* What makes a request conditional. */
struct condition {
	const char *url;      /* the answer must come from here */
	const char *etag;     /* "": none */
	const char *modified; /* "": none */
};

/*
 * Reads the validators of an answer's header. One that comes twice, or is no
 * entity tag, or is "" (which some servers give to every page), is none.
 */
void page_read_validators(struct page *page, const char *header, size_t len);

/*
 * When the page was last changed, in seconds since 1970, as far as its server can
 * be believed: -1 if it does not say, if that is no date, or if it lies before
 * 1970 or more than a day ahead of now.
 */
int64_t page_time(const struct page *page, int64_t now);

#endif
