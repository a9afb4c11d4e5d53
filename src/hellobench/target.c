/*
 * target.c - where to connect to, and from where
 *
 * Owns: names to addresses, the row of source addresses, connect().
 * Never: sends or receives anything.
 * Runs: the search in the first process, connecting in those that load.
 */
#include "config.h"

#include "hellobench/target.h"

/* System */
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

/* Library */
#include "lib/log.h"

/* Project */
#include "hellobench/exit_codes.h"
#include "hellobench/option_table.h"

static int
find_host(const char *host, const char *port, int flags, struct sockaddr_storage *ret_address,
	  socklen_t *ret_len)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV | flags};
	struct addrinfo *list;
	int why = getaddrinfo(host, port, &hints, &list);

	if (why != 0) {
		log_errorx("cannot find the host \"%s\": %s; %s", host,
			   why == EAI_SYSTEM ? strerror(errno) : gai_strerror(why),
			   why == EAI_AGAIN ? "try again later, or give its address"
					    : "check its name");
		return EXIT_UNREACHED;
	}
	memcpy(ret_address, list->ai_addr, list->ai_addrlen);
	*ret_len = list->ai_addrlen;
	freeaddrinfo(list);
	return -1;
}

static int
find_path(const char *path, struct target *target)
{
	struct sockaddr_un *address = (struct sockaddr_un *)&target->address;
	size_t len = strlen(path);

	if (len >= sizeof(address->sun_path))
		return usage_error("--unix: got a path of %zu bytes, want 1 to %zu", len,
				   sizeof(address->sun_path) - 1);
	address->sun_family = AF_UNIX;
	memcpy(address->sun_path, path, len + 1);
	target->len = sizeof(*address);
	return -1;
}

static int
find_sources(const struct options *options, struct target *target)
{
	const char *first = options->source ? options->source : "127.1.0.1";
	socklen_t len;
	int code;

	if (!options->source && options->sources == 0)
		return -1;
	code = find_host(first, NULL, AI_NUMERICHOST, &target->source, &len);
	if (code >= 0)
		return code;
	if (target->source.ss_family != target->address.ss_family)
		return usage_error("--source: got \"%s\", want an address of the server's kind",
				   first);
	target->sources = options->sources > 0 ? options->sources : 1;
	return -1;
}

int
target_find(const struct options *options, struct target *ret_target)
{
	struct target target = {.no_delay = options->dialogue == DIALOGUE_GREET ||
					    options->pipeline > 1};
	int code;

	if (options->path)
		code = find_path(options->path, &target);
	else
		code = find_host(options->host ? options->host : "127.0.0.1",
				 options->port ? options->port : "9999", 0, &target.address,
				 &target.len);
	if (code < 0)
		code = find_sources(options, &target);
	if (code >= 0)
		return code;
	target.no_delay &= target.address.ss_family != AF_UNIX;
	address_format((const struct sockaddr *)&target.address, target.len, target.text);
	*ret_target = target;
	return -1;
}

/* Adds a number to the last four bytes of an address. */
static void
add(struct sockaddr_storage *address, uint32_t more)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)address;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)address;
	uint32_t last;

	if (address->ss_family == AF_INET) {
		v4->sin_addr.s_addr = htonl(ntohl(v4->sin_addr.s_addr) + more);
		return;
	}
	memcpy(&last, v6->sin6_addr.s6_addr + 12, sizeof(last));
	last = htonl(ntohl(last) + more);
	memcpy(v6->sin6_addr.s6_addr + 12, &last, sizeof(last));
}

/*
 * The port is chosen by connect(): then a pair of addresses has all of them,
 * while bind() would keep a port from all other servers too.
 */
static int
bind_source(int fd, const struct target *target, uint64_t which)
{
	struct sockaddr_storage source = target->source;
	int on = 1;

	add(&source, (uint32_t)(which % (uint64_t)target->sources));
	if (setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof(on)) < 0)
		return -1;
	return bind(fd, (const struct sockaddr *)&source, target->len);
}

int
target_connect(const struct target *target, uint64_t which)
{
	const struct sockaddr *address = (const struct sockaddr *)&target->address;
	int fd = socket(address->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int on = 1, why;

	if (fd < 0)
		return -1;
	if ((target->sources == 0 || bind_source(fd, target, which) == 0) &&
	    (!target->no_delay || setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) == 0) &&
	    (connect(fd, address, target->len) == 0 || errno == EINPROGRESS))
		return fd;
	why = errno;
	close(fd);
	errno = why;
	return -1;
}
