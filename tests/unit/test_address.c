/*
 * test_address.c - socket addresses as text, and back
 */
#include "config.h"

/* System */
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

/* Library */
#include <cmocka.h>

/* Project */
#include "lib/address.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* Formats it from a buffer of exactly len bytes, which is not aligned. */
static void
check_format(const void *address, size_t len, const char *want)
{
	char *buffer = malloc(len + 1);
	char text[ADDRESS_TEXT_MAX];

	assert_non_null(buffer);
	if (len > 0)
		memcpy(buffer + 1, address, len);
	memset(text, 'x', sizeof text);
	errno = ENOTBLK;
	assert_ptr_equal(address_format((const void *)(buffer + 1), (socklen_t)len, text), text);
	assert_string_equal(text, want);
	assert_int_equal(errno, ENOTBLK);
	free(buffer);
}

static void
test_format_inet(void **state)
{
	static const struct {
		const char *host;
		uint16_t port;
		const char *want;
	} rows[] = {
		{"127.0.0.1", 9999, "127.0.0.1:9999"},
		{"0.0.0.0", 0, "0.0.0.0:0"},
		{"255.255.255.255", 65535, "255.255.255.255:65535"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(rows[i].port)};

		assert_int_equal(inet_pton(AF_INET, rows[i].host, &in.sin_addr), 1);
		check_format(&in, sizeof in, rows[i].want);
	}
}

static void
test_format_inet6(void **state)
{
	static const struct {
		const char *host;
		uint16_t port;
		uint32_t scope;
		const char *want;
	} rows[] = {
		{"::1", 9999, 0, "[::1]:9999"},
		{"::", 0, 0, "[::]:0"},
		{"2001:db8:0:0:1::1", 65535, 0, "[2001:db8::1:0:0:1]:65535"},
		{"::ffff:192.0.2.1", 80, 0, "192.0.2.1:80"},
		{"::192.0.2.1", 80, 0, "[::192.0.2.1]:80"},
		{"fe80::1", 80, 0, "[fe80::1]:80"},
		{"fe80::1", 80, 4000000000, "[fe80::1%4000000000]:80"},
	};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(9999)};
	char name[IF_NAMESIZE], want[ADDRESS_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		in6.sin6_port = htons(rows[i].port);
		in6.sin6_scope_id = rows[i].scope;
		assert_int_equal(inet_pton(AF_INET6, rows[i].host, &in6.sin6_addr), 1);
		check_format(&in6, sizeof in6, rows[i].want);
	}
	/* The loopback interface is always the first. */
	if (if_indextoname(1, name) == NULL)
		skip();
	in6.sin6_scope_id = 1;
	snprintf(want, sizeof want, "[fe80::1%%%s]:80", name);
	check_format(&in6, sizeof in6, want);
	assert_string_equal(address_format_numeric((const struct sockaddr *)&in6, sizeof in6, want),
			    "[fe80::1%1]:80");
}

static void
test_format_unix(void **state)
{
	static const struct {
		const char *path;
		size_t len;
		const char *want;
	} rows[] = {
		{"", 0, "unix:(unnamed)"},
		{"/run/x.sock", 11, "unix:/run/x.sock"},
		{"/run/x.sock\0", 12, "unix:/run/x.sock"},
		{"/run/x.sock\0more", 16, "unix:/run/x.sock"},
		{"\0abstract", 9, "unix:@abstract"},
		{"\0two\0words", 10, "unix:@two\\x00words"},
		{"\0", 1, "unix:@"},
		{"/tmp/a b\n\xff", 10, "unix:/tmp/a b\\n\\xff"},
	};
	struct sockaddr_un un = {.sun_family = AF_UNIX};
	char want[ADDRESS_TEXT_MAX] = "unix:";

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		memcpy(un.sun_path, rows[i].path, rows[i].len);
		check_format(&un, offsetof(struct sockaddr_un, sun_path) + rows[i].len,
			     rows[i].want);
	}
	/* The longest: no NUL in the path, each byte becomes four. */
	memset(un.sun_path, 0x01, sizeof un.sun_path);
	for (size_t i = 0; i < sizeof un.sun_path; i++)
		memcpy(want + 5 + 4 * i, "\\x01", 5);
	check_format(&un, sizeof un, want);
}

static void
test_format_others(void **state)
{
	const struct sockaddr_in in = {.sin_family = AF_INET};
	const struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};
	const struct sockaddr other = {.sa_family = AF_PACKET};

	(void)state;
	check_format(NULL, 0, "(unknown address of family 0)");
	check_format(&in, 1, "(unknown address of family 0)");
	check_format(&in, sizeof in - 1, "(unknown address of family 2)");
	check_format(&in6, sizeof in6 - 1, "(unknown address of family 10)");
	check_format(&other, sizeof other, "(unknown address of family 17)");
}

