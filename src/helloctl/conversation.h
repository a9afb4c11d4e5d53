/*
 * conversation.h - one request to hellod and its answers
 */
#ifndef HELLOCTL_CONVERSATION_H
#define HELLOCTL_CONVERSATION_H

/*
 * Sends the request to the control socket at path, writes the answers to
 * standard output and standard error, and returns the exit code that came with
 * them; or, after saying why there were none, one of enum control_exit.
 */
int converse(const char *path, const char *request);

#endif
