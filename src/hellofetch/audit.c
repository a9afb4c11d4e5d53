/*
 * audit.c - is this header clean, and what does it promise?
 *
 * Owns the rules of a header's form (RFC 9110, RFC 9112). Never decides what an
 * answer means for the file (verdict.c does). Pure; hellofetch is one process.
 */
#include "config.h"

/* System */
#include <string.h>

/* Project */
#include "hellofetch/audit.h"
#include "hellofetch/piece.h"

/* What was seen so far, to compare a field that comes twice with. */
struct auditor {
	struct answer *answer;
	struct piece location; /* at is NULL until one came */
	bool transfer_encoding;
	bool framing; /* the line before was a field that must not be folded */
};

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_token_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) ||
	       (c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL);
}

/* Other control bytes are ugly, but nobody takes them for the end of a line. */
static const char *
check_bytes(struct piece line)
{
	if (memchr(line.at, '\0', line.len) != NULL)
		return "a NUL byte";
	if (memchr(line.at, '\r', line.len) != NULL)
		return "a CR inside a line";
	return NULL;
}

/* "HTTP/1.1 200 OK", "HTTP/2 200 " */
static const char *
read_status_line(struct piece line, struct answer *answer)
{
	static const struct {
		const char *text;
		int version;
	} versions[] = {{"HTTP/1.0 ", 10}, {"HTTP/1.1 ", 11}, {"HTTP/2 ", 20}, {"HTTP/3 ", 30}};

	for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
		size_t at = strlen(versions[i].text);
		const char *digits = line.at + at;

		if (line.len < at + 3 || memcmp(line.at, versions[i].text, at) != 0)
			continue;
		if (digits[0] < '1' || !is_digit(digits[0]) || !is_digit(digits[1]) ||
		    !is_digit(digits[2]) || (line.len > at + 3 && digits[3] != ' '))
			break;
		answer->version = versions[i].version;
		answer->status =
			(digits[0] - '0') * 100 + (digits[1] - '0') * 10 + (digits[2] - '0');
		return NULL;
	}
	return "a bad status line";
}

/* 1*DIGIT and nothing else: no sign, no list, no more than 2^63-1. */
static const char *
read_content_length(struct piece value, struct auditor *auditor)
{
	int64_t length = 0;

	if (value.len == 0)
		return "a Content-Length that is not a number";
	for (size_t i = 0; i < value.len; i++) {
		if (!is_digit(value.at[i]) || __builtin_mul_overflow(length, 10, &length) ||
		    __builtin_add_overflow(length, value.at[i] - '0', &length))
			return "a Content-Length that is not a number";
	}
	if (auditor->answer->length >= 0 && auditor->answer->length != length)
		return "two Content-Length fields that differ";
	auditor->answer->length = length;
	return NULL;
}

static const char *
read_transfer_encoding(struct piece value, struct auditor *auditor)
{
	if (auditor->transfer_encoding || !piece_is(value, "chunked"))
		return "a Transfer-Encoding other than chunked";
	/* RFC 9112 6.1: in HTTP/1.0 such a message's framing is faulty. */
	if (auditor->answer->version != 11)
		return "a Transfer-Encoding outside of HTTP/1.1";
	auditor->transfer_encoding = true;
	auditor->answer->chunked = true;
	return NULL;
}

static const char *
read_location(struct piece value, struct auditor *auditor)
{
	struct piece *old = &auditor->location;

	if (old->at != NULL && (old->len != value.len || memcmp(old->at, value.at, value.len) != 0))
		return "two Location fields that differ";
	*old = value;
	auditor->answer->location = value.len > 0;
	return NULL;
}

/* Two fields are a list of two codings: of those we know none. */
static void
read_content_encoding(struct piece value, struct answer *answer)
{
	if (value.len == 0 || piece_is(value, "identity"))
		return;
	if (answer->coding == CODING_IDENTITY &&
	    (piece_is(value, "gzip") || piece_is(value, "x-gzip")))
		answer->coding = CODING_GZIP;
	else
		answer->coding = CODING_OTHER;
}

/* Reads a field that decides what the answer is; others are none of our business. */
static const char *
read_field(struct piece name, struct piece value, struct auditor *auditor)
{
	auditor->framing = true;
	if (piece_is(name, "Content-Length"))
		return read_content_length(value, auditor);
	if (piece_is(name, "Transfer-Encoding"))
		return read_transfer_encoding(value, auditor);
	if (piece_is(name, "Location"))
		return read_location(value, auditor);
	if (piece_is(name, "Content-Range"))
		auditor->answer->content_range = true;
	else if (piece_is(name, "Content-Encoding"))
		read_content_encoding(value, auditor->answer);
	else
		auditor->framing = false;
	return NULL;
}

static const char *
read_line(struct piece line, struct auditor *auditor)
{
	const char *fault = check_bytes(line);
	struct piece name = {line.at, 0}, value;

	if (fault != NULL)
		return fault;
	/* A folded line is harmless behind a field that we do not read. */
	if (line.len > 0 && piece_is_blank(line.at[0]))
		return auditor->framing ? "a folded line where none may be" : NULL;

	while (name.len < line.len && is_token_char(line.at[name.len]))
		name.len++;
	/* A blank before the colon is a known trick: other readers skip it. */
	if (name.len == 0 || name.len == line.len || line.at[name.len] != ':')
		return "a line that is not \"name: value\"";
	value = (struct piece){line.at + name.len + 1, line.len - name.len - 1};
	return read_field(name, piece_trim(value), auditor);
}

const char *
audit_header(const char *text, size_t len, struct answer *ret_answer)
{
	/* Right behind the status line a folded line has nothing to continue. */
	struct auditor auditor = {.answer = ret_answer, .framing = true};
	struct piece rest = {text, len}, line;
	const char *fault;

	*ret_answer = (struct answer){.length = -1};
	if (!piece_next_line(&rest, &line))
		return "no end";
	fault = read_status_line(line, ret_answer);
	if (fault == NULL)
		fault = check_bytes(line);
	while (fault == NULL) {
		if (!piece_next_line(&rest, &line))
			return "no end";
		if (line.len == 0)
			break;
		fault = read_line(line, &auditor);
	}
	/* RFC 9112 6.3: chunked overrides a length. */
	if (ret_answer->chunked)
		ret_answer->length = -1;
	return fault;
}

bool
answer_is_framed(const struct answer *answer)
{
	return answer->length >= 0 || answer->chunked || answer->version >= 20;
}
