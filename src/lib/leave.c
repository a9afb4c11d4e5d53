/*
 * leave.c - the end of a forked child
 *
 * Owns: what must still happen before _exit(2).
 * Never: flushes stdio or runs atexit(3) handlers.
 * Runs: in any child that was forked to do something by itself.
 */
#include "config.h"

#include "lib/leave.h"

/* System */
#include <unistd.h>

#ifdef __has_feature /* clang */
#if __has_feature(address_sanitizer)
#define WITH_LEAK_CHECK 1
#endif
#endif
#ifdef __SANITIZE_ADDRESS__ /* gcc */
#define WITH_LEAK_CHECK 1
#endif

#ifdef WITH_LEAK_CHECK
/* System */
#include <sanitizer/lsan_interface.h>
#endif
#ifdef ENABLE_COVERAGE
void __gcov_dump(void); /* gcov(1) names it; no header declares it */
#endif

_Noreturn void
leave_process(int exit_code)
{
#ifdef WITH_LEAK_CHECK
	__lsan_do_leak_check();
#endif
#ifdef ENABLE_COVERAGE
	__gcov_dump();
#endif
	_exit(exit_code);
}
