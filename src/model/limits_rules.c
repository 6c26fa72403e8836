/*
 * limits_rules: what Dovecot says to a configuration: its errors, its two sums
 * and the descriptors, word for word; see limits.h.
 *
 * Rules: dovecot 1.2 to 1.6 and 9.  Numbers are 32 bits and wrap as there.
 * Pure, any thread.
 */
#include "model/limits.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

enum { ANVIL_BEGINS = 2, LEAST_VSZ = 1024 * 1024 };

/* Services that cannot run twice (2); doveconf alone looks at it, and a start asks doveconf. */
static const char *const only_one[] = { "anvil", "auth", "log", "ipc", "indexer", "director", "old-stats", "replicator" };
static const char *const known_types[] = { "", "log", "config", "anvil", "login", "startup", "worker" };

static bool among(const char *word, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(words[i], word) == 0)
			return true;
	return false;
}
#define AMONG(word, words) among(word, words, sizeof(words) / sizeof((words)[0]))

/* --- sums ------------------------------------------------------------------------------------------ */

static bool counts_in_auth(const struct limits_facts *facts, const struct limits_service *service)
{
	if (!*service->protocol)
		return false;
	if (strcmp(service->name, "imap-hibernate") == 0 && limits_version_from(&facts->version, 2, 3, 0))
		return false;
	return service->service_count != 1 || limits_is_login(service);
}

static bool counts_in_anvil(const struct limits_facts *facts, const struct limits_service *service)
{
	(void)facts;
	return limits_is_login(service) || strcmp(service->name, "auth") == 0;
}

struct limits_sums limits_sums(const struct limits_facts *facts)
{
	struct limits_sums sums = { .anvil = ANVIL_BEGINS, .anvil_true = ANVIL_BEGINS };

	for (size_t i = 0; i < facts->service_count; i++) {
		const struct limits_service *service = &facts->services[i];
		uint32_t processes = limits_processes(facts, service);

		if (!limits_looked_at(facts, service))
			continue;
		if (counts_in_auth(facts, service)) {
			sums.auth += processes;
			sums.auth_true += processes;
		}
		if (counts_in_anvil(facts, service)) {
			sums.anvil += processes;
			sums.anvil_true += processes;
		}
	}
	return sums;
}

uint32_t limits_descriptors(struct arena *arena, const struct limits_facts *facts, const char **because)
{
	bool from_24 = limits_version_from(&facts->version, 2, 4, 0);
	/* From 2.4 on every service has its own value, so the default is never named. */
	uint32_t most = from_24 ? 0 : facts->default_client_limit;
	const struct limits_service *which = NULL;

	for (size_t i = 0; i < facts->service_count; i++) {
		const struct limits_service *service = &facts->services[i];
		uint32_t clients = from_24 ? limits_clients(facts, service) : service->client_limit;

		if (!limits_looked_at(facts, service) || clients <= most)
			continue;
		most = clients;
		which = service;
	}
	if (because)
		*because = which ? arena_format(arena, "service %s { client_limit }", which->name) : "default_client_limit";
	return most;
}

/* --- errors ----------------------------------------------------------------------------------------- */

/* The first id is above the last one; 0 for the last one means none until 2.4, which wants a number. */
static const char *wrong_ids(const struct limits_facts *facts, uint64_t first, uint64_t last, const char *none, const char *above)
{
	if (first == LIMITS_UNKNOWN || last == LIMITS_UNKNOWN)
		return NULL;
	if (!last)
		return limits_version_from(&facts->version, 2, 4, 0) ? none : NULL;
	return first > last ? above : NULL;
}

static const char *wrong_in_general(const struct limits_facts *facts)
{
	bool from_24 = limits_version_from(&facts->version, 2, 4, 0), nowhere = facts->listen && !*facts->listen;
	const char *wrong = nowhere && !from_24 ? "listen can't be set empty" : NULL;

	if (!wrong)
		wrong = wrong_ids(facts, facts->first_uid, facts->last_uid, "last_valid_uid must not be 0", "first_valid_uid can't be larger than last_valid_uid");
	if (!wrong)
		wrong = wrong_ids(facts, facts->first_gid, facts->last_gid, "last_valid_gid must not be 0", "first_valid_gid can't be larger than last_valid_gid");
	if (!wrong)
		wrong = facts->missing_user;
	return wrong ? wrong : nowhere ? "listen can't be set empty" : NULL;
}

