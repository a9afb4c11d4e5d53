/*
 * main.c - hellosay: says names to a hellod, and prints its answers
 *
 * Owns: the command line, where the names come from, the exit code.
 */
#include "config.h"

/* System */
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Library */
#include "lib/address.h"
#include "lib/descriptors.h"
#include "lib/escape.h"
#include "lib/log.h"
#include "lib/units.h"

/* Project */
#include "hellosay/dial.h"
#include "hellosay/dialogue.h"
#include "hellosay/exit_codes.h"

#define TIMEOUT_MAX (24 * 60 * 60 * USEC_PER_SEC)

static const char help_text[] =
	"Usage: hellosay [OPTION]... [NAME]...\n"
	"Connects to a hellod, says each NAME and prints its answer. Without a NAME,\n"
	"says the lines of standard input.\n"
	"\n"
	"  -H, --host=HOST        the server's name or address (default: 127.0.0.1)\n"
	"  -p, --port=PORT        its port (default: 9999)\n"
	"  -u, --unix=PATH        connect to this UNIX socket instead\n"
	"  -t, --timeout=SECONDS  wait that long to connect, and for each answer\n"
	"                         (default: 5; units as in 500ms)\n"
	"  -f, --framing=FRAMING  what the server's listener is set to: line, message,\n"
	"                         or auto: find out (default: auto)\n"
	"  -h, --help             print this help\n"
	"  -V, --version          print the version\n"
	"\n"
	"Exit status:\n";

static const struct option long_options[] = {
	{"host", required_argument, NULL, 'H'},    {"port", required_argument, NULL, 'p'},
	{"unix", required_argument, NULL, 'u'},    {"timeout", required_argument, NULL, 't'},
	{"framing", required_argument, NULL, 'f'}, {"help", no_argument, NULL, 'h'},
	{"version", no_argument, NULL, 'V'},       {NULL, 0, NULL, 0},
};

/* Where to connect, and how. */
struct options {
	const char *host;
	const char *port;
	const char *path;
	int64_t timeout_usec;
	enum framing framing;
};

_Noreturn static void
usage_error(const char *what, const char *got, const char *want)
{
	char text[128];

	if (got)
		log_errorx("%s: got \"%s\", want %s", what,
			   escape_bytes(got, strlen(got), text, sizeof(text)), want);
	fputs("Try 'hellosay --help' for more information.\n", stderr);
	exit(EXIT_USAGE);
}

_Noreturn static void
print_help(void)
{
#define EXIT_CODE_LINE(name, code, help) printf("  %d  %s\n", code, help);
	fputs(help_text, stdout);
	EXIT_CODES(EXIT_CODE_LINE)
	exit(fflush(stdout) == 0 ? EXIT_OK : EXIT_LOCAL);
}

static const char *
must_be_port(const char *text)
{
	char *end;
	long port = strtol(text, &end, 10);

	if (text[0] < '0' || text[0] > '9' || *end || port < 1 || port > 65535)
		usage_error("-p", text, "a port from 1 to 65535");
	return text;
}

static int64_t
must_be_timeout(const char *text)
{
	int64_t usec;

	if (units_parse_time(text, &usec) < 0 || usec < USEC_PER_MSEC || usec > TIMEOUT_MAX)
		usage_error("-t", text, "a time from 1 ms to 24 h (units: " UNITS_OF_TIME ")");
	return usec;
}

static enum framing
must_be_framing(const char *text)
{
	if (strcmp(text, "auto") == 0)
		return FRAMING_AUTO;
	if (strcmp(text, "line") == 0)
		return FRAMING_LINE;
	if (strcmp(text, "message") != 0)
		usage_error("-f", text, "auto, line or message");
	return FRAMING_MESSAGE;
}

