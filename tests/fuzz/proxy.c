/*
 * proxy.c - the PROXY header: any bytes, and each of their beginnings
 *
 * What is decided by a beginning must be decided in the same way by all of it.
 */
#include "config.h"

/* System */
#include <string.h>

/* Project */
#include "fuzz.h"
#include "hellod/proxy.h"

FUZZ_TARGET(proxy)
{
	char *text = fuzz_text(bytes, size);
	struct peer client = {0};
	size_t header = 0;
	enum proxy_status whole = proxy_parse(text, size, &client, &header);
	enum proxy_status first = PROXY_WANTS_INPUT;
	size_t len = 0;

	for (; len <= size && first == PROXY_WANTS_INPUT; len++) {
		/* No byte beyond what has come may be looked at. */
		char *beginning = malloc(len + (len == 0));
		struct peer early = {0};
		size_t early_header = 0;

		must(beginning != NULL);
		memcpy(beginning, text, len);
		first = proxy_parse(beginning, len, &early, &early_header);
		free(beginning);
		if (first != PROXY_CLIENT && first != PROXY_NO_CLIENT)
			continue;
		must(early_header == header && early_header <= len);
		must(early_header <= PROXY_HEADER_MAX);
		must(memcmp(&early, &client, sizeof(client)) == 0);
	}
	must(first == whole);
	free(text);
	return 0;
}
