/*
 * control_commands.c - what helloctl may ask
 *
 * Owns: the commands, and the words of their answers.
 * Never: sends or receives; control.c does.
 * Runs: in the master.
 */
#include "config.h"

/* System */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Project */
#include "hellod/control_client.h"
#include "hellod/control_why.h"
#include "hellod/master_state.h"
#include "lib/text.h"
#include "lib/units.h"

#define OUT_OF_MEMORY "out of memory; try again later"

static long long
age(const struct master *m, int64_t since)
{
	return (m->now - since) / USEC_PER_SEC;
}

static unsigned
count_draining(const struct master *m)
{
	unsigned count = 0;

	for (unsigned i = 0; i < m->pool.count; i++)
		count += m->pool.workers[i].leaving;
	return count;
}

static const char *
describe_state(const struct master *m)
{
	return m->phase == MASTER_STARTING                                       ? "starting"
	       : m->phase == MASTER_STOPPING                                     ? "stopping"
	       : pool_ready(&m->pool, &m->pool.current) < m->pool.current.target ? "degraded"
										 : "serving";
}

static void
write_status(const struct master *m, FILE *out)
{
	struct scoreboard_total total = scoreboard_total(m->scoreboard);
	char rate[RATE_TEXT_MAX];

	fprintf(out, "hellod %s, pid %ld, %s for %lld s, generation %u\n", PACKAGE_VERSION,
		(long)getpid(), describe_state(m), age(m, m->started), m->pool.current.number);
	fprintf(out, "configuration: %s\n",
		m->configuration->file ? m->configuration->file : "built-in defaults");
	fputs("listening on:", out);
	for (size_t i = 0; i < m->listeners->count; i++)
		fprintf(out, "%s %s", i == 0 ? "" : ",", m->listeners->items[i].name);
	fprintf(out, "\nworkers: %u of %u ready, %u draining\n",
		pool_ready(&m->pool, &m->pool.current), m->pool.current.target, count_draining(m));
	fprintf(out, "sessions: %" PRIu64 " of at most %" PRId64 "\n", total.sessions,
		m->configuration->max_connections);
	fprintf(out, "greetings/s: %s\n", rate_format(master_greetings_rate(m), rate));
	for (int i = 0; i < COUNTER_COUNT; i++)
		fprintf(out, "%s: %" PRIu64 "\n", scoreboard_counter_names[i],
			scoreboard_sum(m->scoreboard, (enum counter)i));
}

/* A text as JSON has it; names of listeners and files are escaped already. */
static void
write_json_text(const char *text, FILE *out)
{
	fputc('"', out);
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			fputc('\\', out);
		if ((unsigned char)*text < 0x20)
			fprintf(out, "\\u%04x", (unsigned char)*text);
		else
			fputc(*text, out);
	}
	fputc('"', out);
}

static void
write_status_json(const struct master *m, FILE *out)
{
	struct scoreboard_total total = scoreboard_total(m->scoreboard);

	fprintf(out,
		"{\"version\":\"%s\",\"pid\":%ld,\"state\":\"%s\",\"uptime\":%lld,"
		"\"generation\":%u,\"configuration\":",
		PACKAGE_VERSION, (long)getpid(), describe_state(m), age(m, m->started),
		m->pool.current.number);
	write_json_text(m->configuration->file ? m->configuration->file : "", out);
	fputs(",\"listeners\":[", out);
	for (size_t i = 0; i < m->listeners->count; i++) {
		fputs(i == 0 ? "" : ",", out);
		write_json_text(m->listeners->items[i].name, out);
	}
	fprintf(out,
		"],\"workers\":{\"ready\":%u,\"target\":%u,\"draining\":%u},"
		"\"sessions\":%" PRIu64 ",\"max_connections\":%" PRId64
		",\"greetings_per_second\":%.1f,\"counters\":{",
		pool_ready(&m->pool, &m->pool.current), m->pool.current.target, count_draining(m),
		total.sessions, m->configuration->max_connections, master_greetings_rate(m));
	for (int i = 0; i < COUNTER_COUNT; i++)
		fprintf(out, "%s\"%s\":%" PRIu64, i == 0 ? "" : ",", scoreboard_counter_names[i],
			scoreboard_sum(m->scoreboard, (enum counter)i));
	fputs("}}\n", out);
}

