/*
 * test_proxy.c - headers of the PROXY protocol: by a table, whole and byte by byte
 */
#include "config.h"

/* System */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* Library */
#include <cmocka.h>

/* Project */
#include "hellod/proxy.h"
#include "lib/address.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define TEXT(literal) literal, sizeof(literal) - 1
#define SIGNATURE "\r\n\r\n\0\r\nQUIT\n"

/* 192.0.2.7:4711 to 198.51.100.1:9999, and [2001:db8::7]:4711 to [2001:db8::1]:9999 */
#define INET "\xc0\0\x02\x07\xc6\x33\x64\x01\x12\x67\x27\x0f"
#define NET6 "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0"
#define INET6 NET6 "\x07" NET6 "\x01\x12\x67\x27\x0f"
/* With what stands around it, a line of 107 bytes. */
#define FILLER_30 "123456789012345678901234567890"
#define FILLER_91 FILLER_30 FILLER_30 FILLER_30 "1"
#define ZEROS_18 "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
#define ZEROS_108 ZEROS_18 ZEROS_18 ZEROS_18 ZEROS_18 ZEROS_18 ZEROS_18

struct row {
	const char *name;
	const char *bytes;
	size_t len;
	enum proxy_status want;
	const char *client; /* of PROXY_CLIENT */
	size_t rest;        /* bytes behind the header */
};

