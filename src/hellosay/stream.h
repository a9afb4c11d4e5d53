/*
 * stream.h - a descriptor, and what was read from it and not used yet
 *
 * Deadlines are microseconds on stream_clock()'s scale.
 */
#ifndef HELLOSAY_STREAM_H
#define HELLOSAY_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STREAM_MAX (1024 * 1024) /* bytes held; who sends more in one line is mistaken */

struct stream {
	int fd;
	bool ended;  /* end of file was read */
	char *bytes; /* what was read and not dropped yet; owned */
	size_t len;
	size_t size;
};

enum stream_status {
	STREAM_BYTES,   /* there are more than before */
	STREAM_END,     /* end of file */
	STREAM_TIMEOUT, /* the deadline has passed */
	STREAM_ERROR,   /* see errno; EMSGSIZE: more than STREAM_MAX bytes */
};

/* The descriptor stays the caller's. */
void stream_init(struct stream *stream, int fd);
void stream_done(struct stream *stream);

/* Monotonic time in microseconds. */
int64_t stream_clock(void);

/* Waits for bytes until the deadline, and reads once. */
enum stream_status stream_read(struct stream *stream, int64_t deadline);

/*
 * Writes all the bytes to the (non-blocking) descriptor, or stops: at an
 * error, at the deadline, or when the other side has something to say before
 * it has read them. What follows is read in each case, and tells which it was.
 */
void stream_write(const struct stream *stream, const char *bytes, size_t len, int64_t deadline);

/*
 * Looks for a whole line; at end of file what is left counts as one. Returns
 * false if there is none. *ret_len is its length without LF or CRLF; the line
 * is at stream->bytes, and takes up *ret_size bytes to be dropped after use.
 */
bool stream_line(const struct stream *stream, size_t *ret_len, size_t *ret_size);
void stream_drop(struct stream *stream, size_t size);

#endif
