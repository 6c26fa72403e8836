/*
 * limits: the services that are built into Dovecot and what their values come
 * to; see limits.h.
 *
 * The table is the order of Dovecot's walk with the values of `doveconf -d`
 * (dovecot 2), and what 2.4 has otherwise (dovecot 9).  Pure, any thread.
 */
#include "model/limits.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Built in (1.1). */
enum { DEFAULT_PROCESSES = 100, DEFAULT_CLIENTS = 1000, DEFAULT_USERIP = 10 };
#define DEFAULT_VSZ (UINT64_C(256) << 20)

enum when { ALWAYS, UNTIL_24, FROM_24 };
static const struct built_in {
	const char *name, *protocol, *type;
	uint32_t processes, clients, count, ready;
	enum when when;
} built_ins[] = {
	{ "managesieve-login", "sieve", "login", 0, 0, 1, 0, ALWAYS },
	{ "managesieve", "sieve", "", 0, 1, 1, 0, ALWAYS },
	{ "tcpwrap", "", "", 0, 1, 0, 0, UNTIL_24 },
	{ "health-check", "", "", 0, 1, 0, 0, ALWAYS },
	{ "submission", "submission", "", 1024, 1, 1, 0, ALWAYS },
	{ "submission-login", "submission", "login", 0, 0, 1, 0, ALWAYS },
	{ "stats", "", "", 1, 0, 0, 0, ALWAYS },
	{ "replicator", "", "", 1, 0, 0, 0, UNTIL_24 },
	{ "aggregator", "", "", 0, 0, 0, 0, UNTIL_24 },
	{ "pop3", "pop3", "", 1024, 1, 1, 0, ALWAYS },
	{ "pop3-login", "pop3", "login", 0, 0, 1, 0, ALWAYS },
	{ "old-stats", "", "", 1, 0, 0, 0, UNTIL_24 },
	{ "log", "", "log", 1, 0, 0, 0, ALWAYS },
	{ "lmtp", "lmtp", "", 0, 1, 0, 0, ALWAYS },
	{ "ipc", "", "", 1, 0, 0, 0, UNTIL_24 },
	{ "indexer-worker", "", "worker", 10, 1, 0, 0, ALWAYS },
	{ "indexer", "", "", 1, 0, 0, 0, ALWAYS },
	{ "imap", "imap", "", 1024, 1, 1, 0, ALWAYS },
	{ "imap-urlauth-worker", "imap", "", 1024, 1, 1, 0, ALWAYS },
	{ "imap-urlauth", "imap", "", 1024, 1, 1, 0, ALWAYS },
	{ "imap-urlauth-login", "imap", "login", 0, 0, 1, 0, ALWAYS },
	{ "imap-login", "imap", "login", 0, 0, 1, 0, ALWAYS },
	{ "imap-hibernate", "imap", "", 0, 0, 0, 0, ALWAYS },
	{ "doveadm", "", "", 0, 1, 1, 0, ALWAYS },
	{ "dns-client", "", "", 0, 1, 0, 0, ALWAYS },
	{ "director", "", "", 1, 0, 0, 0, UNTIL_24 },
	{ "dict", "", "", 0, 1, 0, 0, ALWAYS },
	{ "dict-expire", "", "", 1, 1, 0, 0, FROM_24 },
	{ "dict-async", "", "", 0, 0, 0, 0, ALWAYS },
	{ "config", "", "config", 0, 0, 0, 0, ALWAYS },
	{ "auth", "", "", 1, 0, 0, 0, ALWAYS },
	{ "auth-worker", "", "worker", 0, 1, 0, 0, ALWAYS },
	{ "anvil", "", "anvil", 1, 0, 0, 1, ALWAYS },
};
#define BUILT_INS (sizeof(built_ins) / sizeof(built_ins[0]))

/* What runs in a directory that it cannot leave (1.6 asks), and what gives up its rights before it begins. */
static const char *const confined[] = { "managesieve-login", "submission-login", "pop3-login", "imap-login", "imap-urlauth-login",
	"aggregator", "old-stats", "ipc", "director", "anvil" };
