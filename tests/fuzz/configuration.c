/*
 * configuration.c - a configuration file: any text
 *
 * What is valid must, written as -T does, be valid again and say the same.
 */
#include "config.h"

/* System */
#include <string.h>

/* Project */
#include "fuzz.h"
#include "hellod/configuration.h"
#include "lib/alloc.h"

static FILE *nowhere;

static char *
dump(const struct configuration *c)
{
	char *text = NULL;
	size_t len;
	FILE *out = must_open_text(&text, &len);

	configuration_dump(c, out);
	fclose(out);
	return text;
}

FUZZ_TARGET(configuration)
{
	char *text = fuzz_text(bytes, size);
	struct configuration *c;

	if (!nowhere)
		nowhere = fopen("/dev/null", "w");
	c = configuration_load_dump(text, "fuzz", nowhere);
	if (c) {
		char *first = dump(c);
		struct configuration *again = configuration_load_dump(first, "fuzz", nowhere);
		char *second;

		must(again != NULL);
		second = dump(again);
		must(strcmp(first, second) == 0);
		free(first);
		free(second);
		configuration_free(again);
	}
	configuration_free(c);
	free(text);
	return 0;
}
