/*
 * connections_tables: connections and their groups as tables, from the last
 * snapshots of who, slots, penalty and configuration.
 *
 * A cell is empty where nothing is known; a server without a snapshot has no
 * rows (its state says why).  Loop thread.
 */
#include <stdlib.h>
#include <string.h>

#include "live/connections_group.h"
#include "live/tables.h"
#include "model/live_kinds.h"

/* The servers that a question is about, with what is known of each. */
struct asked_servers {
	struct arena *arena;
	struct group_server *list;
	const struct configuration **configurations;
	size_t count;
};

static struct asked_servers servers_of(struct live *live, const struct live_question *question)
{
	struct hosts *hosts = live_hosts(live);
	struct asked_servers servers = { .arena = arena_new() };

	servers.list = arena_alloc(servers.arena, hosts_count(hosts) * sizeof(*servers.list));
	servers.configurations = arena_alloc(servers.arena, hosts_count(hosts) * sizeof(*servers.configurations));
	for (size_t host = 0; host < hosts_count(hosts); host++) {
		struct group_server *server = &servers.list[servers.count];

		if (question->host != LIVE_ALL && question->host != host)
			continue;
		server->name = host_at(hosts, host)->name;
		server->who = live_snapshot(live, host, LIVE_WHO);
		server->slots = live_snapshot(live, host, LIVE_SLOTS);
		server->penalty = live_snapshot(live, host, LIVE_PENALTY);
		servers.configurations[servers.count++] = live_snapshot(live, host, LIVE_CONFIGURATION);
	}
	return servers;
}

/* --- one row a connection ------------------------------------------------------------------------ */

static bool same_connection(const struct who_connection *a, const struct who_connection *b)
{
	return a->pid == b->pid && a->user == b->user && a->service == b->service && a->address == b->address;
}

static void fill_connections(struct rows *rows, const struct group_server *server, const char *of, size_t most)
{
	unsigned again = 0;

	for (size_t i = 0; server->who && i < server->who->count && (!most || rows->count < most); i++) {
		const struct who_connection *one = &server->who->rows[i];
		struct row *row;

		/* A process may serve one person twice from one address; who lists that as two equal rows. */
		again = i && same_connection(one, one - 1) ? again + 1 : 0;
		if (!connection_picked(one, server->name, of))
			continue;
		row = table_row(rows, one->user, server->name);
		row->id = arena_format(rows->arena, "%s/%u/%s/%s/%s/%u", server->name, one->pid, one->service, one->address, one->user, again);
		table_text(rows, row, CONNECTION_USER, one->user);
		table_text(rows, row, CONNECTION_SERVICE, one->service);
		table_text(rows, row, CONNECTION_ADDRESS, one->address);
		table_text(rows, row, CONNECTION_SERVER, server->name);
		table_number(rows, row, CONNECTION_PID, one->pid);
	}
}

static struct rows *make_connections(struct live *live, const struct live_question *question)
{
	struct rows *rows = table_new(&kind_live_connections);
	struct asked_servers servers = servers_of(live, question);

	for (size_t i = 0; i < servers.count; i++)
		fill_connections(rows, &servers.list[i], question->of, question->most);
	arena_free(servers.arena);
	return table_done(rows, question->most);
}

/* --- groups ------------------------------------------------------------------------------------------ */

static void optional(struct rows *rows, struct row *row, size_t column, bool known, uint64_t number)
{
	if (known)
		table_number(rows, row, column, number);
}

/* imap and pop3 have their own; of other services it is not asked for. */
static uint64_t userip_of(const struct configuration *configuration, const char *service)
{
	if (!configuration || !service)
		return UINT64_MAX;
	if (strcmp(service, "imap") == 0)
		return configuration->userip;
	return strcmp(service, "pop3") == 0 ? configuration->userip_pop3 : UINT64_MAX;
}

static void fill_user(struct rows *rows, struct row *row, const struct connection_group *group, const struct asked_servers *servers)
{
	uint64_t limit = userip_of(servers->configurations[group->highest_server], group->highest_service);

	table_text(rows, row, BY_USER_USER, group->key);
	table_number(rows, row, BY_USER_CONNECTIONS, group->connections);
	table_number(rows, row, BY_USER_HIGHEST, group->highest);
	optional(rows, row, BY_USER_LIMIT, limit != UINT64_MAX, limit);
	table_text(rows, row, BY_USER_SERVICES, group->services);
	table_number(rows, row, BY_USER_ADDRESSES, group->addresses);
	table_text(rows, row, BY_USER_SERVERS, group->servers);
}

