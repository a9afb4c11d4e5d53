/*
 * test_hellofetch_audit.c - headers collected, audited and judged
 */
#include "config.h"

/* System */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Library */
#include <cmocka.h>

/* Project */
#include "hellofetch/audit.h"
#include "hellofetch/header.h"
#include "hellofetch/verdict.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define OK "HTTP/1.1 200 OK\r\n"
#define END "\r\n"

static const char NOT_A_NUMBER[] = "a Content-Length that is not a number";
static const char NOT_A_FIELD[] = "a line that is not \"name: value\"";
static const char NOT_CHUNKED[] = "a Transfer-Encoding other than chunked";

/* A header, the fault that must be found (NULL: none), and what must be read. */
struct row {
	const char *header;
	const char *fault;
	struct answer want; /* looked at only if there is no fault */
};

static const struct row rows[] = {
	/* status lines */
	{"HTTP/1.0 404 Not Found\r\n\r\n", NULL, {404, 10, -1, 0, 0, 0, 0}},
	{"HTTP/1.1 200\r\n\r\n", NULL, {200, 11, -1, 0, 0, 0, 0}},
	{"HTTP/2 200 \r\n\r\n", NULL, {200, 20, -1, 0, 0, 0, 0}},
	{"HTTP/3 200 \r\n\r\n", NULL, {200, 30, -1, 0, 0, 0, 0}},
	{"HTTP/1.2 200 OK\r\n\r\n", "a bad status line", {0}},
	{"HTTP/1.1  200 OK\r\n\r\n", "a bad status line", {0}},
	{"HTTP/1.1 2000 OK\r\n\r\n", "a bad status line", {0}},
	{"HTTP/1.1 20\r\n\r\n", "a bad status line", {0}},
	{"HTTP/1.1 099 OK\r\n\r\n", "a bad status line", {0}},
	{"HTTP/1.1 200 O\rK\r\n\r\n", "a CR inside a line", {0}},
	{"ICY 200 OK\r\n\r\n", "a bad status line", {0}},
	{"\r\n", "a bad status line", {0}},
	{"", "no end", {0}},
	{"HTTP/1.1 200 OK", "no end", {0}},
	{OK, "no end", {0}},
	{OK "A: b\r\n", "no end", {0}},

	/* lengths */
	{OK "Content-Length: 5\r\n" END, NULL, {200, 11, 5, 0, 0, 0, 0}},
	{OK "content-length:5 \t\r\n" END, NULL, {200, 11, 5, 0, 0, 0, 0}},
	{OK "Content-Length: 0\n\n", NULL, {200, 11, 0, 0, 0, 0, 0}},
	{OK "Content-Length: 005\r\nContent-Length: 5\r\n" END, NULL, {200, 11, 5, 0, 0, 0, 0}},
	{OK "Content-Length: 9223372036854775807\r\n" END, NULL, {200, 11, INT64_MAX, 0, 0, 0, 0}},
	{OK "Content-Length: 9223372036854775808\r\n" END, NOT_A_NUMBER, {0}},
	{OK "Content-Length: 92233720368547758070\r\n" END, NOT_A_NUMBER, {0}},
	{OK "Content-Length: 5, 5\r\n" END, NOT_A_NUMBER, {0}},
	{OK "Content-Length: +5\r\n" END, NOT_A_NUMBER, {0}},
	{OK "Content-Length: -5\r\n" END, NOT_A_NUMBER, {0}},
	{OK "Content-Length: 0x5\r\n" END, NOT_A_NUMBER, {0}},
	{OK "Content-Length: 5 5\r\n" END, NOT_A_NUMBER, {0}},
	{OK "Content-Length:\r\n" END, NOT_A_NUMBER, {0}},
	{OK "Content-Length: 5\r\nContent-Length: 6\r\n" END,
	 "two Content-Length fields that differ",
	 {0}},
	{OK "Content-Length: 5\r\n 6\r\n" END, "a folded line where none may be", {0}},
	{OK "Content-Length : 5\r\n" END, NOT_A_FIELD, {0}},

	/* transfer codings */
	{OK "Transfer-Encoding: chunked\r\n" END, NULL, {200, 11, -1, 1, 0, 0, 0}},
	{OK "TRANSFER-ENCODING:CHUNKED\r\n" END, NULL, {200, 11, -1, 1, 0, 0, 0}},
	{OK "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n" END,
	 NULL,
	 {200, 11, -1, 1, 0, 0, 0}},
	{OK "Transfer-Encoding: chunkedx\r\n" END, NOT_CHUNKED, {0}},
	{OK "Transfer-Encoding: gzip, chunked\r\n" END, NOT_CHUNKED, {0}},
	{OK "Transfer-Encoding: chunked, identity\r\n" END, NOT_CHUNKED, {0}},
	{OK "Transfer-Encoding: identity\r\n" END, NOT_CHUNKED, {0}},
	{OK "Transfer-Encoding:\r\n" END, NOT_CHUNKED, {0}},
	{OK "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n" END, NOT_CHUNKED, {0}},
	{"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n" END,
	 "a Transfer-Encoding outside of HTTP/1.1",
	 {0}},
	{"HTTP/2 200 \r\nTransfer-Encoding: chunked\r\n" END,
	 "a Transfer-Encoding outside of HTTP/1.1",
	 {0}},

	/* what else decides */
	{OK "Location: /a\r\n" END, NULL, {200, 11, -1, 0, 1, 0, 0}},
	{OK "Location: \r\n" END, NULL, {200, 11, -1, 0, 0, 0, 0}},
	{OK "Location: /a\r\nLocation: /a\r\n" END, NULL, {200, 11, -1, 0, 1, 0, 0}},
	{OK "Location: /a\r\nLocation: /b\r\n" END, "two Location fields that differ", {0}},
	{OK "Content-Range: bytes 0-1/2\r\n" END, NULL, {200, 11, -1, 0, 0, 1, 0}},
	{OK "Content-Encoding: gzip\r\n" END, NULL, {200, 11, -1, 0, 0, 0, 1}},
	{OK "Content-Encoding: Identity\r\n" END, NULL, {200, 11, -1, 0, 0, 0, 0}},
	{OK "Content-Encoding: gzip\r\nContent-Encoding: identity\r\n" END,
	 NULL,
	 {200, 11, -1, 0, 0, 0, CODING_GZIP}},
	{OK "Content-Encoding: X-Gzip\r\n" END, NULL, {200, 11, -1, 0, 0, 0, CODING_GZIP}},
	{OK "Content-Encoding: gzip, gzip\r\n" END, NULL, {200, 11, -1, 0, 0, 0, CODING_OTHER}},
	{OK "Content-Encoding: gzip\r\nContent-Encoding: gzip\r\n" END,
	 NULL,
	 {200, 11, -1, 0, 0, 0, CODING_OTHER}},
	{OK "Content-Encoding: br\r\n" END, NULL, {200, 11, -1, 0, 0, 0, CODING_OTHER}},
	{OK "Content-Lengthy: 5\r\n" END, NULL, {200, 11, -1, 0, 0, 0, 0}},

	/* lines */
	{OK "A: b\r\n c\r\n\td\r\n" END, NULL, {200, 11, -1, 0, 0, 0, 0}},
	{OK " A: b\r\n" END, "a folded line where none may be", {0}},
	{OK "A: b\rB: c\r\n" END, "a CR inside a line", {0}},
	{OK "A: b\r\r\n" END, "a CR inside a line", {0}},
	{OK "A: \x1b]0;\x07\r\n" END, NULL, {200, 11, -1, 0, 0, 0, 0}},
	{OK "A\r\n" END, NOT_A_FIELD, {0}},
	{OK ": b\r\n" END, NOT_A_FIELD, {0}},
	{OK "A b: c\r\n" END, NOT_A_FIELD, {0}},
	{OK "A\x80: c\r\n" END, NOT_A_FIELD, {0}},
};

