/*
 * capacity: how full each service of Dovecot is in the login mode it runs in.
 *
 * Rules: dovecot 3 (login modes), 1.8 (stats), 4.1 and 4.2 (what service status
 * counts).  What runs comes from service status; the configuration only says
 * what is a login service, and stands in where status cannot be read.  A figure
 * that cannot be known is said to be unknown, never guessed.  Pure; any thread.
 */
#include <stdlib.h>
#include <string.h>

#include "live/data.h"

/* One service, whatever it was learnt from. */
struct known {
	const char *name;
	uint64_t process_limit, client_limit;  /* client_limit: what a process really takes at once */
	const struct service_row *status;      /* NULL: only configured */
	const struct service_setting *setting; /* NULL: not configured, or not readable */
	bool login;
};

static const char *const one_each = "one process per login", *const many_each = "many logins per process";

/* Services that hold people's sessions, and the word that who has for them. */
static const char *const session_services[][2] = {
	{ "imap", "imap" }, { "pop3", "pop3" }, { "managesieve", "sieve" }, { "submission", "submission" },
};

static const char *session_word(const char *service)
{
	for (size_t i = 0; i < sizeof(session_services) / sizeof(session_services[0]); i++)
		if (strcmp(session_services[i][0], service) == 0)
			return session_services[i][1];
	return NULL;
}

static bool ends_with_login(const char *name)
{
	size_t length = strlen(name);

	return length > 6 && strcmp(name + length - 6, "-login") == 0;
}

static const struct service_setting *setting_of(const struct configuration *configuration, const char *name)
{
	for (size_t i = 0; configuration && i < configuration->service_count; i++)
		if (strcmp(configuration->services[i].name, name) == 0)
			return &configuration->services[i];
	return NULL;
}

/* service_count n: a process serves n connections in its life, so at most n at once (3). */
static uint64_t at_once(const struct service_setting *setting)
{
	return setting->service_count && setting->service_count < setting->client_limit ? setting->service_count : setting->client_limit;
}

static struct known *all_known(struct arena *arena, const struct services *services, const struct configuration *configuration, size_t *count)
{
	size_t most = services ? services->count : configuration ? configuration->service_count : 0;
	struct known *list = arena_alloc(arena, most * sizeof(*list));

	for (size_t i = 0; i < most; i++) {
		const struct service_row *status = services ? &services->rows[i] : NULL;
		const struct service_setting *setting = status ? setting_of(configuration, status->name) : &configuration->services[i];

		list[i].status = status;
		list[i].setting = setting;
		list[i].name = status ? status->name : setting->name;
		list[i].process_limit = status ? status->process_limit : setting->process_limit;
		/* What status shows is the smaller of client_limit and service_count already (4.3). */
		list[i].client_limit = status ? status->client_limit : at_once(setting);
		list[i].login = setting ? strcmp(setting->type, "login") == 0 : ends_with_login(list[i].name);
	}
	*count = most;
	return list;
}

static uint64_t product(uint64_t a, uint64_t b)
{
	return b && a > UINT64_MAX / b ? UINT64_MAX : a * b;
}

/* --- how many are there ------------------------------------------------------------------------ */

/*
 * Measured (Dovecot 2.3.19): a reload moves anvil's process to the new services, and it goes on with the client_limit
 * that it was started with, which nobody tells.  What it has left is of that limit and must not be taken from the new
 * one.  Only a process without a client is known, since the master marks it so by comparing with the limit of now.
 */
static bool outlives_a_reload(const struct known *known)
{
	return known->client_limit > 1 && strcmp(known->name, "anvil") == 0;
}

/* What one process has in use; false: it does not follow from what it has left. */
static bool clients_in(const struct known *known, const struct process_row *row, uint64_t *used)
{
	*used = row->available < known->client_limit ? known->client_limit - row->available : 0;
	if (outlives_a_reload(known))
		return *used == 0 && row->available == known->client_limit && row->idle_since != 0;
	return row->available <= known->client_limit;
}

/* Slots in use in all processes of a service: what a process can take less what it has left. */
static bool clients_of(const struct known *known, const struct processes *processes, uint64_t *used)
{
	uint64_t all = 0, one;

	*used = 0;
	if (!known->status->process_count)
		return true;
	if (!processes)
		return false;
	for (size_t i = 0; i < processes->count; i++) {
		if (strcmp(processes->rows[i].name, known->name) != 0)
			continue;
		if (!clients_in(known, &processes->rows[i], &one))
			return false;
		all += one;
	}
	*used = all;
	return true;
}

static bool sessions_of(const struct known *known, const struct who *who, uint64_t *used)
{
	const char *word = session_word(known->name);

	*used = 0;
	if (!who || !word)
		return false;
	for (size_t i = 0; i < who->count; i++)
		*used += strcmp(who->rows[i].service, word) == 0;
	return true;
}

