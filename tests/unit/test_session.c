/*
 * test_session.c - the hello dialogue, by tables
 *
 * What a session answers in line framing must not depend on how the network
 * cut its bytes, so each row of that table is fed whole, byte by byte and cut
 * at every place. In message framing the cuts are the message: there the rows
 * have them.
 */
#include "config.h"

/* System */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

/* Library */
#include <cmocka.h>

/* Project */
#include "hellod/session.h"
#include "session_fixture.h"

#define NOT_UTF8 "Error: name is not valid UTF-8"
#define LONGER_THAN_8 "Error: name longer than 8 bytes"
#define READS_MAX 4

struct row {
	const char *name;
	size_t max_message; /* bytes; 0: the usual */
	bool any_bytes;     /* encoding = "bytes" */
	struct session_text reads[READS_MAX];
	bool eof; /* behind the last read */
	struct session_text want;
	enum session_status want_status;
	unsigned want_greetings;
};

/* How a row is fed, besides its cuts. */
struct feed {
	const char *name;
	unsigned max_answers;
	size_t more_room;
	bool eof_with_bytes;
};

/* clang-format off */
static const struct feed feeds[] = {
	{"as it comes",          UINT_MAX, 0,     false},
	{"end with last bytes",  UINT_MAX, 0,     true},
	{"one answer a step",    1,        0,     false},
	{"two answers a step",   2,        0,     true},
	{"much room",            UINT_MAX, 65536, false},
	{"much room, one a step", 1,       65536, true},
};

#define ONE(text) {{text, sizeof(text) - 1}}
#define READ(text) {text, sizeof(text) - 1}

