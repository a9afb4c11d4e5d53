/*
 * address.c - socket addresses as text, and back
 *
 * Owns what address_split() allocates until address_parts_done(). Runs in every
 * process. It never asks a name server and keeps no descriptor. One thing needs
 * the kernel: the name of an IPv6 scope, for which the C library opens a socket
 * and closes it again; where a process may not do that, the number is shown.
 */
#include "config.h"

/* System */
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

/* Project */
#include "lib/address.h"
#include "lib/decimal.h"
#include "lib/escape.h"

#define UNIX_PREFIX "unix:"
#define HOST_CHARACTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_"
#define PORT_MAX 65535
#define PATH_MAX_BYTES (sizeof((struct sockaddr_un *)0)->sun_path - 1)

static void
format_inet(const struct in_addr *host, in_port_t port, char *text)
{
	const uint32_t bytes = ntohl(host->s_addr);

	for (int shift = 24; shift >= 0; shift -= 8) {
		text = decimal_put(text, bytes >> shift & 0xff);
		*text++ = shift > 0 ? '.' : ':';
	}
	*decimal_put(text, ntohs(port)) = '\0';
}

/* Writes "%eth0" or "%2", or nothing where there is no scope. */
static void
format_scope(uint32_t scope, bool by_name, char *text, size_t text_size)
{
	char name[IF_NAMESIZE];
	char escaped[4 * IF_NAMESIZE];
	const int saved = errno;

	if (scope == 0)
		text[0] = '\0';
	else if (!by_name || if_indextoname(scope, name) == NULL)
		snprintf(text, text_size, "%%%u", scope);
	else
		snprintf(text, text_size, "%%%s",
			 escape_bytes(name, strlen(name), escaped, sizeof escaped));
	errno = saved;
}

static void
format_inet6(const struct sockaddr_in6 *address, bool by_name, char *text)
{
	char name[INET6_ADDRSTRLEN] = "?";
	char scope[4 * IF_NAMESIZE + 1];
	struct in_addr mapped;

	if (IN6_IS_ADDR_V4MAPPED(&address->sin6_addr)) {
		memcpy(&mapped, &address->sin6_addr.s6_addr[12], sizeof mapped);
		format_inet(&mapped, address->sin6_port, text);
		return;
	}
	inet_ntop(AF_INET6, &address->sin6_addr, name, sizeof name);
	format_scope(address->sin6_scope_id, by_name, scope, sizeof scope);
	snprintf(text, ADDRESS_TEXT_MAX, "[%s%s]:%u", name, scope, ntohs(address->sin6_port));
}

/* The length counts: an abstract name may contain NUL, a path may lack its. */
static void
format_unix(const char *path, size_t len, char *text)
{
	size_t used = sizeof UNIX_PREFIX - 1;

	memcpy(text, UNIX_PREFIX, sizeof UNIX_PREFIX);
	if (len == 0) {
		snprintf(text + used, ADDRESS_TEXT_MAX - used, "(unnamed)");
		return;
	}
	if (path[0] == '\0') {
		text[used++] = '@';
		path++;
		len--;
	} else {
		len = strnlen(path, len);
	}
	escape_bytes(path, len, text + used, ADDRESS_TEXT_MAX - used);
}

static char *
format(const struct sockaddr *address, socklen_t len, bool by_name, char *text)
{
	/* A copy: the caller's may be a plain sockaddr, or unaligned bytes. */
	union {
		struct sockaddr any;
		struct sockaddr_in inet;
		struct sockaddr_in6 inet6;
		struct sockaddr_un local;
	} copy = {.any.sa_family = AF_UNSPEC};
	const size_t size = len < sizeof copy ? len : sizeof copy;

	if (size >= sizeof copy.any.sa_family)
		memcpy(&copy, address, size);
	if (copy.any.sa_family == AF_INET && size >= sizeof copy.inet)
		format_inet(&copy.inet.sin_addr, copy.inet.sin_port, text);
	else if (copy.any.sa_family == AF_INET6 && size >= sizeof copy.inet6)
		format_inet6(&copy.inet6, by_name, text);
	else if (copy.any.sa_family == AF_UNIX)
		format_unix(copy.local.sun_path, size - offsetof(struct sockaddr_un, sun_path),
			    text);
	else
		snprintf(text, ADDRESS_TEXT_MAX, "(unknown address of family %d)",
			 copy.any.sa_family);
	return text;
}