static const struct row rows[] = {
	{"v1, IPv4", TEXT("PROXY TCP4 192.0.2.7 198.51.100.1 4711 9999\r\n"), PROXY_CLIENT,
	 "192.0.2.7:4711", 0},
	{"v1, IPv6", TEXT("PROXY TCP6 2001:db8::7 ::1 4711 9999\r\n"), PROXY_CLIENT,
	 "[2001:db8::7]:4711", 0},
	{"v1, and what the client says", TEXT("PROXY TCP4 1.2.3.4 5.6.7.8 0 65535\r\nYam\n"),
	 PROXY_CLIENT, "1.2.3.4:0", 4},
	{"v1, longest",
	 TEXT("PROXY TCP6 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff "
	      "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n"),
	 PROXY_CLIENT, "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535", 0},
	{"v1, unknown", TEXT("PROXY UNKNOWN\r\nYam"), PROXY_NO_CLIENT, NULL, 3},
	{"v1, unknown with more", TEXT("PROXY UNKNOWN a\0b \n c\r\n"), PROXY_NO_CLIENT, NULL, 0},
	{"v1, unknown, 107 bytes", TEXT("PROXY UNKNOWN " FILLER_91 "\r\n"), PROXY_NO_CLIENT, NULL,
	 0},
	{"v1, unknown, 108 bytes", TEXT("PROXY UNKNOWN " FILLER_91 "x\r\n"), PROXY_BAD, NULL, 0},
	{"v1, LF alone", TEXT("PROXY UNKNOWN\nYam\r\n"), PROXY_BAD, NULL, 0},
	{"v1, CR alone", TEXT("PROXY UNKNOWN\r Yam\r\n"), PROXY_BAD, NULL, 0},
	{"v1, unknown word", TEXT("PROXY UNKNOWNS\r\n"), PROXY_BAD, NULL, 0},
	{"v1, UDP", TEXT("PROXY UDP4 1.2.3.4 5.6.7.8 1 2\r\n"), PROXY_BAD, NULL, 0},
	{"v1, lower case", TEXT("PROXY tcp4 1.2.3.4 5.6.7.8 1 2\r\n"), PROXY_BAD, NULL, 0},
	{"v1, nothing", TEXT("PROXY\r\n"), PROXY_BAD, NULL, 0},
	{"v1, no port", TEXT("PROXY TCP4 1.2.3.4 5.6.7.8 1\r\n"), PROXY_BAD, NULL, 0},
	{"v1, a word more", TEXT("PROXY TCP4 1.2.3.4 5.6.7.8 1 2 3\r\n"), PROXY_BAD, NULL, 0},
	{"v1, blank at the end", TEXT("PROXY TCP4 1.2.3.4 5.6.7.8 1 2 \r\n"), PROXY_BAD, NULL, 0},
	{"v1, two blanks", TEXT("PROXY TCP4  1.2.3.4 5.6.7.8 1 2\r\n"), PROXY_BAD, NULL, 0},
	{"v1, two blanks in front", TEXT("PROXY  TCP4 1.2.3.4 5.6.7.8 1 2\r\n"), PROXY_BAD, NULL,
	 0},
	{"v1, a tab", TEXT("PROXY TCP4 1.2.3.4\t5.6.7.8 1 2\r\n"), PROXY_BAD, NULL, 0},
	{"v1, a NUL", TEXT("PROXY TCP4 1.2.3.4\0 5.6.7.8 1 2\r\n"), PROXY_BAD, NULL, 0},
	{"v1, port too large", TEXT("PROXY TCP4 1.2.3.4 5.6.7.8 65536 2\r\n"), PROXY_BAD, NULL, 0},
	{"v1, port much too large", TEXT("PROXY TCP4 1.2.3.4 5.6.7.8 4294967297 2\r\n"), PROXY_BAD,
	 NULL, 0},
	{"v1, port with zeros", TEXT("PROXY TCP4 1.2.3.4 5.6.7.8 01 2\r\n"), PROXY_BAD, NULL, 0},
	{"v1, port with sign", TEXT("PROXY TCP4 1.2.3.4 5.6.7.8 +1 2\r\n"), PROXY_BAD, NULL, 0},
	{"v1, server's port bad", TEXT("PROXY TCP4 1.2.3.4 5.6.7.8 1 x\r\n"), PROXY_BAD, NULL, 0},
	{"v1, IPv6 as IPv4", TEXT("PROXY TCP4 ::1 5.6.7.8 1 2\r\n"), PROXY_BAD, NULL, 0},
	{"v1, IPv4 as IPv6", TEXT("PROXY TCP6 1.2.3.4 ::1 1 2\r\n"), PROXY_BAD, NULL, 0},
	{"v1, server's address bad", TEXT("PROXY TCP4 1.2.3.4 5.6.7.256 1 2\r\n"), PROXY_BAD, NULL,
	 0},
	{"v1, a name", TEXT("PROXY TCP4 localhost 5.6.7.8 1 2\r\n"), PROXY_BAD, NULL, 0},
	{"no header", TEXT("Yam\n"), PROXY_BAD, NULL, 0},
	{"a blank in front", TEXT(" PROXY UNKNOWN\r\n"), PROXY_BAD, NULL, 0},
	{"HTTP", TEXT("POST / HTTP/1.1\r\n"), PROXY_BAD, NULL, 0},

	{"v2, IPv4", TEXT(SIGNATURE "\x21\x11\0\x0c" INET), PROXY_CLIENT, "192.0.2.7:4711", 0},
	{"v2, IPv6", TEXT(SIGNATURE "\x21\x21\0\x24" INET6), PROXY_CLIENT, "[2001:db8::7]:4711", 0},
	{"v2, and what the client says", TEXT(SIGNATURE "\x21\x11\0\x0c" INET "Yam"), PROXY_CLIENT,
	 "192.0.2.7:4711", 3},
	{"v2, extensions", TEXT(SIGNATURE "\x21\x11\0\x14" INET "\x04\0\x02xy\x05\0\0Yam"),
	 PROXY_CLIENT, "192.0.2.7:4711", 3},
	{"v2, half an extension", TEXT(SIGNATURE "\x21\x11\0\x0e" INET "\x04\0Yam"), PROXY_BAD,
	 NULL, 0},
	{"v2, an extension too long", TEXT(SIGNATURE "\x21\x11\0\x0f" INET "\x04\0\x01Yam"),
	 PROXY_BAD, NULL, 0},
	{"v2, UNIX", TEXT(SIGNATURE "\x21\x31\0\xd8" ZEROS_108 ZEROS_108), PROXY_NO_CLIENT, NULL,
	 0},
	{"v2, unknown", TEXT(SIGNATURE "\x21\0\0\x02xyYam"), PROXY_NO_CLIENT, NULL, 3},
	{"v2, itself", TEXT(SIGNATURE "\x20\0\0\0Yam"), PROXY_NO_CLIENT, NULL, 3},
	{"v2, itself with addresses", TEXT(SIGNATURE "\x20\x11\0\x0c" INET "Yam"), PROXY_NO_CLIENT,
	 NULL, 3},
	{"v2, itself and nonsense", TEXT(SIGNATURE "\x20\xff\0\x01xYam"), PROXY_NO_CLIENT, NULL, 3},
	{"v2, version 1", TEXT(SIGNATURE "\x11\x11\0\x0c" INET), PROXY_BAD, NULL, 0},
	{"v2, unknown command", TEXT(SIGNATURE "\x22\x11\0\x0c" INET), PROXY_BAD, NULL, 0},
	{"v2, datagrams", TEXT(SIGNATURE "\x21\x12\0\x0c" INET), PROXY_BAD, NULL, 0},
	{"v2, unknown family", TEXT(SIGNATURE "\x21\x41\0\x0c" INET), PROXY_BAD, NULL, 0},
	{"v2, too short for IPv4", TEXT(SIGNATURE "\x21\x11\0\x0b" INET), PROXY_BAD, NULL, 0},
	{"v2, too short for IPv6", TEXT(SIGNATURE "\x21\x21\0\x23" INET6), PROXY_BAD, NULL, 0},
	{"v2, too short for UNIX", TEXT(SIGNATURE "\x21\x31\0\xd7" ZEROS_108 ZEROS_108), PROXY_BAD,
	 NULL, 0},
	{"v2, too long", TEXT(SIGNATURE "\x21\x11\x07\xf1" INET), PROXY_BAD, NULL, 0},
	{"v2, another signature", TEXT("\r\n\r\n\0\r\nQUIT\r\x21\x11\0\x0c" INET), PROXY_BAD, NULL,
	 0},
};

