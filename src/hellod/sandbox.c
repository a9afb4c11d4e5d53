/*
 * sandbox.c - what a worker gives up before it sees a client
 *
 * Owns: the layers and their order.
 * Never: gives anything back.
 * Runs: in a worker, before it is ready; sandbox_announce() in the master.
 *
 * A worker is assumed to be taken over one day, by somebody who runs what code
 * they like in it. SECURITY.md says what is left to them.
 */
#include "config.h"

#include "hellod/sandbox.h"

/* System */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/* Project */
#include "hellod/privileges.h"
#include "lib/landlock.h"
#include "lib/log.h"

/*
 * The run-time libraries of these look at files, start threads and trace
 * processes whenever they like.
 */
#if defined(ENABLE_SANITIZERS) || defined(ENABLE_COVERAGE)
#define BUILT_TO_BE_WATCHED true
#else
#define BUILT_TO_BE_WATCHED false
#endif

static const struct {
	enum sandbox_layer layer;
	const char *name;
} names[] = {
	{SANDBOX_PRIVILEGES, "no_new_privs"},
	{SANDBOX_LIMITS, "resource limits"},
	{SANDBOX_LANDLOCK, "Landlock"},
	{SANDBOX_SECCOMP, "seccomp"},
};

#define LAYERS (sizeof(names) / sizeof(names[0]))
#define LIST_MAX 64 /* bytes, all names in a list */

unsigned
sandbox_missing(void)
{
	unsigned missing = 0;

	if (BUILT_TO_BE_WATCHED)
		return SANDBOX_ALL & ~(unsigned)SANDBOX_PRIVILEGES;
	if (landlock_abi() == 0)
		missing |= SANDBOX_LANDLOCK;
	if (!sandbox_has_seccomp())
		missing |= SANDBOX_SECCOMP;
	return missing;
}

/* Writes the names of the layers, as "Landlock, seccomp". */
static const char *
list(unsigned layers, char *text, size_t size)
{
	size_t len = 0;

	text[0] = '\0';
	for (size_t i = 0; i < LAYERS; i++)
		if ((layers & names[i].layer) != 0 && len < size)
			len += (size_t)snprintf(text + len, size - len, "%s%s", len > 0 ? ", " : "",
						names[i].name);
	return text;
}

/* An older Landlock knows of files only. */
static void
announce_landlock(void)
{
	int abi = landlock_abi();

	if (abi < LANDLOCK_ABI_TCP)
		log_info("sandbox: this kernel's Landlock (ABI %d) restricts files, "
			 "but neither TCP nor signals",
			 abi);
	else if (abi < LANDLOCK_ABI_SCOPES)
		log_info("sandbox: this kernel's Landlock (ABI %d) restricts files and TCP, "
			 "but no signals",
			 abi);
}

int
sandbox_announce(enum sandbox_mode mode)
{
	unsigned missing = sandbox_missing();
	char text[LIST_MAX];

	if (mode == SANDBOX_OFF) {
		log_warnx("sandbox is off: a worker that is taken over can do all that its user "
			  "can");
		return 0;
	}
	list(missing, text, sizeof(text));
	if (missing != 0 && mode == SANDBOX_REQUIRE) {
		log_errorx("sandbox = \"require\": missing here: %s", text);
		return -1;
	}
	if (BUILT_TO_BE_WATCHED)
		log_info("sandbox: none in a build with sanitizers or coverage");
	else if (missing != 0)
		log_warnx("sandbox: this kernel lacks %s; the workers go without", text);
	if ((missing & SANDBOX_LANDLOCK) == 0)
		announce_landlock();
	return 0;
}

/* The limit of a resource is set for good; root itself may not raise it. */
static int
forbid(__rlimit_resource_t resource)
{
	const struct rlimit none = {0, 0};

	return setrlimit(resource, &none);
}

/* The log may be a file: then a worker writes to it. */
static bool
logs_to_file(void)
{
	const int fds[] = {STDERR_FILENO, log_kept_descriptor()};
	struct stat st;

	for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++)
		if (fds[i] >= 0 && fstat(fds[i], &st) == 0 && S_ISREG(st.st_mode))
			return true;
	return false;
}

/* Who wants core files has asked for them by the limit that hellod was given. */
static int
limit_resources(void)
{
	struct rlimit core;

	if (getrlimit(RLIMIT_CORE, &core) < 0)
		return -1;
	if (core.rlim_cur == 0 && forbid(RLIMIT_CORE) < 0)
		return -1;
	if (!logs_to_file() && forbid(RLIMIT_FSIZE) < 0)
		return -1;
	return forbid(RLIMIT_NPROC);
}

static int
enter(enum sandbox_layer layer, const struct listeners *listeners)
{
	switch (layer) {
	case SANDBOX_PRIVILEGES:
		return privileges_give_up();
	case SANDBOX_LIMITS:
		return limit_resources();
	case SANDBOX_LANDLOCK:
		return landlock_forbid_all();
	case SANDBOX_SECCOMP:
		return sandbox_enter_seccomp(listeners);
	default:
		bug("no layer %d", (int)layer);
	}
}

unsigned
sandbox_enter(unsigned layers, const struct listeners *listeners)
{
	unsigned failed = 0;
	int error = 0;

	/* In this order: the others want no_new_privs, the last forbids the others. */
	for (size_t i = 0; i < LAYERS; i++)
		if ((layers & names[i].layer) != 0 && enter(names[i].layer, listeners) < 0) {
			failed |= names[i].layer;
			error = errno;
		}
	errno = error;
	return failed;
}

int
sandbox_confine(enum sandbox_mode mode, const struct listeners *listeners)
{
	unsigned missing;
	unsigned failed;
	char text[LIST_MAX];

	if (mode == SANDBOX_OFF)
		return 0;
	missing = sandbox_missing(); /* the master has said so */
	failed = sandbox_enter(SANDBOX_ALL & ~missing, listeners);
	if (failed != 0)
		log_warn("sandbox: cannot have %s", list(failed, text, sizeof(text)));
	if (mode != SANDBOX_REQUIRE || (missing | failed) == 0)
		return 0;
	log_errorx("sandbox = \"require\": not without %s",
		   list(missing | failed, text, sizeof(text)));
	return -1;
}
