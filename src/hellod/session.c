/*
 * session.c - the hello dialogue: bytes in, bytes out
 *
 * Owns: where a message ends, what is answered, when the dialogue is over.
 * Never: reads or writes a descriptor, looks at a clock, logs, allocates.
 * Runs: in a worker, and in unit tests and fuzzers.
 */
#include "config.h"

#include "hellod/session.h"

/* System */
#include <stdio.h>
#include <string.h>

/* Project */
#include "hellod/session_batch.h"
#include "lib/utf8.h"

#define ERROR_TEXT_MAX 80 /* bytes of an "Error: ..." answer */

/* One message, cut out of the input. */
struct message {
	struct session_text name;
	size_t ending; /* bytes behind the name: LF or CR LF; the answer ends alike */
};

enum cut {
	CUT_MESSAGE,
	CUT_EMPTY, /* a line that says nothing */
	CUT_NEEDS_MORE,
	CUT_TOO_LONG,
	CUT_NOT_UTF8,
};

void
session_init(struct session *session, enum framing framing)
{
	session->framing = (uint8_t)framing;
}

/* Most texts are a few bytes, for which memcpy(3) is a long way to go. */
static inline char *
append(char *to, struct session_text text)
{
	const char *from = text.bytes;
	size_t len = text.len;

	if (len < 4) {
		for (size_t i = 0; i < len; i++)
			to[i] = from[i];
	} else if (len < 8) { /* two halves, which may overlap */
		memcpy(to, from, 4);
		memcpy(to + len - 4, from + len - 4, 4);
	} else if (len < 16) {
		memcpy(to, from, 8);
		memcpy(to + len - 8, from + len - 8, 8);
	} else {
		memcpy(to, from, len);
	}
	return to + len;
}

size_t
session_welcome(const struct session *session, const struct session_rules *rules, char *out)
{
	char *end = append(out, rules->welcome);

	/* Only a listener that always speaks lines may end it with one. */
	if (session->framing == FRAMING_LINE)
		*end++ = '\n';
	return (size_t)(end - out);
}

size_t
session_answer_max(const struct session_rules *rules)
{
	size_t greeting =
		rules->before.len + rules->max_message + rules->after.len + strlen("\r\n");
	size_t welcome = rules->welcome.len + strlen("\n");
	size_t largest = greeting > welcome ? greeting : welcome;

	return largest > ERROR_TEXT_MAX ? largest : ERROR_TEXT_MAX;
}

/*
 * A line of up to max_message bytes, CR and LF not counted. An unfinished one
 * at the end of input counts as it is, with no ending.
 */
static enum cut
cut_line(const struct session_rules *rules, const struct session_io *io, struct message *m)
{
	const struct session_text in = io->in;
	const char *lf = memchr(in.bytes, '\n', in.len);
	size_t len = lf ? (size_t)(lf - in.bytes) : in.len;
	bool cr = len > 0 && in.bytes[len - 1] == '\r' && (lf || !io->eof);

	m->name = (struct session_text){in.bytes, len - cr};
	m->ending = lf ? 1u + cr : 0;
	if (m->name.len > rules->max_message)
		return CUT_TOO_LONG;
	if (!lf && !io->eof)
		return CUT_NEEDS_MORE;
	if (m->name.len == 0)
		return CUT_EMPTY;
	if (rules->utf8 && !utf8_is_ascii(m->name.bytes, m->name.len) &&
	    utf8_prefix(m->name.bytes, m->name.len).valid != m->name.len)
		return CUT_NOT_UTF8;
	return CUT_MESSAGE;
}

/*
 * All that is there, but at most max_message bytes and no part of a character:
 * the rest of it is in the input already, or still on its way.
 */
static enum cut
cut_burst(const struct session_rules *rules, const struct session_io *io, struct message *m)
{
	const struct session_text in = io->in;
	size_t len = in.len < rules->max_message ? in.len : rules->max_message;

	if (rules->utf8 && !utf8_is_ascii(in.bytes, len)) {
		struct utf8_prefix whole = utf8_prefix(in.bytes, len);

		if (whole.valid < len && (whole.unfinished == 0 || (len == in.len && io->eof)))
			return CUT_NOT_UTF8;
		if (whole.valid == 0)
			return CUT_NEEDS_MORE;
		len = whole.valid;
	}
	m->name = (struct session_text){in.bytes, len};
	m->ending = 0;
	return CUT_MESSAGE;
}

/*
 * Says what is wrong, and ends the dialogue. In line framing the sentence is a
 * line even if the client's never ended.
 */
static enum session_status
refuse(const struct session_rules *rules, struct session_io *io, enum cut cut, bool lines)
{
	const char *lf = lines ? "\n" : "";
	char *out = io->out + io->produced;
	int len;

	if (io->out_size - io->produced < ERROR_TEXT_MAX)
		return SESSION_WANTS_ROOM;
	if (cut == CUT_TOO_LONG)
		len = snprintf(out, ERROR_TEXT_MAX, "Error: name longer than %zu bytes%s",
			       rules->max_message, lf);
	else
		len = snprintf(out, ERROR_TEXT_MAX, "Error: name is not valid UTF-8%s", lf);
	io->produced += (size_t)len;
	io->in.len = 0;
	return cut == CUT_TOO_LONG ? SESSION_NAME_TOO_LONG : SESSION_NAME_NOT_UTF8;
}

static void
consume(struct session_io *io, const struct message *m)
{
	size_t len = m->name.len + m->ending;

	io->in.bytes += len;
	io->in.len -= len;
}

/* Composes one answer. Returns false if there is no room for it. */
static bool
greet(const struct session_rules *rules, struct session_io *io, const struct message *m)
{
	char *out = io->out + io->produced;
	size_t need = rules->before.len + m->name.len + rules->after.len + m->ending;

	if (need > io->out_size - io->produced)
		return false;
	out = append(out, rules->before);
	out = append(out, m->name);
	out = append(out, rules->after);
	if (m->ending > 1)
		*out++ = '\r';
	if (m->ending > 0)
		*out = '\n';
	consume(io, m);
	io->produced += need;
	io->greetings++;
	return true;
}

enum session_status
session_step(struct session *session, const struct session_rules *rules, struct session_io *io)
{
	bool lines;

	io->produced = io->greetings = 0;
	if (session->framing == FRAMING_AUTO && io->in.len > 0)
		session->framing =
			memchr(io->in.bytes, '\n', io->in.len) ? FRAMING_LINE : FRAMING_MESSAGE;
	lines = session->framing == FRAMING_LINE;

	while (io->in.len > 0) {
		struct message m;
		enum cut cut;

		if (lines && session_is_batch(io))
			session_greet_batch(rules, io);
		cut = lines ? cut_line(rules, io, &m) : cut_burst(rules, io, &m);

		if (cut == CUT_NEEDS_MORE)
			return SESSION_WANTS_INPUT;
		if (cut == CUT_EMPTY) {
			consume(io, &m);
			continue;
		}
		if (io->greetings == io->max_answers)
			return SESSION_WANTS_ROOM;
		if (cut != CUT_MESSAGE)
			return refuse(rules, io, cut, lines);
		if (session_is_exit(m.name)) {
			io->in.len = 0;
			return SESSION_SAID_EXIT;
		}
		if (!greet(rules, io, &m))
			return SESSION_WANTS_ROOM;
	}
	return io->eof ? SESSION_END_OF_INPUT : SESSION_WANTS_INPUT;
}
