/*
 * test_channel.c - the words between the master and a worker, and what comes with them
 */
#include "config.h"

/* System */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

/* Library */
#include <cmocka.h>

/* Project */
#include "hellod/contract.h"

#define MOST 4 /* descriptors in a message of a worker that keeps to no rule */

/* The number that the next descriptor will have. */
static int
lowest_free(void)
{
	int fd = dup(STDERR_FILENO);

	assert_return_code(fd, errno);
	close(fd);
	return fd;
}

static void
test_words(void **state)
{
	int ends[2];
	int passed;

	(void)state;
	assert_int_equal(channel_pair(ends), 0);
	assert_int_equal(channel_receive(ends[1], &passed), 0);
	assert_int_equal(channel_send(ends[0], WORD_DRAIN, -1), 0);
	assert_int_equal(channel_send(ends[0], WORD_PROBE, STDERR_FILENO), 0);
	assert_int_equal(channel_receive(ends[1], &passed), WORD_DRAIN);
	assert_int_equal(passed, -1);
	assert_int_equal(channel_receive(ends[1], &passed), WORD_PROBE);
	assert_true(passed > STDERR_FILENO);
	assert_int_equal(fcntl(passed, F_GETFD), FD_CLOEXEC);
	close(passed);
	close(ends[0]);
	assert_int_equal(channel_receive(ends[1], &passed), -1);
	assert_int_equal(passed, -1);
	close(ends[1]);
}

/* A word with that many descriptors, as channel_send() would not send it. */
static void
send_many(int channel, size_t count)
{
	char byte = WORD_READY;
	struct iovec iov = {&byte, 1};
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(MOST * sizeof(int))];
	} control = {.bytes = {0}};
	struct msghdr message = {.msg_iov = &iov,
				 .msg_iovlen = 1,
				 .msg_control = &control,
				 .msg_controllen = CMSG_SPACE(count * sizeof(int))};
	int fds[MOST];

	for (size_t i = 0; i < MOST; i++)
		fds[i] = STDERR_FILENO;
	control.header = (struct cmsghdr){.cmsg_len = CMSG_LEN(count * sizeof(int)),
					  .cmsg_level = SOL_SOCKET,
					  .cmsg_type = SCM_RIGHTS};
	memcpy(CMSG_DATA(&control.header), fds, count * sizeof(int));
	assert_int_equal(sendmsg(channel, &message, 0), 1);
}

/* A worker that was taken over must not fill the master's table of descriptors. */
static void
test_one_descriptor_and_no_more(void **state)
{
	int ends[2];
	int before;

	(void)state;
	assert_int_equal(channel_pair(ends), 0);
	before = lowest_free();
	for (size_t count = 1; count <= MOST; count++) {
		int passed;

		/* To the worker: newer kernels let none through to the master. */
		send_many(ends[0], count);
		assert_int_equal(channel_receive(ends[1], &passed), WORD_READY);
		assert_int_equal(passed, before);
		/* This is the next one free: nothing else was let in. */
		assert_int_equal(lowest_free(), before + 1);
		close(passed);
	}
	close(ends[0]);
	close(ends[1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_one_descriptor_and_no_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
