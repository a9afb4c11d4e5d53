/*
 * main.c - helloctl: asks a running hellod
 *
 * Owns: the command line, and the way from an exit code to words.
 * Never: knows what a command does; hellod does.
 */
#include "config.h"

/* System */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Project */
#include "hellod/control.h"
#include "helloctl/conversation.h"
#include "lib/descriptors.h"
#include "lib/suggest.h"

static const char help[] =
	"Usage: helloctl [OPTION]... COMMAND\n"
	"Asks a running hellod, or tells it what to do.\n"
	"\n"
	"  status [--json]    how it is: workers, sessions, counters\n"
	"  ps                 its workers, by generation\n"
	"  why ADDRESS        how a client from there stands with each limit\n"
	"  config [--running|--disk|--diff]\n"
	"                     the configuration in effect, as a reload would read it,\n"
	"                     or what that would change\n"
	"  reload             read the configuration anew; waits for the outcome\n"
	"  upgrade            run the installed program in place; waits until it has\n"
	"                     proved good\n"
	"  reopen             open the log file anew; waits until all have let go\n"
	"  workers N|+N|-N    change the number of workers until the next reload\n"
	"  drain PID          replace one worker\n"
	"  stop               end hellod; waits until it has ended\n"
	"\n"
	"  -s, --socket=PATH  hellod's control_socket, if it is not the usual one\n"
	"  -V, --version      print the version, and do no more\n"
	"  -h, --help         print this, and do no more\n"
	"\n"
	"Manual: helloctl(8).\n";

static const struct option long_options[] = {
	{"socket", required_argument, NULL, 's'},
	{"version", no_argument, NULL, 'V'},
	{"help", no_argument, NULL, 'h'},
	{NULL, 0, NULL, 0},
};

/* How many words may follow a command. */
static const struct {
	const char *name;
	int least;
	int most;
} commands[] = {
	{"status", 0, 1},  {"ps", 0, 0},     {"why", 1, 1},     {"config", 0, 1}, {"reload", 0, 0},
	{"upgrade", 0, 0}, {"reopen", 0, 0}, {"workers", 1, 1}, {"drain", 1, 1},  {"stop", 0, 0},
};

/* The arguments of those that only look. */
static const struct {
	const char *command;
	const char *argument;
} switches[] = {
	{"status", "--json"},
	{"config", "--running"},
	{"config", "--disk"},
	{"config", "--diff"},
};

/* What was to be printed must have been printed. */
static _Noreturn void
finish(int exit_code)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		exit(exit_code);
	perror("helloctl: standard output");
	exit(CONTROL_EXIT_FAILED);
}

static _Noreturn void
usage(void)
{
	fputs("Try 'helloctl --help' for more.\n", stderr);
	exit(CONTROL_EXIT_USAGE);
}

/* Ends the program. */
static _Noreturn void
unknown_command(const char *name)
{
	const char *names[sizeof(commands) / sizeof(commands[0])];
	const char *near;

	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		names[i] = commands[i].name;
	near = suggest(name, names, sizeof(names) / sizeof(names[0]));
	fprintf(stderr, "helloctl: unknown command '%s'%s%s%s\n", name,
		near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
	usage();
}

/* Of a command with switches, the word hellod knows; ends the program if it is none. */
static const char *
must_find_switch(const char *command, const char *argument)
{
	bool has_switches = false;

	for (size_t i = 0; i < sizeof(switches) / sizeof(switches[0]); i++) {
		if (strcmp(command, switches[i].command) != 0)
			continue;
		has_switches = true;
		if (strcmp(argument, switches[i].argument) == 0)
			return argument + strlen("--");
	}
	if (!has_switches || !*argument)
		return argument;
	fprintf(stderr, "helloctl: unknown argument '%s'\n", argument);
	usage();
}

/* The request, as hellod wants it; ends the program if it makes no sense. */
static void
must_compose_request(int argc, char *argv[], char request[CONTROL_REQUEST_MAX])
{
	const char *argument = argc > 1 ? argv[1] : "";
	size_t i = 0;
	int len;

	while (i < sizeof(commands) / sizeof(commands[0]) && strcmp(argv[0], commands[i].name) != 0)
		i++;
	if (i == sizeof(commands) / sizeof(commands[0]))
		unknown_command(argv[0]);
	if (argc - 1 < commands[i].least || argc - 1 > commands[i].most) {
		fprintf(stderr, "helloctl: %s wants %s\n", argv[0],
			commands[i].least  ? "one argument"
			: commands[i].most ? "at most one argument"
					   : "no argument");
		usage();
	}
	argument = must_find_switch(argv[0], argument);
	len = snprintf(request, CONTROL_REQUEST_MAX, "%s %s", argv[0], argument);
	if (len >= CONTROL_REQUEST_MAX) {
		fputs("helloctl: the argument is too long\n", stderr);
		usage();
	}
}

int
main(int argc, char *argv[])
{
	char usual[CONTROL_PATH_MAX];
	const char *path = NULL;
	char request[CONTROL_REQUEST_MAX];
	int option;

	/* Else the socket would take their place, and answers go to hellod. */
	descriptors_fill_standard(O_RDONLY);
	/* "+": what follows the command is its own, "workers -1" for example. */
	while ((option = getopt_long(argc, argv, "+s:Vh", long_options, NULL)) != -1) {
		switch (option) {
		case 's':
			path = optarg;
			break;
		case 'V':
			puts("helloctl " PACKAGE_VERSION);
			finish(CONTROL_EXIT_OK);
		case 'h':
			fputs(help, stdout);
			finish(CONTROL_EXIT_OK);
		default:
			usage();
		}
	}
	if (optind == argc) {
		fputs("helloctl: want a command\n", stderr);
		usage();
	}
	must_compose_request(argc - optind, argv + optind, request);
	if (!path && !(path = control_default_path(usual))) {
		fputs("helloctl: neither root nor $XDG_RUNTIME_DIR: say where hellod is with -s, "
		      "or ask the service as root\n",
		      stderr);
		return CONTROL_EXIT_ABSENT;
	}
	finish(converse(path, request));
}
