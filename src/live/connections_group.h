/*
 * connections_group: connections of any number of servers grouped by user,
 * address, network, server or service.
 *
 * Pure counting over snapshots: every distinct thing is counted by sorting, so
 * that 50,000 connections take some ten milliseconds and no hash table of sets.
 * Nothing fails.  One thread at a time.
 */
#ifndef POSTROOM_LIVE_CONNECTIONS_GROUP_H
#define POSTROOM_LIVE_CONNECTIONS_GROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/memory.h"
#include "live/data.h"

enum connection_grouping { BY_USER, BY_ADDRESS, BY_NETWORK, BY_SERVER, BY_SERVICE };

/* What one server says; any of the snapshots may be NULL (not known). */
struct group_server {
	const char *name;
	const struct who *who;
	const struct slots *slots;
	const struct penalty *penalty;
};

/*
 * Only these connections: any that is this user, address, network, service or server; or, where a prefix tells,
 * just that: "user:", "address:", "network:" (as the groups name it), "service:", "server:". NULL: all.
 */
bool connection_picked(const struct who_connection *row, const char *server, const char *of);

struct connection_group {
	const char *key;                   /* the user, address, ... */
	uint64_t connections, people, addresses;
	uint64_t highest;                  /* of one user to one service of one server from one address */
	const char *highest_service;       /* the service where that is; NULL: none */
	size_t highest_server;
	const char *services, *servers;    /* joined with ", " */
	uint64_t trying;                   /* as far as known; by user and service it is nobody's */
	bool trying_known;                 /* every server that counts here knows it */
	uint64_t penalty;                  /* the highest; 0: none */
};
/* Biggest first (connections and trying), then by key; in the arena, texts too. */
size_t connections_group(struct arena *arena, enum connection_grouping by, const struct group_server *servers, size_t server_count,
		const char *of, struct connection_group **groups);

/* "198.51.100.0/24" or "2001:db8::/64" of an address; the address itself where it is none. Into out. */
enum { NETWORK_LENGTH = 64 };
void connection_network(const char *address, char out[NETWORK_LENGTH]);

#endif
