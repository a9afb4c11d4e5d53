/*
 * title.h - what ps(1) shows of this process
 */
#ifndef HELLOD_TITLE_H
#define HELLOD_TITLE_H

/* Shows "PROGRAM: ROLE". main() has called setproctitle_init(3). */
void title_set(const char *role);

#endif
