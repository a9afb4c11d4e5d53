/*
 * peer.c - who is at the other end
 *
 * Owns: the short form of a peer's address.
 * Never: owns a descriptor.
 * Runs: in a worker; in the master, for who asks "why".
 */
#include "config.h"

#include "hellod/peer.h"

/* System */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/un.h>

/* Project */
#include "lib/address.h"

void
peer_unmap(struct peer *peer)
{
	struct in6_addr in6;

	memcpy(&in6, peer->bytes, sizeof(in6));
	if (peer->family != AF_INET6 || !IN6_IS_ADDR_V4MAPPED(&in6))
		return;
	memmove(peer->bytes, peer->bytes + 12, 4);
	peer->family = AF_INET;
	peer->scope = 0;
}

struct peer
peer_from_socket(int fd, const struct sockaddr *address, socklen_t len)
{
	struct peer peer = {.family = AF_UNIX};
	struct sockaddr_in in;
	struct sockaddr_in6 in6;

	if (address->sa_family == AF_INET && len >= sizeof(in)) {
		memcpy(&in, address, sizeof(in));
		memcpy(peer.bytes, &in.sin_addr, sizeof(in.sin_addr));
		peer.port = ntohs(in.sin_port);
		peer.family = AF_INET;
	} else if (address->sa_family == AF_INET6 && len >= sizeof(in6)) {
		memcpy(&in6, address, sizeof(in6));
		memcpy(peer.bytes, &in6.sin6_addr, sizeof(in6.sin6_addr));
		peer.scope = in6.sin6_scope_id;
		peer.port = ntohs(in6.sin6_port);
		peer.family = AF_INET6;
		peer_unmap(&peer);
	} else {
		peer.fd = fd;
	}
	return peer;
}

static char *
format_unix(int fd, char *text)
{
	struct ucred cred = {0};
	socklen_t len = sizeof(cred);

	getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len);
	snprintf(text, ADDRESS_TEXT_MAX, "unix:pid %d uid %u", (int)cred.pid, cred.uid);
	return text;
}

char *
peer_format(const struct peer *peer, char *text)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(peer->port)};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6,
				   .sin6_port = htons(peer->port),
				   .sin6_scope_id = peer->scope};

	if (peer->family == AF_INET) {
		memcpy(&in.sin_addr, peer->bytes, sizeof(in.sin_addr));
		return address_format((const struct sockaddr *)&in, sizeof(in), text);
	}
	if (peer->family == AF_INET6) {
		memcpy(&in6.sin6_addr, peer->bytes, sizeof(in6.sin6_addr));
		return address_format_numeric((const struct sockaddr *)&in6, sizeof(in6), text);
	}
	return format_unix(peer->fd, text);
}
