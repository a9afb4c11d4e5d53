/*
 * test_session_random.c - the dialogue against models of it, with random input
 *
 * The model of line framing knows no reads: it takes byte after byte, as the
 * specification tells it. Message framing is its reads; there the properties
 * of what was answered are checked. Seeds are fixed; each round has its own.
 */
#include "config.h"

/* System */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* Library */
#include <cmocka.h>

/* Project */
#include "hellod/session.h"
#include "session_fixture.h"

#define ROUNDS 20000
#define INPUT_MAX 200 /* bytes of a round's input */
#define OUT_MAX 16384 /* more than such an input can bring forth */
#define TOO_LONG_SIZE 60
#define BAD_PIECES 4

struct buffer {
	char bytes[OUT_MAX];
	size_t len;
};

static uint64_t random_state;

static size_t
random_below(size_t limit)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (size_t)(random_state >> 20) % limit;
}

static void
add(struct buffer *to, struct session_text text)
{
	assert_true(to->len + text.len <= sizeof to->bytes);
	if (text.len > 0)
		memcpy(to->bytes + to->len, text.bytes, text.len);
	to->len += text.len;
}

/* What matters to the dialogue, more often than chance would have it. */
static void
make_input(struct buffer *in)
{
	const struct session_text pieces[] = {
		TEXT("\n"),   TEXT("\n"),   TEXT("\n"),           TEXT("\r\n"),
		TEXT("\r\n"), TEXT("\r"),   TEXT("exit"),         TEXT("exi"),
		TEXT("a"),    TEXT("bcd"),  TEXT("efgh"),         TEXT("12345678"),
		TEXT("\0"),   TEXT(" "),    TEXT("\xc3\xab"),     TEXT("\xe2\x82\xac"),
		TEXT("\xc3"), TEXT("\xac"), TEXT("\xf0\x9f\x98"), TEXT("\xff"),
	};
	/* Most rounds are without the bad bytes at the end, or none would get far. */
	const size_t good = sizeof pieces / sizeof pieces[0] - BAD_PIECES;
	size_t kinds = random_below(3) == 0 ? good + BAD_PIECES : good;

	in->len = 0;
	for (size_t count = random_below(40); count > 0; count--)
		add(in, pieces[random_below(kinds)]);
	if (in->len > INPUT_MAX)
		in->len = INPUT_MAX;
}

/* Well-formed, by decoding: RFC 3629 has it so in its section 3. */
static bool
model_utf8(const unsigned char *bytes, size_t len)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};

	for (size_t at = 0; at < len;) {
		unsigned char first = bytes[at];
		size_t size = first < 0x80   ? 1
			      : first < 0xc0 ? 0
			      : first < 0xe0 ? 2
			      : first < 0xf0 ? 3
			      : first < 0xf8 ? 4
					     : 0;
		uint32_t point = size == 1 ? first : first & (0x7fu >> size);

		if (size == 0 || size > len - at)
			return false;
		for (size_t i = 1; i < size; i++) {
			if (bytes[at + i] < 0x80 || bytes[at + i] > 0xbf)
				return false;
			point = point * 64 + (bytes[at + i] - 0x80u);
		}
		if (point < least[size] || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff))
			return false;
		at += size;
	}
	return true;
}

/* The model of line framing: what it has said, and what became of it. */
struct model {
	const struct session_rules *rules;
	struct buffer line; /* up to now, without its LF */
	struct buffer out;
	enum session_status status;
	unsigned greetings;
};

static void
model_end_line(struct model *m, struct session_text ending)
{
	if (m->line.len == 0)
		return;
	if (m->line.len > m->rules->max_message) {
		char text[TOO_LONG_SIZE];

		snprintf(text, sizeof text, "Error: name longer than %zu bytes\n",
			 m->rules->max_message);
		add(&m->out, (struct session_text){text, strlen(text)});
		m->status = SESSION_NAME_TOO_LONG;
	} else if (m->rules->utf8 && !model_utf8((unsigned char *)m->line.bytes, m->line.len)) {
		add(&m->out, TEXT("Error: name is not valid UTF-8\n"));
		m->status = SESSION_NAME_NOT_UTF8;
	} else if (m->line.len == 4 && memcmp(m->line.bytes, "exit", 4) == 0) {
		m->status = SESSION_SAID_EXIT;
	} else {
		add(&m->out, TEXT("Hello, "));
		add(&m->out, (struct session_text){m->line.bytes, m->line.len});
		add(&m->out, TEXT("!"));
		add(&m->out, ending);
		m->greetings++;
	}
	m->line.len = 0;
}

static void
model_byte(struct model *m, char byte)
{
	struct buffer *line = &m->line;

	if (byte != '\n') {
		line->bytes[line->len++] = byte;
		/* No LF can make it short enough any more. */
		if (line->len > m->rules->max_message + 1 ||
		    (line->len > m->rules->max_message && byte != '\r'))
			model_end_line(m, TEXT(""));
	} else if (line->len > 0 && line->bytes[line->len - 1] == '\r') {
		line->len--;
		model_end_line(m, TEXT("\r\n"));
	} else {
		model_end_line(m, TEXT("\n"));
	}
}

static void
model_run(struct model *m, const struct session_rules *rules, const struct buffer *in, bool eof)
{
	m->rules = rules;
	m->line.len = m->out.len = m->greetings = 0;
	m->status = SESSION_WANTS_INPUT;
	for (size_t i = 0; i < in->len && m->status == SESSION_WANTS_INPUT; i++)
		model_byte(m, in->bytes[i]);
	if (m->status == SESSION_WANTS_INPUT && eof)
		model_end_line(m, TEXT(""));
	if (m->status == SESSION_WANTS_INPUT && eof)
		m->status = SESSION_END_OF_INPUT;
}