static bool known_protocol(const struct limits_facts *facts, const char *word, size_t length)
{
	for (size_t i = 0; i < facts->service_count; i++)
		if (strlen(facts->services[i].protocol) == length && memcmp(facts->services[i].protocol, word, length) == 0)
			return true;
	return false;
}

/* "none" alone is no protocol at all; among others it is a word like any other (1.3). */
static const char *wrong_protocol(struct arena *arena, const struct limits_facts *facts)
{
	const char *at = facts->protocols + strspn(facts->protocols, " ");
	size_t length = strcspn(at, " ");

	if (length == 4 && memcmp(at, "none", 4) == 0 && !at[length + strspn(at + length, " ")])
		return NULL;
	for (; *at; at += length, at += strspn(at, " ")) {
		length = strcspn(at, " ");
		if (!known_protocol(facts, at, length))
			return arena_format(arena, "protocols: Unknown protocol: %.*s", (int)length, at);
	}
	return NULL;
}

/* 2.4 has no 0 that means something else (9). */
static const char *wrong_zero(const struct limits_service *service)
{
	if (service->zero & LIMITS_ZERO_CLIENTS)
		return "client_limit must be higher than 0";
	if (service->zero & LIMITS_ZERO_COUNT)
		return "restart_request_count must be higher than 0 (did you mean \"unlimited\"?)";
	if (service->zero & LIMITS_ZERO_IDLE)
		return "idle_kill_interval must be higher than 0 (did you mean \"unlimited\"?)";
	return NULL;
}

static const char *wrong_memory(const struct limits_facts *facts, const struct limits_service *service)
{
	bool from_24 = limits_version_from(&facts->version, 2, 4, 0);

	if (service->vsz_limit >= LEAST_VSZ || (!service->vsz_limit && !from_24))
		return NULL;
	/* As far as 2.4 is concerned 0 is what "unlimited" was read as, unless somebody wrote a 0. */
	if (!service->vsz_limit && !(service->zero & LIMITS_ZERO_VSZ))
		return NULL;
	return from_24 ? "vsz_limit is too low (did you mean \"unlimited\"?)" : "vsz_limit is too low";
}

static const char *wrong_with_service(const struct limits_facts *facts, const struct limits_service *service)
{
	bool from_24 = limits_version_from(&facts->version, 2, 4, 0);
	uint32_t processes = limits_processes(facts, service);
	const char *wrong;

	if (service->drop_priv_before_exec && service->chroot)
		return "drop_priv_before_exec=yes can't be used with chroot";
	if (from_24 && service->zero & LIMITS_ZERO_PROCESSES)
		return "process_limit must be higher than 0";
	if (service->process_min_avail > processes)
		return "process_min_avail is higher than process_limit";
	wrong = from_24 ? wrong_zero(service) : NULL;
	if (!wrong)
		wrong = wrong_memory(facts, service);
	if (wrong)
		return wrong;
	if (service->reuse_port && service->process_min_avail != processes && limits_version_from(&facts->version, 2, 4, 4))
		return "process_min_avail must be equal to process_limit when using service_reuse_port=yes";
	return AMONG(service->name, only_one) && processes > 1 ? "process_limit must be 1" : NULL;
}

static const char *first_error(struct arena *arena, const struct limits_facts *facts)
{
	const char *wrong = wrong_in_general(facts);

	for (size_t i = 0; !wrong && i < facts->service_count; i++)
		if (!AMONG(facts->services[i].type, known_types))
			wrong = arena_format(arena, "Unknown service type: %s", facts->services[i].type);
	if (!wrong)
		wrong = wrong_protocol(arena, facts);
	for (size_t i = 0; !wrong && i < facts->service_count; i++) {
		const struct limits_service *service = &facts->services[i];
		const char *of_service = limits_looked_at(facts, service) ? wrong_with_service(facts, service) : NULL;

		if (of_service)
			wrong = arena_format(arena, "service(%s): %s", service->name, of_service);
		else if (limits_looked_at(facts, service) && service->listener_kind)
			wrong = arena_format(arena, "service(%s): %s: path must not be empty", service->name, service->listener_kind);
	}
	return wrong;
}

static int compare_texts(const void *left, const void *right)
{
	return strcmp(*(const char *const *)left, *(const char *const *)right);
}