static const struct row line_rows[] = {
	{"nothing", 0, false, ONE(""), false, READ(""), SESSION_WANTS_INPUT, 0},
	{"nothing, then the end", 0, false, ONE(""), true, READ(""), SESSION_END_OF_INPUT, 0},
	{"one name", 0, false, ONE("Yam\n"), false, READ("Hello, Yam!\n"), SESSION_WANTS_INPUT, 1},
	{"CRLF is answered by CRLF", 0, false, ONE("Yam\r\n"), false,
	 READ("Hello, Yam!\r\n"), SESSION_WANTS_INPUT, 1},
	{"each answer ends as its name did", 0, false, ONE("Yam\r\nMay\nSarah\r\n"), true,
	 READ("Hello, Yam!\r\nHello, May!\nHello, Sarah!\r\n"), SESSION_END_OF_INPUT, 3},
	{"a CR elsewhere is of the name", 0, false, ONE("\rY\ram\n"), false,
	 READ("Hello, \rY\ram!\n"), SESSION_WANTS_INPUT, 1},
	{"one CR is dropped, not two", 0, false, ONE("Yam\r\r\n"), false,
	 READ("Hello, Yam\r!\r\n"), SESSION_WANTS_INPUT, 1},
	{"empty lines are skipped", 0, false, ONE("\n\r\n\nYam\n\r\n\nMay\n\n"), true,
	 READ("Hello, Yam!\nHello, May!\n"), SESSION_END_OF_INPUT, 2},
	{"nothing but empty lines", 0, false, ONE("\n\r\n\n"), false,
	 READ(""), SESSION_WANTS_INPUT, 0},
	{"a blank is a name", 0, false, ONE(" \n\t\n"), false,
	 READ("Hello,  !\nHello, \t!\n"), SESSION_WANTS_INPUT, 2},
	{"an unfinished line waits", 0, false, ONE("Yam\nMa"), false,
	 READ("Hello, Yam!\n"), SESSION_WANTS_INPUT, 1},
	{"an unfinished last line is a name", 0, false, ONE("Yam\nMay"), true,
	 READ("Hello, Yam!\nHello, May!"), SESSION_END_OF_INPUT, 2},
	{"at the end, a CR was not before a LF", 0, false, ONE("Yam\r"), true,
	 READ("Hello, Yam\r!"), SESSION_END_OF_INPUT, 1},

	{"exit", 0, false, ONE("exit\n"), false, READ(""), SESSION_SAID_EXIT, 0},
	{"exit, CRLF", 0, false, ONE("exit\r\n"), true, READ(""), SESSION_SAID_EXIT, 0},
	{"exit, unfinished", 0, false, ONE("exit"), false, READ(""), SESSION_WANTS_INPUT, 0},
	{"exit, unfinished, at the end", 0, false, ONE("exit"), true,
	 READ(""), SESSION_SAID_EXIT, 0},
	{"exit amid others", 0, false, ONE("Yam\nexit\nMay\nexit\n"), true,
	 READ("Hello, Yam!\n"), SESSION_SAID_EXIT, 1},
	{"exit behind empty lines", 0, false, ONE("\n\r\nexit\n"), false,
	 READ(""), SESSION_SAID_EXIT, 0},
	{"bad bytes behind exit", 0, false, ONE("exit\n\xff\n"), false,
	 READ(""), SESSION_SAID_EXIT, 0},
	{"names that are not exit", 0, false,
	 ONE("Exit\nexit \n exit\nexits\nexi\nexit\r\r\n"), false,
	 READ("Hello, Exit!\nHello, exit !\nHello,  exit!\nHello, exits!\nHello, exi!\n"
	      "Hello, exit\r!\r\n"), SESSION_WANTS_INPUT, 6},
	{"exit and a NUL", 0, false, ONE("exit\0\n"), false,
	 READ("Hello, exit\0!\n"), SESSION_WANTS_INPUT, 1},

	{"as long as may be", 8, false, ONE("12345678\n12345678\r\n"), false,
	 READ("Hello, 12345678!\nHello, 12345678!\r\n"), SESSION_WANTS_INPUT, 2},
	{"as long as may be, unfinished", 8, false, ONE("12345678"), false,
	 READ(""), SESSION_WANTS_INPUT, 0},
	{"as long as may be, a LF may follow", 8, false, ONE("12345678\r"), false,
	 READ(""), SESSION_WANTS_INPUT, 0},
	{"as long as may be, at the end", 8, false, ONE("12345678"), true,
	 READ("Hello, 12345678!"), SESSION_END_OF_INPUT, 1},
	{"too long", 8, false, ONE("123456789\nYam\n"), false,
	 READ(LONGER_THAN_8 "\n"), SESSION_NAME_TOO_LONG, 0},
	{"too long, CRLF", 8, false, ONE("123456789\r\nYam\n"), true,
	 READ(LONGER_THAN_8 "\n"), SESSION_NAME_TOO_LONG, 0},
	{"too long, unfinished", 8, false, ONE("123456789"), false,
	 READ(LONGER_THAN_8 "\n"), SESSION_NAME_TOO_LONG, 0},
	{"too long by a CR", 8, false, ONE("12345678\r\r\n"), false,
	 READ(LONGER_THAN_8 "\n"), SESSION_NAME_TOO_LONG, 0},
	{"too long by a CR at the end", 8, false, ONE("12345678\r"), true,
	 READ(LONGER_THAN_8 "\n"), SESSION_NAME_TOO_LONG, 0},
	{"too long by a CR inside", 8, false, ONE("12345678\rx\n"), false,
	 READ(LONGER_THAN_8 "\n"), SESSION_NAME_TOO_LONG, 0},
	{"far too long", 8, false, ONE("Yam\n12345678901234567890\nMay\n"), true,
	 READ("Hello, Yam!\n" LONGER_THAN_8 "\n"), SESSION_NAME_TOO_LONG, 1},
	{"bytes count, not characters", 8, false, ONE("\xc3\xab\xc3\xab\xc3\xab\xc3\xab\n"
						      "\xc3\xab\xc3\xab\xc3\xab\xc3\xab.\n"), false,
	 READ("Hello, \xc3\xab\xc3\xab\xc3\xab\xc3\xab!\n" LONGER_THAN_8 "\n"),
	 SESSION_NAME_TOO_LONG, 1},
	{"too long, and bad bytes", 8, false, ONE("\xff""23456789\n"), false,
	 READ(LONGER_THAN_8 "\n"), SESSION_NAME_TOO_LONG, 0},

	{"UTF-8", 0, false, ONE("Zo\xc3\xab\n\xe2\x82\xac\r\n\xf0\x9f\x98\x80\n"), false,
	 READ("Hello, Zo\xc3\xab!\nHello, \xe2\x82\xac!\r\nHello, \xf0\x9f\x98\x80!\n"),
	 SESSION_WANTS_INPUT, 3},
	{"no character begins so", 0, false, ONE("Yam\nM\xff\nSarah\n"), false,
	 READ("Hello, Yam!\n" NOT_UTF8 "\n"), SESSION_NAME_NOT_UTF8, 1},
	{"cut by the LF", 0, false, ONE("Zo\xc3\nYam\n"), true,
	 READ(NOT_UTF8 "\n"), SESSION_NAME_NOT_UTF8, 0},
	{"cut by the CRLF", 0, false, ONE("\xe2\x82\r\n"), false,
	 READ(NOT_UTF8 "\n"), SESSION_NAME_NOT_UTF8, 0},
	{"cut by the end", 0, false, ONE("Yam\nZo\xc3"), true,
	 READ("Hello, Yam!\n" NOT_UTF8 "\n"), SESSION_NAME_NOT_UTF8, 1},
	{"bad bytes wait for their LF", 0, false, ONE("\xff"), false,
	 READ(""), SESSION_WANTS_INPUT, 0},
	{"overlong form", 0, false, ONE("\xc0\x8a\n"), false,
	 READ(NOT_UTF8 "\n"), SESSION_NAME_NOT_UTF8, 0},
	{"surrogate", 0, false, ONE("\xed\xa0\x80\n"), false,
	 READ(NOT_UTF8 "\n"), SESSION_NAME_NOT_UTF8, 0},
	{"NUL is a character", 0, false, ONE("a\0b\n\0\n"), false,
	 READ("Hello, a\0b!\nHello, \0!\n"), SESSION_WANTS_INPUT, 2},
	{"any bytes", 0, true, ONE("\xff\xfe\n\xc3\r\n\xe2\x82"), true,
	 READ("Hello, \xff\xfe!\nHello, \xc3!\r\nHello, \xe2\x82!"), SESSION_END_OF_INPUT, 3},
};

