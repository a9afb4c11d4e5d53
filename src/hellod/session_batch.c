/*
 * session_batch.c - many plain lines at once
 *
 * Owns: the quick way from a batch of lines to their answers.
 * Never: decides what session.c would decide otherwise; it may only be quicker.
 * Runs: in a worker, and in unit tests and fuzzers.
 */
#include "config.h"

#include "hellod/session_batch.h"

/* System */
#include <endian.h>
#include <stdint.h>
#include <string.h>

#define BLOCK 16 /* bytes copied at a time */

/*
 * Where the first LF stands among eight bytes, eight if there is none. The
 * usual trick: what was LF is zero, and only of a zero (and of what stands
 * behind one) does "- 1" set the high bit that "~" leaves.
 */
static size_t
find_lf(uint64_t eight)
{
	const uint64_t ones = UINT64_C(0x0101010101010101);
	uint64_t difference = le64toh(eight) ^ (ones * '\n');
	uint64_t found = (difference - ones) & ~difference & (ones << 7);

	return found == 0 ? sizeof(eight) : (size_t)__builtin_ctzll(found) / 8;
}

static bool
is_ascii(uint64_t eight)
{
	return (eight & UINT64_C(0x8080808080808080)) == 0;
}

/*
 * What stands between two names in a row of answers: the end of one, LF, the
 * beginning of the next. Copied in whole blocks, which is why there is more room
 * than it may need. Returns its length, 0 if it is too long.
 */
static size_t
compose_between(const struct session_rules *rules, char between[static BETWEEN_MAX])
{
	size_t len = rules->after.len + strlen("\n") + rules->before.len;

	if (len > BETWEEN_MAX)
		return 0;
	memcpy(between, rules->after.bytes, rules->after.len);
	between[rules->after.len] = '\n';
	memcpy(between + rules->after.len + 1, rules->before.bytes, rules->before.len);
	return len;
}

/*
 * Copies a name of ASCII up to its LF, eight bytes at a time, while its end is
 * sought. in_last and out_last: where eight bytes may begin. Returns the length;
 * 0 if the line is empty, not plain, or there is no end or no room.
 */
static inline size_t
copy_plain_name(const char *in, const char *in_last, char *out, const char *out_last)
{
	for (size_t len = 0; in + len <= in_last && out + len <= out_last;) {
		uint64_t eight;
		size_t more;

		memcpy(&eight, in + len, sizeof(eight));
		if (!is_ascii(eight))
			return 0;
		memcpy(out + len, &eight, sizeof(eight));
		more = find_lf(eight);
		len += more;
		if (more < sizeof(eight))
			return len;
	}
	return 0;
}

void
session_greet_batch(const struct session_rules *rules, struct session_io *io)
{
	const char *in = io->in.bytes, *in_end = in + io->in.len;
	const char *in_last = in_end - sizeof(uint64_t);
	char *out = io->out + io->produced, *out_last = io->out + io->out_size - 2 * BETWEEN_MAX;
	char between[BETWEEN_MAX] = {0};
	const size_t between_len = compose_between(rules, between);
	unsigned left = io->max_answers - io->greetings;

	if (between_len == 0 || rules->before.len >= (size_t)(out_last - out))
		return;
	memcpy(out, rules->before.bytes, rules->before.len);
	for (out += rules->before.len; left > 0; left--) {
		size_t len = copy_plain_name(in, in_last, out, out_last);

		if (len == 0 || len > rules->max_message || in[len - 1] == '\r' ||
		    session_is_exit((struct session_text){in, len}))
			break;
		in += len + strlen("\n");
		out += len;
		for (size_t at = 0; at < between_len; at += BLOCK)
			memcpy(out + at, between + at, BLOCK);
		out += between_len;
	}
	io->in = (struct session_text){in, (size_t)(in_end - in)};
	io->produced = (size_t)(out - io->out) - rules->before.len;
	io->greetings = io->max_answers - left;
}
