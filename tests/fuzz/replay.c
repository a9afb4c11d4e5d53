/*
 * replay.c - every target on every file of its corpus, as a test
 *
 * usage: replay TARGET FILE...
 *
 * Each file is given whole, and each of its beginnings too.
 */
#include "config.h"

/* System */
#include <string.h>

/* Project */
#include "fuzz.h"

#define SIZE_MAX_READ 65536

static const struct {
	const char *name;
	int (*target)(const uint8_t *bytes, size_t size);
} targets[] = {
	{"session", fuzz_session},
	{"proxy", fuzz_proxy},
	{"configuration", fuzz_configuration},
	{"control", fuzz_control},
	{"handover", fuzz_handover},
	{"audit", fuzz_audit},
	{"state", fuzz_state},
};

#define TARGETS (sizeof(targets) / sizeof(targets[0]))

static int
replay(int (*target)(const uint8_t *bytes, size_t size), const char *path)
{
	static uint8_t bytes[SIZE_MAX_READ];
	FILE *file = fopen(path, "re");
	size_t size;

	if (!file) {
		perror(path);
		return -1;
	}
	size = fread(bytes, 1, sizeof(bytes), file);
	fclose(file);
	for (size_t len = 0; len <= size; len++) {
		/* In memory of its own: one byte too far is found by a sanitizer. */
		uint8_t *copy = malloc(len + (len == 0));

		must(copy != NULL);
		memcpy(copy, bytes, len);
		target(copy, len);
		free(copy);
	}
	return 0;
}

int
main(int argc, char *argv[])
{
	for (size_t i = 0; argc > 2 && i < TARGETS; i++)
		if (strcmp(argv[1], targets[i].name) == 0) {
			for (int file = 2; file < argc; file++)
				if (replay(targets[i].target, argv[file]) < 0)
					return 1;
			return 0;
		}
	fputs("usage: replay TARGET FILE...\n", stderr);
	return 2;
}
