/*
 * test_port_holder.c - port_holder() finds this process and its children
 *
 * Each test has a port that the kernel chose, and a socket that is bound to it
 * on all addresses without listening: it keeps others away, so that nobody is
 * found there but ourselves.
 */
#include "config.h"

/* System */
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

/* Library */
#include <cmocka.h>

/* Project */
#include "lib/port_holder.h"

#define OUR_NAME "port keeper"

struct fixture {
	int descriptors; /* open before the test */
	int keeper;
	uint16_t port;
};

/* A socket bound to the host and port (0: any), or -1 without IPv6. */
static int
bind_to(const char *host, uint16_t port)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(port)};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
	const bool is_inet = inet_pton(AF_INET, host, &in.sin_addr) == 1;
	const int on = 1, off = 0;
	const int fd = socket(is_inet ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 && !is_inet)
		return -1;
	assert_true(fd >= 0);
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on), 0);
	if (is_inet) {
		assert_int_equal(bind(fd, (const struct sockaddr *)&in, sizeof in), 0);
		return fd;
	}
	assert_int_equal(inet_pton(AF_INET6, host, &in6.sin6_addr), 1);
	assert_int_equal(setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off), 0);
	if (bind(fd, (const struct sockaddr *)&in6, sizeof in6) != 0) {
		assert_int_equal(errno, EADDRNOTAVAIL);
		close(fd);
		return -1;
	}
	return fd;
}

static int
listen_on(const char *host, uint16_t port)
{
	const int fd = bind_to(host, port);

	if (fd >= 0)
		assert_int_equal(listen(fd, 1), 0);
	return fd;
}

static uint16_t
port_of(int fd)
{
	struct sockaddr_in6 in6 = {.sin6_port = 0}; /* the port is where IPv4 has it */
	socklen_t len = sizeof in6;

	assert_int_equal(getsockname(fd, (struct sockaddr *)&in6, &len), 0);
	return ntohs(in6.sin6_port);
}

static uint16_t
port_of_test(void **state)
{
	const struct fixture *fixture = *state;

	return fixture->port;
}

/* Asks for the host and port; false: nobody, and the text is as it was. */
static bool
ask(const char *host, uint16_t port, char *text)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(port)};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
	int result;

	snprintf(text, PORT_HOLDER_TEXT_MAX, "untouched");
	if (inet_pton(AF_INET, host, &in.sin_addr) == 1) {
		result = port_holder((const struct sockaddr *)&in, text, PORT_HOLDER_TEXT_MAX);
	} else {
		assert_int_equal(inet_pton(AF_INET6, host, &in6.sin6_addr), 1);
		result = port_holder((const struct sockaddr *)&in6, text, PORT_HOLDER_TEXT_MAX);
	}
	if (result != 0) {
		assert_int_equal(result, -1);
		assert_string_equal(text, "untouched");
	}
	return result == 0;
}

static void
check_found(const char *host, uint16_t port, const char *name, pid_t pid)
{
	char text[PORT_HOLDER_TEXT_MAX], want[PORT_HOLDER_TEXT_MAX];

	snprintf(want, sizeof want, "%s (pid %d)", name, (int)pid);
	if (!ask(host, port, text) || strcmp(text, want) != 0)
		fail_msg("%s, port %d: got %s, want %s", host, port, text, want);
}

static void
check_ours(const char *host, uint16_t port)
{
	check_found(host, port, OUR_NAME, getpid());
}

static void
check_nobody(const char *host, uint16_t port)
{
	char text[PORT_HOLDER_TEXT_MAX];

	if (ask(host, port, text))
		fail_msg("%s, port %d: got %s, want nobody", host, port, text);
}

/* A process that keeps its descriptors until it is told to go. */
struct child {
	pid_t pid;
	int lifeline; /* it goes when this is closed */
};

/*
 * In the child: gives it its name, tells that it is ready, and waits; last for
 * its own worker (0: it has none).
 */
static _Noreturn void
child_live(const char *name, int ready, int lifeline, pid_t worker)
{
	bool good;
	char byte;

	prctl(PR_SET_NAME, name);
	close(ready);
	good = read(lifeline, &byte, 1) == 0;
	if (worker != 0 && waitpid(worker, NULL, 0) != worker)
		good = false;
	_exit(good ? 0 : 1);
}

