/*
 * configuration_value.h - one value: from a file into a field, and back
 */
#ifndef HELLOD_CONFIGURATION_VALUE_H
#define HELLOD_CONFIGURATION_VALUE_H

#include <libconfig.h>
#include <stdio.h>

struct key;

/* A buffer for what is wrong: "got 0, want 1 to 1024 or "auto"". */
#define VALUE_FAULT_MAX 512

/*
 * Puts the setting's value into the field of its key (any type but KEY_LIST);
 * base: the struct that key->offset counts from. A text replaces (and frees)
 * the one before it.
 * Returns 0, or -1 with the fault described; the field is then untouched.
 */
int value_parse(const struct key *key, const config_setting_t *setting, void *base,
		char fault[VALUE_FAULT_MAX]);

/* Writes the field's value as a file would say it, so that it reads the same. */
void value_write(const struct key *key, const void *base, FILE *out);

/* Writes a text in double quotes, as libconfig reads it. */
void value_write_text(const char *text, FILE *out);

/* Shows a setting as far as a message has room for it. */
#define VALUE_GOT_MAX 80
void value_describe(const config_setting_t *setting, char got[VALUE_GOT_MAX]);

/* Frees the texts of a struct that the keys describe. */
void value_free_texts(const struct key *keys, void *base);

/* The fields of a type. */
int64_t *value_number(const struct key *key, void *base);
char **value_text(const struct key *key, void *base);

#endif
