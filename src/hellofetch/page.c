/*
 * page.c - what a good fetch has brought, besides the bytes
 *
 * Owns the rules for validators. Pure; hellofetch is one process.
 */
#include "config.h"

/* System */
#include <string.h>

/* Library */
#include <curl/curl.h>

/* Project */
#include "hellofetch/page.h"
#include "hellofetch/piece.h"

#define DAY (24 * 3600) /* seconds: as much as clocks of two machines may differ */

/* "..." or W/"...", with something in it. */
static bool
is_entity_tag(const char *text)
{
	size_t len;

	if (strncmp(text, "W/", 2) == 0)
		text += 2;
	len = strlen(text);
	return len > 2 && text[0] == '"' && strchr(text + 1, '"') == text + len - 1;
}

/*
 * Copies the one field of that name, or makes text empty. A field that comes
 * twice is in doubt.
 */
static void
read_field(const char *header, size_t len, const char *name, char *text, size_t size)
{
	struct piece value;

	if (piece_find_field((struct piece){header, len}, name, &value) != 1 ||
	    !piece_copy(value, text, size))
		text[0] = '\0';
}

void
page_read_validators(struct page *page, const char *header, size_t len)
{
	read_field(header, len, "ETag", page->etag, sizeof(page->etag));
	if (!is_entity_tag(page->etag))
		page->etag[0] = '\0';
	read_field(header, len, "Last-Modified", page->modified, sizeof(page->modified));
}

int64_t
page_time(const struct page *page, int64_t now)
{
	int64_t time = curl_getdate(page->modified, NULL);

	return time < 0 || time > now + DAY ? -1 : time;
}
