/*
 * checker.c - is every byte the one that had to come?
 *
 * Owns: the place in the script up to which all was right, and what a text that
 * is not of the script is called.
 * Never: knows a descriptor or a clock; it keeps no more of what was received
 * than a few bytes of a wrong text.
 */
#include "config.h"

#include "hellobench/checker.h"

/* System */
#include <string.h>

static const char busy[] = "Busy: ";
static const char error[] = "Error: ";

void
checker_init(struct checker *c, const struct script *script, unsigned start)
{
	*c = (struct checker){.position = start % script->names,
			      .stage = script->welcome.len > 0 ? CHECKER_WELCOME : CHECKER_ANSWERS};
}

void
checker_ask(struct checker *c, unsigned names)
{
	c->awaited += names;
}

void
checker_exit(struct checker *c)
{
	c->stage = CHECKER_GOODBYE;
	c->offset = 0;
}

/* The text that is awaited, from the first byte of the answer at hand. */
static struct script_text
awaited_text(const struct checker *c, const struct script *script)
{
	switch (c->stage) {
	case CHECKER_WELCOME:
		return script->welcome;
	case CHECKER_ANSWERS:
		return (struct script_text){script->answers + c->position * script->answer_len,
					    c->awaited * script->answer_len};
	case CHECKER_GOODBYE:
		return script->goodbye;
	default: /* nothing at all */
		return (struct script_text){script->goodbye.bytes, 0};
	}
}

/* What it is if nothing more comes, or FAILURE_NONE if more would tell. */
static enum failure
name_wrong(const struct checker *c, bool ended)
{
	size_t len = c->said_len;

	if (len >= sizeof(busy) - 1 && memcmp(c->said, busy, sizeof(busy) - 1) == 0)
		return FAILURE_BUSY;
	if (len == sizeof(error) - 1 && memcmp(c->said, error, len) == 0)
		return FAILURE_ERROR;
	if (!ended && (memcmp(c->said, busy, len) == 0 || memcmp(c->said, error, len) == 0))
		return FAILURE_NONE;
	return c->unasked ? FAILURE_EXTRA : FAILURE_WRONG;
}

static enum failure
hear_wrong(struct checker *c, const char *bytes, size_t len)
{
	size_t room = CHECKER_SAID_MAX - c->said_len;
	size_t more = len < room ? len : room;

	memcpy(c->said + c->said_len, bytes, more);
	c->said_len += (unsigned char)more;
	c->stage = CHECKER_WRONG;
	return name_wrong(c, false);
}

/*
 * The text at hand is none of ours from some byte on. What it began with was as
 * awaited, and is known: begun bytes of an answer.
 */
static enum failure
turn_wrong(struct checker *c, const char *begin, size_t begun, const char *bytes, size_t len)
{
	hear_wrong(c, begin, begun);
	return hear_wrong(c, bytes, len);
}

/* Moves on by len right bytes. Adds to *ret_answers. */
static void
move_on(struct checker *c, const struct script *script, size_t len, unsigned *ret_answers)
{
	unsigned whole;

	c->offset += len;
	if (c->stage == CHECKER_WELCOME && c->offset == script->welcome.len) {
		c->stage = CHECKER_ANSWERS;
		c->offset = 0;
	}
	if (c->stage != CHECKER_ANSWERS || c->offset < script->answer_len)
		return;
	/* The common case costs no division. */
	whole = c->offset == script->answer_len ? 1 : (unsigned)(c->offset / script->answer_len);
	c->offset -= whole * script->answer_len;
	c->awaited -= whole;
	c->position += whole;
	if (c->position >= script->names)
		c->position %= script->names;
	*ret_answers += whole;
}

static size_t
common_prefix(const char *a, const char *b, size_t len)
{
	size_t i = 0;

	while (i < len && a[i] == b[i])
		i++;
	return i;
}

enum failure
checker_feed(struct checker *c, const struct script *script, const char *bytes, size_t len,
	     unsigned *ret_answers)
{
	while (len > 0 && c->stage != CHECKER_WRONG) {
		struct script_text text = awaited_text(c, script);
		const char *want = text.bytes + c->offset;
		size_t room = text.len - c->offset;
		size_t part = len < room ? len : room;
		size_t right = part;

		if (room == 0) {
			c->unasked = true;
			break;
		}
		if (memcmp(want, bytes, part) != 0)
			right = common_prefix(want, bytes, part);
		move_on(c, script, right, ret_answers);
		bytes += right;
		len -= right;
		if (right < part)
			return turn_wrong(c, awaited_text(c, script).bytes, c->offset, bytes, len);
	}
	return len > 0 ? hear_wrong(c, bytes, len) : FAILURE_NONE;
}

enum failure
checker_end(const struct checker *c, const struct script *script)
{
	if (c->stage == CHECKER_WRONG)
		return name_wrong(c, true);
	if (c->stage == CHECKER_GOODBYE && c->offset == script->goodbye.len)
		return FAILURE_NONE;
	return FAILURE_EARLY_END;
}
