/*
 * listener_end.c - the sockets that clients connected to
 *
 * Owns: turning clients away, closing, and the files that go with it.
 * Never: closes what another process has open.
 * Runs: in the master.
 */
#include "config.h"

/* System */
#include <linux/filter.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

/* Project */
#include "hellod/listener.h"
#include "hellod/listener_unix.h"

#define TCP_FLAGS_AT 13 /* bytes into a segment */

/*
 * Between the last accept4(2) and the close there is always a moment, and who
 * connects in it would be reset. shutdown(2) would do that to the whole queue.
 * Where this is not allowed, as in newer kernels to all but root, they are.
 */
void
listeners_turn_away(const struct listeners *listeners)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, TCP_FLAGS_AT),
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, TH_SYN, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, 0), /* drops it */
		BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
	};
	const struct sock_fprog filter = {.len = sizeof(code) / sizeof(code[0]), .filter = code};

	for (size_t i = 0; i < listeners->count; i++) {
		const struct listener *l = &listeners->items[i];

		if (!l->path)
			setsockopt(l->fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof(filter));
	}
}

void
listeners_close(struct listeners *listeners)
{
	for (size_t i = 0; i < listeners->count; i++) {
		if (listeners->items[i].fd >= 0)
			close(listeners->items[i].fd);
		free(listeners->items[i].path);
	}
	free(listeners->items);
	*listeners = (struct listeners){0};
}

void
listeners_unlink(const struct listeners *listeners, const struct listeners *but_not)
{
	for (size_t i = 0; i < listeners->count; i++)
		if (listeners->items[i].path && !listeners_have(but_not, &listeners->items[i]))
			listener_unix_unlink(&listeners->items[i]);
}
