/*
 * log.h - one log for a program and all processes that it forks
 *
 * A line goes to exactly one target: standard error, the journal's native
 * socket, syslog's socket or a file. Whatever the target's state, a call
 * returns at once: a line that cannot be written now is dropped and counted,
 * and the count is told in the log as soon as it takes lines again. No call
 * raises a signal (SIGPIPE, SIGXFSZ, SIGTTOU) or changes a disposition, and a
 * file description that others share keeps its flags. Only a disk that hangs
 * can hold up the writing of a regular file: no system call avoids that.
 *
 * What a line looks like (the level is a word for error, warning and debug):
 *   standard error       hellod[4711]: worker 0: warning: text
 *   ... in the journal   <4>worker 0: text
 *   a file               2026-11-22T16:17:29.123456+00:00 hellod[4711]: worker 0: warning: text
 *   syslog               <28>hellod[4711]: worker 0: text
 *   the journal          MESSAGE=worker 0: text, PRIORITY=4, SYSLOG_IDENTIFIER=hellod, ...
 * Standard error is "in the journal" when $JOURNAL_STREAM says so, see
 * systemd.exec(5) and sd-daemon(3).
 *
 * One line is one line: control bytes other than TAB become \xNN, and a line
 * that is too long ends with "...". Bytes of others go through escape.h first.
 *
 * The state in here is the only mutable global of the project. It is made by
 * log_open() before the first fork and inherited by the children. Not for
 * several threads.
 */
#ifndef LIB_LOG_H
#define LIB_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <syslog.h> /* LOG_ERR, LOG_WARNING, ... : our levels are syslog's */

#define LOG_LINE_MAX 2048 /* bytes of a line, its prefix and its newline included */
#define LOG_FIELDS_MAX 16 /* fields of a line */

/* A field for the journal (systemd.journal-fields(7)); others ignore it. */
struct log_field {
	const char *name;  /* upper case, e.g. "HELLOD_PEER" */
	const char *value; /* any text; a newline in it is allowed */
};

/*
 * Opens the log. Before this call, and if it fails, lines go to standard
 * error as "IDENT: text" (IDENT: program_invocation_short_name), a warning as
 * "IDENT: warning: text"; the levels to LOG_INFO are shown.
 *
 * ident: the program's name; not copied.
 * target: "auto" (the journal when $JOURNAL_STREAM says that standard error
 * is connected to it and its socket answers; else standard error), "stderr",
 * "journal", "syslog" or "file:/absolute/path"; copied.
 * level: the least important level still logged, LOG_ERR to LOG_DEBUG.
 *
 * Returns 0, or -1 with errno (the log is then as it was before the call):
 * EINVAL for a target or level that is none, ENAMETOOLONG, or what open() or
 * connect() said. A closed standard error is no failure, its lines are lost.
 * May be called again, e.g. for a changed configuration.
 */
int log_open(const char *ident, const char *target, int level);

/* True when log_open() would take the text as a target. */
bool log_target_valid(const char *target);

/* "error", "warning", "notice", "info" or "debug"; NULL for any other level. */
const char *log_level_name(int level);

/* Another level from now on, LOG_ERR to LOG_DEBUG. */
void log_set_level(int level);

/*
 * Tells under which name this process logs from now on, e.g. "worker 0": shown
 * behind the ident. Not copied. NULL: none.
 */
void log_set_role(const char *role);

/*
 * Tells that this process has SIGPIPE, SIGXFSZ and SIGTTOU blocked for good: the
 * log need not block them for each line, which takes three system calls.
 */
void log_signals_blocked(void);

/*
 * Log rotation, in two halves, because only the master may open paths.
 * log_reopen() opens the file anew and switches to it; returns 0 (also for
 * targets that need no reopening) or -1 with errno, the old file being kept.
 * A program that gives itself another standard error (a daemon that detaches)
 * calls it too: the log may hold the old one open by a descriptor of its own.
 * log_descriptor() is the open file (still owned by the log), -1 if none.
 * log_adopt() switches to a file's descriptor received from the master and
 * owns it.
 */
int log_reopen(void);
int log_descriptor(void);
void log_adopt(int fd);

/*
 * The descriptor that the log has besides standard error, whatever it is, or
 * -1: a child that closes what it does not know keeps this one.
 */
int log_kept_descriptor(void);

/*
 * "N log lines were lost: REASON" is put before the next line that can be
 * written. This tries to say it at once: for a timer of a process that might
 * have nothing else to say. Does nothing if there is no loss to tell of.
 */
void log_tell_losses(void);

/*
 * The words. Those with an x say the text alone, the others add ": " and the
 * text of errno. All keep errno.
 */
void log_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_errorx(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_warnx(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_notice(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_debug(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* True when a line of this level would be written: saves composing it. */
bool log_enabled(int level);

/* A line with fields (at most LOG_FIELDS_MAX, more are ignored) for the journal. */
void log_fields(int level, const struct log_field *fields, size_t count, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/*
 * Ends the program with an exit code after logging an error. Only for main
 * functions and start-up. fatal() adds errno, fatalx() doesn't.
 */
_Noreturn void fatal(int exit_code, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
_Noreturn void fatalx(int exit_code, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* A fault of our own: logs "BUG: file:line: text" and aborts. */
#define bug(...) log_bug(__FILE__, __LINE__, __VA_ARGS__)
_Noreturn void log_bug(const char *file, int line, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#endif
