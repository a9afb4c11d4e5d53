/*
 * test_escape.c - what escape_bytes() lets through, and where it cuts
 */
#include "config.h"

/* System */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Library */
#include <cmocka.h>

/* Project */
#include "lib/escape.h"
#include "lib/utf8.h"

#define BYTES(literal) literal, sizeof literal - 1

static void
test_known(void **state)
{
	static const struct {
		const char *name;
		const char *input;
		size_t len;
		const char *want;
	} rows[] = {
		{"nothing", BYTES(""), ""},
		{"plain", BYTES("Hello, Yam!"), "Hello, Yam!"},
		{"letters for some", BYTES("a\n\t\rb"), "a\\n\\t\\rb"},
		{"quotes and backslash", BYTES("\"C:\\\" '"), "\\\"C:\\\\\\\" '"},
		{"NUL", BYTES("a\0b"), "a\\x00b"},
		{"controls", BYTES("\x01\x1b[2J\x1f"), "\\x01\\x1b[2J\\x1f"},
		{"DEL", BYTES("~\x7f"), "~\\x7f"},
		{"hex digits behind an escape",
		 BYTES("\x01"
		       "ab"),
		 "\\x01ab"},
		{"characters", BYTES("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"),
		 "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"},
		{"C1, first", BYTES("\xc2\x80"), "\\xc2\\x80"},
		{"C1, last", BYTES("\xc2\x9f"), "\\xc2\\x9f"},
		{"behind C1", BYTES("\xc2\xa0\xc3\x80"), "\xc2\xa0\xc3\x80"},
		{"before the separators", BYTES("\xe2\x80\xa7"), "\xe2\x80\xa7"},
		{"line separator", BYTES("\xe2\x80\xa8"), "\\xe2\\x80\\xa8"},
		{"paragraph separator", BYTES("\xe2\x80\xa9"), "\\xe2\\x80\\xa9"},
		{"embedding",
		 BYTES("a\xe2\x80\xaa"
		       "b"),
		 "a\\xe2\\x80\\xaab"},
		{"override", BYTES("\xe2\x80\xae"), "\\xe2\\x80\\xae"},
		{"behind the overrides", BYTES("\xe2\x80\xaf"), "\xe2\x80\xaf"},
		{"before the isolates", BYTES("\xe2\x81\xa5"), "\xe2\x81\xa5"},
		{"first isolate", BYTES("\xe2\x81\xa6"), "\\xe2\\x81\\xa6"},
		{"last isolate", BYTES("\xe2\x81\xa9"), "\\xe2\\x81\\xa9"},
		{"behind the isolates", BYTES("\xe2\x81\xaa"), "\xe2\x81\xaa"},
		{"the same second bytes elsewhere", BYTES("\xe3\x80\xa8\xe1\x81\xa6"),
		 "\xe3\x80\xa8\xe1\x81\xa6"},
		{"Latin-1", BYTES("Ren\xe9!"), "Ren\\xe9!"},
		{"unfinished at the end", BYTES("a\xf0\x9f\x98"), "a\\xf0\\x9f\\x98"},
		{"overlong", BYTES("\xc0\xaf"), "\\xc0\\xaf"},
		{"surrogate", BYTES("\xed\xa0\x80"), "\\xed\\xa0\\x80"},
		{"bad, then good",
		 BYTES("\xff\xc3\xa9\xfe"
		       "a"),
		 "\\xff\xc3\xa9\\xfea"},
	};
	char text[128];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		assert_ptr_equal(escape_bytes(rows[i].input, rows[i].len, text, sizeof text), text);
		if (strcmp(text, rows[i].want) != 0)
			fail_msg("%s: got %s, want %s", rows[i].name, text, rows[i].want);
	}
}

