/*
 * control.c - the socket that helloctl talks to
 *
 * Owns: the control socket, its clients, and who may do what.
 * Never: knows a command; never waits for a client.
 * Runs: in the master.
 */
#include "config.h"

#include "hellod/control.h"

/* System */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* Project */
#include "hellod/configuration.h"
#include "hellod/control_client.h"
#include "hellod/listener_unix.h"
#include "hellod/master_state.h"
#include "lib/alloc.h"
#include "lib/descriptors.h"
#include "lib/log.h"
#include "lib/text.h"

#define CLIENTS (CONTROL_FDS - 1) /* at a time */
#define BACKLOG 128               /* clients that may wait for a place among them */
#define CONTROL_MODE 0660
#define DIRECTORY_MODE 0755

struct control {
	struct listener listener;
	struct control_client clients[CLIENTS];
	uint64_t came; /* clients so far */
};

/*
 * Of a path that nobody configured, the directory is ours to make. Where there
 * was a service of systemd's with DynamicUser=, a link to nowhere stays behind.
 */
static void
make_directory(const char *path)
{
	char *directory = strdup(path);

	if (!directory)
		return; /* then it cannot be bound there, either */
	*strrchr(directory, '/') = '\0';
	if (access(directory, F_OK) < 0 && errno == ENOENT) {
		unlink(directory);
		if (mkdir(directory, DIRECTORY_MODE) < 0)
			log_debug("cannot make the directory %s: %s", directory, strerror(errno));
	}
	free(directory);
}

/* Binds and listens. Returns 0, or -1 with a line on errors. */
static int
bind_socket(struct control *control, const char *path, FILE *errors)
{
	struct listener *l = &control->listener;
	char nobody[] = ""; /* in particular: it stays ours */
	struct listen_settings settings = {
		.path = (char *)path, .mode = CONTROL_MODE, .owner = nobody, .group = nobody};

	snprintf(l->name, sizeof(l->name), "unix:%s (control_socket)", path);
	l->fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (l->fd < 0) {
		fprintf(errors, "cannot make a control socket: %s\n", strerror(errno));
		return -1;
	}
	descriptors_refuse(l->fd); /* whoever may look must not be able to hold us up */
	if (listener_unix_bind(l, &settings, errors) < 0)
		return -1;
	if (listen(l->fd, BACKLOG) == 0)
		return 0;
	fprintf(errors, "cannot listen on %s: %s\n", l->name, strerror(errno));
	return -1;
}

static struct control *
control_new(void)
{
	struct control *control = calloc(1, sizeof(*control));

	if (!control)
		return NULL;
	control->listener.fd = -1;
	for (size_t i = 0; i < CLIENTS; i++)
		control->clients[i].fd = -1;
	return control;
}

int
control_take_over(int fd, struct control **ret_control)
{
	struct sockaddr_un address = {0};
	socklen_t len = sizeof(address);
	struct control *control;
	struct stat st;

	if (getsockname(fd, (struct sockaddr *)&address, &len) < 0) {
		log_error("cannot take over the control socket");
		return -1;
	}
	control = control_new();
	if (!control) {
		log_error("cannot take over the control socket");
		return -1;
	}
	*ret_control = control;
	control->listener.fd = fd;
	if (lstat(address.sun_path, &st) < 0)
		return 0; /* somebody has removed its file: so be it */
	control->listener.path = must_strdup(address.sun_path);
	control->listener.device = st.st_dev;
	control->listener.inode = st.st_ino;
	return 0;
}

int
control_descriptor(const struct control *control)
{
	return control ? control->listener.fd : -1;
}

static bool
is_automatic(const char *setting)
{
	return strcmp(setting, "auto") == 0;
}

/* The path that the setting stands for, or "". */
static const char *
find_path(const char *setting, char place[CONTROL_PATH_MAX])
{
	const char *path = is_automatic(setting) ? control_default_path(place) : setting;

	return path ? path : "";
}

int
control_open(const char *setting, struct control **ret_control)
{
	char place[CONTROL_PATH_MAX];
	const char *path = find_path(setting, place);
	struct control *control;
	struct text errors;
	const char *error = "out of memory";
	int r = -1;

	*ret_control = NULL;
	if (!*path)
		return 0;
	if (is_automatic(setting))
		make_directory(path);
	control = control_new();
	if (text_begin(&errors) == 0 && control)
		r = bind_socket(control, path, errors.out);
	if (text_end(&errors) && *errors.bytes)
		error = errors.bytes;
	if (r < 0) {
		log_errorx("%.*s", (int)strcspn(error, "\n"), error);
		control_close(control);
		control = NULL;
	}
	text_done(&errors);
	*ret_control = control;
	return r;
}

void
control_close(struct control *control)
{
	if (!control)
		return;
	for (size_t i = 0; i < CLIENTS; i++)
		if (control->clients[i].fd >= 0)
			close(control->clients[i].fd);
	if (control->listener.path)
		listener_unix_unlink(&control->listener);
	if (control->listener.fd >= 0)
		close(control->listener.fd);
	free(control->listener.path);
	free(control);
}