/*
 * A process for one client is in use unless it waits ready (process_min_avail).  Without service status who
 * tells the sessions at least.
 */
static bool used_of(const struct known *known, const struct processes *processes, const struct who *who, uint64_t *used)
{
	const struct service_row *status = known->status;

	if (!status)
		return sessions_of(known, who, used);
	if (known->client_limit > 1)
		return clients_of(known, processes, used);
	*used = status->process_count > status->process_avail ? status->process_count - status->process_avail : 0;
	return true;
}

/* --- words ---------------------------------------------------------------------------------------- */

static const char *unit_of(const struct known *known)
{
	if (known->login)
		return "logins";
	if (session_word(known->name))
		return "sessions";
	return known->client_limit > 1 ? "clients" : "processes";
}

/*
 * Every login process and every session holds a client of stats.  With one process per login a TLS session keeps
 * both for its whole life, so stats is full at half of its limit in such sessions; there is no warning of it (1.8, 3).
 */
static const char *stats_note(struct arena *arena, const struct known *stats, const struct known *list, size_t count)
{
	uint64_t single = 0, sessions = 0, possible = product(stats->process_limit, stats->client_limit);

	for (size_t i = 0; i < count; i++) {
		if (list[i].login && list[i].client_limit == 1)
			single += list[i].process_limit;
		if (session_word(list[i].name))
			sessions += product(list[i].process_limit, list[i].client_limit);
	}
	if (single && possible / 2 < single)
		return arena_format(arena, "full at %llu TLS sessions, since each takes two; logins may wait from then on",
			(unsigned long long)possible / 2);
	if (!single && possible < sessions)
		return arena_format(arena, "full at %llu sessions, since each takes one; logins may wait from then on", (unsigned long long)possible);
	return NULL;
}

static const char *note_of(struct arena *arena, const struct known *known, const struct known *list, size_t count, bool used_known)
{
	const struct service_row *status = known->status;

	if (status && status->throttle_s)
		return arena_format(arena, "its processes fail to start; the next try is after %llu s", (unsigned long long)status->throttle_s);
	if (status && status->listen_pending)
		return "a client waits to be taken";
	if (status && outlives_a_reload(known) && !used_known)
		return "how many is not told: its process outlives a reload with the limit it was started with";
	if (strcmp(known->name, "stats") == 0)
		return stats_note(arena, known, list, count);
	/* Measured: room that was used once does not come back, so the figure is right as a wall and too high as people. */
	if (known->login && known->setting && known->setting->service_count > 1)
		return arena_format(arena, "a process serves %llu in its life, so those who have left count until it ends",
			(unsigned long long)known->setting->service_count);
	if (known->login && known->setting && known->setting->service_count == 1 && known->setting->client_limit > 1 && known->client_limit == 1 &&
	    known->status && known->status->last_drop)
		return "client_limit has no effect while service_count is 1; raise process_limit";
	return NULL;
}

/* --- the list ---------------------------------------------------------------------------------------- */

static double share(const struct capacity *capacity)
{
	return capacity->used_known && capacity->possible ? (double)capacity->used / (double)capacity->possible : -1;
}

/* Fullest first; among equals somebody who waits, then who was turned away last, then by name. */
static int compare(const void *left, const void *right)
{
	const struct capacity *a = left, *b = right;
	double first = share(a), second = share(b);

	if (first < second || first > second)
		return first < second ? 1 : -1;
	if (a->listen_pending != b->listen_pending)
		return b->listen_pending - a->listen_pending;
	if (a->last_drop != b->last_drop)
		return a->last_drop < b->last_drop ? 1 : -1;
	return strcmp(a->service, b->service);
}

size_t capacities_of(struct arena *arena, const struct services *services, const struct configuration *configuration,
		const struct processes *processes, const struct who *who, struct capacity **list)
{
	size_t count;
	struct known *known = all_known(arena, services, configuration, &count);

	*list = arena_alloc(arena, count * sizeof(**list));
	for (size_t i = 0; i < count; i++) {
		struct capacity *to = &(*list)[i];

		to->service = known[i].name;
		to->unit = unit_of(&known[i]);
		to->possible = product(known[i].process_limit, known[i].client_limit);
		to->used_known = used_of(&known[i], processes, who, &to->used);
		to->mode = !known[i].login ? "" : known[i].client_limit > 1 ? many_each : one_each;
		to->note = note_of(arena, &known[i], known, count, to->used_known);
		if (!known[i].status)
			continue;
		to->last_drop = known[i].status->last_drop;
		to->listen_pending = known[i].status->listen_pending;
	}
	if (count)
		qsort(*list, count, sizeof(**list), compare);
	return count;
}
