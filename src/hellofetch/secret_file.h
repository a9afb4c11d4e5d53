/*
 * secret_file.h - a file that nobody else may read
 */
#ifndef HELLOFETCH_SECRET_FILE_H
#define HELLOFETCH_SECRET_FILE_H

#include <stdbool.h>
#include <stddef.h>

#define SECRET_FILE_MAX (64 * 1024) /* bytes */

/*
 * Reads a regular file that belongs to us or to root and that neither its group
 * nor others can read or change. Systemd may let us at a credential (managed)
 * by an access control list, which looks like the group's bits: those are then
 * its own affair. Returns the text, with "\n" and NUL at its end, to be given to
 * secret_free(); or NULL, and *ret_fault, a text that reads on from "FILE: ".
 */
char *secret_file_read(const char *path, bool managed, size_t *ret_len, const char **ret_fault);

/* Wipes and frees; NULL is fine. */
void secret_free(char *text, size_t len);

#endif
