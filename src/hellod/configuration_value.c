/*
 * configuration_value.c - one value: from a file into a field, and back
 *
 * Owns: how each type of value is written and read, and the words "got X, want
 * Y" for what does not fit.
 * Never: knows a key by name, reads a file.
 * Runs: in the process that reads the configuration; what writes, in the master too.
 */
#include "config.h"

/* System */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Project */
#include "hellod/configuration_table.h"
#include "hellod/configuration_value.h"
#include "hellod/network.h"
#include "lib/alloc.h"
#include "lib/escape.h"
#include "lib/suggest.h"
#include "lib/units.h"

#define WANT_MAX 300 /* bytes that describe what should be */
#define HINT_MAX 80  /* and what may help */

int64_t *
value_number(const struct key *key, void *base)
{
	return (int64_t *)(void *)((char *)base + key->offset);
}

char **
value_text(const struct key *key, void *base)
{
	return (char **)(void *)((char *)base + key->offset);
}

void
value_free_texts(const struct key *keys, void *base)
{
	for (; keys->name; keys++)
		if (keys->type == KEY_TEXT || keys->type == KEY_NETWORKS)
			free(*value_text(keys, base));
}

/* With a point, or it would look like a whole number. */
static void
describe_float(double value, char got[VALUE_GOT_MAX])
{
	snprintf(got, VALUE_GOT_MAX, "%.12g", value);
	if (!strpbrk(got, ".en"))
		strncat(got, ".0", 3);
}

void
value_describe(const config_setting_t *setting, char got[VALUE_GOT_MAX])
{
	const char *text;

	switch (config_setting_type(setting)) {
	case CONFIG_TYPE_INT:
	case CONFIG_TYPE_INT64:
		snprintf(got, VALUE_GOT_MAX, "%lld", config_setting_get_int64(setting));
		break;
	case CONFIG_TYPE_FLOAT:
		describe_float(config_setting_get_float(setting), got);
		break;
	case CONFIG_TYPE_BOOL:
		snprintf(got, VALUE_GOT_MAX, "%s",
			 config_setting_get_bool(setting) ? "true" : "false");
		break;
	case CONFIG_TYPE_STRING:
		text = config_setting_get_string(setting);
		got[0] = '"';
		escape_bytes(text, strlen(text), got + 1, VALUE_GOT_MAX - 2);
		strncat(got, "\"", 2);
		break;
	case CONFIG_TYPE_GROUP:
		snprintf(got, VALUE_GOT_MAX, "a group { }");
		break;
	default:
		snprintf(got, VALUE_GOT_MAX, "%s",
			 config_setting_length(setting) > 0 ? "a list" : "an empty list");
	}
}

/* The words of a key: "a", "b" or "c". */
static void
describe_words(const struct key *key, char want[WANT_MAX])
{
	size_t len = 0;

	want[0] = '\0';
	for (size_t i = 0; key->words[i] && len < WANT_MAX; i++)
		len += (size_t)snprintf(want + len, WANT_MAX - len, "%s\"%s\"",
					i == 0              ? ""
					: key->words[i + 1] ? ", "
							    : " or ",
					key->words[i]);
}

/* One end of a range, as a person would write it. */
static const char *
describe_bound(const struct key *key, int64_t value, char text[UNITS_TEXT_MAX])
{
	if (key->type == KEY_TIME)
		return units_format_time(value, text);
	if (key->type == KEY_SIZE)
		return units_format_size(value, text);
	if (key->type == KEY_MODE)
		snprintf(text, UNITS_TEXT_MAX, "\"%04" PRIo64 "\"", (uint64_t)value);
	else
		snprintf(text, UNITS_TEXT_MAX, "%" PRId64, value);
	return text;
}

static void
describe_range(const struct key *key, char want[WANT_MAX])
{
	char min[UNITS_TEXT_MAX];
	char max[UNITS_TEXT_MAX];

	snprintf(want, WANT_MAX, "%s to %s%s%s%s", describe_bound(key, key->min, min),
		 describe_bound(key, key->max, max), key->zero_word ? " or \"" : "",
		 key->zero_word ? key->zero_word : "", key->zero_word ? "\"" : "");
}

