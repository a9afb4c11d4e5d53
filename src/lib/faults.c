/*
 * faults.c - the faults found in a configuration, all in one go
 *
 * Owns: the shape of a fault's line.
 * Never: decides what is a fault, or what follows from it.
 * Runs: in the processes that read a configuration or a job file.
 */
#include "config.h"

#include "lib/faults.h"

/* System */
#include <stdarg.h>

void
fault(struct faults *faults, const char *place, int line, const char *key, const char *fmt, ...)
{
	va_list args;

	faults->count++;
	fputs(place, faults->out);
	if (line > 0)
		fprintf(faults->out, ":%d", line);
	fprintf(faults->out, ": %s%s", key ? key : "", key ? ": " : "");
	va_start(args, fmt);
	vfprintf(faults->out, fmt, args);
	va_end(args);
	fputc('\n', faults->out);
}
