/*
 * exitcode.c - the table of exit codes
 *
 * Owns the words; decides nothing. hellofetch is one process.
 */
#include "config.h"

/* System */
#include <stddef.h>

/* Project */
#include "hellofetch/exitcode.h"
#include "lib/alloc.h"

int
alloc_exit_code(void)
{
	return EXIT_LOCAL;
}

static const struct {
	enum exit_code code;
	const char *words;
} table[] = {
	{EXIT_CURRENT, "the file is current"},
	{EXIT_USAGE, "usage"},
	{EXIT_UNCHANGED, "unchanged (only with --exit-unchanged)"},
	{EXIT_NETWORK, "network: no connection to the server"},
	{EXIT_TIME, "time: a time limit has passed"},
	{EXIT_TLS, "TLS: the secure connection cannot be trusted"},
	{EXIT_HTTP_CLIENT, "HTTP 4xx"},
	{EXIT_HTTP_SERVER, "HTTP 5xx or 429"},
	{EXIT_TRUNCATED, "truncated: the answer ended too early"},
	{EXIT_MALFORMED, "malformed or unexpected answer"},
	{EXIT_POLICY, "policy: a size, kind, redirect or scheme is not allowed"},
	{EXIT_CHECKSUM, "checksum: the page is not the one of --sha256"},
	{EXIT_LOCAL, "local: cannot save or print, or a file is unfit"},
	{EXIT_LOCKED, "locked: another hellofetch is at work on the file"},
	{EXIT_HOOK, "hook: the command of --on-change failed"},
};

#define TABLE_LEN (sizeof(table) / sizeof(table[0]))

const char *
exit_code_words(enum exit_code code)
{
	for (size_t i = 0; i < TABLE_LEN; i++)
		if (table[i].code == code)
			return table[i].words;
	return "unknown";
}

void
exit_code_print(FILE *out)
{
	for (size_t i = 0; i < TABLE_LEN; i++)
		fprintf(out, "  %3d      %s\n", (int)table[i].code, table[i].words);
	fprintf(out, "  128+N    ended by signal N\n");
}
