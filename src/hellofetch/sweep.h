/*
 * sweep.h - temporary files that a kill has left behind
 */
#ifndef HELLOFETCH_SWEEP_H
#define HELLOFETCH_SWEEP_H

/*
 * Removes the temporary files (see save.h) in a directory that are ours and
 * that no living process has locked. Tells nothing: what cannot be removed now
 * harms nobody.
 */
void sweep(int dir_fd);

#endif