static const struct row message_rows[] = {
	{"nothing, then the end", 0, false, ONE(""), true, READ(""), SESSION_END_OF_INPUT, 0},
	{"a read is a name", 0, false, {READ("Yam"), READ("May")}, false,
	 READ("Hello, Yam!Hello, May!"), SESSION_WANTS_INPUT, 2},
	{"the end", 0, false, {READ("Yam"), READ("May")}, true,
	 READ("Hello, Yam!Hello, May!"), SESSION_END_OF_INPUT, 2},
	{"line ends are of the name", 0, false,
	 {READ("Yam\n"), READ("M\nay\r\n"), READ("\n")}, false,
	 READ("Hello, Yam\n!Hello, M\nay\r\n!Hello, \n!"), SESSION_WANTS_INPUT, 3},
	{"exit", 0, false, {READ("Yam"), READ("exit"), READ("May")}, false,
	 READ("Hello, Yam!"), SESSION_SAID_EXIT, 1},
	{"names that are not exit", 0, false,
	 {READ("exit\n"), READ("ex"), READ("it"), READ("exitexit")},
	 false, READ("Hello, exit\n!Hello, ex!Hello, it!Hello, exitexit!"), SESSION_WANTS_INPUT, 4},
	{"a long burst is cut", 8, false, ONE("1234567812345678123"), false,
	 READ("Hello, 12345678!Hello, 12345678!Hello, 123!"), SESSION_WANTS_INPUT, 3},
	{"a cut may make an exit", 4, false, ONE("1234exit5678"), false,
	 READ("Hello, 1234!"), SESSION_SAID_EXIT, 1},
	{"no cut inside a character", 8, false, ONE("1234567\xc3\xab""1234567\xe2\x82\xac"), false,
	 READ("Hello, 1234567!Hello, \xc3\xab""123456!Hello, 7\xe2\x82\xac!"),
	 SESSION_WANTS_INPUT, 3},
	{"no cut inside a character, then the end", 8, false, ONE("1234567\xc3\xab"), true,
	 READ("Hello, 1234567!Hello, \xc3\xab!"), SESSION_END_OF_INPUT, 2},
	{"the longest character, the shortest limit", 4, false,
	 ONE("\xf0\x9f\x98\x80\xf0\x9f\x98\x80.\xf0\x9f\x98\x80"), false,
	 READ("Hello, \xf0\x9f\x98\x80!Hello, \xf0\x9f\x98\x80!Hello, .!Hello, \xf0\x9f\x98\x80!"),
	 SESSION_WANTS_INPUT, 4},
	{"the rest of a character is on its way", 0, false,
	 {READ("a\xe2"), READ("\x82"), READ("\xac""b")}, false,
	 READ("Hello, a!Hello, \xe2\x82\xac""b!"), SESSION_WANTS_INPUT, 2},
	{"the rest of a character never comes", 0, false, {READ("a\xe2\x82")}, false,
	 READ("Hello, a!"), SESSION_WANTS_INPUT, 1},
	{"another byte comes", 0, false, {READ("a\xe2\x82"), READ("b")}, false,
	 READ("Hello, a!" NOT_UTF8), SESSION_NAME_NOT_UTF8, 1},
	{"bad bytes", 0, false, {READ("Yam"), READ("M\xff"), READ("Sarah")}, true,
	 READ("Hello, Yam!" NOT_UTF8), SESSION_NAME_NOT_UTF8, 1},
	{"bad bytes behind the cut", 8, false, ONE("12345678\xff"), false,
	 READ("Hello, 12345678!" NOT_UTF8), SESSION_NAME_NOT_UTF8, 1},
	{"NUL is a character", 0, false, {READ("a\0b"), READ("\0")}, false,
	 READ("Hello, a\0b!Hello, \0!"), SESSION_WANTS_INPUT, 2},
	{"any bytes are cut anywhere", 8, true, ONE("1234567\xc3\xab\xff"), true,
	 READ("Hello, 1234567\xc3!Hello, \xab\xff!"), SESSION_END_OF_INPUT, 2},
};

