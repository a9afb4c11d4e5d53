/*
 * main.c - hellofetch: from the command line to the exit code
 *
 * Owns the order of things. hellofetch is one process; it ends by returning
 * from main(), or by the signal that stopped it.
 */
#include "config.h"

/* System */
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

/* Project */
#include "hellofetch/run.h"

/*
 * A descriptor from 0 to 2 that is closed would become a socket, or the file:
 * what is printed would end up in there. Open for reading alone, /dev/null
 * takes its number, and printing fails as it should.
 */
static int
fill_standard_descriptors(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDONLY) != fd)
			return -1;
	return 0;
}

int
main(int argc, char *argv[])
{
	struct command_line line;
	int code;

	if (fill_standard_descriptors() < 0)
		return EXIT_LOCAL;
	/* Ignored by a careless parent, a hook would fail without a word. */
	signal(SIGCHLD, SIG_DFL);
	code = command_line_parse(argc, argv, &line);
	if (code < 0)
		code = run(&line);
	command_line_done(&line);
	return code;
}
