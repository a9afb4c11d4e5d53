/*
 * report.c - what is printed at the end: as text, JSON or CSV
 *
 * Owns: the names of the figures, and their order. The three forms have the
 * same ones.
 * Never: measures anything.
 */
#include "config.h"

#include "hellobench/report.h"

/* System */
#include <inttypes.h>
#include <stdio.h>

/* A latency: which part of all operations, in millionths, took no longer. */
static const struct {
	const char *text; /* for people */
	const char *key;  /* for programs */
	unsigned millionths;
} quantiles[] = {
	{"min", "min", 0},       {"p50", "p50", 500000},     {"p90", "p90", 900000},
	{"p99", "p99", 990000},  {"p99.9", "p99_9", 999000}, {"p99.99", "p99_99", 999900},
	{"max", "max", 1000000},
};

#define QUANTILES (sizeof(quantiles) / sizeof(quantiles[0]))

/* What is worked out from a result. */
struct figures {
	uint64_t operations, failures;
	double seconds, rate;      /* operations a second */
	double processor;          /* of this side, microseconds an operation */
	double opening, mean;      /* seconds; microseconds */
	double latency[QUANTILES]; /* microseconds */
};

static struct figures
work_out(const struct result *result)
{
	struct figures f = {.operations = result->latency.count,
			    .failures = result_failures(result),
			    .opening = (double)result->opened / 1e9,
			    .mean = histogram_mean(&result->latency) / 1e3};

	if (result->ended > result->began)
		f.seconds = (double)(result->ended - result->began) / 1e9;
	if (f.seconds > 0)
		f.rate = (double)f.operations / f.seconds;
	if (f.operations > 0)
		f.processor = (double)(result->user + result->system) / (double)f.operations;
	for (size_t i = 0; i < QUANTILES; i++)
		f.latency[i] =
			(double)histogram_quantile(&result->latency, quantiles[i].millionths) / 1e3;
	return f;
}

static void
print_text(const struct options *o, const struct target *target, const struct result *result)
{
	struct figures f = work_out(result);
	const char *operations = options_operations_word(o->dialogue);

	printf("%s: %s, %" PRId64 " connections, %" PRId64 " at a time on each, ", target->text,
	       options_dialogue_word(o->dialogue), o->connections, o->pipeline);
	if (o->rate > 0)
		printf("open loop of %.0f/s\n", o->rate);
	else
		printf("closed loop\n");
	printf("%" PRIu64 " %s in %.3f s: %.1f/s\n", f.operations, operations, f.seconds, f.rate);
	if (f.operations > 0) {
		printf("latency in us:");
		for (size_t i = 0; i < QUANTILES; i++)
			printf("  %s %.1f", quantiles[i].text, f.latency[i]);
		printf("  mean %.1f\n", f.mean);
	}
	printf("connections welcomed: %llu", result->connections);
	if (f.operations > 0)
		printf("; processor time here: %.2f us an operation", f.processor);
	putchar('\n');
	printf("failed: %" PRIu64 "\n", f.failures);
	for (int i = 0; i < FAILURE_COUNT; i++)
		if (result->failures[i] > 0)
			printf("  %-16s %10llu  %s\n", failure_word((enum failure)i),
			       result->failures[i], failure_help((enum failure)i));
}

/* A JSON string; the address is escaped text already, but for its backslashes. */
static void
print_string(const char *text)
{
	putchar('"');
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			putchar('\\');
		putchar(*text);
	}
	putchar('"');
}

static void
print_json(const struct options *o, const struct target *target, const struct result *result)
{
	struct figures f = work_out(result);

	printf("{\n  \"target\": ");
	print_string(target->text);
	printf(",\n  \"dialogue\": \"%s\",\n  \"connections\": %" PRId64
	       ",\n  \"pipeline\": %" PRId64 ",\n  \"rate\": %.3f,\n  \"processes\": %" PRId64
	       ",\n",
	       options_dialogue_word(o->dialogue), o->connections, o->pipeline, o->rate,
	       o->processes);
	printf("  \"operations\": %" PRIu64 ",\n  \"seconds\": %.6f,\n  \"per_second\": %.3f,\n",
	       f.operations, f.seconds, f.rate);
	printf("  \"greetings\": %llu,\n  \"welcomed\": %llu,\n  \"opening_seconds\": %.6f,\n",
	       result->greetings, result->connections, f.opening);
	printf("  \"user_seconds\": %.6f,\n  \"system_seconds\": %.6f,\n",
	       (double)result->user / 1e6, (double)result->system / 1e6);
	printf("  \"latency_us\": {");
	for (size_t i = 0; i < QUANTILES; i++)
		printf("\"%s\": %.3f, ", quantiles[i].key, f.latency[i]);
	printf("\"mean\": %.3f},\n  \"failed\": %" PRIu64 ",\n  \"failures\": {", f.mean,
	       f.failures);
	for (int i = 0; i < FAILURE_COUNT; i++)
		printf("%s\"%s\": %llu", i > 0 ? ", " : "", failure_word((enum failure)i),
		       result->failures[i]);
	printf("}\n}\n");
}

static void
print_csv(const struct options *o, const struct result *result)
{
	struct figures f = work_out(result);

	printf("dialogue,connections,pipeline,rate,processes,operations,seconds,per_second,"
	       "greetings,welcomed,opening_seconds,user_seconds,system_seconds");
	for (size_t i = 0; i < QUANTILES; i++)
		printf(",%s_us", quantiles[i].key);
	printf(",mean_us,failed");
	for (int i = 0; i < FAILURE_COUNT; i++)
		printf(",%s", failure_word((enum failure)i));
	printf("\n%s,%" PRId64 ",%" PRId64 ",%.3f,%" PRId64 ",%" PRIu64 ",%.6f,%.3f",
	       options_dialogue_word(o->dialogue), o->connections, o->pipeline, o->rate,
	       o->processes, f.operations, f.seconds, f.rate);
	printf(",%llu,%llu,%.6f,%.6f,%.6f", result->greetings, result->connections, f.opening,
	       (double)result->user / 1e6, (double)result->system / 1e6);
	for (size_t i = 0; i < QUANTILES; i++)
		printf(",%.3f", f.latency[i]);
	printf(",%.3f,%" PRIu64, f.mean, f.failures);
	for (int i = 0; i < FAILURE_COUNT; i++)
		printf(",%llu", result->failures[i]);
	putchar('\n');
}

int
report_print(const struct options *options, const struct target *target,
	     const struct result *result)
{
	if (options->form == FORM_JSON)
		print_json(options, target, result);
	else if (options->form == FORM_CSV)
		print_csv(options, result);
	else
		print_text(options, target, result);
	return fflush(stdout) == 0 ? 0 : -1;
}
