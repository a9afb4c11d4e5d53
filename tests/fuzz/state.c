/*
 * state.c - hellofetch's state file: any bytes
 *
 * What was understood must, written, be understood in the same way.
 */
#include "config.h"

/* System */
#include <string.h>

/* Project */
#include "fuzz.h"
#include "hellofetch/state.h"

static size_t
print(const struct state *state, char *text, size_t size)
{
	FILE *out = fmemopen(text, size, "w");
	long len;

	must(out != NULL);
	state_print(out, state);
	must(fflush(out) == 0);
	len = ftell(out);
	must(len >= 0 && (size_t)len < size);
	fclose(out);
	return (size_t)len;
}

FUZZ_TARGET(state)
{
	static char text[2 * STATE_TEXT_MAX];
	static char again[2 * STATE_TEXT_MAX];
	static struct state state;
	size_t len;

	if (state_parse((const char *)bytes, size, &state) < 0)
		return 0;
	len = print(&state, text, sizeof(text));
	must(state_parse(text, len, &state) == 0);
	must(print(&state, again, sizeof(again)) == len);
	must(memcmp(text, again, len) == 0);
	return 0;
}
