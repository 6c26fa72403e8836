/*
 * pulse: does each server of the directory answer, how quickly, and how far is
 * it behind the first.
 *
 * Every server has a worker and a connection of its own that stays open, so
 * that the look costs it a small request and nobody waits for a server that
 * hangs.  A login that was refused is not tried again: that could lock the
 * account.  The run function is on the server's thread, the rest on the loop's.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "directory/directory_private.h"
#include "directory/request.h"

enum { SERVERS_MOST = 8, INVALID_CREDENTIALS = 49, NUMBERS_MOST = 16 };
/* Who looks once waits for it. */
#define DEADLINE_S 6

/* The newest change of one provider that a server has seen. */
struct number { char provider[8]; int64_t at; char whole[64]; };
struct server {
	struct pulses *pulses;
	const char *uris[2];
	struct connection_settings settings;
	struct connection *connection;
	struct worker *worker;
	struct job *job;                   /* NULL: none under way */
	bool refused;
	struct world *world;               /* for the job: where the base is; NULL: not known yet */
	/* written by the job */
	int latency;
	struct error error;
	struct number numbers[NUMBERS_MOST];
	size_t number_count;
	/* of the loop */
	int64_t behind_since;              /* epoch s; 0: it is not */
};
struct pulses {
	struct directory *directory;
	struct server servers[SERVERS_MOST];
	size_t count;
	void (*beat)(void *context, const struct directory_beat *beat);
	void *context;
	bool closing;
};

/* --- change numbers: "20261120094413.123456Z#000000#001#000000" ------------------------------------- */

static bool read_number(const struct value *value, struct number *number)
{
	const char *hash = memchr(value->bytes, '#', value->length), *provider = hash ? strchr(hash + 1, '#') : NULL;
	char digits[16];

	if (value->length < 14 || value->length >= sizeof(number->whole) || !provider || strcspn(provider + 1, "#") >= sizeof(number->provider))
		return false;
	memcpy(digits, value->bytes, 14);
	memcpy(digits + 14, "Z", 2);
	memcpy(number->whole, value->bytes, value->length);
	number->whole[value->length] = '\0';
	memcpy(number->provider, provider + 1, strcspn(provider + 1, "#"));
	return text_to_time(digits, &number->at);
}

static void read_numbers(struct server *server, struct arena *arena)
{
	static const char *const attributes[] = { "contextCSN", NULL };
	struct error unheard = { 0 };
	struct entry *entry = request_entry(server->connection, arena, world_base(server->world), attributes, &unheard);
	const struct attribute *values = entry ? entry_get(entry, "contextCSN") : NULL;
	size_t i;

	for (i = 0; values && i < values->count && server->number_count < NUMBERS_MOST; i++) {
		struct number number = { 0 };

		if (read_number(&values->values[i], &number))
			server->numbers[server->number_count++] = number;
	}
}

/* Seconds by the change numbers alone; -1: one of both tells none. */
static long behind(const struct server *first, const struct server *server)
{
	long most = -1;
	size_t i, j;

	for (i = 0; i < first->number_count; i++)
		for (j = 0; j < server->number_count; j++) {
			const struct number *there = &first->numbers[i], *here = &server->numbers[j];
			long lag;

			if (strcmp(there->provider, here->provider))
				continue;
			/* A change less than a second away is one too. */
			lag = strcmp(here->whole, there->whole) >= 0 ? 0 : (long)(there->at - here->at) + 1;
			if (lag > most)
				most = lag;
		}
	return most;
}

/*
 * After an hour without changes the first change makes a replica look an hour late for the moment until it has it; so
 * no lag is longer than it was seen.
 */
static long lag_of(struct server *server)
{
	const struct server *first = &server->pulses->servers[0];
	long lag = server == first ? -1 : behind(first, server);
	int64_t now = clock_now();

	if (lag <= 0) {
		server->behind_since = 0;
		return lag;
	}
	if (!server->behind_since)
		server->behind_since = now;
	return now - server->behind_since < lag ? (long)(now - server->behind_since) : lag;
}

/* --- one look --------------------------------------------------------------------------------------- */

