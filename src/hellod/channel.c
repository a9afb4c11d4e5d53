/*
 * channel.c - the words between the master and one worker
 *
 * Owns: the form of a message (contract.h).
 * Never: blocks, or acts on a word.
 * Runs: in the master and in the workers.
 */
#include "config.h"

#include "hellod/contract.h"

/* System */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

/* Project */
#include "lib/descriptors.h"

/* Room for one descriptor, aligned as cmsg(3) wants it. */
union one_descriptor {
	struct cmsghdr header;
	char bytes[CMSG_SPACE(sizeof(int))];
};

int
channel_pair(int ends[2])
{
	/* SEQPACKET: words stay apart, and the death of one end is seen at once. */
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) < 0)
		return -1;
	descriptors_refuse(ends[0]); /* the master's */
	return 0;
}

int
channel_send(int channel, enum word word, int passed)
{
	char byte = (char)word;
	struct iovec iov = {&byte, 1};
	union one_descriptor control = {0};
	struct msghdr message = {.msg_iov = &iov, .msg_iovlen = 1};

	if (passed < 0) /* all that a worker can: seccomp forbids it sendmsg(2) */
		return send(channel, &byte, 1, MSG_NOSIGNAL) == 1 ? 0 : -1;
	message.msg_control = &control;
	message.msg_controllen = sizeof(control);
	control.header.cmsg_level = SOL_SOCKET;
	control.header.cmsg_type = SCM_RIGHTS;
	control.header.cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(&control.header), &passed, sizeof(int));
	return sendmsg(channel, &message, MSG_NOSIGNAL) == 1 ? 0 : -1;
}

int
channel_receive(int channel, int *ret_passed)
{
	char byte;
	struct iovec iov = {&byte, 1};
	union one_descriptor control = {0};
	struct msghdr message = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
		/* The padding would take a second one, which nobody would close. */
		.msg_controllen = CMSG_LEN(sizeof(int))};
	const struct cmsghdr *header;
	ssize_t n = recvmsg(channel, &message, MSG_CMSG_CLOEXEC);

	*ret_passed = -1;
	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -1;
	if (n == 0)
		return -1;
	header = CMSG_FIRSTHDR(&message);
	if (header && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS)
		memcpy(ret_passed, CMSG_DATA(header), sizeof(int));
	return byte;
}