/* Perhaps with a worker of its own, as young as itself. */
static struct child
child_start_pool(const char *name, bool has_worker)
{
	int lifeline[2], ready[2];
	struct child child;
	char byte;

	assert_int_equal(pipe(lifeline), 0);
	assert_int_equal(pipe(ready), 0);
	child.pid = fork();
	assert_true(child.pid >= 0);
	if (child.pid == 0) {
		const pid_t worker = has_worker ? fork() : 0;

		close(lifeline[1]);
		child_live(name, ready[1], lifeline[0], worker);
	}
	close(lifeline[0]);
	close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 0); /* until it has its name */
	close(ready[0]);
	child.lifeline = lifeline[1];
	return child;
}

static struct child
child_start(const char *name)
{
	return child_start_pool(name, false);
}

static void
child_end(const struct child *child)
{
	int status;

	close(child->lifeline);
	assert_int_equal(waitpid(child->pid, &status, 0), child->pid);
	assert_int_equal(status, 0);
}

static void
test_inet(void **state)
{
	const uint16_t port = port_of_test(state);
	const int fd = listen_on("127.77.0.1", port);

	check_ours("127.77.0.1", port);
	check_ours("0.0.0.0", port);
	check_ours("::", port); /* would be in the way, unless it is IPv6 alone */
	check_ours("::ffff:127.77.0.1", port);
	check_nobody("127.77.0.2", port);
	check_nobody("127.77.0.1", 0);
	close(fd);
}

static void
test_inet_wildcard(void **state)
{
	const uint16_t port = port_of_test(state);
	const int fd = listen_on("0.0.0.0", port);

	check_ours("0.0.0.0", port);
	check_ours("127.0.0.1", port);
	check_ours("::", port);
	close(fd);
}

static void
test_inet6_wildcard(void **state)
{
	const uint16_t port = port_of_test(state);
	const int fd = listen_on("::", port);

	if (fd < 0)
		skip();
	check_ours("::", port);
	check_ours("::1", port);
	check_ours("2001:db8::1", port);
	check_ours("0.0.0.0", port);
	check_ours("127.0.0.1", port);
	close(fd);
}

static void
test_inet6(void **state)
{
	const uint16_t port = port_of_test(state);
	const int fd = listen_on("::1", port);

	if (fd < 0)
		skip();
	check_ours("::1", port);
	check_ours("::", port);
	check_nobody("2001:db8::1", port);
	check_nobody("127.0.0.1", port);
	close(fd);
}

static void
test_mapped(void **state)
{
	const uint16_t port = port_of_test(state);
	const int fd = listen_on("::ffff:127.77.0.1", port);

	if (fd < 0)
		skip();
	check_ours("127.77.0.1", port);
	check_ours("0.0.0.0", port);
	check_nobody("127.77.0.2", port);
	close(fd);
}

static void
test_closed(void **state)
{
	const uint16_t port = port_of_test(state);
	const int fd = listen_on("127.77.0.1", port);

	check_ours("127.77.0.1", port);
	close(fd);
	check_nobody("127.77.0.1", port);
	check_nobody("0.0.0.0", port);
}

/* Of a master and its workers the master; without it, the eldest worker. */
static void
test_pool(void **state)
{
	const uint16_t port = port_of_test(state);
	const int fd = listen_on("127.77.0.1", port);
	const struct child worker = child_start("worker 0");
	struct child second;

	check_ours("127.77.0.1", port);
	second = child_start("worker 1");
	check_ours("127.77.0.1", port);
	child_end(&second);
	close(fd);
	check_found("127.77.0.1", port, "worker 0", worker.pid);
	child_end(&worker);
}

/* Master and worker are often born within a tick: the order is by descent. */
static void
test_pool_of_one_tick(void **state)
{
	const uint16_t port = port_of_test(state);

	for (int round = 0; round < 10; round++) {
		const int fd = listen_on("127.77.0.1", port);
		const struct child pool = child_start_pool("pool", true);

		close(fd);
		check_found("127.77.0.1", port, "pool", pool.pid);
		child_end(&pool);
	}
}

/* systemd keeps the socket of a service: the service is to be named. */
static void
test_service_manager(void **state)
{
	const uint16_t port = port_of_test(state);
	const int fd = listen_on("127.77.0.1", port);
	const struct child service = child_start("a service");

	prctl(PR_SET_NAME, "systemd");
	check_found("127.77.0.1", port, "a service", service.pid);
	child_end(&service);
	check_found("127.77.0.1", port, "systemd", getpid());
	close(fd);
}

