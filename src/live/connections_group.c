/*
 * connections_group: counting by sorting; see connections_group.h.
 *
 * Texts go through one pool, so the sort compares pointers; alphabet is for the
 * end only.  Nothing fails.  One thread at a time.
 */
#include "live/connections_group.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/lookup.h"
#include "base/text.h"
#include "live/pool.h"

/* A connection, or (user NULL) those of an address or server that only try. */
struct item {
	const char *key, *user, *service, *address;
	uint32_t server;
	uint64_t trying, penalty;
};

struct sorting {
	struct arena *arena;
	struct pool pool;
	struct lookup *penalties;          /* of the server at hand; NULL: nobody is kept waiting there */
	struct item *items;                /* heap */
	size_t count, room;
	struct connection_group *groups;   /* arena */
	size_t group_count, group_room;
};

void connection_network(const char *address, char out[NETWORK_LENGTH])
{
	unsigned char bytes[16];
	char words[INET6_ADDRSTRLEN];

	if (inet_pton(AF_INET, address, bytes) == 1) {
		snprintf(out, NETWORK_LENGTH, "%u.%u.%u.0/24", bytes[0], bytes[1], bytes[2]);
	} else if (inet_pton(AF_INET6, address, bytes) == 1) {
		memset(bytes + 8, 0, 8);
		inet_ntop(AF_INET6, bytes, words, sizeof(words));
		snprintf(out, NETWORK_LENGTH, "%s/64", words);
	} else {
		snprintf(out, NETWORK_LENGTH, "%s", address);
	}
}

/* --- what is picked ------------------------------------------------------------------------------ */

static bool in_network(const char *address, const char *network)
{
	char own[NETWORK_LENGTH];

	connection_network(address, own);
	return strcmp(own, network) == 0;
}

/* The value behind "user:" and the like; NULL where of does not begin so. */
static const char *behind(const char *of, const char *prefix)
{
	size_t length = strlen(prefix);

	return strncmp(of, prefix, length) == 0 ? of + length : NULL;
}

bool connection_picked(const struct who_connection *row, const char *server, const char *of)
{
	const char *value;

	if (!of)
		return true;
	if ((value = behind(of, "user:")))
		return strcmp(row->user, value) == 0;
	if ((value = behind(of, "address:")))
		return strcmp(row->address, value) == 0;
	if ((value = behind(of, "network:")))
		return in_network(row->address, value);
	if ((value = behind(of, "service:")))
		return strcmp(row->service, value) == 0;
	if ((value = behind(of, "server:")))
		return strcmp(server, value) == 0;
	return strcmp(row->user, of) == 0 || strcmp(row->address, of) == 0 || strcmp(row->service, of) == 0 || strcmp(server, of) == 0 ||
		(strchr(of, '/') && in_network(row->address, of));
}

/* Those who only try have no user and no service to be picked by. */
static bool address_picked(const char *address, const char *server, const char *of)
{
	const struct who_connection row = { .user = "", .service = "", .address = address };

	return connection_picked(&row, server, of);
}

/* --- gathering ------------------------------------------------------------------------------------- */

static const char *pooled(struct sorting *sorting, const char *text)
{
	return pool_text(&sorting->pool, text, strlen(text));
}

static const char *key_of(struct sorting *sorting, enum connection_grouping by, const struct item *item, const char *server)
{
	char network[NETWORK_LENGTH];

	switch (by) {
	case BY_USER: return item->user;
	case BY_ADDRESS: return item->address;
	case BY_SERVICE: return item->service;
	case BY_SERVER: return pooled(sorting, server);
	case BY_NETWORK: break;
	}
	connection_network(item->address, network);
	return pooled(sorting, network);
}

static struct item *add_item(struct sorting *sorting)
{
	sorting->items = memory_grow(sorting->items, &sorting->room, sorting->count + 1, sizeof(*sorting->items));
	return &sorting->items[sorting->count++];
}

/* Dovecot knows IPv6 addresses by their first 48 bits there. */
static uint64_t penalty_of(const struct sorting *sorting, const char *address)
{
	unsigned char bytes[16];
	char masked[INET6_ADDRSTRLEN];
	const struct penalty_row *row;

	if (!sorting->penalties)
		return 0;
	if (strchr(address, ':') && inet_pton(AF_INET6, address, bytes) == 1) {
		memset(bytes + 6, 0, 10);
		inet_ntop(AF_INET6, bytes, masked, sizeof(masked));
		address = masked;
	}
	row = lookup_get(sorting->penalties, address);
	return row ? row->penalty : 0;
}