static void
test_cut(void **state)
{
	static const struct {
		const char *name;
		const char *input;
		size_t len;
		size_t text_size;
		const char *want;
	} rows[] = {
		{"fits to the byte", BYTES("abcdef"), 7, "abcdef"},
		{"one byte short", BYTES("abcdef"), 6, "ab..."},
		{"the least room", BYTES("abcd"), 4, "..."},
		{"fits the least room", BYTES("abc"), 4, "abc"},
		{"nothing in the least room", BYTES(""), 4, ""},
		{"an escape fits", BYTES("\xff\xff"), 9, "\\xff\\xff"},
		{"not inside an escape", BYTES("a\xff\xff"), 9, "a\\xff..."},
		{"an escape and no more", BYTES("ab\xff\xff"), 9, "ab..."},
		{"not inside a letter's", BYTES("a\n\n\n"), 7, "a\\n..."},
		{"not inside a character", BYTES("\xf0\x9f\x98\x80\xf0\x9f\x98\x80"), 8,
		 "\xf0\x9f\x98\x80..."},
		{"not inside a character's bytes", BYTES("ab\xe2\x80\xa8 "), 14, "ab..."},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char *text = malloc(rows[i].text_size); /* a sanitizer sees its end */

		assert_non_null(text);
		escape_bytes(rows[i].input, rows[i].len, text, rows[i].text_size);
		if (strcmp(text, rows[i].want) != 0)
			fail_msg("%s: got %s, want %s", rows[i].name, text, rows[i].want);
		free(text);
	}
}

/* All that comes out is well-formed, printable, and tells what went in. */
static void
check_output(const char *bytes, size_t len)
{
	char text[64];
	size_t at = 0;

	escape_bytes(bytes, len, text, sizeof text);
	assert_int_equal(utf8_prefix(text, strlen(text)).valid, strlen(text));
	for (size_t i = 0; text[i] != '\0'; at++) {
		char byte = text[i++];

		assert_true((unsigned char)byte >= 0x20 && byte != 0x7f && byte != '"');
		if (byte == '\\' && text[i] == 'x') {
			const char digits[] = {text[i + 1], text[i + 2], '\0'};

			byte = (char)strtol(digits, NULL, 16);
			i += 3;
		} else if (byte == '\\') {
			const char *letter = strchr("nrt\\\"", text[i++]);

			assert_non_null(letter);
			byte = "\n\r\t\\\""[letter - "nrt\\\""];
		}
		assert_true(at < len);
		if (byte != bytes[at])
			fail_msg("%s: byte %zu is %02x", text, at, (unsigned char)bytes[at]);
	}
	assert_int_equal(at, len);
}

static void
test_all_pairs(void **state)
{
	(void)state;
	for (unsigned pair = 0; pair <= 0xffff; pair++) {
		const char bytes[] = {(char)(pair >> 8), (char)(pair & 0xff)};

		check_output(bytes, sizeof bytes);
	}
}

/* In every size of room, what stands before "..." is where a whole text was. */
static void
test_every_size(void **state)
{
	static const char bytes[] = "a\n\xc3\xa9\xff\xe2\x80\xaez\xf0\x9f\x98\x80\x7f"
				    "end";
	char whole[128];

	(void)state;
	escape_bytes(bytes, sizeof bytes - 1, whole, sizeof whole);
	for (size_t size = 4; size <= strlen(whole) + 2; size++) {
		char *text = malloc(size);
		size_t len;

		assert_non_null(text);
		escape_bytes(bytes, sizeof bytes - 1, text, size);
		len = strlen(text);
		assert_true(len < size);
		if (size > strlen(whole)) {
			assert_string_equal(text, whole);
		} else {
			assert_string_equal(text + len - 3, "...");
			assert_memory_equal(text, whole, len - 3);
			assert_int_equal(utf8_prefix(text, len).valid, len);
		}
		free(text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_all_pairs),
		cmocka_unit_test(test_every_size),
	};

	return cmocka_run_group_tests_name("escape", tests, NULL, NULL);
}
