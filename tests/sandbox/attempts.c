/*
 * attempts.c - what an intruder in a worker would try
 *
 * Owns: what was prepared for it. None of them does harm when it succeeds.
 */
#define _GNU_SOURCE

#include "attempts.h"

/* System */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/bpf.h>
#include <linux/perf_event.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static struct {
	char file[PATH_MAX]; /* one that is there */
	char other[PATH_MAX];
	char target[64];         /* of the process, to be read by the victim's memory */
	pid_t victim;            /* of the same user */
	int listener;            /* TCP, on 127.0.0.1 */
	struct sockaddr_in port; /* where it listens */
	int fresh;               /* TCP sockets that are nothing yet */
	int fresher;
	int abstract; /* a UNIX socket; another listens at an abstract name */
	struct sockaddr_un name;
	int client; /* the connected half of a pair */
	void *page; /* may be written to */
	size_t page_size;
} found;

static int
prepare_tcp(void)
{
	socklen_t len = sizeof(found.port);

	found.port = (struct sockaddr_in){.sin_family = AF_INET,
					  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	found.listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	found.fresh = socket(AF_INET, SOCK_STREAM, 0);
	found.fresher = socket(AF_INET, SOCK_STREAM, 0);
	if (bind(found.listener, (struct sockaddr *)&found.port, sizeof(found.port)) < 0 ||
	    listen(found.listener, 8) < 0)
		return -1;
	return getsockname(found.listener, (struct sockaddr *)&found.port, &len);
}

static int
prepare_unix(void)
{
	int other = socket(AF_UNIX, SOCK_STREAM, 0);
	int pair[2];

	found.name = (struct sockaddr_un){.sun_family = AF_UNIX};
	snprintf(found.name.sun_path + 1, sizeof(found.name.sun_path) - 1, "hellod-test-%ld",
		 (long)getpid());
	found.abstract = socket(AF_UNIX, SOCK_STREAM, 0);
	if (bind(other, (struct sockaddr *)&found.name, sizeof(found.name)) < 0 ||
	    listen(other, 8) < 0 || socketpair(AF_UNIX, SOCK_STREAM, 0, pair) < 0)
		return -1;
	found.client = pair[0];
	return 0;
}

int
attempts_prepare(const char *directory, pid_t victim)
{
	int fd;

	found.victim = victim;
	snprintf(found.file, sizeof(found.file), "%s/there", directory);
	snprintf(found.other, sizeof(found.other), "%s/other.%ld", directory, (long)getpid());
	fd = open(found.file, O_WRONLY | O_CREAT, 0666);
	close(fd);
	found.page_size = (size_t)sysconf(_SC_PAGESIZE);
	found.page = mmap(NULL, found.page_size, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (fd < 0 || found.page == MAP_FAILED)
		return -1;
	return prepare_tcp() < 0 || prepare_unix() < 0 ? -1 : 0;
}

int
attempts_listener(void)
{
	return found.listener;
}

void
attempts_set_listener(int fd)
{
	found.listener = fd;
}

/* What was had is had: it is enough to know. */
static int
had(int fd)
{
	if (fd >= 0)
		close(fd);
	return fd < 0 ? -1 : 0;
}

/* --- files */

static int
try_read_file(void)
{
	return had(open("/etc/passwd", O_RDONLY));
}

static int
try_list_directory(void)
{
	return had(open("/", O_RDONLY | O_DIRECTORY));
}

static int
try_make_file(void)
{
	int fd = open(found.other, O_WRONLY | O_CREAT | O_EXCL, 0600);
	int r = fd < 0 || write(fd, "x", 1) != 1 ? -1 : 0;
	int error = errno;

	close(fd);
	unlink(found.other);
	errno = error;
	return r;
}

static int
try_append(void)
{
	return had(open(found.file, O_WRONLY | O_APPEND));
}

static int
try_remove(void)
{
	return unlink(found.file);
}

static int
try_mkdir(void)
{
	int r = mkdir(found.other, 0700);

	return r < 0 ? r : rmdir(found.other);
}

static int
try_stat(void)
{
	struct stat st;

	return stat("/etc/passwd", &st);
}

static int
try_exec(void)
{
	char name[] = "true";

	return execve("/bin/true", (char *[]){name, NULL}, NULL);
}

/* --- processes */

static int
try_fork(void)
{
	pid_t pid = (pid_t)syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);

	if (pid == 0)
		_exit(0);
	return pid < 0 ? -1 : waitpid(pid, NULL, 0) == pid ? 0 : -1;
}

static int
try_signal(void)
{
	return kill(found.victim, SIGURG); /* which nobody minds */
}

static int
try_trace(void)
{
	if (ptrace(PTRACE_SEIZE, found.victim, NULL, NULL) < 0)
		return -1;
	ptrace(PTRACE_DETACH, found.victim, NULL, NULL);
	return 0;
}

static int
try_read_memory(void)
{
	char byte;
	struct iovec here = {&byte, 1};
	struct iovec there = {found.target, 1};

	return process_vm_readv(found.victim, &here, 1, &there, 1, 0) == 1 ? 0 : -1;
}

static int
try_renice(void)
{
	return setpriority(PRIO_PROCESS, 0, 19); /* whatever it was */
}

static int
try_pidfd(void)
{
	return had((int)syscall(SYS_pidfd_open, found.victim, 0));
}

/* --- sockets */

static int
try_socket(void)
{
	return had(socket(AF_INET, SOCK_STREAM, 0));
}

static int
try_packet_socket(void)
{
	return had(socket(AF_INET, SOCK_RAW, IPPROTO_ICMP));
}

static int
try_bind(void)
{
	struct sockaddr_in any = {.sin_family = AF_INET};

	return bind(found.fresh, (struct sockaddr *)&any, sizeof(any));
}

static int
try_listen(void)
{
	return listen(found.listener, 1); /* with another backlog, for everybody */
}

static int
try_connect(void)
{
	return connect(found.fresh, (struct sockaddr *)&found.port, sizeof(found.port));
}

static int
try_fast_open(void)
{
	return sendto(found.fresher, "x", 1, MSG_FASTOPEN | MSG_NOSIGNAL,
		      (struct sockaddr *)&found.port, sizeof(found.port)) == 1
		       ? 0
		       : -1;
}

static int
try_fast_open_message(void)
{
	char byte = 'x';
	struct iovec part = {&byte, 1};
	struct msghdr message = {.msg_name = &found.port,
				 .msg_namelen = sizeof(found.port),
				 .msg_iov = &part,
				 .msg_iovlen = 1};

	return sendmsg(found.fresher, &message, MSG_FASTOPEN | MSG_NOSIGNAL) == 1 ? 0 : -1;
}

static int
try_abstract(void)
{
	return connect(found.abstract, (struct sockaddr *)&found.name, sizeof(found.name));
}

/* What ends the service for all workers. */
static int
try_shut_listener(void)
{
	return shutdown(found.listener, SHUT_RD);
}

/* What hangs all workers. */
static int
try_block_listener(void)
{
	return fcntl(found.listener, F_SETFL, 0);
}

static int
try_option(void)
{
	const int on = 1;

	return setsockopt(found.listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
}

/* With which every client of every worker would be closed by a reset. */
static int
try_linger(void)
{
	const struct linger reset = {.l_onoff = 1, .l_linger = 0};

	return setsockopt(found.listener, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
}

static int
try_send_buffer(void)
{
	const int size = 1;

	return setsockopt(found.listener, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
}

/* Under another number it would not be known. */
static int
try_duplicate(void)
{
	return had(fcntl(found.listener, F_DUPFD_CLOEXEC, 0));
}

/* Whoever receives it has to close it, however long that takes. */
static int
try_pass_descriptor(void)
{
	char byte = 'x';
	struct iovec part = {&byte, 1};
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control = {.header = {.cmsg_len = CMSG_LEN(sizeof(int)),
				.cmsg_level = SOL_SOCKET,
				.cmsg_type = SCM_RIGHTS}};
	struct msghdr message = {.msg_iov = &part,
				 .msg_iovlen = 1,
				 .msg_control = &control,
				 .msg_controllen = sizeof(control)};

	memcpy(CMSG_DATA(&control.header), &found.client, sizeof(int));
	return sendmsg(found.client, &message, MSG_NOSIGNAL) == 1 ? 0 : -1;
}

static int
try_ioctl(void)
{
	int count;

	return ioctl(found.client, FIONREAD, &count);
}

/* --- memory */

static int
try_exec_memory(void)
{
	void *page = mmap(NULL, found.page_size, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS,
			  -1, 0);

	return page == MAP_FAILED ? -1 : munmap(page, found.page_size);
}

static int
try_make_executable(void)
{
	return mprotect(found.page, found.page_size, PROT_READ | PROT_EXEC);
}

static int
try_share_memory(void)
{
	void *page = mmap(NULL, found.page_size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
			  -1, 0);

	return page == MAP_FAILED ? -1 : munmap(page, found.page_size);
}

static int
try_memory_file(void)
{
	return had(memfd_create("hellod-test", 0));
}

/* --- the system */

static int
try_become_root(void)
{
	return setresuid(0, 0, 0);
}

static int
try_namespace(void)
{
	return unshare(CLONE_NEWUSER);
}

static int
try_mount(void)
{
	return mount("none", "/", "no-such-type", 0, NULL); /* ENODEV for who may */
}

static int
try_chroot(void)
{
	return chroot("/");
}

static int
try_raise_limit(void)
{
	const struct rlimit limit = {0, 0};

	return setrlimit(RLIMIT_MSGQUEUE, &limit);
}

static int
try_key(void)
{
	return (int)syscall(SYS_keyctl, 0, -1 /* the thread's keyring */, 1);
}

static int
try_bpf(void)
{
	union bpf_attr attr = {
		.map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 1};

	return had((int)syscall(SYS_bpf, BPF_MAP_CREATE, &attr, sizeof(attr)));
}

static int
try_io_uring(void)
{
	uint32_t parameters[30] = {0};

	return had((int)syscall(SYS_io_uring_setup, 1, parameters));
}

static int
try_watch(void)
{
	return had(inotify_init1(0));
}

static int
try_pipe(void)
{
	int ends[2];

	if (pipe(ends) < 0)
		return -1;
	close(ends[0]);
	return had(ends[1]);
}

static int
try_be_dumped(void)
{
	return prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
}

/* A number that no kernel knows. */
static int
try_unknown_call(void)
{
	return (int)syscall(1000);
}

/* The one thing that a worker may: end itself, for others to see. */
static int
try_abort(void)
{
	abort();
}

const struct attempt attempts[] = {
	{"read-file", try_read_file},
	{"list-directory", try_list_directory},
	{"make-file", try_make_file},
	{"append", try_append},
	{"remove", try_remove},
	{"mkdir", try_mkdir},
	{"stat", try_stat},
	{"exec", try_exec},
	{"fork", try_fork},
	{"signal", try_signal},
	{"trace", try_trace},
	{"read-memory", try_read_memory},
	{"renice", try_renice},
	{"pidfd", try_pidfd},
	{"socket", try_socket},
	{"packet-socket", try_packet_socket},
	{"bind", try_bind},
	{"listen", try_listen},
	{"connect", try_connect},
	{"fast-open", try_fast_open},
	{"fast-open-message", try_fast_open_message},
	{"abstract", try_abstract},
	{"shut-listener", try_shut_listener},
	{"block-listener", try_block_listener},
	{"option", try_option},
	{"linger", try_linger},
	{"send-buffer", try_send_buffer},
	{"duplicate", try_duplicate},
	{"pass-descriptor", try_pass_descriptor},
	{"ioctl", try_ioctl},
	{"exec-memory", try_exec_memory},
	{"make-executable", try_make_executable},
	{"share-memory", try_share_memory},
	{"memory-file", try_memory_file},
	{"become-root", try_become_root},
	{"namespace", try_namespace},
	{"mount", try_mount},
	{"chroot", try_chroot},
	{"raise-limit", try_raise_limit},
	{"key", try_key},
	{"bpf", try_bpf},
	{"io-uring", try_io_uring},
	{"watch", try_watch},
	{"pipe", try_pipe},
	{"be-dumped", try_be_dumped},
	{"unknown-call", try_unknown_call},
	{"abort", try_abort},
	{NULL, NULL},
};

const struct attempt *
attempt_find(const char *name)
{
	for (const struct attempt *a = attempts; a->name; a++)
		if (strcmp(a->name, name) == 0)
			return a;
	return NULL;
}
