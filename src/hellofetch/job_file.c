/*
 * job_file.c - a file of many fetches
 *
 * Owns how the settings of a file become the options of its jobs. Knows three
 * keys by name; all others are those of option_table.c. Fetches nothing.
 * hellofetch is one process.
 */
#include "config.h"

/* System */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Project */
#include "hellofetch/job_file.h"
#include "hellofetch/job_select.h"
#include "lib/alloc.h"
#include "lib/source.h"
#include "lib/suggest.h"

#define KEY_MAX 128      /* bytes of "jobs[12].deadline", NUL included */
#define WORDS_MAX 128    /* keys to suggest one of */
#define ARGUMENTS_MAX 63 /* words of a hook */

/* What is being read: to say where a fault is, and where a value goes. */
struct reading {
	struct job_file *file;
	const struct source *source;
	struct faults *faults;
	const char *group; /* "jobs[12]" */
	enum option_scope scope;
	struct options *options;
	const char *url;
};

/* Reads a setting that is no option of the table. */
typedef void take_setting(struct reading *r, const struct setting *setting);

static void __attribute__((format(printf, 4, 5)))
tell(const struct reading *r, const struct setting *setting, const char *key, const char *fmt, ...)
{
	struct source_line at = source_line(r->source, setting->line);
	char path[KEY_MAX], what[OPTION_FAULT_MAX];
	va_list args;

	snprintf(path, sizeof(path), "%s%s%s", r->group, key != NULL && r->group[0] ? "." : "",
		 key != NULL ? key : "");
	va_start(args, fmt);
	vsnprintf(what, sizeof(what), fmt, args);
	va_end(args);
	/* The file may say anything; a fault is one line. */
	for (char *c = what; *c != '\0'; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			*c = '?';
	fault(r->faults, at.file, at.number, path[0] != '\0' ? path : NULL, "%s", what);
}

/* Keeps memory until the end of all. */
static void *
keep(struct job_file *file, void *memory)
{
	file->kept = must_realloc(file->kept, (file->kept_count + 1) * sizeof(*file->kept));
	return file->kept[file->kept_count++] = memory;
}

/* What stands in double quotes, or NULL. */
static char *
quoted(const struct setting *setting)
{
	return setting->kind == SETTING_TEXT ? setting->text : NULL;
}

static void
take_name(struct reading *r, const struct setting *setting)
{
	const char *text = quoted(setting);

	if (text == NULL || text[0] == '\0')
		tell(r, setting, "name", "want a text in double quotes");
	r->options->name = text;
}

static void
take_address(struct reading *r, const struct setting *setting)
{
	r->url = quoted(setting);
	if (r->url == NULL)
		tell(r, setting, "url", "want a text in double quotes");
}

/* The hook: a list of words, as they stand. */
static void
take_hook(struct reading *r, const struct setting *setting)
{
	const bool has_words = setting->kind == SETTING_ARRAY || setting->kind == SETTING_LIST;
	char **argv, **next;

	if (!has_words || setting->count < 1 || setting->count > ARGUMENTS_MAX) {
		tell(r, setting, "on-change",
		     "want a command and its arguments, as [ \"make\", \"-s\" ]");
		return;
	}
	next = argv = keep(r->file, must_alloc((setting->count + 1) * sizeof(*argv)));
	for (const struct setting *word = setting->first; word != NULL; word = word->next) {
		if (quoted(word) == NULL) {
			tell(r, setting, "on-change", "want texts in double quotes");
			return;
		}
		*next++ = word->text;
	}
	r->options->hook.argv = argv;
}

static const struct own_key {
	const char *name;
	unsigned scope;
	take_setting *take;
} own_keys[] = {
	{"name", SCOPE_JOB, take_name},
	{"url", SCOPE_JOB, take_address},
	{"on-change", SCOPE_JOB | SCOPE_DEFAULTS, take_hook},
};

#define OWN_KEYS_LEN (sizeof(own_keys) / sizeof(own_keys[0]))

static void
unknown_key(const struct reading *r, const struct setting *setting)
{
	const char *words[WORDS_MAX], *name = setting->name, *near;
	size_t count = 0;

	for (size_t i = 0; i < OWN_KEYS_LEN; i++)
		if (own_keys[i].scope & r->scope)
			words[count++] = own_keys[i].name;
	for (size_t i = 0; i < option_table_len && count < WORDS_MAX; i++)
		if (option_table[i].scope & r->scope)
			words[count++] = option_table[i].name;
	near = suggest(name, words, count);
	tell(r, setting, name, "unknown key here%s%s%s", near ? "; did you mean \"" : "",
	     near ? near : "", near ? "\"?" : " (hellofetch(1) lists them all)");
}

static void
take_option(const struct reading *r, const struct setting *setting, const struct option_row *row)
{
	const char *text = setting->text;
	char fault[OPTION_FAULT_MAX];

	if (text == NULL)
		tell(r, setting, row->name, "want a text or a number");
	/* Nobody knows where such a run is started. */
	else if (row->take == take_file && text[0] != '/')
		tell(r, setting, row->name, "got \"%s\", want an absolute path", text);
	else if (row->take(text, (char *)r->options + row->place, fault) < 0)
		tell(r, setting, row->name, "%s", fault);
}

static void
take_setting_of(struct reading *r, const struct setting *setting)
{
	const char *name = setting->name;

	for (size_t i = 0; i < OWN_KEYS_LEN; i++) {
		if (strcmp(own_keys[i].name, name) == 0 && (own_keys[i].scope & r->scope)) {
			own_keys[i].take(r, setting);
			return;
		}
	}
	for (size_t i = 0; i < option_table_len; i++) {
		if (strcmp(option_table[i].name, name) == 0 && (option_table[i].scope & r->scope)) {
			take_option(r, setting, &option_table[i]);
			return;
		}
	}
	unknown_key(r, setting);
}

static void
take_group(struct reading *r, const struct setting *group, enum option_scope scope)
{
	r->scope = scope;
	if (group == NULL)
		return;
	for (const struct setting *setting = group->first; setting != NULL; setting = setting->next)
		take_setting_of(r, setting);
}

/* The command line's own have been looked at already. */
static void
take_given(struct options *options, const struct command_line *line)
{
	char fault[OPTION_FAULT_MAX];

	for (size_t i = 0; i < line->given_count; i++) {
		const struct option_row *row = line->given[i].row;

		if (row->scope & SCOPE_EACH)
			row->take(line->given[i].text, (char *)options + row->place, fault);
	}
}

/* What is common, then the job's own, then what the command line says. */
static void
read_job(struct reading *r, const struct setting *defaults, const struct setting *group,
	 const struct command_line *line)
{
	unsigned before = r->faults->count;
	const char *fault;

	options_init(r->options);
	/* Nobody reads 200 headers in a row. */
	r->options->quiet = true;
	r->url = NULL;
	take_group(r, defaults, SCOPE_DEFAULTS);
	take_group(r, group, SCOPE_JOB);
	take_given(r->options, line);
	if (r->faults->count > before)
		return;
	if (r->url == NULL || r->options->output == NULL) {
		tell(r, group, r->url == NULL ? "url" : "output", "is missing");
		return;
	}
	fault = options_complete(r->options, r->url);
	if (fault != NULL)
		tell(r, group, NULL, "%s", fault);
}

/* Once for themselves: a fault in them is to be told once. */
static void
check_defaults(struct reading *r, const struct setting *defaults)
{
	struct options scratch;

	options_init(&scratch);
	r->options = &scratch;
	r->group = "defaults";
	if (defaults != NULL && defaults->kind != SETTING_GROUP)
		tell(r, defaults, NULL, "want a group: { deadline = \"1 min\"; }");
	else
		take_group(r, defaults, SCOPE_DEFAULTS);
	options_done(&scratch);
	r->options = NULL;
}

static void
read_jobs(struct reading *r, const struct setting *defaults, const struct setting *list,
	  const struct command_line *line)
{
	size_t count = list != NULL && list->kind == SETTING_LIST ? list->count : 0;
	const struct setting *group;
	char name[KEY_MAX];

	r->group = "jobs";
	if (count < 1 || count > JOB_FILE_JOBS_MAX) {
		tell(r, list != NULL ? list : r->file->tree.root, NULL,
		     "want a list of 1 to %d groups: ( { url = \"...\"; output = \"/...\"; } )",
		     JOB_FILE_JOBS_MAX);
		return;
	}
	r->file->options = must_alloc(count * sizeof(struct options));
	for (group = list->first; group != NULL; group = group->next) {
		snprintf(name, sizeof(name), "jobs[%zu]", r->file->count);
		r->group = name;
		r->options = &r->file->options[r->file->count++];
		if (group->kind == SETTING_GROUP)
			read_job(r, defaults, group, line);
		else
			tell(r, group, NULL, "want a group: { url = \"...\"; output = \"/...\"; }");
	}
	r->group = NULL;
}

static void
read_tree(struct reading *r, const struct command_line *line)
{
	const struct setting *root = r->file->tree.root, *setting;
	const struct setting *defaults = setting_find(root, "defaults");

	r->group = "";
	for (setting = root->first; setting != NULL; setting = setting->next)
		if (strcmp(setting->name, "defaults") != 0 && strcmp(setting->name, "jobs") != 0)
			tell(r, setting, setting->name, "unknown key here, want defaults and jobs");
	check_defaults(r, defaults);
	if (r->faults->count == 0)
		read_jobs(r, defaults, setting_find(root, "jobs"), line);
}

int
job_file_read(struct job_file *file, const struct command_line *line, struct faults *faults)
{
	struct source source;
	struct reading r = {.file = file, .source = &source, .faults = faults};
	struct source_line at;

	*file = (struct job_file){0};
	if (source_read(&source, line->options.jobs, JOB_FILE_SIZE_MAX, faults) == 0) {
		job_tree_read(&file->tree, source.text);
		at = source_line(&source, file->tree.fault_line);
		if (file->tree.root != NULL)
			read_tree(&r, line);
		else
			fault(faults, at.file, at.number, NULL,
			      "%s; is a quote, a bracket, a comma or a semicolon missing, or a "
			      "comma too many, here or before?",
			      file->tree.fault);
	}
	source_done(&source);
	if (faults->count == 0)
		job_select(file, line->options.jobs, line->names, faults);
	return faults->count == 0 ? 0 : -1;
}

void
job_file_done(struct job_file *file)
{
	for (size_t i = 0; i < file->count; i++)
		options_done(&file->options[i]);
	free(file->options);
	for (size_t i = 0; i < file->kept_count; i++)
		free(file->kept[i]);
	free(file->kept);
	job_tree_done(&file->tree);
}
