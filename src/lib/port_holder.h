/*
 * port_holder.h - who listens there?
 *
 * For the message that a port is taken: it should name the one who has it.
 * Reads /proc, a little for each process there is: for a failure, not for
 * every day's work. Keeps nothing, leaves no descriptor open.
 */
#ifndef LIB_PORT_HOLDER_H
#define LIB_PORT_HOLDER_H

#include <sys/socket.h>
#include <sys/types.h>

#include <stddef.h>

#define PORT_HOLDER_TEXT_MAX 128 /* bytes that hold every name, NUL included */

/*
 * Finds a process that listens on the address (TCP over IPv4 or IPv6), or on
 * one that clashes with it, and writes "nginx (pid 123)" to text. An equal
 * address goes before a wildcard, the same family before the other one. Of
 * several processes with the same socket it names the eldest, which is the
 * master of a pool; systemd, which keeps sockets for its services, only if no
 * other has it.
 *
 * Returns 0, or -1 if it cannot be told: nobody listens, or another user or
 * another namespace does. text is then untouched.
 */
int port_holder(const struct sockaddr *address, char *text, size_t text_size);

/*
 * Writes "comm (pid 123)", the name escaped, or "pid 123" if the process is
 * gone. A text that does not fit text_size (at least 1) is cut.
 */
void port_holder_name(pid_t pid, char *text, size_t text_size);

#endif
