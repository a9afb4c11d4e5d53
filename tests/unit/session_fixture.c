/*
 * session_fixture.c - the caller of session_step() in the tests
 *
 * Input and output stand in memory of exactly their size, so that a sanitizer
 * sees a byte too far; guard bytes see it where there is none.
 */
#include "config.h"

#include "session_fixture.h"

/* System */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Library */
#include <cmocka.h>

/* Project */
#include "lib/escape.h"

#define GUARD '\x5a'
#define GUARD_BYTES 16

const struct session_rules usual_rules = {
	.welcome = {"Welcome!", 8},
	.before = {"Hello, ", 7},
	.after = {"!", 1},
	.max_message = 1024,
	.utf8 = true,
};

static char *
must_copy(const char *bytes, size_t len, size_t room)
{
	char *copy = malloc(len + room ? len + room : 1);

	assert_non_null(copy);
	if (len > 0)
		memcpy(copy, bytes, len);
	return copy;
}

void
assert_text(const char *what, struct session_text got, struct session_text want)
{
	char got_text[2048], want_text[2048];

	if (got.len == want.len && memcmp(got.bytes, want.bytes, got.len) == 0)
		return;
	fail_msg("%s: got %zu bytes \"%s\", want %zu bytes \"%s\"", what, got.len,
		 escape_bytes(got.bytes, got.len, got_text, sizeof got_text), want.len,
		 escape_bytes(want.bytes, want.len, want_text, sizeof want_text));
}

void
dialogue_init(struct dialogue *d, enum framing framing, const struct session_rules *rules)
{
	*d = (struct dialogue){.max_answers = UINT_MAX,
			       .out_size = session_answer_max(rules),
			       .out = {must_copy("", 0, 1), 0},
			       .rules = rules,
			       .pending = must_copy("", 0, 1)};
	session_init(&d->session, framing);
}

void
dialogue_done(struct dialogue *d)
{
	free((char *)d->out.bytes);
	free(d->pending);
}

/* What a connection may keep of the input: SPEC bounds its memory. */
static size_t
unfinished_max(const struct dialogue *d)
{
	return d->session.framing == FRAMING_LINE ? d->rules->max_message + strlen("\r") : 3;
}

/* What is true of every step, whatever it was given. */
static void
check_step(const struct dialogue *d, const struct session_io *io)
{
	bool refused = d->status == SESSION_NAME_TOO_LONG || d->status == SESSION_NAME_NOT_UTF8;

	assert_true(io->in.len <= d->pending_len);
	assert_true(io->produced <= io->out_size);
	assert_true(io->greetings <= io->max_answers);
	for (size_t i = 0; i < GUARD_BYTES; i++)
		assert_int_equal(io->out[io->out_size + i], GUARD);
	assert_int_equal(io->produced > 0, io->greetings > 0 || refused);

	switch (d->status) {
	case SESSION_WANTS_ROOM: /* or the caller would step for ever */
		assert_true(io->in.len < d->pending_len);
		assert_true(io->produced > 0);
		assert_ptr_equal(io->in.bytes + io->in.len, d->pending + d->pending_len);
		break;
	case SESSION_WANTS_INPUT:
		assert_false(io->eof);
		assert_true(io->in.len <= unfinished_max(d));
		assert_ptr_equal(io->in.bytes + io->in.len, d->pending + d->pending_len);
		break;
	case SESSION_END_OF_INPUT:
		assert_true(io->eof);
		assert_int_equal(io->in.len, 0);
		break;
	default: /* the rest of the input is of no use to anybody */
		assert_int_equal(io->in.len, 0);
	}
}

static void
collect(struct dialogue *d, const struct session_io *io)
{
	char *out = must_copy(d->out.bytes, d->out.len, io->produced);
	char *rest = must_copy(io->in.bytes, io->in.len, 0);

	memcpy(out + d->out.len, io->out, io->produced);
	free((char *)d->out.bytes);
	d->out = (struct session_text){out, d->out.len + io->produced};
	free(d->pending);
	d->pending = rest;
	d->pending_len = io->in.len;
	d->greetings += io->greetings;
	d->steps++;
}

/* Steps until the session wants more input, or is over. */
static void
run(struct dialogue *d, bool eof)
{
	do {
		char *out = must_copy("", 0, d->out_size + GUARD_BYTES);
		struct session_io io = {.in = {d->pending, d->pending_len},
					.eof = eof,
					.out = out,
					.out_size = d->out_size,
					.max_answers = d->max_answers,
					.produced = SIZE_MAX, /* each step sets them */
					.greetings = UINT_MAX};

		memset(out, GUARD, d->out_size + GUARD_BYTES);
		d->status = session_step(&d->session, d->rules, &io);
		check_step(d, &io);
		collect(d, &io);
		free(out);
	} while (d->status == SESSION_WANTS_ROOM);
}

static void
receive(struct dialogue *d, struct session_text bytes)
{
	char *pending = must_copy(d->pending, d->pending_len, bytes.len);

	if (bytes.len > 0)
		memcpy(pending + d->pending_len, bytes.bytes, bytes.len);
	free(d->pending);
	d->pending = pending;
	d->pending_len += bytes.len;
}

void
dialogue_read(struct dialogue *d, struct session_text bytes)
{
	if (d->status >= SESSION_SAID_EXIT)
		return;
	receive(d, bytes);
	run(d, false);
}

void
dialogue_close(struct dialogue *d, struct session_text bytes)
{
	if (!d->eof_with_bytes && bytes.len > 0)
		dialogue_read(d, bytes);
	if (d->status >= SESSION_SAID_EXIT)
		return;
	if (d->eof_with_bytes)
		receive(d, bytes);
	run(d, true);
}
