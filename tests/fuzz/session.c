/*
 * session.c - the dialogue: any bytes, in any pieces, in every framing
 *
 * The first bytes are the set-up, the next ones where the input is cut. In line
 * framing the answers must not depend on the cuts.
 */
#include "config.h"

/* System */
#include <string.h>

/* Project */
#include "fuzz.h"
#include "hellod/session.h"

#define SET_UP 6
#define OUT_MAX 4096    /* room for answers, at most */
#define TOTAL_MAX 65536 /* bytes of answers that are compared */

struct transcript {
	char bytes[TOTAL_MAX];
	size_t len;
	enum session_status status;
};

/* One read's worth. Returns how much of what is held is left. */
static size_t
step_all(struct session *session, const struct session_rules *rules, char *held, size_t len,
	 bool eof, const uint8_t *set_up, struct transcript *ret)
{
	char out[OUT_MAX];
	size_t room = session_answer_max(rules);
	struct session_text rest = {held, len};

	do {
		struct session_io io = {.in = rest,
					.eof = eof,
					.out = out,
					.out_size = room + set_up[4] < OUT_MAX ? room + set_up[4]
									       : room,
					.max_answers = set_up[3] & 1 ? 1 : UINT32_MAX};

		must(room <= OUT_MAX);
		ret->status = session_step(session, rules, &io);
		must(io.in.len <= rest.len && io.produced <= io.out_size);
		must(io.greetings <= rest.len - io.in.len);
		must(ret->status != SESSION_WANTS_ROOM || io.in.len < rest.len || io.produced > 0);
		rest = io.in;
		if (ret->len + io.produced <= TOTAL_MAX)
			memcpy(ret->bytes + ret->len, out, io.produced);
		ret->len += io.produced;
	} while (ret->status == SESSION_WANTS_ROOM);
	memmove(held, rest.bytes, rest.len);
	return rest.len;
}

/* cuts: where the input is cut, one length after the other, or NULL. */
static void
talk(const uint8_t *set_up, const uint8_t *cuts, size_t cut_count, const uint8_t *input,
     size_t size, struct transcript *ret)
{
	const struct session_rules rules = {.welcome = {"Welcome!", 8},
					    .before = {"Hello, ", 7},
					    .after = {"!", 1},
					    .max_message = SESSION_MESSAGE_MIN + set_up[1] % 64u,
					    .utf8 = set_up[2] & 1};
	struct session session;
	char *held = malloc(size + rules.max_message + 1);
	size_t len = 0;
	size_t at = 0;
	char out[OUT_MAX];

	must(held != NULL);
	ret->len = 0; /* what stood in bytes is not looked at */
	ret->status = SESSION_WANTS_INPUT;
	session_init(&session, (enum framing)(set_up[0] % 3));
	must(session_welcome(&session, &rules, out) <= session_answer_max(&rules));
	for (size_t turn = 0; ret->status == SESSION_WANTS_INPUT; turn++) {
		size_t more = cut_count == 0 ? size : cuts[turn % cut_count] % 32u + 1u;

		if (more > size - at)
			more = size - at;
		memcpy(held + len, input + at, more);
		at += more;
		/* Nothing at all was read: the end. */
		len = step_all(&session, &rules, held, len + more, more == 0, set_up, ret);
	}
	free(held);
}

FUZZ_TARGET(session)
{
	static struct transcript cut;
	static struct transcript whole;
	size_t cut_count;

	if (size < SET_UP + 1)
		return 0;
	cut_count = bytes[5] % 8u + 1u;
	if (size < SET_UP + cut_count)
		return 0;
	talk(bytes, bytes + SET_UP, cut_count, bytes + SET_UP + cut_count,
	     size - SET_UP - cut_count, &cut);
	if (bytes[0] % 3 != FRAMING_LINE)
		return 0;
	talk(bytes, NULL, 0, bytes + SET_UP + cut_count, size - SET_UP - cut_count, &whole);
	must(cut.status == whole.status && cut.len == whole.len);
	must(memcmp(cut.bytes, whole.bytes, cut.len < TOTAL_MAX ? cut.len : TOTAL_MAX) == 0);
	return 0;
}