static void look_run(struct job *job, void *context)
{
	struct server *server = context;
	struct arena *arena = arena_new();

	connection_resume(server->connection);
	if (connection_hung_up(server->connection))
		connection_close(server->connection);
	if (connection_ready(server->connection, &server->error) && request_ping(server->connection, &server->latency, &server->error) && server->world)
		read_numbers(server, arena);
	if (server->error.kind != ERROR_NONE && job_timed_out(job))
		error_set(&server->error, ERROR_TIMEOUT, "%s: no answer within %d s", server->uris[0], DEADLINE_S);
	arena_free(arena);
}

static void look_done(void *context, bool cancelled)
{
	struct server *server = context;
	struct pulses *pulses = server->pulses;
	struct directory_beat beat = { .uri = server->uris[0], .latency_ms = server->latency, .lag_s = -1, .error = server->error };

	server->job = NULL;
	if (pulses->closing || !pulses->beat || (cancelled && server->error.kind == ERROR_NONE))
		return;
	server->refused = server->error.code == INVALID_CREDENTIALS;
	if (server->error.kind != ERROR_NONE)
		beat.latency_ms = -1;
	else
		beat.lag_s = lag_of(server);
	pulses->beat(pulses->context, &beat);
}

static void interrupt(void *context)
{
	struct server *server = context;

	connection_interrupt(server->connection);
}

static void look_at(struct server *server)
{
	static const struct job_class class = { .name = "the pulse of the directory", .run = look_run, .done = look_done, .interrupt = interrupt };

	/* What another connection was refused with is refused here too. */
	if (server->job || server->refused || server->pulses->directory->status.error.code == INVALID_CREDENTIALS)
		return;
	error_clear(&server->error);
	server->latency = -1;
	server->number_count = 0;
	server->world = directory_known_world(server->pulses->directory);
	server->job = worker_post(server->worker, &class, server, DEADLINE_S * 1000);
}

/* --- all of them -------------------------------------------------------------------------------------- */

size_t directory_servers(const struct directory *directory)
{
	size_t count = 0;

	while (count < SERVERS_MOST && directory->settings.uris[count])
		count++;
	return count;
}

static struct pulses *pulses_new(struct directory *directory)
{
	struct pulses *pulses = memory_new(sizeof(*pulses));
	size_t i;

	pulses->directory = directory;
	pulses->count = directory_servers(directory);
	for (i = 0; i < pulses->count; i++) {
		struct server *server = &pulses->servers[i];

		server->pulses = pulses;
		server->uris[0] = directory->settings.uris[i];
		server->settings = directory->connecting;
		server->settings.uris = server->uris;
		server->connection = connection_new(directory->watchdog, &server->settings, false);
		server->worker = worker_new(directory->loop, "directory pulse");
	}
	return pulses;
}

size_t directory_pulse(struct directory *directory, void (*beat)(void *context, const struct directory_beat *beat), void *context)
{
	size_t i;

	if (!directory->pulses)
		directory->pulses = pulses_new(directory);
	directory->pulses->beat = beat;
	directory->pulses->context = context;
	for (i = 0; i < directory->pulses->count; i++)
		look_at(&directory->pulses->servers[i]);
	return directory->pulses->count;
}

void directory_pulse_forget(struct directory *directory)
{
	if (directory->pulses)
		directory->pulses->beat = NULL;
}

void pulses_interrupt(struct pulses *pulses)
{
	size_t i;

	if (!pulses)
		return;
	pulses->closing = true;
	for (i = 0; i < pulses->count; i++)
		connection_interrupt(pulses->servers[i].connection);
}

bool pulses_free(struct pulses *pulses, uint64_t milliseconds)
{
	bool gone = true;
	size_t i;

	if (!pulses)
		return true;
	for (i = 0; i < pulses->count; i++)
		gone = worker_free(pulses->servers[i].worker, milliseconds) && gone;
	if (!gone)
		return false;
	for (i = 0; i < pulses->count; i++)
		connection_free(pulses->servers[i].connection);
	free(pulses);
	return true;
}
