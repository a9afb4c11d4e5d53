/*
 * oom.c - was it the kernel, for want of memory?
 *
 * Owns: where the kernel counts whom it has killed, in both kinds of groups.
 * Never: sets a limit.
 * Runs: in the master; oom_offer_oneself() in a worker.
 */
#include "config.h"

#include "hellod/oom.h"

/* System */
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Project */
#include "lib/log.h"

#define SCORE_FILE "/proc/self/oom_score_adj"
#define SCORE_MORE 200 /* thousandths of all memory that a worker is taken to have more */
#define SCORE_MAX 1000 /* proc(5) */
#define COUNT_LINE "oom_kill %" SCNu64

/* Reads the count. Returns false if the file has none. */
static bool
read_count(const char *path, uint64_t *ret)
{
	FILE *file = fopen(path, "re");
	char line[128];
	bool found = false;

	while (file && !found && fgets(line, sizeof(line), file))
		found = sscanf(line, COUNT_LINE, ret) == 1;
	if (file)
		fclose(file);
	return found;
}

/* Is "memory" among "cpu,memory"? */
static bool
has_memory(const char *controllers, size_t len)
{
	static const char want[] = "memory";

	while (len > 0) {
		const char *comma = memchr(controllers, ',', len);
		size_t one = comma ? (size_t)(comma - controllers) : len;

		if (one == strlen(want) && memcmp(controllers, want, one) == 0)
			return true;
		one += comma != NULL;
		controllers += one;
		len -= one;
	}
	return false;
}

/*
 * A line is ID:CONTROLLERS:PATH; of version 2, which has one hierarchy for all,
 * 0::PATH. Returns false if it is of no use.
 */
static bool
find_count(const char *line, const char *root, char path[PATH_MAX])
{
	const char *controllers = strchr(line, ':');
	const char *group = controllers ? strchr(controllers + 1, ':') : NULL;
	int len;

	if (!group)
		return false;
	if (group == controllers + 1)
		len = snprintf(path, PATH_MAX, "%s%s/memory.events", root, group + 1);
	else if (has_memory(controllers + 1, (size_t)(group - controllers - 1)))
		len = snprintf(path, PATH_MAX, "%s/memory%s/memory.oom_control", root, group + 1);
	else
		return false;
	return len < PATH_MAX;
}

void
oom_watch_init(struct oom_watch *watch, const char *list, const char *root)
{
	FILE *file = fopen(list, "re");
	char line[PATH_MAX];
	char path[PATH_MAX];

	*watch = (struct oom_watch){0};
	while (file && !watch->file && fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\n")] = '\0';
		if (find_count(line, root, path) && read_count(path, &watch->kills))
			watch->file = strdup(path); /* without, a death is told without its cause */
	}
	if (file)
		fclose(file);
}

void
oom_watch_done(struct oom_watch *watch)
{
	free(watch->file);
	*watch = (struct oom_watch){0};
}

bool
oom_watch_killed(struct oom_watch *watch)
{
	uint64_t before = watch->kills;

	return watch->file && read_count(watch->file, &watch->kills) && watch->kills > before;
}

void
oom_offer_oneself(void)
{
	FILE *file = fopen(SCORE_FILE, "r+e");
	int score;

	if (file && fscanf(file, "%d", &score) == 1) {
		score = score + SCORE_MORE < SCORE_MAX ? score + SCORE_MORE : SCORE_MAX;
		rewind(file);
		fprintf(file, "%d", score);
	}
	if (!file || fclose(file) != 0)
		log_debug("cannot write " SCORE_FILE);
}
