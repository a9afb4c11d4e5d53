/*
 * gunzip.c - a gzip stream, unpacked and known to be whole
 *
 * Owns zlib's state and the buffer. Never counts or limits what comes out: the
 * sink does. hellofetch is one process.
 */
#include "config.h"

/* System */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* Project */
#include "hellofetch/gunzip.h"

#define GZIP_ONLY (16 + MAX_WBITS) /* for inflateInit2(): a gzip header, no other */

enum gunzip_result
gunzip_start(struct gunzip *gunzip)
{
	gunzip_done(gunzip);
	gunzip->buffer = malloc(GUNZIP_BUFFER_SIZE);
	if (gunzip->buffer == NULL || inflateInit2(&gunzip->stream, GZIP_ONLY) != Z_OK) {
		gunzip_done(gunzip);
		return GUNZIP_NO_MEMORY;
	}
	gunzip->open = true;
	return GUNZIP_OK;
}

void
gunzip_done(struct gunzip *gunzip)
{
	if (gunzip->open)
		inflateEnd(&gunzip->stream);
	free(gunzip->buffer);
	memset(gunzip, 0, sizeof(*gunzip));
}

/* Unpacks until the input is used up or the buffer full. */
static enum gunzip_result
step(struct gunzip *gunzip, gunzip_sink *sink, void *user)
{
	z_stream *stream = &gunzip->stream;
	size_t made;
	int result;

	if (gunzip->between) {
		/* Only another member may follow. */
		inflateReset(stream);
		gunzip->between = false;
	}
	stream->next_out = gunzip->buffer;
	stream->avail_out = GUNZIP_BUFFER_SIZE;
	result = inflate(stream, Z_NO_FLUSH);
	if (result == Z_MEM_ERROR)
		return GUNZIP_NO_MEMORY;
	/* Z_BUF_ERROR: there was nothing to do. That is no fault. */
	if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR)
		return GUNZIP_BROKEN;
	gunzip->between = result == Z_STREAM_END;
	made = GUNZIP_BUFFER_SIZE - stream->avail_out;
	if (made > 0 && sink(user, (const char *)gunzip->buffer, made) < 0)
		return GUNZIP_STOPPED;
	return GUNZIP_OK;
}

enum gunzip_result
gunzip_feed(struct gunzip *gunzip, const char *bytes, size_t len, gunzip_sink *sink, void *user)
{
	enum gunzip_result result = GUNZIP_OK;
	z_stream *stream = &gunzip->stream;

	if (len > UINT_MAX)
		return GUNZIP_NO_MEMORY;
	stream->next_in = (const unsigned char *)bytes;
	stream->avail_in = (unsigned int)len;
	/* A full buffer may have left something behind, though all input is used. */
	while (result == GUNZIP_OK &&
	       (stream->avail_in > 0 || (stream->avail_out == 0 && !gunzip->between)))
		result = step(gunzip, sink, user);
	return result;
}

bool
gunzip_is_whole(const struct gunzip *gunzip)
{
	return gunzip->between;
}
