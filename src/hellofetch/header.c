/*
 * header.c - the header of the last answer, as it came
 *
 * Owns the collected bytes. Never judges them (audit.c does) and never prints
 * them. Pure; hellofetch is one process.
 */
#include "config.h"

/* System */
#include <stdlib.h>
#include <string.h>

/* Project */
#include "hellofetch/header.h"

void
header_init(struct header *header)
{
	memset(header, 0, sizeof(*header));
}

void
header_done(struct header *header)
{
	free(header->text);
	header_init(header);
}

static bool
is_status_line(const char *line, size_t len)
{
	return len >= 5 && memcmp(line, "HTTP/", 5) == 0;
}

static bool
is_empty_line(const char *line, size_t len)
{
	return (len == 1 && line[0] == '\n') || (len == 2 && memcmp(line, "\r\n", 2) == 0);
}

static enum header_step
append(struct header *header, const char *line, size_t len)
{
	if (header->len + len > header->capacity) {
		size_t capacity = (header->len + len) * 2;
		char *text = realloc(header->text, capacity);

		if (text == NULL)
			return HEADER_NO_MEMORY;
		header->text = text;
		header->capacity = capacity;
	}
	memcpy(header->text + header->len, line, len);
	header->len += len;
	return HEADER_MORE;
}

enum header_step
header_add(struct header *header, const char *line, size_t len)
{
	bool between = header->len == 0 || header->complete;
	enum header_step step;

	/* What we ignore libcurl keeps, and trailers it does not count. */
	header->seen += len;
	if (header->seen > HEADER_MAX)
		return HEADER_TOO_LARGE;
	if (header->sealed || (between && !is_status_line(line, len)))
		return HEADER_IGNORED;
	if (between) {
		header->len = 0;
		header->complete = false;
	}
	step = append(header, line, len);
	if (step == HEADER_MORE && is_empty_line(line, len)) {
		header->complete = true;
		step = HEADER_COMPLETE;
	}
	return step;
}

void
header_seal(struct header *header)
{
	header->sealed = true;
}
