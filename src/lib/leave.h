/*
 * leave.h - the end of a forked child
 */
#ifndef LIB_LEAVE_H
#define LIB_LEAVE_H

/*
 * Ends the process without running what the parent left for exit(3) to do:
 * buffers of stdio would be written twice. In builds that watch the program
 * (sanitizers, coverage) it first lets them finish their work.
 */
_Noreturn void leave_process(int exit_code);

#endif
