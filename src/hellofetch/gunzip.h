/*
 * gunzip.h - a gzip stream, unpacked and known to be whole
 *
 * Knows nothing of HTTP or files. libcurl would unpack by itself, but it takes
 * a stream that was cut off for a whole one, and unpacks what nobody asked for.
 */
#ifndef HELLOFETCH_GUNZIP_H
#define HELLOFETCH_GUNZIP_H

#include <stdbool.h>
#include <stddef.h>

#define ZLIB_CONST
#include <zlib.h>

#define GUNZIP_BUFFER_SIZE (64 * 1024) /* bytes unpacked at once */

/* Takes unpacked bytes; returns 0, or -1 to stop. */
typedef int gunzip_sink(void *user, const char *bytes, size_t len);

enum gunzip_result {
	GUNZIP_OK,
	GUNZIP_STOPPED, /* the sink returned -1 */
	GUNZIP_BROKEN,  /* no gzip stream, a wrong checksum, bytes behind its end */
	GUNZIP_NO_MEMORY,
};

struct gunzip {
	z_stream stream;
	bool open;    /* stream is in use */
	bool between; /* a member has ended, and no other has begun */
	unsigned char *buffer;
};

/* Starts, or starts over. gunzip_done() frees; it is safe on zeroed storage. */
enum gunzip_result gunzip_start(struct gunzip *gunzip);
void gunzip_done(struct gunzip *gunzip);

/*
 * Unpacks bytes. Several members, one behind the other, are one stream (RFC
 * 1952); anything else behind the end is not.
 */
enum gunzip_result gunzip_feed(struct gunzip *gunzip, const char *bytes, size_t len,
			       gunzip_sink *sink, void *user);

/* True if the stream may end here: its checksum and length were right. */
bool gunzip_is_whole(const struct gunzip *gunzip);

#endif