/* Feeds the input in reads of random lengths, to steps of random bounds. */
static void
feed(struct dialogue *d, const struct buffer *in, bool eof)
{
	/* Short reads end amid lines; long ones, with much room, hold batches. */
	size_t longest = 1 + random_below(random_below(2) == 0 ? 30 : INPUT_MAX);
	size_t at = 0;

	d->max_answers = random_below(2) == 0 ? UINT_MAX : 1 + (unsigned)random_below(3);
	d->out_size += random_below(random_below(2) == 0 ? 100 : 1000);
	d->eof_with_bytes = random_below(2) == 0;
	while (in->len - at > longest) {
		size_t len = 1 + random_below(longest);

		dialogue_read(d, (struct session_text){in->bytes + at, len});
		at += len;
	}
	if (eof)
		dialogue_close(d, (struct session_text){in->bytes + at, in->len - at});
	else
		dialogue_read(d, (struct session_text){in->bytes + at, in->len - at});
}

static void
seed(unsigned round)
{
	random_state = UINT64_C(0x9e3779b97f4a7c15) * (round + 1);
}

static void
test_line_against_model(void **state)
{
	static struct buffer in;
	static struct model model;

	(void)state;
	for (unsigned round = 0; round < ROUNDS; round++) {
		struct session_rules rules = usual_rules;
		struct dialogue d;
		char what[40];
		bool eof;

		seed(round);
		rules.max_message = SESSION_MESSAGE_MIN + random_below(12);
		rules.utf8 = random_below(4) != 0;
		eof = random_below(2) == 0;
		make_input(&in);
		model_run(&model, &rules, &in, eof);

		dialogue_init(&d, FRAMING_LINE, &rules);
		feed(&d, &in, eof);
		snprintf(what, sizeof what, "round %u", round);
		assert_text(what, d.out, (struct session_text){model.out.bytes, model.out.len});
		assert_int_equal(d.status, model.status);
		assert_int_equal(d.greetings, model.greetings);
		dialogue_done(&d);
	}
}

/* UTF-8 that is never cut into "exit", with none of the greeting's brackets. */
static void
make_text(struct buffer *in)
{
	const struct session_text pieces[] = {
		TEXT("a"),        TEXT("\n"),       TEXT("bc"),           TEXT("1234567"),
		TEXT("\xc3\xab"), TEXT("\xc3\xa9"), TEXT("\xe2\x82\xac"), TEXT("\xf0\x9f\x98\x80"),
		TEXT("\0"),
	};

	in->len = 0;
	for (size_t count = 1 + random_below(40); count > 0; count--)
		add(in, pieces[random_below(sizeof pieces / sizeof pieces[0])]);
}

/* Names in brackets: each as a burst's should be, together all that was said. */
static void
check_names(const struct dialogue *d, const struct buffer *in)
{
	const char *end = d->out.bytes + d->out.len;
	size_t at = 0;

	for (const char *open = d->out.bytes; open < end;) {
		const char *close = memchr(open, ']', (size_t)(end - open));
		size_t len;

		assert_int_equal(*open, '[');
		assert_non_null(close);
		len = (size_t)(close - open) - 1;
		assert_in_range(len, 1, d->rules->max_message);
		assert_true(len <= in->len - at);
		assert_memory_equal(open + 1, in->bytes + at, len);
		assert_true(model_utf8((const unsigned char *)open + 1, len));
		at += len;
		open = close + 1;
	}
	assert_int_equal(at, in->len);
}

static void
test_message_names(void **state)
{
	static struct buffer in;

	(void)state;
	for (unsigned round = 0; round < ROUNDS; round++) {
		struct session_rules rules = usual_rules;
		struct dialogue d;

		seed(round);
		rules.before = TEXT("[");
		rules.after = TEXT("]");
		rules.max_message = SESSION_MESSAGE_MIN + random_below(12);
		make_text(&in);
		dialogue_init(&d, FRAMING_MESSAGE, &rules);
		feed(&d, &in, false);
		assert_int_equal(d.status, SESSION_WANTS_INPUT);
		check_names(&d, &in);
		dialogue_done(&d);
	}
}

/* Any input at all, in any framing: each step as a step must be. */
static void
test_steps(void **state)
{
	static const enum framing framings[] = {FRAMING_AUTO, FRAMING_LINE, FRAMING_MESSAGE};
	static struct buffer in;

	(void)state;
	for (unsigned round = 0; round < ROUNDS; round++) {
		struct session_rules rules = usual_rules;
		struct dialogue d;
		bool eof;

		seed(round);
		rules.max_message = SESSION_MESSAGE_MIN + random_below(12);
		rules.utf8 = random_below(3) != 0;
		eof = random_below(2) == 0;
		make_input(&in);
		dialogue_init(&d, framings[round % 3], &rules);
		feed(&d, &in, eof);
		assert_true(d.status != SESSION_WANTS_ROOM);
		assert_true(!eof || d.status != SESSION_WANTS_INPUT);
		dialogue_done(&d);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_line_against_model),
		cmocka_unit_test(test_message_names),
		cmocka_unit_test(test_steps),
	};

	return cmocka_run_group_tests_name("session_random", tests, NULL, NULL);
}