static void
check_answer(const char *header, const struct answer *got, const struct answer *want)
{
	if (got->status != want->status || got->version != want->version ||
	    got->length != want->length || got->chunked != want->chunked ||
	    got->location != want->location || got->content_range != want->content_range ||
	    got->coding != want->coding)
		fail_msg("\"%s\": read wrongly: status %d version %d length %lld", header,
			 got->status, got->version, (long long)got->length);
}

static void
test_audit(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct answer got;
		const char *fault = audit_header(rows[i].header, strlen(rows[i].header), &got);

		if (fault != rows[i].fault &&
		    (!fault || !rows[i].fault || strcmp(fault, rows[i].fault) != 0))
			fail_msg("\"%s\": got %s, want %s", rows[i].header,
				 fault ? fault : "no fault",
				 rows[i].fault ? rows[i].fault : "no fault");
		if (fault == NULL)
			check_answer(rows[i].header, &got, &rows[i].want);
	}
}

static void
test_audit_nul(void **state)
{
	static const char header[] = OK "A: b\0c\r\n" END;
	static const char status[] = "HTTP/1.1 200 O\0K\r\n" END;
	struct answer got;

	(void)state;
	assert_string_equal(audit_header(header, sizeof(header) - 1, &got), "a NUL byte");
	assert_string_equal(audit_header(status, sizeof(status) - 1, &got), "a NUL byte");
}