static const char *const unprivileged = "health-check";

/* --- versions ------------------------------------------------------------------------------------ */

bool limits_version_read(const char *words, struct limits_version *version)
{
	unsigned parts[3] = { 0 };
	size_t read = 0;

	while (read < 3 && isdigit((unsigned char)*words) && strspn(words, "0123456789") <= 6) {
		char *end;

		parts[read++] = (unsigned)strtoul(words, &end, 10);
		words = *end == '.' ? end + 1 : "";
	}
	if (!read)
		return false;
	*version = (struct limits_version){ parts[0], parts[1], parts[2] };
	return true;
}

bool limits_version_from(const struct limits_version *version, unsigned major, unsigned minor, unsigned patch)
{
	if (version->major != major)
		return version->major > major;
	if (version->minor != minor)
		return version->minor > minor;
	return version->patch >= patch;
}

/* --- facts ------------------------------------------------------------------------------------------ */

static void fill_service(struct limits_service *service, const struct built_in *row, const struct limits_version *version)
{
	*service = (struct limits_service){
		.name = row->name, .protocol = row->protocol, .type = row->type, .process_limit = row->processes, .client_limit = row->clients,
		.service_count = row->count, .process_min_avail = row->ready, .vsz_limit = LIMITS_UNKNOWN,
		.peak = LIMITS_UNKNOWN,
	};
	for (size_t i = 0; i < sizeof(confined) / sizeof(confined[0]); i++)
		service->chroot |= strcmp(row->name, confined[i]) == 0;
	service->drop_priv_before_exec = strcmp(row->name, unprivileged) == 0;
	if (limits_version_from(version, 2, 4, 0) && strcmp(row->name, "auth-worker") == 0)
		service->process_limit = 30;
	if (limits_version_from(version, 2, 4, 1) && strcmp(row->name, "lmtp") == 0)
		service->service_count = 1;
}

struct limits_facts *limits_facts_new(struct arena *arena, const struct limits_version *version)
{
	struct limits_facts *facts = arena_alloc(arena, sizeof(*facts));
	bool from_24 = limits_version_from(version, 2, 4, 0);

	*facts = (struct limits_facts){
		.version = *version, .protocols = from_24 ? "" : "imap pop3 lmtp",
		.default_process_limit = DEFAULT_PROCESSES, .default_client_limit = DEFAULT_CLIENTS, .default_vsz_limit = DEFAULT_VSZ,
		.first_uid = LIMITS_UNKNOWN, .last_uid = LIMITS_UNKNOWN, .first_gid = LIMITS_UNKNOWN, .last_gid = LIMITS_UNKNOWN,
		.userip = DEFAULT_USERIP, .userip_pop3 = DEFAULT_USERIP, .open_files = LIMITS_UNKNOWN, .anvil_started = LIMITS_UNKNOWN, .cores = LIMITS_UNKNOWN,
		.memory = LIMITS_UNKNOWN, .peak_of_person = LIMITS_UNKNOWN, .peak_of_person_pop3 = LIMITS_UNKNOWN, .tls_percent = 100,
		.cache_size = LIMITS_UNKNOWN, .cache_ttl = LIMITS_UNKNOWN, .mail_kb = LIMITS_UNKNOWN, .login_kb = LIMITS_UNKNOWN,
	};
	facts->services = arena_alloc(arena, BUILT_INS * sizeof(*facts->services));
	for (size_t i = 0; i < BUILT_INS; i++)
		if (built_ins[i].when == ALWAYS || (built_ins[i].when == FROM_24) == from_24)
			fill_service(&facts->services[facts->service_count++], &built_ins[i], version);
	return facts;
}