int
control_move(const char *setting, struct control **control)
{
	struct sockaddr_un address = {0};
	socklen_t len = sizeof(address);
	char place[CONTROL_PATH_MAX];
	struct control *fresh;

	if (*control)
		getsockname((*control)->listener.fd, (struct sockaddr *)&address, &len);
	if (strcmp(find_path(setting, place), address.sun_path) == 0)
		return 0;
	if (control_open(setting, &fresh) < 0)
		return -1;
	control_close(*control);
	*control = fresh;
	return 0;
}

static void
send_message(const struct control_client *client, enum control_kind kind, const char *bytes,
	     size_t len)
{
	char first = (char)kind;
	struct iovec parts[] = {{&first, 1}, {(char *)bytes, len}};
	struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};

	sendmsg(client->fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
}

void
control_say(const struct control_client *client, enum control_kind kind, const char *text)
{
	size_t left = strlen(text);

	while (left > 0) {
		size_t piece = left < CONTROL_ANSWER_MAX ? left : CONTROL_ANSWER_MAX;

		send_message(client, kind, text, piece);
		text += piece;
		left -= piece;
	}
}

void
control_sayf(const struct control_client *client, enum control_kind kind, const char *fmt, ...)
{
	char text[1024];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	control_say(client, kind, text);
}

void
control_exit(struct control_client *client, enum control_exit code)
{
	char byte = (char)code;

	send_message(client, CONTROL_EXIT, &byte, 1);
	close(client->fd);
	client->fd = -1;
}

void
control_finish(int fd, enum control_exit code, const char *text)
{
	struct control_client client = {.fd = fd};

	control_sayf(&client, code == CONTROL_EXIT_OK ? CONTROL_OUT : CONTROL_ERROR, "%s\n", text);
	control_exit(&client, code);
}

/* Those who got as far as here passed the file's mode: its owner and group. */
static bool
may_change(int fd)
{
	struct ucred cred = {0};
	socklen_t len = sizeof(cred);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) < 0)
		return false;
	return cred.uid == 0 || cred.uid == geteuid();
}

/*
 * A free place; or that of the client that has asked for nothing for longest:
 * whoever may look must not be able to keep others out. NULL: all wait for answers.
 */
static struct control_client *
find_place(struct control *control)
{
	struct control_client *best = NULL;

	for (size_t i = 0; i < CLIENTS; i++) {
		struct control_client *client = &control->clients[i];

		if (client->fd < 0)
			return client;
		if (client->wait == WAIT_REQUEST && (!best || client->came < best->came))
			best = client;
	}
	return best;
}

static void
accept_client(struct control *control)
{
	int fd = accept4(control->listener.fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	struct control_client *place;

	if (fd < 0)
		return;
	place = find_place(control);
	if (!place) {
		close(fd); /* helloctl says that nobody answered */
		return;
	}
	if (place->fd >= 0)
		close(place->fd);
	*place = (struct control_client){
		.fd = fd, .came = control->came++, .may_change = may_change(fd)};
}

static void
hear_client(struct master *m, struct control_client *client)
{
	char request[CONTROL_REQUEST_MAX];
	ssize_t n = recv(client->fd, request, sizeof(request) - 1, 0);

	if (n < 0 && errno == EAGAIN)
		return;
	if (n <= 0 || client->wait != WAIT_REQUEST) {
		close(client->fd); /* it has gone, or talks out of turn */
		client->fd = -1;
		return;
	}
	request[n] = '\0';
	control_obey(m, client, request);
}

void
control_poll(const struct control *control, struct pollfd *fds)
{
	fds[0] = (struct pollfd){.fd = control ? control->listener.fd : -1, .events = POLLIN};
	for (size_t i = 0; i < CLIENTS; i++)
		fds[i + 1] = (struct pollfd){.fd = control ? control->clients[i].fd : -1,
					     .events = POLLIN};
}

void
control_hear(struct master *m, const struct pollfd *fds)
{
	for (size_t i = 0; i < CLIENTS; i++)
		if (fds[i + 1].revents)
			hear_client(m, &m->control->clients[i]);
	if (fds[0].revents)
		accept_client(m->control);
}

void
control_reload_ended(struct master *m, bool good, const char *report)
{
	for (size_t i = 0; m->control && i < CLIENTS; i++) {
		struct control_client *client = &m->control->clients[i];

		if (client->fd < 0 || client->wait != WAIT_RELOAD)
			continue;
		control_say(client, good ? CONTROL_OUT : CONTROL_ERROR, report);
		control_sayf(client, good ? CONTROL_OUT : CONTROL_ERROR,
			     good ? "reloaded: generation %u serves\n"
				  : "reload failed: generation %u goes on as before\n",
			     m->pool.current.number);
		control_exit(client, good ? CONTROL_EXIT_OK : CONTROL_EXIT_FAILED);
	}
}

void
control_advance(struct master *m)
{
	for (size_t i = 0; m->control && i < CLIENTS; i++) {
		struct control_client *client = &m->control->clients[i];

		if (client->fd < 0 || client->wait != WAIT_REOPEN || pool_is_reopening(&m->pool))
			continue;
		control_say(client, CONTROL_OUT, "log reopened by all processes\n");
		control_exit(client, CONTROL_EXIT_OK);
	}
}
