/*
 * sweep.h - temporary files that a kill has left behind
 */
#ifndef HELLOFETCH_SWEEP_H
#define HELLOFETCH_SWEEP_H

/*
 * A place_visitor (see places.h; user is of no matter): once for a run, not for
 * each of its jobs, since it reads the whole directory. Removes the temporary
 * files (see save.h) in a directory that are ours and that no living process has
 * locked. Tells nothing: what cannot be removed now harms nobody.
 */
void sweep(int dir_fd, void *user);

#endif
