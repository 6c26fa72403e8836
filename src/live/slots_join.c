/*
 * slots_join: sockets less those who are logged in, by address; see slots.h.
 *
 * Where somebody is logged in from an address without a connection, a proxy
 * speaks for him, or he came after the sockets were read; as many of those who
 * seem to try may be his.  So each address is said to try with that many less:
 * nobody is accused for a proxy.  Pure.
 */
#include "live/slots.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "base/lookup.h"
#include "live/connections_group.h"

/* Services behind the login ports; lmtp has a port of its own. */
static bool comes_by_login(const char *service)
{
	static const char *const services[] = { "imap", "pop3", "sieve", "managesieve", "submission" };

	for (size_t i = 0; i < sizeof(services) / sizeof(services[0]); i++)
		if (strcmp(services[i], service) == 0)
			return true;
	return false;
}

/* Those of who that hold a socket of a login port, in the order of who. */
static struct who logged_in_of(struct arena *arena, const struct who *who)
{
	struct who kept = { .rows = arena_alloc(arena, who->count * sizeof(*who->rows)) };

	for (size_t i = 0; i < who->count; i++)
		if (*who->rows[i].address && comes_by_login(who->rows[i].service))
			kept.rows[kept.count++] = who->rows[i];
	return kept;
}

static int by_key(const void *left, const void *right)
{
	return strcmp(((const struct connection_group *)left)->key, ((const struct connection_group *)right)->key);
}

static struct slot_row *add(struct slots *slots, const char *address)
{
	struct slot_row *row = &slots->rows[slots->count++];

	row->address = arena_text(slots->arena, address);
	return row;
}

static void take_group(struct slot_row *row, const struct connection_group *group)
{
	row->logged_in = group->connections;
	row->people = group->people;
	row->highest = group->highest;
	row->penalty = group->penalty;
}

static const struct penalty_row *penalised(const struct penalty *penalty, const char *address)
{
	unsigned char bytes[16];
	char masked[INET6_ADDRSTRLEN];

	/* Dovecot knows IPv6 addresses by their first 48 bits there. */
	if (strchr(address, ':') && inet_pton(AF_INET6, address, bytes) == 1) {
		memset(bytes + 6, 0, 10);
		address = inet_ntop(AF_INET6, bytes, masked, sizeof(masked));
	}
	for (size_t i = 0; penalty && i < penalty->count; i++)
		if (strcmp(penalty->rows[i].address, address) == 0)
			return &penalty->rows[i];
	return NULL;
}

/* Both lists are in the order of strcmp. */
static void merge(struct slots *slots, const struct socket_count *sockets, size_t socket_count, const struct connection_group *groups,
		size_t group_count, const struct penalty *penalty)
{
	size_t s = 0, g = 0;

	while (s < socket_count || g < group_count) {
		int order = s == socket_count ? 1 : g == group_count ? -1 : strcmp(sockets[s].address, groups[g].key);
		struct slot_row *row = add(slots, order <= 0 ? sockets[s].address : groups[g].key);
		const struct penalty_row *kept = order < 0 ? penalised(penalty, row->address) : NULL;

		row->penalty = kept ? kept->penalty : 0;
		if (order >= 0)
			take_group(row, &groups[g++]);
		if (order <= 0)
			row->open = sockets[s++].open;
		if (row->logged_in > row->open)
			slots->elsewhere += row->logged_in - row->open;
	}
}

static void count_trying(struct slots *slots)
{
	uint64_t open = 0, logged_in = 0;

	for (size_t i = 0; i < slots->count; i++) {
		struct slot_row *row = &slots->rows[i];
		uint64_t seeming = row->open > row->logged_in ? row->open - row->logged_in : 0;

		row->trying = seeming > slots->elsewhere ? seeming - slots->elsewhere : 0;
		open += row->open;
		logged_in += row->logged_in;
	}
	slots->trying = open > logged_in ? open - logged_in : 0;
}

static int by_trying(const void *left, const void *right)
{
	const struct slot_row *a = left, *b = right;
	uint64_t more = a->open == (uint64_t)SLOTS_UNKNOWN ? a->logged_in : a->open, less = b->open == (uint64_t)SLOTS_UNKNOWN ? b->logged_in : b->open;

	if (a->trying != b->trying)
		return a->trying > b->trying ? -1 : 1;
	if (more != less)
		return more > less ? -1 : 1;
	return strcmp(a->address, b->address);
}

/* Without sockets: who is logged in, and who tried wrongly lately. */
static void without_sockets(struct slots *slots, const struct connection_group *groups, size_t group_count, const struct penalty *penalty)
{
	struct lookup *there = lookup_new();

	for (size_t i = 0; i < group_count; i++) {
		struct slot_row *row = add(slots, groups[i].key);

		take_group(row, &groups[i]);
		lookup_put(there, row->address, row);
	}
	for (size_t i = 0; penalty && i < penalty->count; i++)
		if (!lookup_get(there, penalty->rows[i].address))
			add(slots, penalty->rows[i].address)->penalty = penalty->rows[i].penalty;
	lookup_free(there);
	for (size_t i = 0; i < slots->count; i++)
		slots->rows[i].open = slots->rows[i].trying = (uint64_t)SLOTS_UNKNOWN;
	slots->trying = (uint64_t)SLOTS_UNKNOWN;
}

struct slots *slots_join(const struct socket_count *sockets, size_t socket_count, const struct who *who, const struct penalty *penalty,
		const char *unreadable)
{
	struct arena *arena = arena_new(), *scratch = arena_new();
	struct slots *slots = arena_alloc(arena, sizeof(*slots));
	struct who logged_in = logged_in_of(scratch, who);
	struct group_server server = { .name = "", .who = &logged_in, .penalty = penalty };
	struct connection_group *groups;
	size_t group_count = connections_group(scratch, BY_ADDRESS, &server, 1, NULL, &groups);

	slots->arena = arena;
	slots->rows = arena_alloc(arena, (socket_count + group_count + (penalty ? penalty->count : 0)) * sizeof(*slots->rows));
	slots->unreadable = arena_text(arena, unreadable);
	if (group_count)
		qsort(groups, group_count, sizeof(*groups), by_key);
	if (sockets) {
		merge(slots, sockets, socket_count, groups, group_count, penalty);
		count_trying(slots);
	} else {
		without_sockets(slots, groups, group_count, penalty);
	}
	if (slots->count)
		qsort(slots->rows, slots->count, sizeof(*slots->rows), by_trying);
	arena_free(scratch);
	return slots;
}
