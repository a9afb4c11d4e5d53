/*
 * places.h - the directories that a run writes in
 */
#ifndef HELLOFETCH_PLACES_H
#define HELLOFETCH_PLACES_H

#include "hellofetch/job.h"

/* Is handed each directory, open for as long as it runs. */
typedef void place_visitor(int dir_fd, void *user);

/*
 * Calls visit for each directory in which a file, a state or a header of the jobs
 * is to be, once, however many of them are there. One that cannot be opened is
 * left out: its job will tell of it.
 */
void places_visit(const struct job *jobs, size_t count, place_visitor *visit, void *user);

#endif
