/*
 * address.h - socket addresses as text, and back
 *
 * Never resolves a name and never opens a descriptor.
 */
#ifndef LIB_ADDRESS_H
#define LIB_ADDRESS_H

#include <sys/socket.h>

#include <stdbool.h>
#include <stdint.h>

#define ADDRESS_TEXT_MAX 512 /* an escaped UNIX path fits, NUL included */

/*
 * Writes an address: "127.0.0.1:9999", "[::1]:9999", "[fe80::1%eth0]:9999" (the
 * scope by name, by number if it has none), "unix:/run/x.sock",
 * "unix:@abstract", "unix:(unnamed)". IPv4-mapped IPv6 is shown as IPv4. Path
 * bytes are escaped with escape_bytes(). text has ADDRESS_TEXT_MAX bytes; returned.
 */
char *address_format(const struct sockaddr *address, socklen_t len, char *text);

/*
 * The same with the scope by number, "[fe80::1%2]:9999", for a process that may
 * not open the socket which the C library wants to look a name up.
 */
char *address_format_numeric(const struct sockaddr *address, socklen_t len, char *text);

/*
 * Tells whether a text can be a host at all: an IPv4 or IPv6 address, a host
 * name, or "*", which getaddrinfo(3) takes for all addresses. A port or brackets
 * are no part of one, nor is a number with points an address unless it is.
 */
bool address_is_host(const char *text);

/* What address_split() found in a text; host and path are allocated. */
struct address_parts {
	char *host; /* NULL if it is a path */
	int port;   /* 0 to 65535 */
	char *path; /* NULL if it is a host */
};

/*
 * Splits "HOST:PORT", "[V6]:PORT" or "unix:/path". A bare IPv6 address must
 * stand in brackets. Returns NULL, or what is wrong as a fixed text ("no port",
 * "port is not a number from 0 to 65535", ...); *ret_parts is then untouched.
 */
const char *address_split(const char *text, struct address_parts *ret_parts);
void address_parts_done(struct address_parts *parts);

#endif
