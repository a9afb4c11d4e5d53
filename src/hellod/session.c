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
	size_t ending; /* bytes behind the name that ended it; the answer ends alike */
};

enum cut {
	CUT_MESSAGE,
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

	if (len >= 16) {
		memcpy(to, from, len);
	} else if (len >= 8) { /* two halves, which may overlap */
		memcpy(to, from, 8);
		memcpy(to + len - 8, from + len - 8, 8);
	} else if (len >= 4) {
		memcpy(to, from, 4);
		memcpy(to + len - 4, from + len - 4, 4);
	} else if (len > 0) {
		to[0] = from[0];
		to[len / 2] = from[len / 2];
		to[len - 1] = from[len - 1];
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
	const char *line = io->in + io->consumed;
	size_t rest = io->in_len - io->consumed;
	size_t limit = rules->max_message + strlen("\r\n");
	const char *lf = memchr(line, '\n', rest < limit ? rest : limit);
	size_t len = lf ? (size_t)(lf - line) : rest;
	bool cr = len > 0 && line[len - 1] == '\r' && (lf || !io->eof);

	m->name = (struct session_text){line, len - cr};
	m->ending = lf ? 1u + cr : 0;
	if (m->name.len > rules->max_message)
		return CUT_TOO_LONG;
	if (!lf && !io->eof)
		return CUT_NEEDS_MORE;
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
	const char *burst = io->in + io->consumed;
	size_t rest = io->in_len - io->consumed;
	size_t len = rest < rules->max_message ? rest : rules->max_message;

	if (rules->utf8 && !utf8_is_ascii(burst, len)) {
		struct utf8_prefix whole = utf8_prefix(burst, len);

		if (whole.valid < len && (whole.unfinished == 0 || (len == rest && io->eof)))
			return CUT_NOT_UTF8;
		if (whole.valid == 0)
			return CUT_NEEDS_MORE;
		len = whole.valid;
	}
	m->name = (struct session_text){burst, len};
	m->ending = 0;
	return CUT_MESSAGE;
}

/*
 * Says what is wrong, and ends the dialogue. In line framing the sentence is a
 * line even if the client's never ended.
 */
static enum session_status
refuse(const struct session *session, const struct session_rules *rules, struct session_io *io,
       enum cut cut)
{
	const char *lf = session->framing == FRAMING_LINE ? "\n" : "";
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
	io->consumed = io->in_len;
	return cut == CUT_TOO_LONG ? SESSION_NAME_TOO_LONG : SESSION_NAME_NOT_UTF8;
}

/* Composes one answer. Returns false if there is no room for it. */
static bool
greet(const struct session_rules *rules, struct session_io *io, const struct message *m)
{
	char *out = io->out + io->produced;
	struct session_text ending = {m->name.bytes + m->name.len, m->ending};
	size_t need = rules->before.len + m->name.len + rules->after.len + ending.len;

	if (need > io->out_size - io->produced)
		return false;
	out = append(out, rules->before);
	out = append(out, m->name);
	out = append(out, rules->after);
	if (ending.len > 0)
		append(out, ending);
	io->consumed += m->name.len + ending.len;
	io->produced += need;
	io->greetings++;
	return true;
}

enum session_status
session_step(struct session *session, const struct session_rules *rules, struct session_io *io)
{
	io->consumed = io->produced = io->greetings = 0;
	if (session->framing == FRAMING_AUTO && io->in_len > 0)
		session->framing =
			memchr(io->in, '\n', io->in_len) ? FRAMING_LINE : FRAMING_MESSAGE;

	while (io->consumed < io->in_len) {
		struct message m;
		enum cut cut;

		if (session->framing == FRAMING_LINE && session_is_batch(io)) {
			session_greet_batch(rules, io);
			if (io->consumed == io->in_len)
				break;
		}
		cut = session->framing == FRAMING_LINE ? cut_line(rules, io, &m)
						       : cut_burst(rules, io, &m);

		if (cut == CUT_NEEDS_MORE)
			return SESSION_WANTS_INPUT;
		if (cut == CUT_MESSAGE && m.name.len == 0) {
			io->consumed += m.ending; /* an empty line says nothing */
			continue;
		}
		if (io->greetings == io->max_answers)
			return SESSION_WANTS_ROOM;
		if (cut != CUT_MESSAGE)
			return refuse(session, rules, io, cut);
		if (session_is_exit(m.name)) {
			io->consumed = io->in_len;
			return SESSION_SAID_EXIT;
		}
		if (!greet(rules, io, &m))
			return SESSION_WANTS_ROOM;
	}
	return io->eof ? SESSION_END_OF_INPUT : SESSION_WANTS_INPUT;
}