static void
write_worker(const struct master *m, const struct pool_worker *worker, FILE *out)
{
	const struct scoreboard_slot *slot = &m->scoreboard->slots[worker->slot];

	fprintf(out, "%10u %6u %8ld %7lld %8u %12llu ", worker->generation, worker->slot,
		(long)worker->pid, age(m, worker->started), atomic_load(&slot->sessions),
		atomic_load(&slot->counters[COUNT_GREETINGS]));
	if (worker->leaving)
		fprintf(out, "draining, at most %lld s more\n",
			(long long)(worker->leave_by - m->now) / USEC_PER_SEC);
	else
		fputs(worker->ready ? "serving\n" : "starting\n", out);
}

static int
compare_workers(const void *a, const void *b)
{
	const struct pool_worker *left = *(const struct pool_worker *const *)a;
	const struct pool_worker *right = *(const struct pool_worker *const *)b;

	if (left->generation != right->generation)
		return left->generation < right->generation ? -1 : 1;
	return left->slot < right->slot ? -1 : left->slot > right->slot;
}

static void
write_workers(const struct master *m, FILE *out)
{
	const struct pool_worker *sorted[SCOREBOARD_SLOTS] = {NULL};

	fputs("GENERATION WORKER      PID   AGE/S SESSIONS    GREETINGS STATE\n", out);
	for (unsigned i = 0; i < m->pool.count; i++)
		sorted[i] = &m->pool.workers[i];
	qsort(sorted, m->pool.count, sizeof(*sorted), compare_workers);
	for (unsigned i = 0; i < m->pool.count; i++)
		write_worker(m, sorted[i], out);
}

static void
refuse(struct control_client *client, enum control_exit code, const char *why)
{
	control_sayf(client, CONTROL_ERROR, "hellod: %s\n", why);
	control_exit(client, code);
}

void
control_answer(const struct master *m, struct control_client *client,
	       void (*write)(const struct master *m, FILE *out))
{
	struct text text;

	if (text_begin(&text) == 0)
		write(m, text.out);
	if (text_end(&text)) {
		control_say(client, CONTROL_OUT, text.bytes);
		control_exit(client, CONTROL_EXIT_OK);
	} else {
		refuse(client, CONTROL_EXIT_FAILED, OUT_OF_MEMORY);
	}
	text_done(&text);
}

static void
do_status(struct master *m, struct control_client *client, const char *argument)
{
	control_answer(m, client, strcmp(argument, "json") == 0 ? write_status_json : write_status);
}

static void
do_ps(struct master *m, struct control_client *client, const char *argument)
{
	(void)argument;
	control_answer(m, client, write_workers);
}

static void
do_reload(struct master *m, struct control_client *client, const char *argument)
{
	(void)argument;
	client->wait = WAIT_RELOAD;
	if (!reload_begin(m))
		refuse(client, CONTROL_EXIT_BUSY,
		       m->phase == MASTER_RUNNING ? "busy: a reload or an upgrade is under way"
						  : "busy: hellod is starting or stopping");
}

static void
do_upgrade(struct master *m, struct control_client *client, const char *argument)
{
	int fd = client->fd;

	(void)argument;
	/* It is the upgrade's from here on: over the exec, and maybe back. */
	client->fd = -1;
	if (upgrade_begin(m, fd))
		return;
	client->fd = fd;
	refuse(client, CONTROL_EXIT_BUSY,
	       "busy: a reload, an upgrade, a start or a stop is under way");
}