/* Only what the versions have otherwise; a service that one of them lacks is as idle in the other. */
void limits_facts_turn(struct limits_facts *facts, const struct limits_version *version)
{
	bool up = !limits_version_from(&facts->version, 2, 4, 0) && limits_version_from(version, 2, 4, 0);

	for (size_t i = 0; i < BUILT_INS; i++) {
		struct limits_service *service = limits_service_named(facts, built_ins[i].name), was, is;

		if (!service)
			continue;
		fill_service(&was, &built_ins[i], &facts->version);
		fill_service(&is, &built_ins[i], version);
		if (service->service_count == was.service_count)
			service->service_count = is.service_count;
		if (service->process_limit == was.process_limit)
			service->process_limit = is.process_limit;
	}
	/* Which to 2.3 says that there is no last one. */
	if (up && !facts->last_uid)
		facts->last_uid = LIMITS_UNKNOWN;
	if (up && !facts->last_gid)
		facts->last_gid = LIMITS_UNKNOWN;
	facts->version = *version;
}

struct limits_facts *limits_facts_copy(struct arena *arena, const struct limits_facts *facts)
{
	struct limits_facts *copy = arena_alloc(arena, sizeof(*copy));

	*copy = *facts;
	copy->services = arena_alloc(arena, facts->service_count * sizeof(*copy->services));
	if (facts->service_count)
		memcpy(copy->services, facts->services, facts->service_count * sizeof(*copy->services));
	return copy;
}

struct limits_service *limits_service_named(const struct limits_facts *facts, const char *name)
{
	for (size_t i = 0; i < facts->service_count; i++)
		if (strcmp(facts->services[i].name, name) == 0)
			return &facts->services[i];
	return NULL;
}

struct limits_service *limits_service_add(struct arena *arena, struct limits_facts *facts, const char *name, size_t length)
{
	char *own = arena_bytes(arena, name, length);
	struct limits_service *found = limits_service_named(facts, own), *moved;

	if (found)
		return found;
	/* Invented services are few, so each growth may leave the old array behind. */
	moved = arena_alloc(arena, (facts->service_count + 1) * sizeof(*moved));
	if (facts->service_count)
		memcpy(moved, facts->services, facts->service_count * sizeof(*moved));
	facts->services = moved;
	moved += facts->service_count++;
	*moved = (struct limits_service){ .name = own, .protocol = "", .type = "", .vsz_limit = LIMITS_UNKNOWN, .peak = LIMITS_UNKNOWN };
	return moved;
}

/* --- effective values -------------------------------------------------------------------------------- */

bool limits_looked_at(const struct limits_facts *facts, const struct limits_service *service)
{
	size_t length = strlen(service->protocol);
	const char *at = facts->protocols;

	if (!length)
		return true;
	while (*(at += strspn(at, " "))) {
		size_t word = strcspn(at, " ");

		if (word == length && memcmp(at, service->protocol, length) == 0)
			return true;
		at += word;
	}
	return false;
}

uint32_t limits_processes(const struct limits_facts *facts, const struct limits_service *service)
{
	return service->process_limit ? service->process_limit : facts->default_process_limit;
}

uint32_t limits_clients(const struct limits_facts *facts, const struct limits_service *service)
{
	return service->client_limit ? service->client_limit : facts->default_client_limit;
}

uint32_t limits_at_once(const struct limits_facts *facts, const struct limits_service *service)
{
	uint32_t clients = limits_clients(facts, service);

	return service->service_count && service->service_count < clients ? service->service_count : clients;
}

uint64_t limits_capacity(const struct limits_facts *facts, const struct limits_service *service)
{
	return (uint64_t)limits_processes(facts, service) * limits_at_once(facts, service);
}

bool limits_is_login(const struct limits_service *service)
{
	return strcmp(service->type, "login") == 0;
}

const struct limits_service *limits_behind(const struct limits_facts *facts, const struct limits_service *login)
{
	size_t length = strlen(login->name);

	if (!limits_is_login(login) || length <= 6 || strcmp(login->name + length - 6, "-login") != 0)
		return NULL;
	for (size_t i = 0; i < facts->service_count; i++)
		if (strlen(facts->services[i].name) == length - 6 && memcmp(facts->services[i].name, login->name, length - 6) == 0)
			return limits_looked_at(facts, &facts->services[i]) ? &facts->services[i] : NULL;
	return NULL;
}
