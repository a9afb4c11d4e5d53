/*
 * limits.c - who may come in
 *
 * Owns: the order of the limits, their words, and one line a second and kind.
 * Never: accepts, or speaks with a client.
 * Runs: in a worker; limits_judge() in the master too, which is asked why.
 */
#include "config.h"

#include "hellod/limits.h"

/* System */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Library */
#include <bsd/stdlib.h>

/* Project */
#include "hellod/configuration.h"
#include "hellod/listener.h"
#include "hellod/peer.h"
#include "hellod/scoreboard.h"
#include "hellod/worker.h"
#include "lib/address.h"
#include "lib/log.h"

struct limits {
	uint64_t random; /* never 0 */
	char words[REFUSAL_TEXT_MAX];
};

static const enum counter counters[REFUSAL_COUNT] = {
	[REFUSAL_FULL] = COUNT_REFUSED, /* which counts all of them */
	[REFUSAL_DENIED] = COUNT_DENIED,      [REFUSAL_SOURCE] = COUNT_SOURCE_LIMITED,
	[REFUSAL_RATE] = COUNT_RATE_LIMITED,  [REFUSAL_EARLY] = COUNT_DROPPED_EARLY,
	[REFUSAL_PROXY] = COUNT_PROXY_FAULTS,
};

struct limits *
limits_new(void)
{
	struct limits *limits = calloc(1, sizeof(*limits));

	if (limits)
		arc4random_buf(&limits->random, sizeof(limits->random));
	if (limits)
		limits->random |= 1;
	return limits;
}

/* Marsaglia's xorshift: nobody gains by guessing it, and it makes no system call. */
static unsigned
roll_dice(struct limits *limits)
{
	limits->random ^= limits->random << 13;
	limits->random ^= limits->random >> 7;
	limits->random ^= limits->random << 17;
	return (unsigned)(limits->random >> 32) % 100;
}

unsigned
limits_drop_percent(const struct configuration *c, uint64_t silent)
{
	const struct early_drop *drop = &c->drop;

	if (drop->start == 0 || silent < drop->start)
		return 0;
	if (silent >= drop->full)
		return 100;
	return drop->percent + (unsigned)((100 - drop->percent) * (silent - drop->start) /
					  (drop->full - drop->start));
}

static enum refusal
judge_source(const struct case_to_judge *the_case, char words[REFUSAL_TEXT_MAX])
{
	const struct configuration *c = the_case->configuration;
	uint64_t key = source_key(the_case->peer);
	struct source_count count;

	if (key == 0 || (c->max_connections_per_source == 0 && c->max_rate_per_source == 0))
		return REFUSAL_NONE;
	count = scoreboard_source(the_case->scoreboard, key, the_case->now);
	if (c->max_connections_per_source > 0 &&
	    count.open >= (uint64_t)c->max_connections_per_source) {
		snprintf(words, REFUSAL_TEXT_MAX,
			 "%lld connections of this source are open (max_connections_per_source)",
			 (long long)c->max_connections_per_source);
		return REFUSAL_SOURCE;
	}
	if (c->max_rate_per_source > 0 &&
	    source_rate(&count, the_case->now) >= (uint64_t)c->max_rate_per_source) {
		snprintf(words, REFUSAL_TEXT_MAX,
			 "%lld connections of this source in a minute (max_rate_per_source)",
			 (long long)c->max_rate_per_source);
		return REFUSAL_RATE;
	}
	return REFUSAL_NONE;
}

enum refusal
limits_judge(const struct case_to_judge *the_case, char words[REFUSAL_TEXT_MAX])
{
	const struct configuration *c = the_case->configuration;
	enum refusal refusal;
	uint64_t silent;

	if (networks_find(&c->denied, the_case->peer) &&
	    !networks_find(&c->allowed, the_case->peer)) {
		snprintf(words, REFUSAL_TEXT_MAX, "this address is denied (deny)");
		return REFUSAL_DENIED;
	}
	if (networks_find(&c->exempted, the_case->peer))
		return REFUSAL_NONE;
	refusal = judge_source(the_case, words);
	if (refusal != REFUSAL_NONE || c->drop.start == 0)
		return refusal;
	silent = scoreboard_total(the_case->scoreboard).silent;
	if (the_case->dice >= limits_drop_percent(c, silent))
		return REFUSAL_NONE;
	snprintf(words, REFUSAL_TEXT_MAX, "%llu clients have said no name yet (early_drop)",
		 (unsigned long long)silent);
	return REFUSAL_EARLY;
}