char *
address_format(const struct sockaddr *address, socklen_t len, char *text)
{
	return format(address, len, true, text);
}

char *
address_format_numeric(const struct sockaddr *address, socklen_t len, char *text)
{
	return format(address, len, false, text);
}

/* Returns NULL, or what is wrong. */
static const char *
read_port(const char *text, int *ret_port)
{
	const size_t digits = strspn(text, "0123456789");
	long port;

	if (text[0] == '\0')
		return "no port";
	port = strtol(text, NULL, 10); /* the largest long if it does not fit */
	if (text[digits] != '\0' || port > PORT_MAX)
		return "port is not a number from 0 to 65535";
	*ret_port = (int)port;
	return NULL;
}

/* Is it an IPv6 address, perhaps with a scope, as in "fe80::1%eth0"? */
static bool
is_inet6(const char *text, size_t len)
{
	const char *percent = memchr(text, '%', len);
	const size_t name_len = percent != NULL ? (size_t)(percent - text) : len;
	char name[INET6_ADDRSTRLEN];
	struct in6_addr ignored;

	if (name_len >= sizeof name || (percent != NULL && name_len + 1 == len))
		return false;
	memcpy(name, text, name_len);
	name[name_len] = '\0';
	return inet_pton(AF_INET6, name, &ignored) == 1;
}

bool
address_is_host(const char *text)
{
	struct in_addr ignored;

	if (text[0] == '\0')
		return false;
	if (strspn(text, "0123456789.") == strlen(text))
		return inet_aton(text, &ignored) != 0; /* "127.1" is an address, too */
	if (strchr(text, ':') != NULL)
		return is_inet6(text, strlen(text));
	if (strcmp(text, "*") == 0)
		return true;
	/* Beyond ASCII, its name server knows. */
	while (*text != '\0' && (strchr(HOST_CHARACTERS, *text) != NULL || *text & 0x80))
		text++;
	return *text == '\0';
}

/* Finds the host and where the port begins. Returns NULL, or what is wrong. */
static const char *
find_host(const char *text, const char **ret_host, size_t *ret_len, const char **ret_port)
{
	const char *colon = strchr(text, ':');
	const char *bracket = strchr(text, ']');

	if (text[0] != '[') {
		if (colon == NULL)
			return "no port";
		if (strchr(colon + 1, ':') != NULL)
			return "more than one colon (an IPv6 address must stand in brackets)";
		if (colon == text)
			return "no host";
		*ret_host = text;
		*ret_len = (size_t)(colon - text);
		*ret_port = colon + 1;
		return NULL;
	}
	if (bracket == NULL)
		return "no closing bracket";
	if (!is_inet6(text + 1, (size_t)(bracket - text - 1)))
		return "not an IPv6 address in the brackets";
	if (bracket[1] == '\0')
		return "no port";
	if (bracket[1] != ':')
		return "no colon behind the closing bracket";
	*ret_host = text + 1;
	*ret_len = (size_t)(bracket - text - 1);
	*ret_port = bracket + 2;
	return NULL;
}

static const char *
split_path(const char *path, struct address_parts *parts)
{
	if (path[0] != '/')
		return "path does not begin with /";
	if (strlen(path) > PATH_MAX_BYTES)
		return "path is longer than 107 bytes";
	parts->path = strdup(path);
	return parts->path != NULL ? NULL : "out of memory";
}

static const char *
split_host(const char *text, struct address_parts *parts)
{
	const char *host, *port, *error;
	size_t len;

	error = find_host(text, &host, &len, &port);
	if (error == NULL)
		error = read_port(port, &parts->port);
	if (error != NULL)
		return error;
	parts->host = strndup(host, len);
	return parts->host != NULL ? NULL : "out of memory";
}

const char *
address_split(const char *text, struct address_parts *ret_parts)
{
	const size_t prefix = sizeof UNIX_PREFIX - 1;
	struct address_parts parts = {.host = NULL};
	const char *error;

	if (strncmp(text, UNIX_PREFIX, prefix) == 0)
		error = split_path(text + prefix, &parts);
	else
		error = split_host(text, &parts);
	if (error == NULL)
		*ret_parts = parts;
	return error;
}

void
address_parts_done(struct address_parts *parts)
{
	free(parts->host);
	free(parts->path);
	*parts = (struct address_parts){.host = NULL};
}
