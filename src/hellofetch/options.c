/*
 * options.c - what can be said about one fetch, and about a run
 *
 * Owns the defaults, and what options must not say together. Where they stand,
 * command_line.c and job_file.c know. hellofetch is one process.
 */
#include "config.h"

/* System */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Project */
#include "hellofetch/options.h"
#include "hellofetch/url.h"
#include "hellofetch/written.h"
#include "lib/alloc.h"
#include "lib/units.h"

#define PARALLEL_DEFAULT 8

void
options_init(struct options *options)
{
	*options = (struct options){
		.request =
			{
				.connect_timeout = 30 * USEC_PER_SEC,
				/* An empty page is never wanted. */
				.sizes = {1, INT64_MAX},
			},
		.plan = {.tries = 3, .delay = USEC_PER_SEC},
		.hook = {.timeout = 60 * USEC_PER_SEC},
		.deadline = 300 * USEC_PER_SEC,
		.parallel = PARALLEL_DEFAULT,
	};
}

void
options_done(struct options *options)
{
	criteria_done(&options->criteria);
	free(options->resolved);
	free(options->default_name);
}

static const char *
take_url(struct options *options, const char *url)
{
	const char *fault = url_check(url);

	if (fault != NULL)
		return fault;
	options->request.url = url;
	if (options->request.pin != NULL && strncasecmp(url, "https:", strlen("https:")) != 0)
		return "--pin needs https: by http nobody shows a key";
	if (options->output == NULL) {
		options->default_name = url_file_name(url);
		if (options->default_name == NULL)
			return "the URL ends in no usable file name: give one with -o";
		options->output = options->default_name;
	} else if (strcmp(options->output, "-") == 0) {
		options->output = NULL;
	}
	return NULL;
}

/* A written_pair. */
static void
note_twice(void *user, const struct written_file *one, const struct written_file *other)
{
	bool *twice = user;

	(void)one;
	(void)other;
	*twice = true;
}

const char *
options_complete(struct options *options, const char *url)
{
	bool rules = options->silence.fail_after > 0 || options->silence.max_age > 0;
	const char *fault;
	bool twice = false;

	if (options->request.sizes.min > options->request.sizes.max)
		return "--min-size is more than --max-size";
	if (options->no_state && rules)
		return "--fail-after and --max-age need a state: not with --no-state";
	fault = take_url(options, url);
	if (fault != NULL)
		return fault;
	if (options->output == NULL && (options->hook.argv != NULL || rules))
		return "standard output has no state: there is nothing to compare with";
	options->request.criteria = &options->criteria;
	if (options->follow && options->output != NULL) {
		options->resolved = realpath(options->output, NULL);
		if (options->resolved == NULL && errno == ENOMEM)
			alloc_failed();
		if (options->resolved != NULL)
			options->output = options->resolved;
	}
	written_check(options, 1, note_twice, &twice);
	return twice ? "--output, --header-file and --state: two of them are the same file" : NULL;
}
