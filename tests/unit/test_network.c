/*
 * test_network.c - networks in CIDR notation, and who is in them
 */
#include "config.h"

/* System */
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Library */
#include <cmocka.h>

/* Project */
#include "hellod/network.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct peer
peer_of(const char *address)
{
	struct peer peer = {.family = strchr(address, ':') ? AF_INET6 : AF_INET};

	assert_int_equal(inet_pton(peer.family, address, peer.bytes), 1);
	return peer;
}

static void
test_notation(void **state)
{
	static const struct {
		const char *text;
		const char *want;
	} cases[] = {
		{"192.0.2.0/24", "192.0.2.0/24"},
		{"192.0.2.1", "192.0.2.1"},
		{"192.0.2.1/32", "192.0.2.1"},
		{"0.0.0.0/0", "0.0.0.0/0"},
		{"128.0.0.0/1", "128.0.0.0/1"},
		{"10.1.8.0/21", "10.1.8.0/21"},
		{"2001:db8::/32", "2001:db8::/32"},
		{"2001:DB8:0::/33", "2001:db8::/33"},
		{"::/0", "::/0"},
		{"::1/128", "::1"},
		{"::ffff:192.0.2.1", "::ffff:192.0.2.1"},
		{"ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.254/127",
		 "ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe/127"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char text[NETWORK_TEXT_MAX];
		struct network network;

		assert_int_equal(network_parse(cases[i].text, &network), 0);
		assert_string_equal(network_format(&network, text), cases[i].want);
	}
}

static void
test_what_is_none(void **state)
{
	static const char *const cases[] = {
		"",
		"/",
		"/24",
		"192.0.2.0/",
		"192.0.2.0/33",
		"192.0.2.0/ 24",
		"192.0.2.0/+24",
		"192.0.2.0/024",
		"192.0.2.0/24/24",
		"192.0.2.0/-1",
		"192.0.2.0/4294967320",
		"192.0.2.1/24",
		"10.1.9.0/21",
		"192.0.2",
		"192.0.2.0.0/24",
		"300.0.2.0/24",
		"localhost",
		"2001:db8::/129",
		"2001:db8::1/64",
		"2001:db8::/",
		"::g/64",
		"[::]/0",
		"fe80::1%lo",
		" 192.0.2.0/24",
		"192.0.2.0/24 ",
		"ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255:ffff:ffff",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct network network = {.bits = 77};

		assert_int_equal(network_parse(cases[i], &network), -1);
		assert_int_equal(network.bits, 77);
	}
}

/* The addresses just inside of a network and just outside, at both of its ends. */
static void
test_who_is_in(void **state)
{
	static const struct {
		const char *list;
		const char *address;
		const char *want; /* the network that it is in; NULL: none */
	} cases[] = {
		{"", "192.0.2.1", NULL},
		{"192.0.2.0/24", "192.0.2.0", "192.0.2.0/24"},
		{"192.0.2.0/24", "192.0.2.255", "192.0.2.0/24"},
		{"192.0.2.0/24", "192.0.1.255", NULL},
		{"192.0.2.0/24", "192.0.3.0", NULL},
		{"10.1.8.0/21", "10.1.15.255", "10.1.8.0/21"},
		{"10.1.8.0/21", "10.1.16.0", NULL},
		{"10.1.8.0/21", "10.1.7.255", NULL},
		{"10.0.0.1", "10.0.0.1", "10.0.0.1"},
		{"10.0.0.1", "10.0.0.0", NULL},
		{"0.0.0.0/0", "255.255.255.255", "0.0.0.0/0"},
		{"0.0.0.0/0", "::1", NULL},
		{"::/0", "127.0.0.1", NULL},
		{"2001:db8::/33", "2001:db8:7fff:ffff:ffff:ffff:ffff:ffff", "2001:db8::/33"},
		{"2001:db8::/33", "2001:db8:8000::", NULL},
		{"2001:db8::1", "2001:db8::1", "2001:db8::1"},
		{"2001:db8::1", "2001:db8::2", NULL},
		{"10.0.0.0/8 192.0.2.0/24 2001:db8::/32", "192.0.2.7", "192.0.2.0/24"},
		{"10.0.0.0/8 10.1.0.0/16", "10.1.0.0", "10.0.0.0/8"},
		{"10.0.0.0/8 192.0.2.0/24 2001:db8::/32", "2001:db9::", NULL},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct peer peer = peer_of(cases[i].address);
		char text[NETWORK_TEXT_MAX];
		struct networks networks;
		const struct network *found;

		networks_init(&networks, cases[i].list);
		found = networks_find(&networks, &peer);
		if (cases[i].want)
			assert_non_null(found);
		else
			assert_null(found);
		if (found)
			assert_string_equal(network_format(found, text), cases[i].want);
		networks_done(&networks);
		assert_null(networks_find(&networks, &peer));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_notation),
		cmocka_unit_test(test_what_is_none),
		cmocka_unit_test(test_who_is_in),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
