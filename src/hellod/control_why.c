/*
 * control_why.c - why a client is refused, or would be
 *
 * Owns: the answer to "why ADDRESS": each limit, and how near the client is.
 * Never: refuses; the workers do, by the same judgement.
 * Runs: in the master.
 */
#include "config.h"

#include "hellod/control_why.h"

/* System */
#include <arpa/inet.h>
#include <inttypes.h>
#include <string.h>

/* Project */
#include "hellod/configuration.h"
#include "hellod/limits.h"
#include "hellod/master_state.h"
#include "hellod/scoreboard.h"

#define NO_DICE 100 /* early_drop hits by chance: its percentage is told apart */

/* Returns false if the text is no address. */
static bool
read_address(const char *text, struct peer *ret_peer)
{
	struct peer peer = {.family = strchr(text, ':') ? AF_INET6 : AF_INET};

	if (inet_pton(peer.family, text, peer.bytes) != 1)
		return false;
	peer_unmap(&peer);
	*ret_peer = peer;
	return true;
}

/* Which network of a list the client is in. */
static void
write_network(const char *key, const struct networks *networks, const struct peer *peer, FILE *out)
{
	const struct network *network = networks_find(networks, peer);
	char text[NETWORK_TEXT_MAX];

	fprintf(out, "%s: %s\n", key, network ? network_format(network, text) : "no");
}

static void
write_most(int64_t most, FILE *out)
{
	if (most > 0)
		fprintf(out, " of at most %" PRId64 "\n", most);
	else
		fputs(", unlimited\n", out);
}

static void
write_verdict(const struct master *m, const struct peer *peer, uint64_t sessions, FILE *out)
{
	const struct configuration *c = m->configuration;
	struct case_to_judge the_case = {.configuration = c,
					 .scoreboard = m->scoreboard,
					 .peer = peer,
					 .now = m->now,
					 .dice = NO_DICE};
	char words[REFUSAL_TEXT_MAX];

	if (sessions >= (uint64_t)c->max_connections && c->overload == OVERLOAD_QUEUE)
		fputs("verdict: has to wait (max_connections, overload)\n", out);
	else if (sessions >= (uint64_t)c->max_connections)
		fputs("verdict: refused (max_connections)\n", out);
	else if (limits_judge(&the_case, words) == REFUSAL_NONE)
		fputs("verdict: served\n", out);
	else
		fprintf(out, "verdict: %s: %s\n",
			c->dry_run ? "served, as dry_run is set; else refused" : "refused", words);
}

bool
control_write_why(const struct master *m, const char *address, FILE *out)
{
	const struct configuration *c = m->configuration;
	struct scoreboard_total total = scoreboard_total(m->scoreboard);
	struct source_count count;
	struct peer peer;

	if (!read_address(address, &peer))
		return false;
	count = scoreboard_source(m->scoreboard, source_key(&peer), m->now);
	write_network("deny", &c->denied, &peer, out);
	write_network("allow", &c->allowed, &peer, out);
	write_network("exempt", &c->exempted, &peer, out);
	fprintf(out, "connections of this source: %" PRIu64, count.open);
	write_most(c->max_connections_per_source, out);
	fprintf(out, "connections in a minute: %" PRIu64, source_rate(&count, m->now));
	write_most(c->max_rate_per_source, out);
	fprintf(out, "silent clients: %" PRIu64 ", early_drop refuses %u %%\n", total.silent,
		limits_drop_percent(c, total.silent));
	fprintf(out, "sessions: %" PRIu64, total.sessions);
	write_most(c->max_connections, out);
	write_verdict(m, &peer, total.sessions, out);
	return true;
}