/* The end of file comes in a read of its own, as the network tells it. */
static const struct row message_end_rows[] = {
	{"cut by the end", 0, false, {READ("Zo\xc3")}, true,
	 READ("Hello, Zo!" NOT_UTF8), SESSION_NAME_NOT_UTF8, 1},
	{"nothing but a cut character", 0, false, {READ("\xe2\x82")}, true,
	 READ(NOT_UTF8), SESSION_NAME_NOT_UTF8, 0},
};

static const struct row auto_rows[] = {
	{"nothing, then the end", 0, false, ONE(""), true, READ(""), SESSION_END_OF_INPUT, 0},
	{"the tutorial's client", 0, false, {READ("Yam"), READ("May"), READ("Sarah"), READ("exit")},
	 false, READ("Hello, Yam!Hello, May!Hello, Sarah!"), SESSION_SAID_EXIT, 3},
	{"a line client", 0, false, {READ("Yam\n"), READ("May\r\n"), READ("exit\n")}, false,
	 READ("Hello, Yam!\nHello, May!\r\n"), SESSION_SAID_EXIT, 2},
	{"no bytes decide nothing", 0, false, {READ(""), READ("Yam\n")}, false,
	 READ("Hello, Yam!\n"), SESSION_WANTS_INPUT, 1},
	{"line: no LF later", 0, false, {READ("Yam\nM"), READ("a"), READ("y"), READ("\n")}, false,
	 READ("Hello, Yam!\nHello, May!\n"), SESSION_WANTS_INPUT, 2},
	{"line: the end", 0, false, {READ("Yam\nMay")}, true,
	 READ("Hello, Yam!\nHello, May!"), SESSION_END_OF_INPUT, 2},
	{"line: an empty one decides", 0, false, {READ("\n"), READ("Y"), READ("am\n")}, false,
	 READ("Hello, Yam!\n"), SESSION_WANTS_INPUT, 1},
	{"line: a bad name", 0, false, {READ("\xff\n")}, false,
	 READ(NOT_UTF8 "\n"), SESSION_NAME_NOT_UTF8, 0},
	{"line: a name too long", 8, false, {READ("123456789\n")}, false,
	 READ(LONGER_THAN_8 "\n"), SESSION_NAME_TOO_LONG, 0},
	{"message: a LF later", 0, false,
	 {READ("Y"), READ("am\n"), READ("exit\n"), READ("exit")}, false,
	 READ("Hello, Y!Hello, am\n!Hello, exit\n!"), SESSION_SAID_EXIT, 3},
	{"message: a CR is no LF", 0, false, {READ("Yam\r"), READ("\n")}, false,
	 READ("Hello, Yam\r!Hello, \n!"), SESSION_WANTS_INPUT, 2},
	{"message: long, no LF", 8, false, {READ("1234567890"), READ("\n")}, false,
	 READ("Hello, 12345678!Hello, 90!Hello, \n!"), SESSION_WANTS_INPUT, 3},
	{"message: decided by half a character", 0, false, {READ("\xc3"), READ("\xab\n")}, false,
	 READ("Hello, \xc3\xab\n!"), SESSION_WANTS_INPUT, 1},
	{"message: a bad name", 0, false, {READ("\xff")}, false,
	 READ(NOT_UTF8), SESSION_NAME_NOT_UTF8, 0},
};
/* clang-format on */

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

