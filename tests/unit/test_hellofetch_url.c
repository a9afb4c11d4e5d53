/*
 * test_hellofetch_url.c - URLs as people type them
 */
#include "config.h"

/* System */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Library */
#include <cmocka.h>

/* Project */
#include "hellofetch/url.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define NAME_64 "0123456789012345678901234567890123456789012345678901234567890123"

static const struct {
	const char *url;
	const char *want; /* NULL: no safe name */
} names[] = {
	{"http://h/page", "page"},
	{"https://h/a/b/page.html", "page.html"},
	{"http://h/page?x=/y", "page"},
	{"http://h/page#/z", "page"},
	{"http://h", "index.html"},
	{"http://h/", "index.html"},
	{"http://h/a/", "index.html"},
	{"http://h/?q", "index.html"},
	{"http://h/a%20b", "a b"},
	{"http://h/100%25", "100%"},
	{"http://h/%zz", "%zz"},
	{"http://h/%c3%a4", "\xc3\xa4"},
	{"http://h/.profile", ".profile"},
	{"http://h/a%2Fb", NULL},
	{"http://h/%2e%2e%2fb", NULL},
	{"http://h/a%00b", NULL},
	{"http://h/a%00", NULL},
	{"http://h/a%0ab", NULL},
	{"http://h/a%1bb", NULL},
	{"http://h/a%7f", NULL},
	{"http://h/" NAME_64 NAME_64 NAME_64
	 "012345678901234567890123456789012345678901234567890123456789012",
	 NAME_64 NAME_64 NAME_64 "012345678901234567890123456789012345678901234567890123456789012"},
	{"http://h/" NAME_64 NAME_64 NAME_64 NAME_64, NULL},
};

static void
test_file_name(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(names); i++) {
		char *got = url_file_name(names[i].url);

		if ((got == NULL) != (names[i].want == NULL) ||
		    (got != NULL && strcmp(got, names[i].want) != 0))
			fail_msg("%s: got \"%s\", want \"%s\"", names[i].url, got ? got : "(none)",
				 names[i].want ? names[i].want : "(none)");
		free(got);
	}
}

/* Whatever is in the URL, the name is that of a file right here. */
static void
test_file_name_of_every_byte(void **state)
{
	(void)state;
	for (unsigned int first = 0; first < 256; first++) {
		for (unsigned int second = 0; second < 256; second++) {
			char url[32], *name;

			snprintf(url, sizeof(url), "http://h/%%%02x%%%02x", first, second);
			name = url_file_name(url);
			if (name != NULL && (strchr(name, '/') != NULL || name[0] == '\0' ||
					     strcmp(name, ".") == 0 || strcmp(name, "..") == 0))
				fail_msg("%s: got \"%s\"", url, name);
			free(name);
		}
	}
}

static const struct {
	const char *url;
	const char *want; /* a part of the fault; NULL: none */
} checks[] = {
	{"http://h/", NULL},
	{"https://h:8443/a?b#c", NULL},
	{"HTTP://H/", NULL},
	{"http://[::1]:80/", NULL},
	{"http://h/@", NULL},
	{"ftp://h/", "only http and https"},
	{"file:///etc/passwd", "only http and https"},
	{"h/page", "not a URL"},
	{"", "not a URL"},
	{"http://", "not a URL"},
	{"http://h:99999/", "not a URL"},
	{"http://u@h/", "user name"},
	{"http://u:p@h/", "user name"},
	{"http://:p@h/", "user name"},
	{"http://@h/", "user name"},
};

static void
test_check(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(checks); i++) {
		const char *got = url_check(checks[i].url);

		if ((got == NULL) != (checks[i].want == NULL) ||
		    (got != NULL && strstr(got, checks[i].want) == NULL))
			fail_msg("%s: got %s, want %s", checks[i].url, got ? got : "no fault",
				 checks[i].want ? checks[i].want : "no fault");
	}
}

static void
test_redact(void **state)
{
	char *got;

	(void)state;
	got = url_redact("http://joe:s3cret@h/page?q");
	assert_string_equal(got, "http://h/page?q");
	free(got);
	got = url_redact("http://h/page");
	assert_string_equal(got, "http://h/page");
	free(got);
	assert_null(url_redact("http://joe:s3cret@"));
}

static const struct {
	const char *base;
	const char *location;
	bool server;
	bool host;
} ways[] = {
	{"https://h/a", "/b", true, true},
	{"https://h/a", "b?c#d", true, true},
	{"https://h/a", "https://h/b", true, true},
	{"https://h/a", "HTTPS://H:443/b", true, true},
	{"https://h/a", "//h/b", true, true},
	{"https://h:443/a", "https://h/b", true, true},
	{"https://g/a", "https://h/b", true, true},
	{"https://g/a", "/b", false, false},
	{"https://h/a", "http://h/b", false, true},
	{"https://h/a", "https://h:444/b", false, true},
	{"https://h/a", "https://h.g/b", false, false},
	{"https://h/a", "https://g/", false, false},
	{"https://h/a", "//g/", false, false},
	{"https://h/a", "https://h@g/", false, false},
	{"https://h/a", "https://g/https://h/", false, false},
	{"https://h/a", "https://g#@h/", false, false},
	{"https://h/a", "", true, true},
	{"https://h/a", "https://", false, false},
	{"rubbish", "https:///", false, false},
};

static void
test_leads_home(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(ways); i++)
		if (url_leads_home(ways[i].base, ways[i].location, "https://h/", URL_SAME_SERVER) !=
			    ways[i].server ||
		    url_leads_home(ways[i].base, ways[i].location, "https://h/", URL_SAME_HOST) !=
			    ways[i].host)
			fail_msg("%s -> %s", ways[i].base, ways[i].location);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_file_name),  cmocka_unit_test(test_file_name_of_every_byte),
		cmocka_unit_test(test_check),      cmocka_unit_test(test_redact),
		cmocka_unit_test(test_leads_home),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
