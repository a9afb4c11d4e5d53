/*
 * control.h - what helloctl may ask, and what it is told
 *
 * A SOCK_SEQPACKET UNIX socket. The client sends one request, a line without an
 * end: "status", "workers +1". The answers are messages whose first byte says
 * what they are:
 *     'o' text for standard output     'e' text for standard error
 *     'x' the exit code, one byte; the last message
 */
#ifndef HELLOD_CONTROL_H
#define HELLOD_CONTROL_H

#include <poll.h>
#include <stdbool.h>

#define CONTROL_REQUEST_MAX 256 /* bytes */
#define CONTROL_ANSWER_MAX 65536

enum control_kind {
	CONTROL_OUT = 'o',
	CONTROL_ERROR = 'e',
	CONTROL_EXIT = 'x',
};

/* helloctl's exit codes beyond 0 to 2. */
enum control_exit {
	CONTROL_EXIT_OK = 0,
	CONTROL_EXIT_FAILED = 1, /* hellod says no */
	CONTROL_EXIT_USAGE = 2,
	CONTROL_EXIT_ABSENT = 3, /* no hellod there */
	CONTROL_EXIT_DENIED = 4, /* no permission */
	CONTROL_EXIT_BUSY = 5,   /* another such request is under way */
};

struct master;
struct control;

/*
 * The place that "auto" stands for: /run/hellod/control as root, else in
 * $XDG_RUNTIME_DIR. Returns path, or NULL if there is none.
 */
#define CONTROL_PATH_MAX 108
char *control_default_path(char path[CONTROL_PATH_MAX]);

/*
 * Opens the socket that the configuration names. Returns 0 (*ret_control is
 * NULL if there is to be none), or -1 after saying why in the log: it is held
 * by a live hellod, for example.
 */
int control_open(const char *setting, struct control **ret_control);
void control_close(struct control *control);

/* The same on a socket that the program before this one has opened. */
int control_take_over(int fd, struct control **ret_control);

/*
 * Has the socket where the configuration names it, if it is elsewhere: the new
 * one is there before the old one goes, with its clients. Returns 0, or -1 as
 * control_open() does, and the old one stays.
 */
int control_move(const char *setting, struct control **control);

/* The socket, or -1; control: NULL is fine. */
int control_descriptor(const struct control *control);

/* Tells a client that was handed over how it ended, and closes it. */
void control_finish(int fd, enum control_exit code, const char *text);

/* Fills in CONTROL_FDS entries, and hears what came of them. */
#define CONTROL_FDS 17
void control_poll(const struct control *control, struct pollfd *fds);
void control_hear(struct master *master, const struct pollfd *fds);

/* A reload is over: those who wait for it are told. */
void control_reload_ended(struct master *master, bool good, const char *report);

/* To be called in every turn: those who wait for the log's reopening. */
void control_advance(struct master *master);

#endif
