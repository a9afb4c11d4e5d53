/*
 * job_tree.c - the settings of a job file, as libconfig reads them
 *
 * Owns the process that reads, and the memory in which it leaves what it read:
 * libconfig takes memory for granted, and whatever becomes of it there, hellofetch
 * ends as it should. Knows no setting. Runs before anything else is begun;
 * read_text() in a child.
 */
#include "config.h"

/* System */
#include <sys/mman.h>
#include <sys/wait.h>

#include <errno.h>
#include <stdalign.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Library */
#include <libconfig.h>

/* Project */
#include "hellofetch/exitcode.h"
#include "hellofetch/job_tree.h"
#include "lib/leave.h"
#include "lib/log.h"

#define NUMBER_MAX 32  /* bytes of a number as text, NUL included */
#define ROOM_A_BYTE 32 /* bytes for each of the text: "1," is the shortest setting */

/* What the child leaves. It is forked: an address means the same to both. */
struct reading {
	struct job_tree tree;
	size_t used; /* bytes of all this */
	bool whole;  /* nothing is missing */
};

/* Ends the child: what it has left is not whole. */
static _Noreturn void
give_up(void)
{
	leave_process(EXIT_LOCAL);
}

static size_t
aligned(size_t size)
{
	return (size + alignof(max_align_t) - 1) / alignof(max_align_t) * alignof(max_align_t);
}

static void *
take_room(struct reading *reading, size_t size)
{
	char *place = (char *)reading + reading->used;

	size = aligned(size);
	if (size > reading->tree.size - reading->used)
		give_up();
	reading->used += size;
	return place;
}

static char *
copy_text(struct reading *reading, const char *text)
{
	size_t size = strlen(text) + 1;

	return memcpy(take_room(reading, size), text, size);
}

static void
copy_scalar(struct reading *reading, const config_setting_t *from, struct setting *to)
{
	const char *text = config_setting_get_string(from);
	char number[NUMBER_MAX] = "";

	switch (config_setting_type(from)) {
	case CONFIG_TYPE_STRING:
		to->kind = SETTING_TEXT;
		/* Lost, for want of memory. */
		if (text == NULL)
			give_up();
		break;
	case CONFIG_TYPE_BOOL:
		text = config_setting_get_bool(from) ? "true" : "false";
		break;
	case CONFIG_TYPE_FLOAT:
		snprintf(number, sizeof(number), "%.6f", config_setting_get_float(from));
		break;
	default:
		snprintf(number, sizeof(number), "%lld", config_setting_get_int64(from));
		break;
	}
	to->text = copy_text(reading, text != NULL ? text : number);
}

/* Not deeper than libconfig's grammar, which has a stack of 10000 states. */
static struct setting *
copy_setting(struct reading *reading, const config_setting_t *from)
{
	struct setting *to = take_room(reading, sizeof(*to));
	struct setting **end = &to->first;

	*to = (struct setting){.line = (int)config_setting_source_line(from)};
	if (config_setting_name(from) != NULL)
		to->name = copy_text(reading, config_setting_name(from));
	if (!config_setting_is_aggregate(from)) {
		to->kind = SETTING_VALUE;
		copy_scalar(reading, from, to);
		return to;
	}
	to->kind = config_setting_is_group(from)  ? SETTING_GROUP
		   : config_setting_is_list(from) ? SETTING_LIST
						  : SETTING_ARRAY;
	to->count = (size_t)config_setting_length(from);
	for (size_t i = 0; i < to->count; i++) {
		*end = copy_setting(reading, config_setting_get_elem(from, (unsigned)i));
		/* Lost, too: only what stands in a list has none. */
		if (to->kind == SETTING_GROUP && (*end)->name == NULL)
			give_up();
		end = &(*end)->next;
	}
	return to;
}

static _Noreturn void
read_text(struct reading *reading, const char *text)
{
	config_t config;

	config_init(&config);
	errno = 0;
	if (config_read_string(&config, text) == CONFIG_TRUE) {
		reading->tree.root = copy_setting(reading, config_root_setting(&config));
	} else {
		/* Not the text's fault. */
		if (errno == ENOMEM)
			give_up();
		reading->tree.fault_line = config_error_line(&config);
		snprintf(reading->tree.fault, sizeof(reading->tree.fault), "%s",
			 config_error_text(&config));
	}
	config_destroy(&config);
	reading->whole = true;
	leave_process(EXIT_CURRENT);
}

static void
must_wait(pid_t pid)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (WIFSIGNALED(status))
		log_errorx("reading the job file was ended by signal %d (%s)", WTERMSIG(status),
			   strsignal(WTERMSIG(status)));
}

void
job_tree_read(struct job_tree *tree, const char *text)
{
	size_t size = aligned(sizeof(struct reading)) + (strlen(text) + NUMBER_MAX) * ROOM_A_BYTE;
	struct reading *reading = mmap(NULL, size, PROT_READ | PROT_WRITE,
				       MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	pid_t pid;

	if (reading == MAP_FAILED)
		fatal(EXIT_LOCAL, "cannot get memory for the job file");
	reading->tree.room = reading;
	reading->tree.size = size;
	reading->used = aligned(sizeof(*reading));
	pid = fork();
	if (pid == 0)
		read_text(reading, text);
	if (pid < 0)
		fatal(EXIT_LOCAL, "cannot start a process to read the job file");
	must_wait(pid);
	/* What is not whole libconfig has not told either, for it does not look. */
	if (!reading->whole)
		fatalx(EXIT_LOCAL, "cannot read the job file; out of memory?");
	*tree = reading->tree;
}

void
job_tree_done(struct job_tree *tree)
{
	if (tree->room != NULL)
		munmap(tree->room, tree->size);
	*tree = (struct job_tree){0};
}

const struct setting *
setting_find(const struct setting *group, const char *name)
{
	const struct setting *setting = group->first;

	while (setting != NULL && strcmp(setting->name, name) != 0)
		setting = setting->next;
	return setting;
}
