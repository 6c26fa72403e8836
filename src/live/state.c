/*
 * state: what the collector knows, for those who ask: state of a source,
 * snapshots, settings, own domains and the directory's pulse.
 *
 * Nothing here asks a server; nothing here fails.  Loop thread.
 */
#include "live/live_private.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "live/alarms.h"

struct watched *cell_at(const struct live *live, size_t host, enum live_source source)
{
	return &live->cells[host * LIVE_SOURCES + source];
}

const struct live_state *live_state(const struct live *live, size_t host, enum live_source source)
{
	static const struct live_state nothing;
	struct live_state *state;

	if (host >= live->host_count || (unsigned)source >= LIVE_SOURCES)
		return &nothing;
	state = &cell_at(live, host, source)->state;
	state->old = state->known && (state->error.kind != ERROR_NONE ||
		clock_now_ms() - state->taken_at > 2 * (int64_t)state->interval_ms);
	return state;
}

const char *live_source_name(enum live_source source)
{
	return (unsigned)source < LIVE_SOURCES && sources[source] ? sources[source]->name : "";
}

const char *live_source_words(enum live_source source)
{
	return (unsigned)source < LIVE_SOURCES && sources[source] ? sources[source]->words : "";
}

struct hosts *live_hosts(const struct live *live)
{
	return live->hosts;
}

struct loop *live_loop(const struct live *live)
{
	return live->loop;
}

const struct live_settings *live_settings(const struct live *live)
{
	return &live->settings;
}

const struct live_host_settings *live_host(const struct live *live, size_t host)
{
	static const struct live_host_settings nothing;

	return live->settings.hosts && host < live->host_count ? &live->settings.hosts[host] : &nothing;
}

const void *live_snapshot(const struct live *live, size_t host, enum live_source source)
{
	return host < live->host_count && (unsigned)source < LIVE_SOURCES ? cell_at(live, host, source)->snapshot : NULL;
}

/* --- own domains ------------------------------------------------------------------- */

const char *const *live_own(const struct live *live)
{
	return live->own ? live->own : live->settings.own_domains;
}

/* What the configuration says stands; the directory's domains fill in where it says nothing. */
void live_own_domains(struct live *live, const char *const *domains)
{
	struct arena *arena;
	const char **copy;
	size_t count = 0, i;
	bool known;

	live->own_awaited = false;
	if (live->settings.own_domains || !domains) {
		live_pump(live);
		return;
	}
	while (domains[count])
		count++;
	arena = arena_new();
	copy = arena_alloc(arena, (count + 1) * sizeof(*copy));
	for (i = 0; i < count; i++)
		copy[i] = arena_text(arena, domains[i]);
	known = live->own != NULL;
	arena_free(live->own_arena);
	live->own_arena = arena;
	live->own = copy;
	live_pump(live);
	/* What was counted without them says nothing of ours. */
	if (!known)
		live_refresh(live, LIVE_ALL, 1u << LIVE_QUEUE);
}

/* How long the first look at a queue waits to know what is ours. */
#define OWN_WAIT_MS 3000

void live_expect(struct live *live, size_t servers, void (*wanted)(void *context, unsigned sources), void *context)
{
	live->expected_pulses = servers > PULSES_MOST ? PULSES_MOST : servers;
	live->own_awaited = !live->settings.own_domains;
	live->own_until = loop_now(live->loop) + OWN_WAIT_MS;
	live->want_told = wanted;
	live->want_context = context;
	wanted(context, live->wanted);
}

/* --- the directory ------------------------------------------------------------------- */

void live_directory_pulse(struct live *live, const char *uri, long latency_ms, long lag_seconds, const struct error *error)
{
	bool failed = error && error->kind != ERROR_NONE;
	struct pulse *pulse = NULL;
	size_t i;

	for (i = 0; i < PULSES_MOST; i++) {
		struct pulse *one = &live->pulses[i];

		if (*one->uri && !strcmp(one->uri, uri)) {
			pulse = one;
			break;
		}
		/* A free place, else the one that was heard of longest ago. */
		if (!pulse || (*pulse->uri && (!*one->uri || one->at < pulse->at)))
			pulse = one;
	}
	if (strcmp(pulse->uri, uri)) {
		memset(pulse, 0, sizeof(*pulse));
		snprintf(pulse->uri, sizeof(pulse->uri), "%s", uri);
	}
	pulse->at = clock_now_ms();
	pulse->latency_ms = failed ? -1 : latency_ms;
	pulse->lag_s = failed ? -1 : lag_seconds;
	if (!failed)
		pulse->failing_since = 0;
	else if (!pulse->failing_since)
		pulse->failing_since = pulse->at;
	if (failed)
		pulse->error = *error;
	else
		error_clear(&pulse->error);
	alarms_pulse(live);
	live_tell(live);
}