/* Looked for last, so the warnings stand before it (1.6). */
static const char *duplicate_listener(struct arena *arena, const struct limits_facts *facts)
{
	const char **all;
	size_t count = 0;

	for (size_t i = 0; i < facts->service_count; i++)
		count += limits_looked_at(facts, &facts->services[i]) ? facts->services[i].listener_count : 0;
	if (count < 2)
		return NULL;
	all = arena_alloc(arena, count * sizeof(*all));
	count = 0;
	for (size_t i = 0; i < facts->service_count; i++)
		for (size_t j = 0; limits_looked_at(facts, &facts->services[i]) && j < facts->services[i].listener_count; j++)
			all[count++] = facts->services[i].listeners[j];
	qsort(all, count, sizeof(*all), compare_texts);
	for (size_t i = 1; i < count; i++)
		if (strcmp(all[i - 1], all[i]) == 0)
			return arena_format(arena, "duplicate listener: %s", all[i]);
	return NULL;
}

/* --- warnings ------------------------------------------------------------------------------------------ */

/* "service imap-login { process_limit=100 } + ...", in walking order. */
static void add_summands(struct text *words, const struct limits_facts *facts,
		bool (*counts)(const struct limits_facts *facts, const struct limits_service *service))
{
	const char *between = "";

	for (size_t i = 0; i < facts->service_count; i++) {
		const struct limits_service *service = &facts->services[i];

		if (!limits_looked_at(facts, service) || !counts(facts, service))
			continue;
		text_addf(words, "%sservice %s { process_limit=%u }", between, service->name, limits_processes(facts, service));
		between = " + ";
	}
}

static const char *sum_text(struct arena *arena, const struct limits_facts *facts, const char *name, uint32_t value, uint32_t required)
{
	bool auth = strcmp(name, "auth") == 0;
	struct text words = { 0 };
	const char *text;

	text_addf(&words, "service %s { client_limit=%u } is lower than required under max. load (%u)", name, value, required);
	/* Before 2.3.16 nobody was told where the sum comes from. */
	if (limits_version_from(&facts->version, 2, 3, 16)) {
		text_addf(&words, ". %s", !auth ? "Counted with: " : limits_version_from(&facts->version, 2, 4, 0) ?
			"Counted for protocol services with restart_request_count != 1: " : "Counted for protocol services with service_count != 1: ");
		add_summands(&words, facts, auth ? counts_in_auth : counts_in_anvil);
	}
	text = arena_text(arena, text_get(&words));
	text_free(&words);
	return text;
}

static void warn_of_sum(struct arena *arena, const struct limits_facts *facts, struct limits_warning *list, size_t *count,
		const char *name, uint32_t required)
{
	const struct limits_service *service = limits_service_named(facts, name);
	uint32_t value = service ? limits_clients(facts, service) : facts->default_client_limit;

	if (value < required)
		list[(*count)++] = (struct limits_warning){ name, "client_limit", value, required, sum_text(arena, facts, name, value, required) };
}

void limits_judge(struct arena *arena, const struct limits_facts *facts, struct limits_verdict *verdict)
{
	struct limits_warning *list = arena_alloc(arena, 3 * sizeof(*list));
	struct limits_sums sums = limits_sums(facts);
	const char *because, **error = arena_alloc(arena, sizeof(*error));
	uint32_t most = limits_descriptors(arena, facts, &because);

	verdict->warnings = list;
	verdict->warning_count = verdict->error_count = 0;
	verdict->errors = error;
	*error = first_error(arena, facts);
	if (!*error) {
		warn_of_sum(arena, facts, list, &verdict->warning_count, "auth", sums.auth);
		warn_of_sum(arena, facts, list, &verdict->warning_count, "anvil", sums.anvil);
		if (facts->open_files < most)
			list[verdict->warning_count++] = (struct limits_warning){ NULL, "fd_limit", facts->open_files, most,
				arena_format(arena, "fd limit (ulimit -n) is lower than required under max. load (%u < %u), because of %s",
					(unsigned)facts->open_files, most, because) };
		*error = duplicate_listener(arena, facts);
	}
	verdict->error_count = *error != NULL;
}

struct limits_verdict limits_check(struct arena *arena, const struct limits_facts *facts)
{
	struct limits_verdict verdict = { 0 };

	limits_judge(arena, facts, &verdict);
	if (!verdict.error_count)
		limits_find(arena, facts, &verdict);
	return verdict;
}

int limits_exit_status(const struct limits_verdict *verdict)
{
	if (verdict->error_count)
		return 65;
	if (verdict->warning_count)
		return 1;
	for (size_t i = 0; i < verdict->finding_count; i++)
		if (verdict->findings[i].severity == LIMITS_WARNING)
			return 1;
	return 0;
}