static void
do_reopen(struct master *m, struct control_client *client, const char *argument)
{
	(void)argument;
	if (master_reopen_log(m, "helloctl") < 0)
		refuse(client, CONTROL_EXIT_FAILED,
		       "the log cannot be reopened (the log says why); the old file stays in use");
	else
		client->wait = WAIT_REOPEN;
}

static void
do_stop(struct master *m, struct control_client *client, const char *argument)
{
	(void)argument;
	client->wait = WAIT_END;
	master_stop(m, "helloctl");
}

/* Reads a whole number. Returns false if it is none that an int can hold. */
static bool
read_number(const char *text, int *ret)
{
	char *end;
	long value;

	errno = 0;
	value = strtol(text, &end, 10);
	if (end == text || *end || errno != 0 || value < INT_MIN || value > INT_MAX)
		return false;
	*ret = (int)value;
	return true;
}

static void
do_workers(struct master *m, struct control_client *client, const char *argument)
{
	bool relative = *argument == '+' || *argument == '-';
	unsigned was = m->pool.current.target;
	int64_t target;
	int number;

	if (!read_number(argument, &number)) {
		refuse(client, CONTROL_EXIT_USAGE, "want workers N, +N or -N");
		return;
	}
	target = relative ? (int64_t)was + number : number;
	if (target < 1 || target > WORKERS_MAX) {
		refuse(client, CONTROL_EXIT_FAILED, "there can be 1 to 1024 workers");
		return;
	}
	if (!master_set_workers(m, target, "helloctl")) {
		refuse(client, CONTROL_EXIT_BUSY, "busy: a start or a stop is under way");
		return;
	}
	control_sayf(client, CONTROL_OUT, "workers %u -> %u\n", was, m->pool.current.target);
	control_exit(client, CONTROL_EXIT_OK);
}

static void
do_drain(struct master *m, struct control_client *client, const char *argument)
{
	int pid;

	if (!read_number(argument, &pid) || !pool_drain(&m->pool, pid, m->now)) {
		refuse(client, CONTROL_EXIT_FAILED,
		       "no worker has that pid (helloctl ps shows them)");
		return;
	}
	control_sayf(client, CONTROL_OUT, "worker with pid %d drains\n", pid);
	control_exit(client, CONTROL_EXIT_OK);
}

static void
do_why(struct master *m, struct control_client *client, const char *argument)
{
	struct text text;
	bool good = text_begin(&text) == 0 && control_write_why(m, argument, text.out);

	if (!text_end(&text)) {
		refuse(client, CONTROL_EXIT_FAILED, OUT_OF_MEMORY);
	} else if (good) {
		control_say(client, CONTROL_OUT, text.bytes);
		control_exit(client, CONTROL_EXIT_OK);
	} else {
		refuse(client, CONTROL_EXIT_USAGE, "want an IPv4 or IPv6 address, and no port");
	}
	text_done(&text);
}

static const struct {
	const char *name;
	bool changes; /* not for everyone */
	void (*act)(struct master *m, struct control_client *client, const char *argument);
} commands[] = {
	{"status", false, do_status},         {"ps", false, do_ps},
	{"config", false, control_do_config}, {"reload", true, do_reload},
	{"reopen", true, do_reopen},          {"stop", true, do_stop},
	{"upgrade", true, do_upgrade},        {"drain", true, do_drain},
	{"workers", true, do_workers},        {"why", false, do_why},
};

void
control_obey(struct master *m, struct control_client *client, const char *request)
{
	size_t len = strcspn(request, " ");
	const char *argument = request[len] ? request + len + 1 : "";

	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strlen(commands[i].name) != len || memcmp(commands[i].name, request, len) != 0)
			continue;
		if (commands[i].changes && !client->may_change)
			refuse(client, CONTROL_EXIT_DENIED,
			       "only root and hellod's own user may change anything");
		else
			commands[i].act(m, client, argument);
		return;
	}
	refuse(client, CONTROL_EXIT_USAGE, "unknown command; is helloctl newer than hellod?");
}
