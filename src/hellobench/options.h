/*
 * options.h - the command line
 */
#ifndef HELLOBENCH_OPTIONS_H
#define HELLOBENCH_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

/* Project */
#include "hellobench/script.h"

enum dialogue {
	DIALOGUE_GREET,   /* connections that stay; an operation is a greeting */
	DIALOGUE_SESSION, /* connect, welcome, names, exit, close: that is one */
	DIALOGUE_CHURN,   /* the same without names */
	DIALOGUE_IDLE,    /* connections that stay and are silent; each is one */
};

enum form {
	FORM_TEXT,
	FORM_JSON,
	FORM_CSV,
};

enum framing {
	FRAMING_AUTO,
	FRAMING_LINE,
	FRAMING_MESSAGE,
};

struct options {
	const char *host;
	const char *port;
	const char *path; /* of a UNIX socket; NULL: TCP */
	const char *source;
	int64_t sources; /* source addresses, from source upwards; 0: the kernel's choice */
	enum dialogue dialogue;
	int64_t connections;
	int64_t pipeline;  /* names said at a time */
	int64_t names;     /* of a session */
	double rate;       /* operations a second; 0: closed loop */
	int64_t duration;  /* microseconds; 0: no limit */
	int64_t count;     /* operations; 0: no limit */
	int64_t warm_up;   /* microseconds, not measured */
	int64_t timeout;   /* microseconds, for each answer */
	int64_t processes; /* that load */
	enum framing framing;
	bool crlf;
	int64_t name_size; /* bytes */
	const char *welcome;
	const char *greeting;
	const struct script_protocol *protocol;
	enum form form;
	bool quiet;
};

/*
 * Reads the command line. Returns -1 if there is something to do, else the
 * code to exit with (everything is said then).
 */
int options_parse(int argc, char *argv[], struct options *options);

/* The script that the options ask for; script_done() is the caller's. */
void options_script(const struct options *options, struct script *script);

/* The word of a dialogue, and of its operations: "greet", "greetings". */
const char *options_dialogue_word(enum dialogue dialogue);
const char *options_operations_word(enum dialogue dialogue);

#endif