static struct session_rules
rules_of(const struct row *row)
{
	struct session_rules rules = usual_rules;

	if (row->max_message > 0)
		rules.max_message = row->max_message;
	rules.utf8 = !row->any_bytes;
	return rules;
}

static void
begin(struct dialogue *d, enum framing framing, const struct session_rules *rules,
      const struct feed *feed)
{
	dialogue_init(d, framing, rules);
	d->max_answers = feed->max_answers;
	d->out_size += feed->more_room;
	d->eof_with_bytes = feed->eof_with_bytes;
}

/* Hands over the last bytes; fails if the row isn't what came of it all. */
static void
finish(struct dialogue *d, const struct row *row, struct session_text last, const char *how)
{
	char what[200];

	if (row->eof)
		dialogue_close(d, last);
	else
		dialogue_read(d, last);
	snprintf(what, sizeof what, "\"%s\", fed %s", row->name, how);
	assert_text(what, d->out, row->want);
	if (d->status != row->want_status || d->greetings != row->want_greetings)
		fail_msg("%s: got status %d after %u greetings, want %d after %u", what,
			 (int)d->status, d->greetings, (int)row->want_status, row->want_greetings);
	dialogue_done(d);
}

static struct session_text
part(struct session_text text, size_t from, size_t to)
{
	return (struct session_text){text.bytes + from, to - from};
}

static void
feed_byte_by_byte(const struct row *row, const struct session_rules *rules, const struct feed *feed)
{
	struct session_text in = row->reads[0];
	size_t last = in.len > 0 ? in.len - 1 : 0;
	struct dialogue d;

	begin(&d, FRAMING_LINE, rules, feed);
	for (size_t i = 0; i < last; i++)
		dialogue_read(&d, part(in, i, i + 1));
	finish(&d, row, part(in, last, in.len), "byte by byte");
}

static void
test_line(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(line_rows) * COUNT(feeds); i++) {
		const struct row *row = &line_rows[i / COUNT(feeds)];
		const struct feed *feed = &feeds[i % COUNT(feeds)];
		const struct session_rules rules = rules_of(row);
		struct session_text in = row->reads[0];

		for (size_t cut = 0; cut <= in.len; cut++) { /* 0 is whole */
			char how[80];
			struct dialogue d;

			snprintf(how, sizeof how, "%s, cut at %zu", feed->name, cut);
			begin(&d, FRAMING_LINE, &rules, feed);
			dialogue_read(&d, part(in, 0, cut));
			finish(&d, row, part(in, cut, in.len), how);
		}
		feed_byte_by_byte(row, &rules, feed);
	}
}

static void
feed_reads(const struct row *row, enum framing framing, const struct feed *feed)
{
	const struct session_rules rules = rules_of(row);
	size_t count = 1;
	struct dialogue d;

	while (count < READS_MAX && row->reads[count].bytes)
		count++;
	begin(&d, framing, &rules, feed);
	for (size_t i = 0; i + 1 < count; i++)
		dialogue_read(&d, row->reads[i]);
	finish(&d, row, row->reads[count - 1], feed->name);
}

static void
test_message(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(message_rows) * COUNT(feeds); i++)
		feed_reads(&message_rows[i / COUNT(feeds)], FRAMING_MESSAGE,
			   &feeds[i % COUNT(feeds)]);
	for (size_t i = 0; i < COUNT(message_end_rows) * COUNT(feeds); i++)
		if (!feeds[i % COUNT(feeds)].eof_with_bytes)
			feed_reads(&message_end_rows[i / COUNT(feeds)], FRAMING_MESSAGE,
				   &feeds[i % COUNT(feeds)]);
}

static void
test_auto(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(auto_rows) * COUNT(feeds); i++)
		feed_reads(&auto_rows[i / COUNT(feeds)], FRAMING_AUTO, &feeds[i % COUNT(feeds)]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_line),
		cmocka_unit_test(test_message),
		cmocka_unit_test(test_auto),
	};

	return cmocka_run_group_tests_name("session", tests, NULL, NULL);
}