static void open_penalties(struct sorting *sorting, const struct penalty *penalty)
{
	sorting->penalties = penalty && penalty->count ? lookup_new() : NULL;
	for (size_t i = 0; sorting->penalties && i < penalty->count; i++)
		lookup_put(sorting->penalties, penalty->rows[i].address, &penalty->rows[i]);
}

static void gather_connections(struct sorting *sorting, enum connection_grouping by, const struct group_server *server, uint32_t number, const char *of)
{
	const char *user = NULL, *pooled_user = NULL;

	for (size_t i = 0; server->who && i < server->who->count; i++) {
		const struct who_connection *row = &server->who->rows[i];
		struct item *item;

		if (!connection_picked(row, server->name, of))
			continue;
		/* Sorted by user, so each is looked up once. */
		if (row->user != user) {
			user = row->user;
			pooled_user = pooled(sorting, user);
		}
		item = add_item(sorting);
		item->user = pooled_user;
		item->service = pooled(sorting, row->service);
		item->address = pooled(sorting, row->address);
		item->server = number;
		item->penalty = penalty_of(sorting, item->address);
		item->key = key_of(sorting, by, item, server->name);
	}
}

static bool knows_trying(const struct group_server *server)
{
	return server->slots && server->slots->trying != (uint64_t)SLOTS_UNKNOWN;
}

static void add_trying(struct sorting *sorting, enum connection_grouping by, const struct group_server *server, uint32_t number, const char *address,
		uint64_t trying)
{
	struct item *item = add_item(sorting);

	item->address = pooled(sorting, address);
	item->server = number;
	item->trying = trying;
	item->penalty = penalty_of(sorting, address);
	item->key = key_of(sorting, by, item, server->name);
}

static void gather_trying(struct sorting *sorting, enum connection_grouping by, const struct group_server *server, uint32_t number, const char *of)
{
	const struct slots *slots = server->slots;

	/* A whole server: its sum, which holds also where addresses speak for others; the row is there when nobody is. */
	if (by == BY_SERVER && address_picked("", server->name, of)) {
		if (server->who)
			add_trying(sorting, by, server, number, "", knows_trying(server) ? slots->trying : 0);
		return;
	}
	for (size_t i = 0; knows_trying(server) && i < slots->count; i++)
		if (slots->rows[i].trying && slots->rows[i].trying != (uint64_t)SLOTS_UNKNOWN &&
		    address_picked(slots->rows[i].address, server->name, of))
			add_trying(sorting, by, server, number, slots->rows[i].address, slots->rows[i].trying);
}

/* --- counting ---------------------------------------------------------------------------------------- */

static int by_pointer(const void *a, const void *b)
{
	return ((uintptr_t)a > (uintptr_t)b) - ((uintptr_t)a < (uintptr_t)b);
}

/* Equal quadruples lie together, and so do the connections of one user; those without a user come first. */
static int compare_items(const void *left, const void *right)
{
	const struct item *a = left, *b = right;
	int order = by_pointer(a->key, b->key);

	if (!order)
		order = by_pointer(a->user, b->user);
	if (!order)
		order = (a->server > b->server) - (a->server < b->server);
	if (!order)
		order = by_pointer(a->service, b->service);
	return order ? order : by_pointer(a->address, b->address);
}

static int compare_addresses(const void *left, const void *right)
{
	const struct item *a = left, *b = right;
	int order = by_pointer(a->key, b->key);

	return order ? order : by_pointer(a->address, b->address);
}

static int compare_texts(const void *left, const void *right)
{
	return strcmp(*(const char *const *)left, *(const char *const *)right);
}

/* Names that stand in few: services and servers of a group. */
enum { MOST_NAMES = 64 };
struct names { const char *list[MOST_NAMES]; size_t count; };

static void add_name(struct names *names, const char *name)
{
	for (size_t i = 0; i < names->count; i++)
		if (names->list[i] == name)
			return;
	if (names->count < MOST_NAMES)
		names->list[names->count++] = name;
}

static const char *joined(struct arena *arena, struct names *names)
{
	struct text words = { 0 };
	const char *result;

	if (names->count == 1)
		return names->list[0];
	if (names->count)
		qsort(names->list, names->count, sizeof(*names->list), compare_texts);
	for (size_t i = 0; i < names->count; i++)
		text_addf(&words, "%s%s", i ? ", " : "", names->list[i]);
	result = arena_text(arena, text_get(&words));
	text_free(&words);
	return result;
}

