/*
 * main.c - hellobench: loads a hellod and tells how fast it answers
 *
 * Owns: the order of things, the exit code.
 */
#include "config.h"

/* System */
#include <fcntl.h>

/* Library */
#include "lib/descriptors.h"
#include "lib/log.h"

/* Project */
#include "hellobench/exit_codes.h"
#include "hellobench/fleet.h"
#include "hellobench/options.h"
#include "hellobench/report.h"

static int
run(const struct options *options, const struct target *target, const struct script *script)
{
	struct result result = {0};
	int code = fleet_run(options, script, target, &result);

	if (code != EXIT_OK)
		return code;
	if (report_print(options, target, &result) < 0) {
		log_error("cannot write to standard output");
		return EXIT_LOCAL;
	}
	if (result.connections == 0 && result_unreached(&result)) {
		log_errorx("cannot connect to %s; is hellod running there?", target->text);
		return EXIT_UNREACHED;
	}
	return result_failures(&result) > 0 ? EXIT_FAILURES : EXIT_OK;
}

int
main(int argc, char *argv[])
{
	struct options options;
	struct target target;
	struct script script;
	int code;

	descriptors_fill_standard(O_RDONLY);
	code = options_parse(argc, argv, &options);
	if (code < 0)
		code = target_find(&options, &target);
	if (code >= 0)
		return code;
	options_script(&options, &script);
	code = run(&options, &target, &script);
	script_done(&script);
	return code;
}
