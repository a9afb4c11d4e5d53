/*
 * state.c - what is remembered of a destination from run to run
 *
 * Owns the format: a first line with the version, a "key=value" a line, a last
 * line "end". Never opens a file. Pure; hellofetch is one process.
 */
#include "config.h"

/* System */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Project */
#include "hellofetch/piece.h"
#include "hellofetch/state.h"
#include "lib/units.h"

#define FIRST_LINE "hellofetch-state 1"
#define LAST_LINE "end"

/* size: bytes of a text; 0: a number, an int64_t. */
static const struct key {
	const char *name;
	size_t place;
	size_t size;
} keys[] = {
#define TEXT(name, member) \
	{ \
		name, offsetof(struct state, member), sizeof(((struct state *)0)->member) \
	}
#define NUMBER(name, member) \
	{ \
		name, offsetof(struct state, member), 0 \
	}
	TEXT("url", url),
	TEXT("final_url", final_url),
	TEXT("etag", etag),
	TEXT("last_modified", modified),
	TEXT("sha256", sha256),
	TEXT("rules", rules),
	NUMBER("size", size),
	NUMBER("dev", dev),
	NUMBER("ino", ino),
	NUMBER("mtime_ns", mtime),
	NUMBER("ctime_ns", ctime),
	NUMBER("fetched_at", fetched_at),
	NUMBER("checked_at", checked_at),
	NUMBER("fail_count", fail_count),
	NUMBER("fail_since", fail_since),
	TEXT("last_error", last_error),
	NUMBER("pending_hook", pending_hook),
#undef TEXT
#undef NUMBER
};

#define KEYS_LEN (sizeof(keys) / sizeof(keys[0]))

static int
parse_number(struct piece value, int64_t *ret_number)
{
	char text[UNITS_TEXT_MAX], *end;
	int64_t number;

	if (value.len == 0 || !piece_copy(value, text, sizeof(text)))
		return -1;
	errno = 0;
	number = strtoll(text, &end, 10);
	if (*end != '\0' || errno != 0)
		return -1;
	*ret_number = number;
	return 0;
}

/* "key=value". A key that we do not know is a later version's: no matter. */
static int
parse_line(struct piece line, struct state *state)
{
	const char *equals = line.len > 0 ? memchr(line.at, '=', line.len) : NULL;
	struct piece name, value;

	if (equals == NULL)
		return -1;
	name = (struct piece){line.at, (size_t)(equals - line.at)};
	value = (struct piece){equals + 1, line.len - name.len - 1};
	for (size_t i = 0; i < KEYS_LEN; i++) {
		void *place = (char *)state + keys[i].place;

		if (!piece_is(name, keys[i].name))
			continue;
		if (keys[i].size == 0)
			return parse_number(value, place);
		return piece_copy(value, place, keys[i].size) ? 0 : -1;
	}
	return 0;
}

static int
parse_lines(struct piece text, struct state *state)
{
	struct piece line;

	if (!piece_next_line(&text, &line) || !piece_is(line, FIRST_LINE))
		return -1;
	while (piece_next_line(&text, &line)) {
		if (piece_is(line, LAST_LINE))
			return text.len == 0 ? 0 : -1;
		if (parse_line(line, state) < 0)
			return -1;
	}
	return -1;
}

int
state_parse(const char *text, size_t len, struct state *ret_state)
{
	memset(ret_state, 0, sizeof(*ret_state));
	if (parse_lines((struct piece){text, len}, ret_state) == 0)
		return 0;
	memset(ret_state, 0, sizeof(*ret_state));
	return -1;
}

void
state_print(FILE *out, const struct state *state)
{
	fputs(FIRST_LINE "\n", out);
	for (size_t i = 0; i < KEYS_LEN; i++) {
		const char *place = (const char *)state + keys[i].place;
		int64_t number;

		if (keys[i].size > 0) {
			fprintf(out, "%s=%s\n", keys[i].name, place);
		} else {
			memcpy(&number, place, sizeof(number));
			fprintf(out, "%s=%" PRId64 "\n", keys[i].name, number);
		}
	}
	fputs(LAST_LINE "\n", out);
}

static int64_t
nanoseconds(struct timespec time)
{
	return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

bool
state_fits_file(const struct state *state, const struct stat *file)
{
	return state->size == file->st_size && state->dev == (int64_t)file->st_dev &&
	       state->ino == (int64_t)file->st_ino && state->mtime == nanoseconds(file->st_mtim) &&
	       state->ctime == nanoseconds(file->st_ctim);
}

void
state_set_file(struct state *state, const struct stat *file)
{
	state->size = file->st_size;
	state->dev = (int64_t)file->st_dev;
	state->ino = (int64_t)file->st_ino;
	state->mtime = nanoseconds(file->st_mtim);
	state->ctime = nanoseconds(file->st_ctim);
}

static int
copy(const char *from, char *text, size_t size)
{
	return piece_copy((struct piece){from, strlen(from)}, text, size) ? 0 : -1;
}

int
state_set_page(struct state *state, const char *url, const struct page *page)
{
	if (copy(url, state->url, sizeof(state->url)) < 0 ||
	    copy(page->url, state->final_url, sizeof(state->final_url)) < 0)
		return -1;
	memcpy(state->etag, page->etag, sizeof(state->etag));
	memcpy(state->modified, page->modified, sizeof(state->modified));
	memcpy(state->sha256, page->sha256, sizeof(state->sha256));
	return 0;
}

void
state_set_failure(struct state *state, const char *what, int64_t now)
{
	if (state->fail_count == 0)
		state->fail_since = now;
	if (state->fail_count < INT64_MAX)
		state->fail_count++;
	/* It may have bytes of the peer in it: a line must stay one. */
	snprintf(state->last_error, sizeof(state->last_error), "%s", what);
	for (char *c = state->last_error; *c != '\0'; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			*c = '?';
}

void
state_set_success(struct state *state, int64_t now)
{
	state->checked_at = now;
	state->fail_count = 0;
	state->fail_since = 0;
	state->last_error[0] = '\0';
}