static bool same_four(const struct item *a, const struct item *b)
{
	return a->user == b->user && a->server == b->server && a->service == b->service && a->address == b->address;
}

static void count_run(struct connection_group *group, const struct item *items, size_t count)
{
	size_t run = 0;

	for (size_t i = 0; i < count; i++) {
		if (!items[i].user)
			continue;
		run = i && same_four(&items[i], &items[i - 1]) ? run + 1 : 1;
		if (run <= group->highest)
			continue;
		group->highest = run;
		group->highest_service = items[i].service;
		group->highest_server = items[i].server;
	}
}

/* items: one key's, sorted by compare_items. */
static void count_group(struct sorting *sorting, const struct group_server *servers, const struct item *items, size_t count)
{
	struct connection_group *group;
	struct names services = { .count = 0 }, names = { .count = 0 };

	sorting->groups = arena_grow(sorting->arena, sorting->groups, &sorting->group_room, sorting->group_count + 1, sizeof(*sorting->groups));
	group = &sorting->groups[sorting->group_count++];
	group->key = items[0].key;
	group->trying_known = true;
	for (size_t i = 0; i < count; i++) {
		group->trying += items[i].trying;
		if (items[i].penalty > group->penalty)
			group->penalty = items[i].penalty;
		group->trying_known = group->trying_known && knows_trying(&servers[items[i].server]);
		add_name(&names, servers[items[i].server].name);
		if (!items[i].user)
			continue;
		group->connections++;
		group->people += !i || items[i].user != items[i - 1].user;
		add_name(&services, items[i].service);
	}
	count_run(group, items, count);
	group->services = joined(sorting->arena, &services);
	group->servers = joined(sorting->arena, &names);
}

static void count_groups(struct sorting *sorting, const struct group_server *servers)
{
	for (size_t begin = 0, end; begin < sorting->count; begin = end) {
		for (end = begin + 1; end < sorting->count && sorting->items[end].key == sorting->items[begin].key; end++)
			;
		count_group(sorting, servers, sorting->items + begin, end - begin);
	}
}

/* Distinct addresses of those who are logged in; groups are in the order of their keys' pointers. */
static void count_addresses(struct sorting *sorting)
{
	size_t at = 0;

	for (size_t group = 0; group < sorting->group_count; group++) {
		const char *key = sorting->groups[group].key, *last = NULL;

		while (at < sorting->count && sorting->items[at].key != key)
			at++;
		for (; at < sorting->count && sorting->items[at].key == key; at++) {
			if (!sorting->items[at].user || sorting->items[at].address == last)
				continue;
			last = sorting->items[at].address;
			sorting->groups[group].addresses++;
		}
	}
}

static int compare_groups(const void *left, const void *right)
{
	const struct connection_group *a = left, *b = right;
	uint64_t more = a->connections + a->trying, less = b->connections + b->trying;

	if (more != less)
		return more > less ? -1 : 1;
	return strcmp(a->key, b->key);
}

size_t connections_group(struct arena *arena, enum connection_grouping by, const struct group_server *servers, size_t server_count,
		const char *of, struct connection_group **groups)
{
	struct sorting sorting = { .arena = arena };

	pool_open(&sorting.pool, arena);
	for (size_t i = 0; i < server_count; i++) {
		open_penalties(&sorting, servers[i].penalty);
		gather_connections(&sorting, by, &servers[i], (uint32_t)i, of);
		if (by == BY_ADDRESS || by == BY_NETWORK || by == BY_SERVER)
			gather_trying(&sorting, by, &servers[i], (uint32_t)i, of);
		lookup_free(sorting.penalties);
	}
	if (sorting.count)
		qsort(sorting.items, sorting.count, sizeof(*sorting.items), compare_items);
	count_groups(&sorting, servers);
	if (sorting.count)
		qsort(sorting.items, sorting.count, sizeof(*sorting.items), compare_addresses);
	count_addresses(&sorting);
	if (sorting.group_count)
		qsort(sorting.groups, sorting.group_count, sizeof(*sorting.groups), compare_groups);
	free(sorting.items);
	pool_close(&sorting.pool);
	*groups = sorting.groups;
	return sorting.group_count;
}