static enum header_step
add(struct header *header, const char *line)
{
	return header_add(header, line, strlen(line));
}

static void
test_header_keeps_the_last(void **state)
{
	static const char want[] = OK "B: 2\n\n";
	struct header header;

	(void)state;
	header_init(&header);
	assert_int_equal(add(&header, "stray: line\r\n"), HEADER_IGNORED);
	assert_int_equal(add(&header, "HTTP/1.1 302 Found\r\n"), HEADER_MORE);
	assert_int_equal(add(&header, "A: a long line to be forgotten\r\n"), HEADER_MORE);
	/* Not a new header in the midst of one: the audit will see it. */
	assert_int_equal(add(&header, OK), HEADER_MORE);
	assert_int_equal(add(&header, "\r\n"), HEADER_COMPLETE);
	assert_int_equal(add(&header, "X-Trailer: of the redirect\r\n"), HEADER_IGNORED);
	assert_int_equal(add(&header, OK), HEADER_MORE);
	assert_false(header.complete);
	assert_int_equal(add(&header, "B: 2\n"), HEADER_MORE);
	assert_int_equal(add(&header, "\n"), HEADER_COMPLETE);
	header_seal(&header);
	assert_int_equal(add(&header, "HTTP/1.1 404 Not Found\r\n"), HEADER_IGNORED);
	assert_int_equal(header.len, strlen(want));
	assert_memory_equal(header.text, want, strlen(want));
	header_done(&header);
}

static void
test_header_is_bounded(void **state)
{
	char line[1024];
	struct header header;
	size_t taken = 0;

	(void)state;
	memset(line, 'x', sizeof(line));
	header_init(&header);
	assert_int_equal(add(&header, OK), HEADER_MORE);
	while (header_add(&header, line, sizeof(line)) == HEADER_MORE)
		taken++;
	assert_int_equal(taken, (HEADER_MAX - strlen(OK)) / sizeof(line));
	assert_int_equal(header_add(&header, line, sizeof(line)), HEADER_TOO_LARGE);
	assert_false(header.complete);
	header_done(&header);
}

/* Nor is it what we keep alone that is: libcurl keeps the rest. */
static void
test_all_headers_are_bounded(void **state)
{
	char line[1024];
	struct header header;
	size_t taken;

	(void)state;
	memset(line, 'x', sizeof(line));
	header_init(&header);
	for (taken = 0; add(&header, OK) == HEADER_MORE; taken++)
		assert_int_not_equal(add(&header, "\r\n"), HEADER_MORE);
	assert_in_range(taken, HEADER_MAX / strlen(OK "\r\n") - 1, HEADER_MAX / strlen(OK));
	header_done(&header);

	assert_int_equal(add(&header, OK), HEADER_MORE);
	assert_int_equal(add(&header, "\r\n"), HEADER_COMPLETE);
	header_seal(&header);
	for (taken = 0; header_add(&header, line, sizeof(line)) == HEADER_IGNORED; taken++)
		;
	assert_int_equal(taken, (HEADER_MAX - strlen(OK "\r\n")) / sizeof(line));
	assert_int_equal(header_add(&header, line, sizeof(line)), HEADER_TOO_LARGE);
	header_done(&header);
}

