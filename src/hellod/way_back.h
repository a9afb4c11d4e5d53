/*
 * way_back.h - to the program before, from any end of this one
 */
#ifndef HELLOD_WAY_BACK_H
#define HELLOD_WAY_BACK_H

#include <stdbool.h>

/*
 * From now on, when this process crashes, exits, or lets way_back_alive() wait
 * for so many seconds, it executes the program behind the descriptor instead,
 * with these arguments and environment. All must stay as they are, until they are
 * replaced by another call.
 */
void way_back_open(int executable, char *const argv[], char *const envp[], unsigned seconds);

bool way_back_is_open(void);

/* The event loop turns. */
void way_back_alive(void);

/* No way back any more: an end is an end. */
void way_back_close(void);

#endif