static void
parse_options(int argc, char **argv, struct options *o)
{
	int option;

	while ((option = getopt_long(argc, argv, "H:p:u:t:f:hV", long_options, NULL)) != -1) {
		switch (option) {
		case 'H':
			o->host = optarg;
			break;
		case 'p':
			o->port = must_be_port(optarg);
			break;
		case 'u':
			o->path = optarg;
			break;
		case 't':
			o->timeout_usec = must_be_timeout(optarg);
			break;
		case 'f':
			o->framing = must_be_framing(optarg);
			break;
		case 'h':
			print_help();
		case 'V':
			puts("hellosay " PACKAGE_VERSION);
			exit(fflush(stdout) == 0 ? EXIT_OK : EXIT_LOCAL);
		default: /* told by getopt_long() */
			usage_error(NULL, NULL, NULL);
		}
	}
	if (o->host && !address_is_host(o->host))
		usage_error("-H", o->host, "a host name, or an address without port and brackets");
	if (o->path && (o->host || o->port))
		usage_error("-u", o->path, "no -H and no -p beside it");
}

/* A name that the protocol cannot carry is better found before we connect. */
static void
check_names(char **names)
{
	for (; *names; names++) {
		const char *name = *names;
		size_t len = strlen(name);

		if (len == 0 || strchr(name, '\n') || name[len - 1] == '\r')
			usage_error("NAME", name, "one line of text, its end not included");
		if (strcmp(name, "exit") == 0)
			usage_error("NAME", name, "another, this word ends the dialogue");
	}
}

static enum exit_code
say_arguments(struct dialogue *dialogue, char **names)
{
	enum exit_code code = EXIT_OK;

	for (; *names && code == EXIT_OK; names++)
		code = dialogue_say(dialogue, *names, strlen(*names));
	return code;
}

/* Waits for more input. A server that hangs up meanwhile is told of at once. */
static enum exit_code
await_input(struct dialogue *dialogue, struct stream *input)
{
	struct pollfd fds[] = {
		{.fd = dialogue->server.fd, .events = POLLIN},
		{.fd = input->fd, .events = POLLIN},
	};

	if (poll(fds, 2, -1) < 0)
		return EXIT_OK; /* EINTR: come again */
	if (fds[0].revents)
		return dialogue_unasked(dialogue);
	if (stream_read(input, 0) != STREAM_ERROR)
		return EXIT_OK;
	log_error("cannot read standard input");
	return EXIT_LOCAL;
}

static enum exit_code
say_input(struct dialogue *dialogue, struct stream *input)
{
	bool prompt = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
	enum exit_code code = EXIT_OK;
	size_t len, size;

	while (code == EXIT_OK) {
		if (!stream_line(input, &len, &size)) {
			if (input->ended)
				break;
			if (prompt)
				fputs("> ", stdout);
			fflush(stdout);
			code = await_input(dialogue, input);
			continue;
		}
		if (len == 4 && memcmp(input->bytes, "exit", 4) == 0)
			break;
		if (len > 0)
			code = dialogue_say(dialogue, input->bytes, len);
		stream_drop(input, size);
	}
	if (prompt && (input->ended || code != EXIT_OK))
		putchar('\n'); /* the shell's prompt wants a line of its own */
	return code;
}

int
main(int argc, char **argv)
{
	struct options options = {.timeout_usec = 5 * USEC_PER_SEC, .framing = FRAMING_AUTO};
	struct dialogue dialogue = {0};
	struct stream input;
	char where[ADDRESS_TEXT_MAX];
	enum exit_code code;
	int fd;

	/* Else the socket would take their place, and what is printed go to the server. */
	descriptors_fill_standard(O_RDONLY);
	signal(SIGPIPE, SIG_IGN);
	parse_options(argc, argv, &options);
	check_names(argv + optind);
	if (options.path)
		code = dial_unix(options.path, options.timeout_usec, &fd, where);
	else
		code = dial_tcp(options.host ? options.host : "127.0.0.1",
				options.port ? options.port : "9999", options.timeout_usec, &fd,
				where);
	if (code != EXIT_OK)
		return code;
	dialogue.where = where;
	dialogue.framing = options.framing;
	dialogue.timeout_usec = options.timeout_usec;
	stream_init(&dialogue.server, fd);
	stream_init(&input, STDIN_FILENO);
	code = dialogue_welcome(&dialogue);
	if (code == EXIT_OK)
		code = optind < argc ? say_arguments(&dialogue, argv + optind)
				     : say_input(&dialogue, &input);
	if (code == EXIT_OK)
		code = dialogue_goodbye(&dialogue);
	stream_done(&input);
	stream_done(&dialogue.server);
	close(fd);
	return code;
}
