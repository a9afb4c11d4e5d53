/*
 * job_file.h - a file of many fetches
 *
 *   defaults = { deadline = "1 min"; };
 *   jobs = (
 *     { name = "news"; url = "https://..."; output = "/srv/news.html"; },
 *     { url = "https://..."; output = "/srv/list"; on-change = [ "make", "-C", "/srv" ]; }
 *   );
 *
 * The keys are the long options, besides name, url and on-change.
 */
#ifndef HELLOFETCH_JOB_FILE_H
#define HELLOFETCH_JOB_FILE_H

#include "hellofetch/command_line.h"
#include "hellofetch/job_tree.h"
#include "lib/faults.h"

#define JOB_FILE_SIZE_MAX (4L * 1024 * 1024) /* bytes of all files together */
#define JOB_FILE_JOBS_MAX 10000

struct job_file {
	struct options *options; /* of each job, in the file's order */
	size_t count;
	struct job_tree tree; /* the options point into its texts ... */
	void **kept;          /* ... and into these, allocated one by one */
	size_t kept_count;
};

/*
 * Reads line->options.jobs, all of it. Options of the command line go before
 * what the file says; if it has names, only their jobs remain. Returns 0, or -1
 * with the faults told. job_file_done() it in both cases.
 */
int job_file_read(struct job_file *file, const struct command_line *line, struct faults *faults);
void job_file_done(struct job_file *file);

#endif