/* A child has the wildcard, this process one address, on the same port. */
static void
test_nearest(void **state)
{
	const uint16_t port = port_of_test(state);
	const int wildcard = listen_on("0.0.0.0", port);
	const struct child child = child_start("wild one");
	int fd;

	close(wildcard);
	fd = listen_on("127.77.0.1", port);
	check_ours("127.77.0.1", port);
	check_found("127.77.0.2", port, "wild one", child.pid);
	check_found("0.0.0.0", port, "wild one", child.pid);
	close(fd);
	child_end(&child);
}

/* A child has IPv4, this process IPv6. */
static void
test_same_family_first(void **state)
{
	const uint16_t port = port_of_test(state);
	const int inet = listen_on("127.77.0.1", port);
	const struct child child = child_start("old one");
	int inet6;

	close(inet);
	check_found("::", port, "old one", child.pid);
	inet6 = listen_on("::1", port);
	if (inet6 >= 0)
		check_ours("::", port);
	check_found("0.0.0.0", port, "old one", child.pid);
	close(inet6);
	child_end(&child);
}

static void
test_other_families(void **state)
{
	const struct sockaddr_un un = {.sun_family = AF_UNIX, .sun_path = "/run/x"};
	char text[PORT_HOLDER_TEXT_MAX] = "untouched";

	(void)state;
	assert_int_equal(port_holder((const struct sockaddr *)&un, text, sizeof text), -1);
	assert_string_equal(text, "untouched");
}

static void
test_name(void **state)
{
	char text[PORT_HOLDER_TEXT_MAX], want[PORT_HOLDER_TEXT_MAX];

	(void)state;
	prctl(PR_SET_NAME, "a) (\"b\n\xff");
	snprintf(want, sizeof want, "a) (\\\"b\\n\\xff (pid %d)", (int)getpid());
	port_holder_name(getpid(), text, sizeof text);
	assert_string_equal(text, want);

	prctl(PR_SET_NAME, "\x01\x02\x03\x04\x05\x06\x07\x08\x01\x02\x03\x04\x05\x06\x07");
	port_holder_name(getpid(), text, sizeof text);
	assert_memory_equal(text, "\\x01\\x02", 8);
	assert_non_null(strstr(text, "\\x07 (pid "));

	port_holder_name(INT_MAX, text, sizeof text); /* above every pid there is */
	assert_string_equal(text, "pid 2147483647");
	port_holder_name(0, text, sizeof text);
	assert_string_equal(text, "pid 0");
	memset(text, 'x', sizeof text);
	port_holder_name(INT_MAX, text, 6);
	assert_memory_equal(text, "pid 2\0xxx", 9);
}

/* A name with parentheses does not hide when the process began. */
static void
test_odd_name_in_pool(void **state)
{
	const uint16_t port = port_of_test(state);
	const int fd = listen_on("127.77.0.1", port);
	const struct child worker = child_start("odd) S 1 (1");

	check_ours("127.77.0.1", port);
	child_end(&worker);
	close(fd);
}

static int
count_descriptors(void)
{
	DIR *directory = opendir("/proc/self/fd");
	int count = 0;

	if (directory == NULL)
		return -1;
	while (readdir(directory) != NULL)
		count++;
	closedir(directory);
	return count;
}

static int
set_up(void **state)
{
	static struct fixture fixture;

	fixture.descriptors = count_descriptors();
	fixture.keeper = bind_to("::", 0);
	if (fixture.keeper < 0) /* a machine without IPv6 */
		fixture.keeper = bind_to("0.0.0.0", 0);
	fixture.port = port_of(fixture.keeper);
	*state = &fixture;
	return prctl(PR_SET_NAME, OUR_NAME);
}

static int
tear_down(void **state)
{
	const struct fixture *fixture = *state;

	close(fixture->keeper);
	return count_descriptors() == fixture->descriptors ? 0 : -1;
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_inet),
		TEST(test_inet_wildcard),
		TEST(test_inet6_wildcard),
		TEST(test_inet6),
		TEST(test_mapped),
		TEST(test_closed),
		TEST(test_pool),
		TEST(test_pool_of_one_tick),
		TEST(test_service_manager),
		TEST(test_nearest),
		TEST(test_same_family_first),
		TEST(test_other_families),
		TEST(test_name),
		TEST(test_odd_name_in_pool),
	};

	return cmocka_run_group_tests_name("port_holder", tests, NULL, NULL);
}
