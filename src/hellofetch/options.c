/*
 * options.c - the command line
 *
 * Owns the list of options, their defaults and ranges. Reads no other source:
 * no rc file, no ~/.netrc, no environment. hellofetch is one process.
 */
#include "config.h"

/* System */
#include <getopt.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Project */
#include "hellofetch/exitcode.h"
#include "hellofetch/options.h"
#include "hellofetch/url.h"
#include "lib/units.h"

#define DEADLINE_DEFAULT (300 * USEC_PER_SEC)
#define CONNECT_TIMEOUT_DEFAULT (30 * USEC_PER_SEC)
#define TIME_MIN USEC_PER_MSEC
#define TIME_MAX (7 * 24 * 3600 * USEC_PER_SEC)
#define MIN_SIZE_DEFAULT 1 /* bytes: an empty page is never wanted */

static const struct option long_options[] = {
	{"output", required_argument, NULL, 'o'},
	{"quiet", no_argument, NULL, 'q'},
	{"deadline", required_argument, NULL, 'D'},
	{"connect-timeout", required_argument, NULL, 'T'},
	{"min-size", required_argument, NULL, 'm'},
	{"max-size", required_argument, NULL, 'M'},
	{"cacert", required_argument, NULL, 'C'},
	{"help", no_argument, NULL, 'h'},
	{"version", no_argument, NULL, 'V'},
	{NULL, 0, NULL, 0},
};

static void
print_help(void)
{
	fputs("Usage: hellofetch [OPTION]... URL\n"
	      "Fetch a page by http or https and replace a file with it, if and only if it\n"
	      "came whole. The header of the answer is printed to standard output.\n"
	      "\n"
	      "  -o, --output FILE           the file to replace (default: the name in the URL,\n"
	      "                              or index.html); \"-\" is standard output\n"
	      "  -q, --quiet                 do not print the header\n"
	      "      --deadline TIME         time for everything (default 5 min)\n"
	      "      --connect-timeout TIME  time for each connection to be made (default 30 s)\n"
	      "      --min-size SIZE         refuse a smaller body (default 1 B)\n"
	      "      --max-size SIZE         refuse a larger body (default: no limit)\n"
	      "      --cacert FILE           trust these certificates, not the system's\n"
	      "  -h, --help                  print this help\n"
	      "  -V, --version               print the version\n"
	      "\n"
	      "TIME is a number with a unit (ms, s, min, h; s if none), SIZE one with a unit (B,\n"
	      "KiB, MiB, GiB; B if none).\n"
	      "\n"
	      "Exit codes:\n",
	      stdout);
	exit_code_print(stdout);
#ifdef PACKAGE_BUGREPORT
	if (PACKAGE_BUGREPORT[0] != '\0')
		printf("\nReport bugs to %s\n", PACKAGE_BUGREPORT);
#endif
}

static int __attribute__((format(printf, 1, 2))) usage_error(const char *fmt, ...)
{
	va_list args;

	fputs("hellofetch: ", stderr);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputs("\nTry 'hellofetch --help'.\n", stderr);
	return EXIT_USAGE;
}

static int
parse_time(const char *name, const char *text, int64_t *ret_usec)
{
	int64_t usec;

	if (units_parse_time(text, &usec) < 0 || usec < TIME_MIN || usec > TIME_MAX)
		return usage_error("--%s: got \"%s\", want a time from 1 ms to 7 d", name, text);
	*ret_usec = usec;
	return -1;
}

static int
parse_size(const char *name, const char *text, int64_t *ret_bytes)
{
	int64_t bytes;

	if (units_parse_size(text, &bytes) < 0 || bytes < 0)
		return usage_error("--%s: got \"%s\", want a size, as 607618 or 10 MiB", name,
				   text);
	*ret_bytes = bytes;
	return -1;
}

/* Takes one option; returns as options_parse(). */
static int
take_option(int option, const char *text, struct options *options)
{
	struct fetch_request *request = &options->request;

	switch (option) {
	case 'o':
		options->output = text;
		return text[0] == '\0' ? usage_error("--output: want a file name") : -1;
	case 'q':
		options->quiet = true;
		return -1;
	case 'D':
		return parse_time("deadline", text, &request->deadline);
	case 'T':
		return parse_time("connect-timeout", text, &request->connect_timeout);
	case 'm':
		return parse_size("min-size", text, &request->sizes.min);
	case 'M':
		return parse_size("max-size", text, &request->sizes.max);
	case 'C':
		request->cacert = text;
		return -1;
	case 'h':
		print_help();
		return EXIT_CURRENT;
	case 'V':
		puts("hellofetch " PACKAGE_VERSION);
		return EXIT_CURRENT;
	default: /* getopt_long() has said what is wrong */
		fputs("Try 'hellofetch --help'.\n", stderr);
		return EXIT_USAGE;
	}
}

static int
take_url(const char *url, struct options *options)
{
	const char *fault = url_check(url);

	if (fault != NULL)
		return usage_error("%s", fault);
	options->request.url = url;
	if (options->output == NULL) {
		options->default_name = url_file_name(url);
		if (options->default_name == NULL)
			return usage_error("the URL ends in no usable file name: give one with -o");
		options->output = options->default_name;
	} else if (strcmp(options->output, "-") == 0) {
		options->output = NULL;
	}
	return -1;
}

int
options_parse(int argc, char *argv[], struct options *options)
{
	int option, left = -1;

	*options = (struct options){.request = {
					    .deadline = DEADLINE_DEFAULT,
					    .connect_timeout = CONNECT_TIMEOUT_DEFAULT,
					    .sizes = {MIN_SIZE_DEFAULT, INT64_MAX},
				    }};
	while (left < 0 && (option = getopt_long(argc, argv, "o:qhV", long_options, NULL)) != -1)
		left = take_option(option, optarg, options);
	if (left >= 0)
		return left;
	if (options->request.sizes.min > options->request.sizes.max)
		return usage_error("--min-size is more than --max-size");
	if (argc - optind != 1)
		return usage_error("want one URL, got %d", argc - optind);
	return take_url(argv[optind], options);
}

void
options_done(struct options *options)
{
	free(options->default_name);
}
