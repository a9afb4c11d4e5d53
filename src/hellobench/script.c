/*
 * script.c - what a client says, and what it must hear
 *
 * Owns: the names, and the texts of the protocols that are known.
 * Never: knows a descriptor, a clock or a client.
 */
#include "config.h"

#include "hellobench/script.h"

/* System */
#include <stdlib.h>
#include <string.h>

/* Library */
#include "lib/alloc.h"

#define LETTERS 26
#define NUMBER_LETTERS 3 /* 26^3 is more than SCRIPT_NAMES_MAX */

/*
 * hello's texts depend on options: options.c puts them together. Of the others,
 * the cheapest question that is answered at all.
 */
const struct script_protocol script_protocols[] = {
	{.word = "hello"},
	{"redis", "", "PING\r\n", "+PONG\r\n", "QUIT\r\n", "+OK\r\n"},
	{"memcached", "", "verbosity 0\r\n", "OK\r\n", "quit\r\n", ""},
	{"echo", "", "%s\n", "%s\n", "", ""},
	{.word = NULL},
};

/*
 * Writes name number i: letters, all names of the same length, the first a
 * capital one (so that none is "exit").
 */
static void
write_name(char *name, size_t len, unsigned i)
{
	for (size_t at = len; at > 0; at--) {
		name[at - 1] = (char)((at == 1 ? 'A' : 'a') + i % LETTERS);
		i /= LETTERS;
	}
}

static unsigned
count_names(size_t name_len)
{
	unsigned names = 1;

	while (name_len-- > 0 && names < SCRIPT_NAMES_MAX)
		names *= LETTERS;
	return names < SCRIPT_NAMES_MAX ? names : SCRIPT_NAMES_MAX;
}

static struct script_text
copy(const char *text)
{
	return (struct script_text){must_strdup(text), strlen(text)};
}

/*
 * Makes count texts after the pattern, one behind the other; the name in them
 * is number i % names.
 */
static char *
make_texts(const char *pattern, size_t name_len, unsigned names, unsigned count, size_t *ret_len)
{
	const char *mark = strstr(pattern, "%s");
	size_t before = mark ? (size_t)(mark - pattern) : strlen(pattern);
	size_t after = mark ? strlen(mark + 2) : 0;
	size_t len = before + after + (mark ? name_len : 0);
	char *texts = must_alloc(count * len + 1);

	for (unsigned i = 0; i < count; i++) {
		char *to = texts + i * len;

		memcpy(to, pattern, before);
		if (mark) {
			write_name(to + before, name_len, i % names);
			memcpy(to + before + name_len, mark + 2, after);
		}
	}
	*ret_len = len;
	return texts;
}

void
script_init(struct script *script, const struct script_protocol *protocol, size_t name_len,
	    unsigned batch)
{
	unsigned names = count_names(name_len);

	script->names = names;
	script->welcome = copy(protocol->welcome);
	script->exit = copy(protocol->exit);
	script->goodbye = copy(protocol->goodbye);
	/* As many more as a batch that begins with the last name has. */
	script->requests =
		make_texts(protocol->request, name_len, names, names + batch, &script->request_len);
	script->answers =
		make_texts(protocol->answer, name_len, names, names + batch, &script->answer_len);
}

void
script_done(struct script *script)
{
	free(script->welcome.bytes);
	free(script->exit.bytes);
	free(script->goodbye.bytes);
	free(script->requests);
	free(script->answers);
}