static const struct {
	struct answer answer;
	const char *fault;
	enum verdict want;
	enum exit_code code;
} verdicts[] = {
	{{200, 11, 5, 0, 0, 0, 0}, NULL, VERDICT_ACCEPT, EXIT_CURRENT},
	{{200, 11, -1, 1, 0, 0, 0}, NULL, VERDICT_ACCEPT, EXIT_CURRENT},
	{{200, 20, -1, 0, 0, 0, 0}, NULL, VERDICT_ACCEPT, EXIT_CURRENT},
	{{200, 11, -1, 0, 0, 0, 0}, NULL, VERDICT_REFUSE, EXIT_MALFORMED},
	{{200, 11, 100, 0, 0, 0, 0}, NULL, VERDICT_ACCEPT, EXIT_CURRENT},
	{{200, 11, 101, 0, 0, 0, 0}, NULL, VERDICT_REFUSE, EXIT_POLICY},
	{{200, 11, 5, 0, 0, 1, 0}, NULL, VERDICT_REFUSE, EXIT_MALFORMED},
	{{200, 11, 5, 0, 0, 0, CODING_GZIP}, NULL, VERDICT_ACCEPT, EXIT_CURRENT},
	{{200, 11, 5, 0, 0, 0, CODING_OTHER}, NULL, VERDICT_REFUSE, EXIT_MALFORMED},
	{{200, 11, 5, 0, 0, 0, 0}, "x", VERDICT_REFUSE, EXIT_MALFORMED},
	{{201, 11, 5, 0, 0, 0, 0}, NULL, VERDICT_REFUSE, EXIT_MALFORMED},
	{{203, 11, 5, 0, 0, 0, 0}, NULL, VERDICT_REFUSE, EXIT_MALFORMED},
	{{300, 11, 5, 0, 1, 0, 0}, NULL, VERDICT_REFUSE, EXIT_MALFORMED},
	{{301, 11, -1, 0, 1, 0, 0}, NULL, VERDICT_FOLLOW, EXIT_CURRENT},
	{{302, 11, 5, 0, 1, 0, 0}, NULL, VERDICT_FOLLOW, EXIT_CURRENT},
	{{303, 11, 5, 0, 1, 0, 0}, NULL, VERDICT_FOLLOW, EXIT_CURRENT},
	{{304, 11, 5, 0, 1, 0, 0}, NULL, VERDICT_REFUSE, EXIT_MALFORMED},
	{{305, 11, 5, 0, 1, 0, 0}, NULL, VERDICT_REFUSE, EXIT_MALFORMED},
	{{307, 11, 5, 0, 1, 0, 0}, NULL, VERDICT_FOLLOW, EXIT_CURRENT},
	{{308, 11, 5, 0, 1, 0, 0}, NULL, VERDICT_FOLLOW, EXIT_CURRENT},
	{{302, 11, 5, 0, 0, 0, 0}, NULL, VERDICT_REFUSE, EXIT_MALFORMED},
	{{302, 11, 5, 0, 1, 0, 0}, "x", VERDICT_REFUSE, EXIT_MALFORMED},
	{{404, 11, 5, 0, 0, 0, 0}, NULL, VERDICT_REFUSE, EXIT_HTTP_CLIENT},
	{{404, 11, 5, 0, 0, 0, 0}, "x", VERDICT_REFUSE, EXIT_HTTP_CLIENT},
	{{429, 11, 5, 0, 0, 0, 0}, NULL, VERDICT_REFUSE, EXIT_HTTP_SERVER},
	{{500, 11, 5, 0, 0, 0, 0}, NULL, VERDICT_REFUSE, EXIT_HTTP_SERVER},
	{{599, 11, 5, 0, 0, 0, 0}, NULL, VERDICT_REFUSE, EXIT_HTTP_SERVER},
	{{600, 11, 5, 0, 0, 0, 0}, NULL, VERDICT_REFUSE, EXIT_MALFORMED},
};

