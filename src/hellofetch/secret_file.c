/*
 * secret_file.c - a file that nobody else may read
 *
 * Owns the rule whom such a file may belong to and who may read it. Knows
 * nothing of what is in it. It is looked at when it is open: what was checked is
 * what is read. hellofetch is one process.
 */
#include "config.h"

/* System */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Project */
#include "hellofetch/secret_file.h"

#define END_SIZE 2 /* bytes: "\n" and NUL */

/* What is wrong with the file, or NULL. */
static const char *
check(const struct stat *file, bool managed)
{
	mode_t forbidden = managed ? S_IRWXO : S_IRWXG | S_IRWXO;

	if (!S_ISREG(file->st_mode))
		return "it is not a regular file";
	if (file->st_uid != geteuid() && file->st_uid != 0)
		return "it belongs to another user";
	if ((file->st_mode & forbidden) != 0)
		return "others than its owner have access to it: want mode 600";
	if (file->st_size > SECRET_FILE_MAX)
		return "it is larger than 64 KiB";
	return NULL;
}

static char *
read_all(int fd, size_t size, size_t *ret_len)
{
	char *text = calloc(1, size + END_SIZE);
	size_t len = 0;
	ssize_t n = 1;

	while (text != NULL && len < size && n > 0) {
		n = read(fd, text + len, size - len);
		if (n < 0 && errno == EINTR)
			n = 1;
		else if (n > 0)
			len += (size_t)n;
	}
	if (n < 0) {
		secret_free(text, len);
		return NULL;
	}
	if (text != NULL && len > 0 && text[len - 1] != '\n')
		text[len++] = '\n';
	*ret_len = len;
	return text;
}

char *
secret_file_read(const char *path, bool managed, size_t *ret_len, const char **ret_fault)
{
	/* It may be a pipe, or a terminal: neither wait for it nor take it over. */
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	const char *fault = NULL;
	char *text = NULL;
	struct stat file = {0};

	if (fd < 0 || fstat(fd, &file) < 0)
		fault = strerror(errno);
	else
		fault = check(&file, managed);
	if (fault == NULL) {
		text = read_all(fd, (size_t)file.st_size, ret_len);
		if (text == NULL)
			fault = strerror(errno);
	}
	if (fd >= 0)
		close(fd);
	if (fault != NULL)
		*ret_fault = fault;
	return text;
}

void
secret_free(char *text, size_t len)
{
	if (text != NULL)
		explicit_bzero(text, len);
	free(text);
}
