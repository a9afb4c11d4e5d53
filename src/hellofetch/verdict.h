/*
 * verdict.h - what an answer, or libcurl's error, means for the file
 *
 * Pure: facts in, exit code and words out, into the outcome.
 */
#ifndef HELLOFETCH_VERDICT_H
#define HELLOFETCH_VERDICT_H

#include <stdbool.h>
#include <stdint.h>

#include <curl/curl.h>

#include "hellofetch/audit.h"
#include "hellofetch/outcome.h"

enum verdict {
	VERDICT_REFUSE,    /* the outcome has the reason */
	VERDICT_FOLLOW,    /* a redirect */
	VERDICT_UNCHANGED, /* a 304: the condition that was sent holds */
	VERDICT_ACCEPT,    /* the body may replace the file when it is complete */
};

struct size_range {
	int64_t min; /* bytes */
	int64_t max; /* bytes, INT64_MAX: no limit */
};

/* What the request, and the command line, said. */
struct asked {
	struct size_range sizes; /* of the body */
	bool gzip;               /* we take a packed body */
	bool unframed;           /* and one that ends with the connection */
	bool condition;          /* the request was conditional */
};

/* Judges a final answer by its header; fault is what audit_header() returned. */
enum verdict verdict_answer(const struct answer *answer, const char *fault,
			    const struct asked *asked, struct outcome *outcome);

/* Where the transfer stood when libcurl gave up. */
struct position {
	bool answering;  /* a part of an answer has come */
	bool redirected; /* the last answer is a redirect that is being followed */
	bool via_proxy;  /* a proxy refused to connect us */
	bool no_memory;  /* some was wanted, and could not be had */
};

/* Judges an error of libcurl's that no judgement of ours has caused. */
void verdict_error(CURLcode error, struct position position, struct outcome *outcome);

#endif
