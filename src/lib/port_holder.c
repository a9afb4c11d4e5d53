/*
 * port_holder.c - who listens there?
 *
 * Owns nothing beyond a call. Runs in the process that binds, after bind() has
 * failed; never in a worker. It only looks: it opens no socket and disturbs no
 * process. What it says was true a moment ago and is for people to read.
 */
#include "config.h"

/* System */
#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Project */
#include "lib/escape.h"
#include "lib/port_holder.h"

#define STATE_LISTEN 0x0a  /* TCP_LISTEN, as proc(5) shows it */
#define TABLE_LINE_MAX 512 /* bytes; IPv6 lines have about 200 */
#define STAT_MAX 1024      /* bytes of /proc/PID/stat */
#define COMM_MAX 64        /* bytes; 15 for a program, more for the kernel's own */
#define LINK_MAX_BYTES 64  /* bytes of "socket:[inode]" */
#define PATH_BYTES 64      /* bytes of "/proc/PID/name" */

/* An IPv4 address is kept as IPv6 maps it: ::ffff:127.0.0.1. */
struct endpoint {
	struct in6_addr host;
	unsigned port;
};

/* How much two endpoints are in each other's way. */
enum clash {
	CLASH_NONE,
	CLASH_OTHER_FAMILY, /* :: may hold IPv4 too; the table does not say */
	CLASH_WILDCARD,
	CLASH_EQUAL,
};

/* The listening socket that clashes most, so far. */
struct suspect {
	enum clash clash;
	unsigned long inode;
};

struct process {
	pid_t pid; /* 0: none */
	pid_t parent;
	unsigned long long start; /* clock ticks since boot */
	bool is_systemd;
};

static struct in6_addr
map_inet(struct in_addr host)
{
	struct in6_addr mapped = {.s6_addr = {[10] = 0xff, [11] = 0xff}};

	memcpy(&mapped.s6_addr[12], &host, sizeof host);
	return mapped;
}

/* False if it is neither IPv4 nor IPv6. */
static bool
endpoint_from_sockaddr(const struct sockaddr *address, struct endpoint *endpoint)
{
	struct sockaddr_in inet;
	struct sockaddr_in6 inet6;

	if (address->sa_family == AF_INET) {
		memcpy(&inet, address, sizeof inet);
		endpoint->host = map_inet(inet.sin_addr);
		endpoint->port = ntohs(inet.sin_port);
	} else if (address->sa_family == AF_INET6) {
		memcpy(&inet6, address, sizeof inet6);
		endpoint->host = inet6.sin6_addr;
		endpoint->port = ntohs(inet6.sin6_port);
	} else {
		return false;
	}
	return true;
}

/*
 * Reads an address of the table: words of 32 bits in hexadecimal, one or four
 * of them. The kernel prints them in its own byte order, so that they are read
 * as numbers, but kept as they lie in memory.
 */
static bool
read_host(const char *hex, struct in6_addr *host)
{
	uint32_t word[4];
	const int words = sscanf(hex, "%8" SCNx32 "%8" SCNx32 "%8" SCNx32 "%8" SCNx32, &word[0],
				 &word[1], &word[2], &word[3]);

	if (words == 1)
		*host = map_inet((struct in_addr){word[0]});
	else if (words == 4)
		memcpy(host, word, sizeof *host);
	return words == 1 || words == 4;
}

static bool
is_wildcard(const struct in6_addr *host)
{
	const struct in6_addr any_inet = map_inet((struct in_addr){htonl(INADDR_ANY)});

	return IN6_IS_ADDR_UNSPECIFIED(host) || IN6_ARE_ADDR_EQUAL(host, &any_inet);
}

static enum clash
compare(const struct endpoint *a, const struct endpoint *b)
{
	if (a->port != b->port)
		return CLASH_NONE;
	if (IN6_ARE_ADDR_EQUAL(&a->host, &b->host))
		return CLASH_EQUAL;
	if (IN6_IS_ADDR_V4MAPPED(&a->host) == IN6_IS_ADDR_V4MAPPED(&b->host))
		return is_wildcard(&a->host) || is_wildcard(&b->host) ? CLASH_WILDCARD : CLASH_NONE;
	if (IN6_IS_ADDR_UNSPECIFIED(&a->host) || IN6_IS_ADDR_UNSPECIFIED(&b->host))
		return CLASH_OTHER_FAMILY;
	return CLASH_NONE;
}