/* Counts a refusal and says it in the log. Returns the words for the client. */
static const char *
note(struct worker *w, const struct listener *listener, const struct peer *peer,
     enum refusal refusal)
{
	enum counter counter = counters[refusal];
	bool judged = refusal != REFUSAL_FULL && refusal != REFUSAL_PROXY;
	bool pretended = judged && w->configuration->dry_run;
	char last[ADDRESS_TEXT_MAX];
	unsigned times;

	if (pretended)
		scoreboard_add(w->slot, COUNT_WOULD_REFUSE, 1);
	else
		scoreboard_add(w->slot, COUNT_REFUSED, 1);
	if (!pretended && counter != COUNT_REFUSED)
		scoreboard_add(w->slot, counter, 1);
	if (complaint_due(&w->inheritance.scoreboard->complaints[counter], w->now, &times))
		log_warnx("%s %u client%s on %s, the last one %s: %s",
			  pretended ? "would have refused" : "refused", times,
			  times == 1 ? "" : "s", listener->name, peer_format(peer, last),
			  w->limits->words);
	return pretended ? NULL : w->limits->words;
}

const char *
limits_refuse_peer(struct worker *w, const struct listener *listener, const struct peer *peer)
{
	struct case_to_judge the_case = {
		.configuration = w->configuration,
		.scoreboard = w->inheritance.scoreboard,
		.peer = peer,
		.now = w->now,
	};
	enum refusal refusal;

	if (!w->configuration->limited)
		return NULL;
	the_case.dice = roll_dice(w->limits);
	refusal = limits_judge(&the_case, w->limits->words);
	return refusal == REFUSAL_NONE ? NULL : note(w, listener, peer, refusal);
}

const char *
limits_refuse(struct worker *w, const struct listener *listener, const struct peer *peer,
	      uint64_t open)
{
	uint64_t most = (uint64_t)w->configuration->max_connections;

	if (open < most)
		return limits_is_proxy(w, listener, peer) ? NULL
							  : limits_refuse_peer(w, listener, peer);
	snprintf(w->limits->words, REFUSAL_TEXT_MAX, "%lld connections are open (max_connections)",
		 (long long)most);
	return note(w, listener, peer, REFUSAL_FULL);
}

const char *
limits_refuse_proxy(struct worker *w, const struct listener *listener, const struct peer *peer)
{
	snprintf(w->limits->words, REFUSAL_TEXT_MAX, "no PROXY header (proxy_from)");
	return note(w, listener, peer, REFUSAL_PROXY);
}

bool
limits_is_proxy(const struct worker *w, const struct listener *listener, const struct peer *peer)
{
	const struct networks *proxies;

	/* Of a socket unit's socket that no group of "listen" names, none was said. */
	if (listener->settings >= w->configuration->listen_count)
		return false;
	proxies = &w->configuration->listen[listener->settings].proxies;
	return proxies->count > 0 && networks_find(proxies, peer);
}

static struct source_table *
own_table(const struct worker *w)
{
	return &w->inheritance.scoreboard->sources[w->inheritance.slot];
}

unsigned
limits_enter(const struct worker *w, const struct peer *peer)
{
	const struct configuration *c = w->configuration;
	uint64_t key;

	if ((c->max_connections_per_source == 0 && c->max_rate_per_source == 0) ||
	    w->inheritance.slot >= SOURCE_TABLES)
		return 0;
	key = source_key(peer);
	return key == 0 ? 0 : source_enter(own_table(w), key, w->now);
}

void
limits_leave(const struct worker *w, unsigned place)
{
	if (place > 0)
		source_leave(own_table(w), place);
}

unsigned
limits_room(struct worker *w, unsigned most, uint64_t open)
{
	const struct configuration *c = w->configuration;
	unsigned times;

	if (c->overload != OVERLOAD_QUEUE || w->stopping)
		return most;
	if (open < (uint64_t)c->max_connections) {
		uint64_t room = (uint64_t)c->max_connections - open;

		return room < most ? (unsigned)room : most;
	}
	scoreboard_add(w->slot, COUNT_QUEUED, 1);
	if (complaint_due(&w->inheritance.scoreboard->complaints[COUNT_QUEUED], w->now, &times))
		log_warnx("clients wait in the queue (overload): "
			  "%lld connections are open (max_connections)",
			  (long long)c->max_connections);
	return 0;
}