static void
test_verdict_answer(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(verdicts); i++) {
		const struct asked asked = {{1, 100}, true, false, false};
		struct outcome outcome;
		enum verdict got;

		outcome_init(&outcome);
		got = verdict_answer(&verdicts[i].answer, verdicts[i].fault, &asked, &outcome);
		if (got != verdicts[i].want || outcome.code != verdicts[i].code)
			fail_msg("row %zu, status %d: got %d with code %d, want %d with code %d", i,
				 verdicts[i].answer.status, (int)got, (int)outcome.code,
				 (int)verdicts[i].want, (int)verdicts[i].code);
		outcome_done(&outcome);
	}
}

static const struct {
	CURLcode error;
	struct position position;
	enum exit_code code;
} failures[] = {
	{CURLE_COULDNT_CONNECT, {0, 0, 0, 0}, EXIT_NETWORK},
	{CURLE_OPERATION_TIMEDOUT, {1, 0, 0, 0}, EXIT_TIME},
	{CURLE_PEER_FAILED_VERIFICATION, {0, 0, 0, 0}, EXIT_TLS},
	{CURLE_PARTIAL_FILE, {1, 0, 0, 0}, EXIT_TRUNCATED},
	{CURLE_RECV_ERROR, {0, 0, 0, 0}, EXIT_TRUNCATED},
	{CURLE_RECV_ERROR, {0, 0, 1, 0}, EXIT_NETWORK},
	{CURLE_TOO_MANY_REDIRECTS, {0, 1, 0, 0}, EXIT_POLICY},
	{CURLE_UNSUPPORTED_PROTOCOL, {0, 1, 0, 0}, EXIT_POLICY},
	{CURLE_UNSUPPORTED_PROTOCOL, {0, 0, 0, 0}, EXIT_MALFORMED},
	{CURLE_URL_MALFORMAT, {0, 1, 0, 0}, EXIT_MALFORMED},
	{CURLE_OUT_OF_MEMORY, {1, 0, 0, 0}, EXIT_MALFORMED},
	{CURLE_OUT_OF_MEMORY, {0, 0, 0, 0}, EXIT_LOCAL},
	{CURLE_OUT_OF_MEMORY, {1, 0, 0, 1}, EXIT_LOCAL},
	{CURLE_COULDNT_RESOLVE_HOST, {0, 0, 0, 1}, EXIT_LOCAL},
	{CURLE_URL_MALFORMAT, {0, 1, 0, 1}, EXIT_LOCAL},
	{CURLE_FAILED_INIT, {0, 0, 0, 0}, EXIT_NETWORK},
};

static void
test_verdict_error(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(failures); i++) {
		struct outcome outcome;

		outcome_init(&outcome);
		verdict_error(failures[i].error, failures[i].position, &outcome);
		if (outcome.code != failures[i].code || outcome.what[0] == '\0')
			fail_msg("row %zu: got code %d \"%s\", want %d", i, (int)outcome.code,
				 outcome.what, (int)failures[i].code);
		outcome_done(&outcome);
	}
}

static void
test_first_failure_stays(void **state)
{
	struct outcome outcome;

	(void)state;
	outcome_init(&outcome);
	assert_true(outcome_good(&outcome));
	outcome_fail(&outcome, EXIT_TIME, "first %d", 1);
	outcome_fail(&outcome, EXIT_LOCAL, "second");
	outcome_fail_signal(&outcome, 15);
	assert_false(outcome_good(&outcome));
	assert_int_equal(outcome.code, EXIT_TIME);
	assert_int_equal(outcome.signal, 0);
	assert_string_equal(outcome.what, "first 1");
	outcome_done(&outcome);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_audit),
		cmocka_unit_test(test_audit_nul),
		cmocka_unit_test(test_header_keeps_the_last),
		cmocka_unit_test(test_header_is_bounded),
		cmocka_unit_test(test_all_headers_are_bounded),
		cmocka_unit_test(test_verdict_answer),
		cmocka_unit_test(test_verdict_error),
		cmocka_unit_test(test_first_failure_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
