/*
 * handover.c - what one program leaves to the next: any text
 */
#include "config.h"

/* System */
#include <sys/mman.h>
#include <unistd.h>

/* Project */
#include "fuzz.h"
#include "hellod/handover.h"

FUZZ_TARGET(handover)
{
	static FILE *nowhere;
	static int fd = -1;
	struct handover handover = HANDOVER_NONE;

	if (!nowhere) {
		nowhere = fopen("/dev/null", "w");
		fd = memfd_create("fuzz", MFD_CLOEXEC);
	}
	must(ftruncate(fd, 0) == 0);
	must(pwrite(fd, bytes, size, 0) == (ssize_t)size);
	handover_read(fd, &handover, nowhere);
	handover_done(&handover);
	return 0;
}