/* What is said about the first len bytes, in memory that ends there. */
static enum proxy_status
parse(const struct row *row, size_t len, struct peer *ret_client, size_t *ret_size)
{
	char *exact = malloc(len > 0 ? len : 1);
	enum proxy_status status;

	assert_non_null(exact);
	memcpy(exact, row->bytes, len);
	status = proxy_parse(exact, len, ret_client, ret_size);
	free(exact);
	return status;
}

static void
check(const struct row *row, size_t len)
{
	struct peer client;
	size_t size = 0;
	char text[ADDRESS_TEXT_MAX];

	print_message("%s\n", row->name);
	assert_int_equal(parse(row, len, &client, &size), row->want);
	if (row->want == PROXY_CLIENT)
		assert_string_equal(peer_format(&client, text), row->client);
	if (row->want != PROXY_BAD)
		assert_int_equal(size, row->len - row->rest);
}

static void
test_whole(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		check(&rows[i], rows[i].len);
}

/* Nothing is decided before the header's last byte, but that it is none. */
static void
test_byte_by_byte(void **state)
{
	struct peer client;
	size_t size;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct row *row = &rows[i];
		size_t len = 0;

		while (parse(row, len, &client, &size) == PROXY_WANTS_INPUT && len < row->len)
			len++;
		check(row, len);
		if (row->want != PROXY_BAD)
			assert_int_equal(len, row->len - row->rest);
	}
}

/* What is bad is bad whatever follows, and what is good stays good. */
static void
test_never_changes_its_mind(void **state)
{
	struct peer client;
	size_t size;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		enum proxy_status before = PROXY_WANTS_INPUT;

		for (size_t len = 0; len <= rows[i].len; len++) {
			enum proxy_status status = parse(&rows[i], len, &client, &size);

			assert_true(before == PROXY_WANTS_INPUT || status == before);
			before = status;
		}
	}
}

static void
test_largest(void **state)
{
	static char header[PROXY_HEADER_MAX + 1] = SIGNATURE "\x20\0\x07\xf0";
	struct peer client;
	size_t size;

	(void)state;
	assert_int_equal(proxy_parse(header, PROXY_HEADER_MAX - 1, &client, &size),
			 PROXY_WANTS_INPUT);
	assert_int_equal(proxy_parse(header, PROXY_HEADER_MAX, &client, &size), PROXY_NO_CLIENT);
	assert_int_equal(size, PROXY_HEADER_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_byte_by_byte),
		cmocka_unit_test(test_never_changes_its_mind),
		cmocka_unit_test(test_largest),
	};

	return cmocka_run_group_tests_name("proxy", tests, NULL, NULL);
}