/* Looks through /proc/net/tcp or tcp6 for one that clashes more. */
static void
search_table(const char *path, const struct endpoint *wanted, struct suspect *suspect)
{
	FILE *table = fopen(path, "re");
	char line[TABLE_LINE_MAX];

	if (table == NULL)
		return;
	if (fgets(line, sizeof line, table) == NULL) /* the titles */
		line[0] = '\0';
	while (fgets(line, sizeof line, table) != NULL) {
		struct endpoint listener;
		char hex[33];
		unsigned state;
		unsigned long inode;
		enum clash clash;

		/* sl local remote st tx:rx tr:when retrnsmt uid timeout inode */
		if (sscanf(line, " %*u: %32[0-9A-Fa-f]:%x %*s %x %*s %*s %*s %*s %*s %lu", hex,
			   &listener.port, &state, &inode) != 4)
			continue;
		/* The listeners come first; there may be a million others. */
		if (state != STATE_LISTEN)
			break;
		if (!read_host(hex, &listener.host))
			continue;
		clash = compare(wanted, &listener);
		if (clash > suspect->clash)
			*suspect = (struct suspect){clash, inode};
	}
	fclose(table);
}

/* Reads a small file of /proc/PID, NUL-terminated. Returns its length, or -1. */
static ssize_t
read_process_file(pid_t pid, const char *name, char *content, size_t size)
{
	char path[PATH_BYTES];
	ssize_t len;
	int fd;

	snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	len = read(fd, content, size - 1);
	close(fd);
	if (len >= 0)
		content[len] = '\0';
	return len;
}

/* False if the process is gone. */
static bool
process_read(pid_t pid, struct process *process)
{
	char stat[STAT_MAX];
	const char *name, *name_end;

	if (read_process_file(pid, "stat", stat, sizeof stat) < 0)
		return false;
	/* The name may contain anything, parentheses too: the last one ends it. */
	name = strchr(stat, '(');
	name_end = strrchr(stat, ')');
	if (name == NULL || name_end == NULL)
		return false;
	process->pid = pid;
	process->is_systemd = strncmp(name, "(systemd)", (size_t)(name_end + 1 - name)) == 0;
	/* From the 3rd field: state, parent; the 22nd is the start. */
	return sscanf(name_end + 1,
		      " %*c %d %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s"
		      " %llu",
		      &process->parent, &process->start) == 2;
}

/* Has the process a descriptor of this name? Also false if we may not look. */
static bool
process_holds(pid_t pid, const char *wanted)
{
	char path[PATH_BYTES];
	const struct dirent *entry;
	bool found = false;
	DIR *directory;

	snprintf(path, sizeof path, "/proc/%d/fd", (int)pid);
	directory = opendir(path);
	if (directory == NULL)
		return false;
	while (!found && (entry = readdir(directory)) != NULL) {
		char link[LINK_MAX_BYTES];
		const ssize_t len =
			readlinkat(dirfd(directory), entry->d_name, link, sizeof link - 1);

		if (len < 0) /* "." and "..", or closed meanwhile */
			continue;
		link[len] = '\0';
		found = strcmp(link, wanted) == 0;
	}
	closedir(directory);
	return found;
}

/* Is a a better one to name than b? */
static bool
is_rather(const struct process *a, const struct process *b)
{
	if (b->pid == 0)
		return true;
	if (a->is_systemd != b->is_systemd)
		return b->is_systemd;
	if (a->start != b->start)
		return a->start < b->start;
	return b->parent == a->pid; /* born within the same tick */
}

/* Finds the process to name for a socket; its pid is 0 if there is none. */
static struct process
find_process(unsigned long inode)
{
	struct process best = {.pid = 0}, process;
	char wanted[LINK_MAX_BYTES];
	const struct dirent *entry;
	DIR *directory = opendir("/proc");

	if (directory == NULL)
		return best;
	snprintf(wanted, sizeof wanted, "socket:[%lu]", inode);
	while ((entry = readdir(directory)) != NULL) {
		const pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10);

		if (pid <= 0) /* not the directory of a process */
			continue;
		if (process_holds(pid, wanted) && process_read(pid, &process) &&
		    is_rather(&process, &best))
			best = process;
	}
	closedir(directory);
	return best;
}

int
port_holder(const struct sockaddr *address, char *text, size_t text_size)
{
	struct suspect suspect = {.clash = CLASH_NONE};
	struct endpoint wanted;
	struct process process;

	if (!endpoint_from_sockaddr(address, &wanted))
		return -1;
	search_table("/proc/net/tcp", &wanted, &suspect);
	search_table("/proc/net/tcp6", &wanted, &suspect);
	if (suspect.clash == CLASH_NONE)
		return -1;
	process = find_process(suspect.inode);
	if (process.pid == 0)
		return -1;
	port_holder_name(process.pid, text, text_size);
	return 0;
}

void
port_holder_name(pid_t pid, char *text, size_t text_size)
{
	char comm[COMM_MAX], escaped[PORT_HOLDER_TEXT_MAX - sizeof " (pid -2147483648)"];
	const ssize_t len = read_process_file(pid, "comm", comm, sizeof comm);

	if (len <= 1) {
		snprintf(text, text_size, "pid %d", (int)pid);
		return;
	}
	escape_bytes(comm, (size_t)len - 1, escaped, sizeof escaped); /* without its newline */
	snprintf(text, text_size, "%s (pid %d)", escaped, (int)pid);
}