static void
describe_want(const struct key *key, char want[WANT_MAX])
{
	switch (key->type) {
	case KEY_BOOL:
		snprintf(want, WANT_MAX, "true or false");
		break;
	case KEY_WORD:
		describe_words(key, want);
		break;
	case KEY_TEXT:
		snprintf(want, WANT_MAX,
			 "a text in double quotes of %" PRId64 " to %" PRId64 " bytes", key->min,
			 key->max);
		break;
	case KEY_NETWORKS:
		snprintf(want, WANT_MAX,
			 "up to %" PRId64 " networks: [ \"192.0.2.0/24\", \"2001:db8::/32\" ]",
			 key->max);
		break;
	default:
		describe_range(key, want);
	}
}

/* What may help whoever wrote that text, or "". */
static void
describe_hint(const struct key *key, const char *text, char hint[HINT_MAX])
{
	const char *near = NULL;
	size_t count = 0;
	int64_t ignored;

	hint[0] = '\0';
	if (key->type == KEY_WORD) {
		while (key->words[count])
			count++;
		near = suggest(text, key->words, count);
	}
	if (near)
		snprintf(hint, HINT_MAX, "; did you mean \"%s\"?", near);
	/* "10m" has a number, but no unit. */
	else if (*text < '0' || *text > '9')
		return;
	else if (key->type == KEY_TIME && units_parse_time(text, &ignored) < 0 && errno == EINVAL)
		snprintf(hint, HINT_MAX, "; units are " UNITS_OF_TIME);
	else if (key->type == KEY_SIZE && units_parse_size(text, &ignored) < 0 && errno == EINVAL)
		snprintf(hint, HINT_MAX, "; units are " UNITS_OF_SIZE);
}

/* Says what was there and what should be; want: NULL for the key's usual. */
static int
mismatch(const struct key *key, const config_setting_t *setting, const char *want, char *fault)
{
	char got[VALUE_GOT_MAX];
	char usual[WANT_MAX];
	char hint[HINT_MAX] = "";
	const char *text = config_setting_get_string(setting);

	value_describe(setting, got);
	if (!want)
		describe_want(key, usual);
	if (text)
		describe_hint(key, text, hint);
	snprintf(fault, VALUE_FAULT_MAX, "got %s, want %s%s", got, want ? want : usual, hint);
	return -1;
}

/* Reads a number of any of the numeric types. Returns 0 or -1. */
static int
read_number(const struct key *key, const config_setting_t *setting, int64_t *ret)
{
	int type = config_setting_type(setting);
	const char *text = config_setting_get_string(setting);
	bool whole = type == CONFIG_TYPE_INT || type == CONFIG_TYPE_INT64;
	int64_t value = whole ? config_setting_get_int64(setting) : 0;

	if (key->zero_word && text && strcmp(text, key->zero_word) == 0) {
		*ret = 0;
		return 0;
	}
	if (key->type == KEY_TIME) {
		if (text ? units_parse_time(text, &value)
			 : units_time_from_seconds(whole ? (double)value
							 : config_setting_get_float(setting),
						   &value))
			return -1;
	} else if (key->type == KEY_SIZE && text) {
		if (units_parse_size(text, &value))
			return -1;
	} else if (!whole) {
		return -1;
	}
	if (value < key->min || value > key->max)
		return -1;
	*ret = value;
	return 0;
}

/* Permissions, as chmod(1) takes them in octal. */
static int
read_mode(const struct key *key, const char *text, int64_t *ret)
{
	char *end;
	unsigned long value;

	if (!text || !*text || strspn(text, "01234567") != strlen(text))
		return -1;
	errno = 0;
	value = strtoul(text, &end, 8);
	if (errno || value > (unsigned long)key->max)
		return -1;
	*ret = (int64_t)value;
	return 0;
}

static int
read_word(const struct key *key, const char *text, int64_t *ret)
{
	for (int64_t i = 0; text && key->words[i]; i++)
		if (strcmp(text, key->words[i]) == 0) {
			*ret = i;
			return 0;
		}
	return -1;
}

static int
parse_text(const struct key *key, const config_setting_t *setting, char **field, char *fault)
{
	const char *text = config_setting_get_string(setting);
	const char *want;
	int64_t len = text ? (int64_t)strlen(text) : -1;

	if (len < key->min || len > key->max)
		return mismatch(key, setting, NULL, fault);
	want = key->check ? key->check(text) : NULL;
	if (want)
		return mismatch(key, setting, want, fault);
	free(*field);
	*field = must_strdup(text);
	return 0;
}

