/*
 * peer.h - who is at the other end
 */
#ifndef HELLOD_PEER_H
#define HELLOD_PEER_H

#include <sys/socket.h>

#include <stdint.h>

/* Small, because there is one a connection. */
struct peer {
	union {
		uint8_t bytes[16]; /* an IPv4 or IPv6 address */
		int fd;            /* of a UNIX peer: the socket knows who it is */
	};
	uint32_t scope; /* of an IPv6 address */
	uint16_t port;  /* in host order */
	uint8_t family; /* AF_INET, AF_INET6 or AF_UNIX */
};

/* An IPv4 address in IPv6's clothes becomes one: the same client, the same limits. */
void peer_unmap(struct peer *peer);

/* What accept4(2) returned. */
struct peer peer_from_socket(int fd, const struct sockaddr *address, socklen_t len);

/*
 * "127.0.0.1:4711", "[::1]:4711", "unix:pid 4711 uid 1000"; returns text. Of a
 * UNIX peer the kernel is asked only here, so its socket must still be open.
 */
char *peer_format(const struct peer *peer, char *text);

#endif
