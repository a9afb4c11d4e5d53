/*
 * option_table.c - the options that hellofetch knows
 *
 * Owns the table: names, values, help. The manual page is tested against what
 * --help prints of it. hellofetch is one process.
 */
#include "config.h"

/* System */
#include <stdio.h>
#include <string.h>

/* Project */
#include "hellofetch/exitcode.h"
#include "hellofetch/option_table.h"

#define HELP_COLUMN 30 /* where the help texts begin */
#define PLACE(member) offsetof(struct options, member)

const struct option_row option_table[] = {
	{'o', "output", "FILE", take_file, PLACE(output), SCOPE_ONE,
	 "the file to replace (default: the name in the URL,\n"
	 "or index.html); \"-\" is standard output"},
	{'q', "quiet", NULL, take_flag, PLACE(quiet), SCOPE_COMMAND, "do not print the header"},
	{0, "deadline", "TIME", take_time, PLACE(deadline),
	 SCOPE_COMMAND | SCOPE_JOB | SCOPE_DEFAULTS, "time for everything (default 5 min)"},
	{0, "connect-timeout", "TIME", take_time, PLACE(request.connect_timeout), SCOPE_ANY,
	 "time for each connection to be made (default 30 s)"},
	{0, "tries", "N", take_count, PLACE(plan.tries), SCOPE_ANY,
	 "attempts, if what failed may pass (default 3)"},
	{0, "retry-delay", "TIME", take_time, PLACE(plan.delay), SCOPE_ANY,
	 "pause before the second attempt, doubled before\n"
	 "each further one (default 1 s)"},
	{0, "min-size", "SIZE", take_size, PLACE(request.sizes.min), SCOPE_ANY,
	 "refuse a smaller body (default 1 B)"},
	{0, "max-size", "SIZE", take_size, PLACE(request.sizes.max), SCOPE_ANY,
	 "refuse a larger body (default: no limit)"},
	{0, "no-gzip", NULL, take_flag, PLACE(request.identity), SCOPE_ANY,
	 "ask for the page as it is, not packed by gzip"},
	{0, "allow-unframed", NULL, take_flag, PLACE(request.unframed), SCOPE_ANY,
	 "accept a body that ends where the connection does,\n"
	 "though it may have been cut short"},
	{0, "sha256", "HEX", take_sha256, PLACE(criteria.sha256), SCOPE_ONE,
	 "accept only the page with this SHA-256"},
	{0, "content-type", "PATTERN", take_text, PLACE(criteria.content_type), SCOPE_ANY,
	 "accept only this Content-Type, as text/*"},
	{0, "must-match", "REGEX", take_pattern, PLACE(criteria.must_match), SCOPE_ANY,
	 "accept only a page whose first 64 KiB match"},
	{0, "not-match", "REGEX", take_pattern, PLACE(criteria.not_match), SCOPE_ANY,
	 "refuse a page whose first 64 KiB match"},
	{0, "shrink-limit", "PERCENT", take_percent, PLACE(criteria.shrink_limit), SCOPE_ANY,
	 "refuse a page smaller than this part of the old\n"
	 "one"},
	{0, "force", NULL, take_flag, PLACE(criteria.force), SCOPE_ANY,
	 "ignore --shrink-limit this time"},
	{0, "same-host", NULL, take_flag, PLACE(request.same_host), SCOPE_ANY,
	 "follow no redirect to another host"},
	{0, "mode", "MODE", take_mode, PLACE(mode), SCOPE_ANY,
	 "permissions of a file that is new (default: umask)"},
	{0, "remote-time", NULL, take_flag, PLACE(remote_time), SCOPE_ANY,
	 "give the file the time of the page's last change"},
	{0, "backups", "N", take_count, PLACE(backups), SCOPE_ANY,
	 "keep N old files, as NAME.1, NAME.2 ..."},
	{0, "follow", NULL, take_flag, PLACE(follow), SCOPE_ANY,
	 "if the file is a symbolic link, replace its target"},
	{0, "header-file", "FILE", take_file, PLACE(header_file), SCOPE_ONE,
	 "save the header of the answer too, if all is well"},
	{0, "exit-unchanged", NULL, take_flag, PLACE(exit_unchanged), SCOPE_COMMAND,
	 "exit with 3, not 0, if nothing has changed"},
	{0, "fail-after", "N", take_count, PLACE(silence.fail_after), SCOPE_ANY,
	 "be silent until so many failures in a row"},
	{0, "max-age", "TIME", take_time, PLACE(silence.max_age), SCOPE_ANY,
	 "be silent until the file was last known to be\n"
	 "current so long ago"},
	{0, "on-change", NULL, take_flag, PLACE(on_change), SCOPE_URL,
	 "when the file has changed, run the COMMAND that\n"
	 "stands behind the URL and \"--\""},
	{0, "hook-timeout", "TIME", take_time, PLACE(hook.timeout), SCOPE_ANY,
	 "time for that command (default 1 min)"},
	{0, "cacert", "FILE", take_file, PLACE(request.cacert), SCOPE_ANY,
	 "trust these certificates, not the system's"},
	{0, "proxy", "URL", take_proxy, PLACE(request.proxy), SCOPE_ANY,
	 "go through this proxy, or through none (default:\n"
	 "as the environment says)"},
	{0, "pin", "PIN", take_pin, PLACE(request.pin), SCOPE_ANY,
	 "accept only servers with this public key,\n"
	 "sha256//BASE64; several are parted by ;"},
	{0, "netrc-file", "FILE", take_file, PLACE(request.credentials.netrc_file), SCOPE_ANY,
	 "log in as this file in the form of ~/.netrc says"},
	{0, "header-from", "FILE", take_file, PLACE(request.credentials.header_from), SCOPE_ANY,
	 "send the header fields in this file"},
	{0, "credential", "NAME", take_credential, PLACE(request.credentials.credential), SCOPE_ANY,
	 "send the header fields in this one of systemd's\n"
	 "credentials"},
	{0, "state", "FILE", take_file, PLACE(state), SCOPE_ONE,
	 "where to remember what was fetched\n"
	 "(default: .NAME.hellofetch beside the file NAME)"},
	{0, "no-state", NULL, take_flag, PLACE(no_state), SCOPE_ANY,
	 "remember nothing: always fetch the whole page"},
	{0, "lock", "WAY", take_lock, PLACE(lock), SCOPE_ANY,
	 "if another hellofetch is at work on the file:\n"
	 "wait, skip (exit with 0) or fail (default wait)"},
	{0, "jobs", "FILE", take_file, PLACE(jobs), SCOPE_RUN,
	 "fetch all that stands in this job file, or what in\n"
	 "it has the names given instead of a URL"},
	{0, "parallel", "N", take_parallel, PLACE(parallel), SCOPE_RUN,
	 "of the job file, fetch so many at a time\n"
	 "(default 8)"},
	{'h', "help", NULL, NULL, 0, SCOPE_COMMAND, "print this help"},
	{'V', "version", NULL, NULL, 0, SCOPE_COMMAND, "print the version"},
};

