/*
 * rules.c - by which rules was a page accepted?
 *
 * Owns the list of options that a page is judged by. A 304 says that the page is
 * still the one that we have, but not that it would be accepted by rules that
 * were not there when it came. Pure; hellofetch is one process.
 */
#include "config.h"

/* System */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Library */
#include <nettle/sha2.h>

/* Project */
#include "hellofetch/rules.h"
#include "lib/text.h"

/* With its length: no two lists of texts look the same. */
static void
print_text(FILE *out, const char *text)
{
	if (text != NULL)
		fprintf(out, "%zu:%s", strlen(text), text);
	putc(';', out);
}

static void
print_rules(FILE *out, const struct fetch_request *request)
{
	fprintf(out, "%" PRId64 ";%" PRId64 ";%d;", request->sizes.min, request->sizes.max,
		request->unframed);
	print_text(out, request->criteria->content_type);
	print_text(out, request->criteria->must_match.text);
	print_text(out, request->criteria->not_match.text);
}

int
rules_digest(const struct fetch_request *request, char *text)
{
	uint8_t digest[SHA256_DIGEST_SIZE];
	struct sha256_ctx hash;
	struct text rules;

	if (text_begin(&rules) == 0)
		print_rules(rules.out, request);
	if (text_end(&rules) == NULL)
		return -1;
	sha256_init(&hash);
	sha256_update(&hash, rules.len, (const uint8_t *)rules.bytes);
	sha256_digest(&hash, sizeof(digest), digest);
	text_done(&rules);
	for (size_t i = 0; i < sizeof(digest); i++)
		snprintf(text + 2 * i, 3, "%02x", digest[i]);
	return 0;
}
