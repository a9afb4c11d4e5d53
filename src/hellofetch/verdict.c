/*
 * verdict.c - what an answer, or libcurl's error, means for the file
 *
 * Owns the rule which answers may replace a file, and the way from libcurl's
 * error codes to ours. Touches neither network nor files. Pure; hellofetch is
 * one process.
 */
#include "config.h"

/* System */
#include <inttypes.h>
#include <stddef.h>

/* Project */
#include "hellofetch/verdict.h"

static bool
is_redirect(int status)
{
	return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

static void
refuse_status(int status, struct outcome *outcome)
{
	if (status >= 400 && status < 600)
		outcome_fail(outcome,
			     status >= 500 || status == 429 ? EXIT_HTTP_SERVER : EXIT_HTTP_CLIENT,
			     "the server answered with HTTP status %d", status);
	else
		outcome_fail(outcome, EXIT_MALFORMED,
			     "unexpected answer: HTTP status %d is no page that was asked for",
			     status);
}

/* What a 200 must be besides clean. Sizes that are announced are judged early. */
static void
check_page(const struct answer *answer, const struct asked *asked, struct outcome *outcome)
{
	if (answer->content_range)
		outcome_fail(outcome, EXIT_MALFORMED,
			     "unexpected answer: a Content-Range that was not asked for");
	else if (answer->coding == CODING_OTHER ||
		 (answer->coding != CODING_IDENTITY && !asked->gzip))
		outcome_fail(outcome, EXIT_MALFORMED,
			     "unexpected answer: a Content-Encoding that was not asked for");
	else if (!answer_is_framed(answer) && !asked->unframed)
		outcome_fail(outcome, EXIT_MALFORMED,
			     "the answer does not tell where its body ends (neither "
			     "Content-Length nor chunked): it cannot be known to be complete");
	else if (answer->length > asked->sizes.max)
		outcome_fail(outcome, EXIT_POLICY,
			     "the body is too large: %" PRId64 " bytes are announced, "
			     "--max-size is %" PRId64,
			     answer->length, asked->sizes.max);
}

enum verdict
verdict_answer(const struct answer *answer, const char *fault, const struct asked *asked,
	       struct outcome *outcome)
{
	/* An error stays an error, however untidy its header is. */
	if (answer->status >= 400 && answer->status < 600)
		refuse_status(answer->status, outcome);
	else if (fault != NULL)
		outcome_fail(outcome, EXIT_MALFORMED, "malformed header: %s", fault);
	else if (is_redirect(answer->status) && !answer->location)
		outcome_fail(outcome, EXIT_MALFORMED,
			     "malformed answer: HTTP status %d without a Location", answer->status);
	else if (is_redirect(answer->status))
		return VERDICT_FOLLOW;
	else if (answer->status == 304 && asked->condition)
		return VERDICT_UNCHANGED;
	else if (answer->status != 200)
		refuse_status(answer->status, outcome);
	else
		check_page(answer, asked, outcome);
	return outcome_good(outcome) ? VERDICT_ACCEPT : VERDICT_REFUSE;
}

/* Errors that mean the same at any moment; the others are in explain(). */
static const struct {
	CURLcode error;
	enum exit_code code;
	const char *what;
} errors[] = {
	{CURLE_COULDNT_RESOLVE_PROXY, EXIT_NETWORK, "the proxy's name cannot be resolved"},
	{CURLE_COULDNT_RESOLVE_HOST, EXIT_NETWORK, "the server's name cannot be resolved"},
	{CURLE_COULDNT_CONNECT, EXIT_NETWORK, "cannot connect"},
	{CURLE_PROXY, EXIT_NETWORK, "the proxy failed"},
	{CURLE_SEND_ERROR, EXIT_NETWORK, "the request could not be sent"},
	{CURLE_OPERATION_TIMEDOUT, EXIT_TIME, "it took too long"},
	{CURLE_SSL_CONNECT_ERROR, EXIT_TLS, "no secure connection"},
	{CURLE_PEER_FAILED_VERIFICATION, EXIT_TLS, "the server's certificate is not trusted"},
	{CURLE_SSL_PINNEDPUBKEYNOTMATCH, EXIT_TLS, "the server's key is none of --pin"},
	{CURLE_SSL_CACERT_BADFILE, EXIT_TLS, "the file of trusted certificates is unusable"},
	{CURLE_SSL_CIPHER, EXIT_TLS, "no secure connection"},
	{CURLE_SSL_ENGINE_INITFAILED, EXIT_TLS, "no secure connection"},
	{CURLE_PARTIAL_FILE, EXIT_TRUNCATED, "the answer was cut short"},
	{CURLE_GOT_NOTHING, EXIT_TRUNCATED, "the server closed without any answer"},
	{CURLE_RECV_ERROR, EXIT_TRUNCATED, "the answer was cut short"},
	{CURLE_HTTP2, EXIT_TRUNCATED, "the answer was cut short"},
	{CURLE_HTTP2_STREAM, EXIT_TRUNCATED, "the answer was cut short"},
	{CURLE_WEIRD_SERVER_REPLY, EXIT_MALFORMED, "malformed header"},
	{CURLE_BAD_CONTENT_ENCODING, EXIT_MALFORMED, "malformed body"},
	{CURLE_TOO_MANY_REDIRECTS, EXIT_POLICY, "too many redirects"},
	{CURLE_LOGIN_DENIED, EXIT_POLICY, "redirected to a URL with a user name in it"},
};

/* Errors whose meaning depends on how far the transfer had come. */
static void
explain(CURLcode error, struct position position, struct outcome *outcome)
{
	if (error == CURLE_UNSUPPORTED_PROTOCOL && position.redirected)
		outcome_fail(outcome, EXIT_POLICY,
			     "redirected to a scheme that is not allowed (only http and https, "
			     "and never from https to http)");
	else if (error == CURLE_URL_MALFORMAT && position.redirected)
		outcome_fail(outcome, EXIT_MALFORMED, "redirected to a malformed URL");
	else if (error == CURLE_UNSUPPORTED_PROTOCOL)
		outcome_fail(outcome, EXIT_MALFORMED, "the answer is not HTTP/1 or later");
	/* libcurl says "out of memory" of a header line over 100 KiB. */
	else if (position.answering)
		outcome_fail(outcome, EXIT_MALFORMED, "malformed answer");
	else if (error == CURLE_OUT_OF_MEMORY)
		outcome_fail(outcome, EXIT_LOCAL, "out of memory");
	else
		outcome_fail(outcome, EXIT_NETWORK, "the transfer failed");
}

void
verdict_error(CURLcode error, struct position position, struct outcome *outcome)
{
	if (position.via_proxy) {
		outcome_fail(outcome, EXIT_NETWORK, "the proxy refused to connect");
		return;
	}
	if (position.no_memory)
		outcome_fail(outcome, EXIT_LOCAL, "out of memory");
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
		if (errors[i].error == error)
			outcome_fail(outcome, errors[i].code, "%s", errors[i].what);
	explain(error, position, outcome);
}
