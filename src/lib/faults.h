/*
 * faults.h - the faults found in a configuration, all in one go
 *
 * Each is one line, "FILE:LINE: KEY: what is wrong", written where the caller
 * said: standard error at start, a buffer for whoever asked for a reload.
 */
#ifndef LIB_FAULTS_H
#define LIB_FAULTS_H

#include <stdio.h>

struct faults {
	FILE *out;      /* where they are written; the caller's */
	unsigned count; /* how many so far */
};

/*
 * Writes one fault. place: "FILE", or an option such as "-o workers=0"; line:
 * from 1, or 0 if there is none; key: NULL if it is about no key. What they
 * hold is escaped where it may come from outside.
 */
void fault(struct faults *faults, const char *place, int line, const char *key, const char *fmt,
	   ...) __attribute__((format(printf, 5, 6)));

#endif