static void fill_address(struct rows *rows, struct row *row, const struct connection_group *group, const struct asked_servers *servers)
{
	(void)servers;
	table_text(rows, row, BY_ADDRESS_ADDRESS, group->key);
	table_number(rows, row, BY_ADDRESS_LOGGED_IN, group->connections);
	optional(rows, row, BY_ADDRESS_TRYING, group->trying_known, group->trying);
	table_number(rows, row, BY_ADDRESS_PEOPLE, group->people);
	table_number(rows, row, BY_ADDRESS_HIGHEST, group->highest);
	optional(rows, row, BY_ADDRESS_PENALTY, group->penalty > 0, group->penalty);
	table_text(rows, row, BY_ADDRESS_SERVICES, group->services);
	table_text(rows, row, BY_ADDRESS_SERVERS, group->servers);
}

static void fill_network(struct rows *rows, struct row *row, const struct connection_group *group, const struct asked_servers *servers)
{
	(void)servers;
	table_text(rows, row, BY_NETWORK_NETWORK, group->key);
	table_number(rows, row, BY_NETWORK_LOGGED_IN, group->connections);
	optional(rows, row, BY_NETWORK_TRYING, group->trying_known, group->trying);
	table_number(rows, row, BY_NETWORK_PEOPLE, group->people);
	table_number(rows, row, BY_NETWORK_ADDRESSES, group->addresses);
	optional(rows, row, BY_NETWORK_PENALTY, group->penalty > 0, group->penalty);
	table_text(rows, row, BY_NETWORK_SERVERS, group->servers);
}

static void fill_server(struct rows *rows, struct row *row, const struct connection_group *group, const struct asked_servers *servers)
{
	(void)servers;
	table_text(rows, row, BY_SERVER_SERVER, group->key);
	table_number(rows, row, BY_SERVER_LOGGED_IN, group->connections);
	optional(rows, row, BY_SERVER_TRYING, group->trying_known, group->trying);
	table_number(rows, row, BY_SERVER_PEOPLE, group->people);
	table_number(rows, row, BY_SERVER_ADDRESSES, group->addresses);
	table_text(rows, row, BY_SERVER_SERVICES, group->services);
}

static void fill_service(struct rows *rows, struct row *row, const struct connection_group *group, const struct asked_servers *servers)
{
	(void)servers;
	table_text(rows, row, BY_SERVICE_SERVICE, group->key);
	table_number(rows, row, BY_SERVICE_CONNECTIONS, group->connections);
	table_number(rows, row, BY_SERVICE_PEOPLE, group->people);
	table_number(rows, row, BY_SERVICE_ADDRESSES, group->addresses);
	table_text(rows, row, BY_SERVICE_SERVERS, group->servers);
}

typedef void fill_group(struct rows *rows, struct row *row, const struct connection_group *group, const struct asked_servers *servers);

static struct rows *make_groups(struct live *live, const struct live_question *question, const struct kind *kind, enum connection_grouping by,
		fill_group *fill)
{
	struct rows *rows = table_new(kind);
	struct asked_servers servers = servers_of(live, question);
	struct connection_group *groups;
	size_t count = connections_group(servers.arena, by, servers.list, servers.count, question->of, &groups);

	if (question->most && count > question->most)
		count = question->most;
	for (size_t i = 0; i < count; i++) {
		struct row *row = table_row(rows, groups[i].key, groups[i].servers);

		row->id = row->name;
		fill(rows, row, &groups[i], &servers);
	}
	arena_free(servers.arena);
	return table_done(rows, question->most);
}

#define GROUPED(variable, word, words, its_kind, by, fill, more) \
	static struct rows *make_##variable(struct live *live, const struct live_question *question) \
	{ \
		return make_groups(live, question, &its_kind, by, fill); \
	} \
	const struct live_table variable = { \
		.name = word, .title = words, .kind = &its_kind, .sources = 1u << LIVE_WHO | (more), .make = make_##variable, \
	}
enum { WITH_TRYING = 1u << LIVE_SLOTS | 1u << LIVE_PENALTY };

const struct live_table table_connections = {
	.name = "connections", .title = "Connections", .kind = &kind_live_connections, .sources = 1u << LIVE_WHO, .make = make_connections,
};
GROUPED(table_connections_by_user, "connections-by-user", "Connections by user", kind_live_connections_by_user, BY_USER, fill_user, 1u << LIVE_CONFIGURATION);
GROUPED(table_connections_by_address, "connections-by-address", "Connections by address", kind_live_connections_by_address, BY_ADDRESS, fill_address, WITH_TRYING);
GROUPED(table_connections_by_network, "connections-by-network", "Connections by network", kind_live_connections_by_network, BY_NETWORK, fill_network, WITH_TRYING);
GROUPED(table_connections_by_server, "connections-by-server", "Connections by server", kind_live_connections_by_server, BY_SERVER, fill_server, WITH_TRYING);
GROUPED(table_connections_by_service, "connections-by-service", "Connections by service", kind_live_connections_by_service, BY_SERVICE, fill_service, 0);