const size_t option_table_len = sizeof(option_table) / sizeof(option_table[0]);

static void
print_row(const struct option_row *row)
{
	const char *line = row->help;
	char left[64];
	size_t len;

	snprintf(left, sizeof(left), "%c%c%c --%s%s%s", row->letter != 0 ? '-' : ' ',
		 row->letter != 0 ? row->letter : ' ', row->letter != 0 ? ',' : ' ', row->name,
		 row->argument != NULL ? " " : "", row->argument != NULL ? row->argument : "");
	printf("  %-*s", HELP_COLUMN - 4, left);
	for (;;) {
		len = strcspn(line, "\n");
		printf("  %.*s\n", (int)len, line);
		if (line[len] == '\0')
			break;
		line += len + 1;
		printf("%*s", HELP_COLUMN - 2, "");
	}
}

void
option_table_print(void)
{
	fputs("Usage: hellofetch [OPTION]... URL [-- COMMAND [ARGUMENT]...]\n"
	      "       hellofetch --jobs FILE [OPTION]... [NAME]...\n"
	      "Fetch a page by http or https and replace a file with it, if and only if it\n"
	      "came whole. The header of the answer is printed to standard output.\n\n",
	      stdout);
	for (size_t i = 0; i < option_table_len; i++)
		print_row(&option_table[i]);
	fputs("\n"
	      "TIME is a number with a unit (ms, s, min, h, d; s if none), SIZE one with a unit\n"
	      "(B, KiB, MiB, GiB, kB, MB, GB; B if none).\n"
	      "\n"
	      "Exit codes:\n",
	      stdout);
	exit_code_print(stdout);
#ifdef PACKAGE_BUGREPORT
	if (PACKAGE_BUGREPORT[0] != '\0')
		printf("\nReport bugs to %s\n", PACKAGE_BUGREPORT);
#endif
}
