/*
 * script.h - what a client says, and what it must hear: all of it, beforehand
 *
 * A script is text made once and never changed. The names stand one behind the
 * other, as requests and as the answers to them, in the same order: whatever a
 * client says next is a slice of the requests, and what it must hear is a slice
 * of the answers. So saying 64 names is one send() of memory that is there, and
 * checking the answers is one memcmp().
 *
 * A client starts at a place of its own in the list, so that an answer that
 * belongs to another client is a wrong one.
 */
#ifndef HELLOBENCH_SCRIPT_H
#define HELLOBENCH_SCRIPT_H

#include <stddef.h>

#define SCRIPT_NAMES_MAX 1000 /* different names; after the last comes the first again */
#define SCRIPT_NAME_MAX 65536 /* bytes of a name */
#define SCRIPT_BATCH_MAX 1024 /* names said at a time */

struct script_text {
	char *bytes;
	size_t len;
};

struct script {
	struct script_text welcome; /* heard first; may be empty */
	struct script_text exit;    /* said last */
	struct script_text goodbye; /* heard after it, before the end; may be empty */
	char *requests;             /* names + batch of them, each request_len bytes */
	char *answers;              /* to them, each answer_len bytes */
	size_t request_len, answer_len;
	unsigned names; /* how many there are before they repeat */
};

/* A protocol: texts with at most one %s, which stands for the name. */
struct script_protocol {
	const char *word; /* what it is called on the command line */
	const char *welcome;
	const char *request;
	const char *answer;
	const char *exit;
	const char *goodbye;
};

/* The protocols that are known, NULL behind the last; the first is hello. */
extern const struct script_protocol script_protocols[];

/*
 * Makes a script. name_len: bytes of a name; batch: how many are said at a
 * time. A text without %s is the same for each name.
 */
void script_init(struct script *script, const struct script_protocol *protocol, size_t name_len,
		 unsigned batch);
void script_done(struct script *script);

#endif
