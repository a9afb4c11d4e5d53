/*
 * job_select.h - which jobs of a file are to be done
 */
#ifndef HELLOFETCH_JOB_SELECT_H
#define HELLOFETCH_JOB_SELECT_H

#include "hellofetch/job_file.h"

/*
 * Sees to it that no two jobs have the same name or replace the same file; then, if
 * there are names, drops the jobs that are not called so. path: the file's, to be
 * told with a fault.
 */
void job_select(struct job_file *file, const char *path, char *const *names, struct faults *faults);

#endif