/* One network is a text, and several are an array or a list of texts. */
static int
parse_networks(const struct key *key, const config_setting_t *setting, char **field, char *fault)
{
	bool single = config_setting_type(setting) == CONFIG_TYPE_STRING;
	bool several = config_setting_is_array(setting) || config_setting_is_list(setting);
	int count = single ? 1 : several ? config_setting_length(setting) : (int)key->max + 1;
	char *list = NULL;
	size_t len;
	FILE *out;

	if (count > key->max)
		return mismatch(key, setting, NULL, fault);
	out = must_open_text(&list, &len);
	for (int i = 0; i < count; i++) {
		const config_setting_t *one =
			single ? setting : config_setting_get_elem(setting, (unsigned)i);
		const char *text = config_setting_get_string(one);
		struct network network;
		char shown[NETWORK_TEXT_MAX];

		if (!text || network_parse(text, &network) < 0) {
			must_close_text(out, &list);
			free(list);
			return mismatch(key, one, NULL, fault);
		}
		fprintf(out, "%s%s", i == 0 ? "" : " ", network_format(&network, shown));
	}
	must_close_text(out, &list);
	free(*field);
	*field = list;
	return 0;
}

int
value_parse(const struct key *key, const config_setting_t *setting, void *base,
	    char fault[VALUE_FAULT_MAX])
{
	int type = config_setting_type(setting);
	const char *text = config_setting_get_string(setting);
	int r;

	if (key->type == KEY_TEXT)
		return parse_text(key, setting, value_text(key, base), fault);
	if (key->type == KEY_NETWORKS)
		return parse_networks(key, setting, value_text(key, base), fault);
	if (key->type == KEY_WORD)
		r = read_word(key, text, value_number(key, base));
	else if (key->type == KEY_MODE)
		r = read_mode(key, text, value_number(key, base));
	else if (key->type == KEY_BOOL && type == CONFIG_TYPE_BOOL)
		r = (*value_number(key, base) = config_setting_get_bool(setting), 0);
	else if (key->type != KEY_BOOL && type <= CONFIG_TYPE_STRING && type != CONFIG_TYPE_GROUP)
		r = read_number(key, setting, value_number(key, base));
	else
		r = -1;
	return r < 0 ? mismatch(key, setting, NULL, fault) : 0;
}

void
value_write_text(const char *text, FILE *out)
{
	fputc('"', out);
	for (; *text; text++) {
		unsigned char byte = (unsigned char)*text;

		if (byte == '"' || byte == '\\')
			fprintf(out, "\\%c", byte);
		else if (byte < 0x20 || byte == 0x7f)
			fprintf(out, "\\x%02x", byte);
		else
			fputc(byte, out);
	}
	fputc('"', out);
}

/* What parse_networks() has made, as it was written. */
static void
write_networks(const char *list, FILE *out)
{
	const char *before = " ";

	fputc('[', out);
	while (*list) {
		int len = (int)strcspn(list, " ");

		fprintf(out, "%s\"%.*s\"", before, len, list);
		list += len + (list[len] == ' ');
		before = ", ";
	}
	fputs(" ]", out);
}

void
value_write(const struct key *key, const void *base, FILE *out)
{
	char text[UNITS_TEXT_MAX];
	int64_t value;

	if (key->type == KEY_TEXT) {
		value_write_text(*(char *const *)(const void *)((const char *)base + key->offset),
				 out);
		return;
	}
	if (key->type == KEY_NETWORKS) {
		write_networks(*(char *const *)(const void *)((const char *)base + key->offset),
			       out);
		return;
	}
	value = *(const int64_t *)(const void *)((const char *)base + key->offset);
	if (key->type == KEY_BOOL)
		fputs(value ? "true" : "false", out);
	else if (key->type == KEY_WORD)
		value_write_text(key->words[value], out);
	else if (key->zero_word && value == 0)
		value_write_text(key->zero_word, out);
	else if (key->type == KEY_TIME || key->type == KEY_SIZE)
		value_write_text(describe_bound(key, value, text), out);
	else
		fputs(describe_bound(key, value, text), out);
}
