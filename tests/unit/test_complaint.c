/*
 * test_complaint.c - what is said at most once a second, by whichever process
 */
#include "config.h"

/* System */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* Library */
#include <cmocka.h>

/* Project */
#include "hellod/complaint.h"
#include "lib/units.h"

#define START (1000 * USEC_PER_SEC)

static void
test_once_a_second(void **state)
{
	struct complaint complaint = {0};
	unsigned count = 0;

	(void)state;
	assert_true(complaint_due(&complaint, START, &count));
	assert_int_equal(count, 1);
	for (int i = 0; i < 9; i++)
		assert_false(complaint_due(&complaint, START + i * USEC_PER_MSEC, &count));
	assert_false(complaint_due(&complaint, START + USEC_PER_SEC - 1, &count));
	assert_int_equal(count, 1);
	assert_true(complaint_due(&complaint, START + USEC_PER_SEC, &count));
	assert_int_equal(count, 11);
	assert_true(complaint_due(&complaint, START + 5 * USEC_PER_SEC, &count));
	assert_int_equal(count, 1);
}

/* Another process's clock may be a little ahead; what is far off is a scribble. */
static void
test_clocks(void **state)
{
	struct complaint complaint = {0};
	unsigned count;

	(void)state;
	assert_true(complaint_due(&complaint, START, &count));
	assert_false(complaint_due(&complaint, START - USEC_PER_MSEC, &count));
	atomic_store(&complaint.said, INT64_MAX);
	assert_true(complaint_due(&complaint, START, &count));
	/* What any worker may have written: nothing in here is undefined by it. */
	atomic_store(&complaint.said, INT64_MIN);
	assert_true(complaint_due(&complaint, START, &count));
	assert_false(complaint_due(&complaint, START + USEC_PER_MSEC, &count));
}

/* Returns how often, by this process. */
static unsigned
complain(struct complaint *complaint, unsigned times)
{
	unsigned said = 0;
	unsigned count;

	for (unsigned i = 0; i < times; i++)
		if (complaint_due(complaint, START + (int64_t)i * USEC_PER_MSEC, &count))
			said += count;
	return said;
}

/* Processes that complain at the same time: each time is said once, or is still unsaid. */
static void
test_processes(void **state)
{
	enum {
		PROCESSES = 4,
		TIMES = 20000
	};
	struct shared {
		struct complaint complaint;
		atomic_uint said;
	} *shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
			 -1, 0);

	(void)state;
	assert_ptr_not_equal(shared, MAP_FAILED);
	for (int i = 0; i < PROCESSES; i++) {
		pid_t pid = fork();

		assert_int_not_equal(pid, -1);
		if (pid == 0) {
			atomic_fetch_add(&shared->said, complain(&shared->complaint, TIMES));
			_exit(0);
		}
	}
	for (int i = 0; i < PROCESSES; i++)
		assert_true(wait(NULL) > 0);
	assert_int_equal(shared->said + shared->complaint.unsaid, PROCESSES * TIMES);
	munmap(shared, sizeof(*shared));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_once_a_second),
		cmocka_unit_test(test_clocks),
		cmocka_unit_test(test_processes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