static void
test_split(void **state)
{
	static const struct {
		const char *input;
		const char *want_host;
		int want_port;
		const char *want_path;
	} rows[] = {
		{"127.0.0.1:9999", "127.0.0.1", 9999, NULL},
		{"0.0.0.0:0", "0.0.0.0", 0, NULL},
		{"localhost:65535", "localhost", 65535, NULL},
		{"example.org:080", "example.org", 80, NULL},
		{"[::1]:9999", "::1", 9999, NULL},
		{"[::]:0", "::", 0, NULL},
		{"[fe80::1%eth0]:80", "fe80::1%eth0", 80, NULL},
		{"[::ffff:192.0.2.1]:80", "::ffff:192.0.2.1", 80, NULL},
		{"unix:/run/x.sock", NULL, 0, "/run/x.sock"},
		{"unix:/a:b", NULL, 0, "/a:b"},
		{"unix:/", NULL, 0, "/"},
		{"unixhost:80", "unixhost", 80, NULL},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct address_parts parts = {.port = -1};
		const char *error = address_split(rows[i].input, &parts);

		if (error != NULL)
			fail_msg("%s: %s", rows[i].input, error);
		assert_int_equal(parts.port, rows[i].want_port);
		if (rows[i].want_host != NULL)
			assert_string_equal(parts.host, rows[i].want_host);
		else
			assert_null(parts.host);
		if (rows[i].want_path != NULL)
			assert_string_equal(parts.path, rows[i].want_path);
		else
			assert_null(parts.path);
		address_parts_done(&parts);
		assert_null(parts.host);
		assert_null(parts.path);
		address_parts_done(&parts); /* once more does no harm */
	}
}

static void
check_refused(const char *input, const char *want)
{
	char host[] = "untouched", path[] = "untouched too";
	struct address_parts parts = {host, -1, path};
	const char *error = address_split(input, &parts);

	if (error == NULL || strcmp(error, want) != 0)
		fail_msg("\"%s\": got %s, want %s", input, error ? error : "none", want);
	assert_ptr_equal(parts.host, host);
	assert_int_equal(parts.port, -1);
	assert_ptr_equal(parts.path, path);
}

static void
test_split_refuses(void **state)
{
	static const char bad_port[] = "port is not a number from 0 to 65535";
	static const char colons[] = "more than one colon (an IPv6 address must stand in brackets)";
	static const char not_inet6[] = "not an IPv6 address in the brackets";
	static const struct {
		const char *input;
		const char *want;
	} rows[] = {
		{"", "no port"},
		{"localhost", "no port"},
		{"localhost:", "no port"},
		{"9999", "no port"},
		{":9999", "no host"},
		{":", "no host"},
		{"localhost:65536", bad_port},
		{"localhost:4294967296", bad_port},
		{"localhost:99999999999999999999", bad_port},
		{"localhost:-1", bad_port},
		{"localhost:+1", bad_port},
		{"localhost: 1", bad_port},
		{"localhost:1 ", bad_port},
		{"localhost:http", bad_port},
		{"localhost:0x50", bad_port},
		{"::1", colons},
		{"::1:9999", colons},
		{"2001:db8::1", colons},
		{"[::1]", "no port"},
		{"[::1]:", "no port"},
		{"[::1]9999", "no colon behind the closing bracket"},
		{"[::1:9999", "no closing bracket"},
		{"[::1]:x", bad_port},
		{"[]:80", not_inet6},
		{"[localhost]:80", not_inet6},
		{"[127.0.0.1]:80", not_inet6},
		{"[fe80::1%]:80", not_inet6},
		{"[%eth0]:80", not_inet6},
		{"[0000:0000:0000:0000:0000:0000:0000:0000:0000:0000]:80", not_inet6},
		{"unix:", "path does not begin with /"},
		{"unix:9999", "path does not begin with /"},
		{"unix:x.sock", "path does not begin with /"},
		{"unix:@abstract", "path does not begin with /"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		check_refused(rows[i].input, rows[i].want);
}

static void
test_is_host(void **state)
{
	static const char *const hosts[] = {"127.0.0.1",    "0",       "::",   "::1",
					    "fe80::1%eth0", "*",       "name", "a.b-c_d.e",
					    "1.2.3.x",      "\xc3\xa4"};
	static const char *const others[] = {"",           "1.2.3.4:80", "[::1]", "256.0.0.1",
					     "...",        "a:b",        "::1%",  "a b",
					     "10.0.0.0/8", "**",         "u@host"};

	(void)state;
	for (size_t i = 0; i < COUNT(hosts); i++)
		assert_true(address_is_host(hosts[i]));
	for (size_t i = 0; i < COUNT(others); i++)
		assert_false(address_is_host(others[i]));
}

static void
test_longest_path(void **state)
{
	const size_t room = sizeof((struct sockaddr_un *)NULL)->sun_path;
	struct address_parts parts;
	char text[256] = "unix:";

	(void)state;
	memset(text + 5, '/', room);
	check_refused(text, "path is longer than 107 bytes");
	text[5 + room - 1] = '\0';
	assert_null(address_split(text, &parts));
	assert_int_equal(strlen(parts.path), room - 1);
	address_parts_done(&parts);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_format_inet),  cmocka_unit_test(test_format_inet6),
		cmocka_unit_test(test_format_unix),  cmocka_unit_test(test_format_others),
		cmocka_unit_test(test_split),        cmocka_unit_test(test_split_refuses),
		cmocka_unit_test(test_longest_path), cmocka_unit_test(test_is_host),
	};

	return cmocka_run_group_tests_name("address", tests, NULL, NULL);
}
