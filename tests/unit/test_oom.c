/*
 * test_oom.c - where the kernel counts whom it has killed for want of memory
 *
 * In a directory that looks like /sys/fs/cgroup, of version 1 or 2.
 */
#include "config.h"

/* System */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Library */
#include <cmocka.h>

/* Project */
#include "hellod/oom.h"

static char place[64];

static void
write_file(const char *name, const char *text)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", place, name);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

static void
make_directory(const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", place, name);
	assert_int_equal(mkdir(path, 0700), 0);
}

static int
make_place(void **state)
{
	(void)state;
	strcpy(place, "/tmp/test_oom.XXXXXX");
	if (!mkdtemp(place))
		return -1;
	make_directory("root");
	make_directory("root/one");
	make_directory("root/memory");
	make_directory("root/memory/one");
	return 0;
}

static int
remove_place(void **state)
{
	static const char *const names[] = {"list",
					    "root/one/memory.events",
					    "root/memory/one/memory.oom_control",
					    "root/memory/one",
					    "root/memory",
					    "root/one",
					    "root",
					    ""};
	char path[128];

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", place, names[i]);
		remove(path);
	}
	return access(place, F_OK) == 0 ? -1 : 0;
}

static void
init(struct oom_watch *watch)
{
	char list[128];
	char root[128];

	snprintf(list, sizeof(list), "%s/list", place);
	snprintf(root, sizeof(root), "%s/root", place);
	oom_watch_init(watch, list, root);
}

static void
test_version_2(void **state)
{
	struct oom_watch watch;

	(void)state;
	write_file("list", "0::/one\n");
	write_file("root/one/memory.events", "low 0\nhigh 7\nmax 9\noom 5\noom_kill 3\n");
	init(&watch);
	assert_false(oom_watch_killed(&watch)); /* that was before us */
	write_file("root/one/memory.events", "low 0\nhigh 7\nmax 9\noom 6\noom_kill 4\n");
	assert_true(oom_watch_killed(&watch));
	assert_false(oom_watch_killed(&watch));
	oom_watch_done(&watch);
}

static void
test_version_1(void **state)
{
	struct oom_watch watch;

	(void)state;
	write_file("list", "5:cpu,cpuacct:/two\n4:memory:/one\n1:name=systemd:/\n0::/one\n");
	write_file("root/memory/one/memory.oom_control",
		   "oom_kill_disable 0\nunder_oom 0\noom_kill 0\n");
	init(&watch);
	assert_false(oom_watch_killed(&watch));
	write_file("root/memory/one/memory.oom_control",
		   "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n");
	assert_true(oom_watch_killed(&watch));
	assert_false(oom_watch_killed(&watch));
	oom_watch_done(&watch);
}

/* Nobody counts, or the file goes: then it is never said that it was that. */
static void
test_nothing(void **state)
{
	static const char *const lists[] = {
		"", "\n", "nonsense\n", "4:memory\n", "0::/none\n", "4:memorable,mem:/one\n",
	};
	struct oom_watch watch;

	(void)state;
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		write_file("list", lists[i]);
		init(&watch);
		assert_null(watch.file);
		assert_false(oom_watch_killed(&watch));
		oom_watch_done(&watch);
	}
	write_file("list", "0::/one\n");
	write_file("root/one/memory.events", "oom_kill 3\n");
	init(&watch);
	write_file("root/one/memory.events", "oom_kill\n");
	assert_false(oom_watch_killed(&watch));
	oom_watch_done(&watch);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_version_2, make_place, remove_place),
		cmocka_unit_test_setup_teardown(test_version_1, make_place, remove_place),
		cmocka_unit_test_setup_teardown(test_nothing, make_place, remove_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
