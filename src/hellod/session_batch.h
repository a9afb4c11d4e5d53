/*
 * session_batch.h - many plain lines at once; for session.c only
 *
 * Most lines are plain: a name in ASCII that ends in LF. In a batch of them
 * each is greeted here at a quarter of what session.c needs.
 */
#ifndef HELLOD_SESSION_BATCH_H
#define HELLOD_SESSION_BATCH_H

#include "hellod/session.h"

#include <string.h>

#define BATCH_MIN 32   /* bytes of input that are worth a look */
#define BETWEEN_MAX 64 /* bytes that may stand between two names in the answers */

/* Whether there is enough of input and room: a condition of the next function. */
static inline bool
session_is_batch(const struct session_io *io)
{
	return io->in.len >= BATCH_MIN && io->out_size - io->produced >= 4 * BETWEEN_MAX;
}

/*
 * Greets the plain lines that the rest of the input begins with, be it none.
 * Whatever is not plain (CRLF, exit, an empty line, the end of input or of room)
 * is left to the caller.
 */
void session_greet_batch(const struct session_rules *rules, struct session_io *io);

static inline bool
session_is_exit(struct session_text name)
{
	return name.len == 4 && memcmp(name.bytes, "exit", 4) == 0;
}

#endif
