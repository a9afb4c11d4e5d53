/*
 * fuzz.h - the targets, for libFuzzer and for those who only want to replay
 *
 * Each target is a file of its own with one function; it takes any bytes and
 * aborts if something is not as it must be. Built with FUZZ_LIBFUZZER it is what
 * libFuzzer calls; else replay.c calls it with the files of the corpus.
 */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#ifdef FUZZ_LIBFUZZER
#define FUZZ_TARGET(name) int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
#else
#define FUZZ_TARGET(name) int fuzz_##name(const uint8_t *bytes, size_t size)
#endif

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);
int fuzz_session(const uint8_t *bytes, size_t size);
int fuzz_proxy(const uint8_t *bytes, size_t size);
int fuzz_configuration(const uint8_t *bytes, size_t size);
int fuzz_control(const uint8_t *bytes, size_t size);
int fuzz_handover(const uint8_t *bytes, size_t size);
int fuzz_audit(const uint8_t *bytes, size_t size);
int fuzz_state(const uint8_t *bytes, size_t size);

/* assert(3) whatever NDEBUG says. */
#define must(condition) \
	((condition) ? (void)0 \
		     : (fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition), \
			abort()))

/* The bytes as a text that ends in NUL; to be freed. */
static inline char *
fuzz_text(const uint8_t *bytes, size_t size)
{
	char *text = malloc(size + 1);

	must(text != NULL);
	for (size_t i = 0; i < size; i++)
		text[i] = (char)bytes[i];
	text[size] = '\0';
	return text;
}

#endif
