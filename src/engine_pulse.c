/*
 * engine_pulse: carries what the directory knows to the collector: the pulse
 * of its servers, and which mail domains are ours.
 *
 * Live and directory do not know each other; this is the wire between them.
 * Nothing is asked before somebody wants it.  Nothing fails: a server that does
 * not answer is a pulse too.  Loop thread.
 */
#include "engine_pulse.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/* A pulse every half minute; domains seldom change. */
#define PULSE_MS 30000
#define DOMAINS_MS (15 * 60 * 1000)
#define DOMAINS_AGAIN_MS 60000

struct engine_pulse {
	struct loop *loop;
	struct directory *directory;
	struct live *live;
	unsigned wanted;
	struct loop_timer *beats, *refresh;
	struct directory_query *query;     /* for the domains; NULL: none under way */
	struct arena *arena;               /* of the list under way */
	const char **domains;
	size_t count, room;
};

static void on_beat(void *context, const struct directory_beat *beat)
{
	struct engine_pulse *pulse = context;

	live_directory_pulse(pulse->live, beat->uri, beat->latency_ms, beat->lag_s, beat->error.kind == ERROR_NONE ? NULL : &beat->error);
}

static void beat_now(void *context)
{
	struct engine_pulse *pulse = context;

	directory_pulse(pulse->directory, on_beat, pulse);
}

/* --- own domains ------------------------------------------------------------------------------ */

static void ask_domains(void *context);

static void on_rows(void *context, struct rows *rows)
{
	struct engine_pulse *pulse = context;
	size_t i;

	for (i = 0; i < rows->count; i++) {
		const char *name = rows->rows[i].name;

		pulse->domains = arena_grow(pulse->arena, pulse->domains, &pulse->room, pulse->count + 2, sizeof(*pulse->domains));
		pulse->domains[pulse->count++] = text_lower_ascii(pulse->arena, name, strlen(name));
		pulse->domains[pulse->count] = NULL;
	}
	rows_free(rows);
}

static void on_end(void *context, const struct list_end *end)
{
	struct engine_pulse *pulse = context;
	bool known = end->error.kind == ERROR_NONE && end->complete;

	pulse->query = NULL;
	live_own_domains(pulse->live, !known ? NULL : pulse->count ? pulse->domains : (const char *const[]){ NULL });
	arena_free(pulse->arena);
	pulse->arena = NULL;
	pulse->domains = NULL;
	pulse->count = pulse->room = 0;
	if (end->error.kind != ERROR_REFUSED)
		pulse->refresh = loop_after(pulse->loop, known ? DOMAINS_MS : DOMAINS_AGAIN_MS, 0, ask_domains, pulse);
}

static void ask_domains(void *context)
{
	struct engine_pulse *pulse = context;

	loop_timer_stop(pulse->refresh);
	pulse->refresh = NULL;
	pulse->arena = arena_new();
	pulse->query = directory_list(pulse->directory, &(struct list_request){ .kind = &kind_domain }, on_rows, on_end, pulse);
}

/* --- when ------------------------------------------------------------------------------------------ */

static void on_wanted(void *context, unsigned sources)
{
	struct engine_pulse *pulse = context;

	if (sources & (1u << LIVE_DIRECTORY)) {
		if (!pulse->beats)
			pulse->beats = loop_after(pulse->loop, 0, PULSE_MS, beat_now, pulse);
	} else {
		loop_timer_stop(pulse->beats);
		pulse->beats = NULL;
	}
	if (sources & (1u << LIVE_QUEUE) && !(pulse->wanted & (1u << LIVE_QUEUE)) && !pulse->query && !pulse->refresh)
		ask_domains(pulse);
	pulse->wanted |= sources;
}

struct engine_pulse *engine_pulse_open(struct loop *loop, struct directory *directory, struct live *live)
{
	struct engine_pulse *pulse = memory_new(sizeof(*pulse));

	pulse->loop = loop;
	pulse->directory = directory;
	pulse->live = live;
	live_expect(live, directory_servers(directory), on_wanted, pulse);
	return pulse;
}

void engine_pulse_close(struct engine_pulse *pulse)
{
	if (!pulse)
		return;
	loop_timer_stop(pulse->beats);
	loop_timer_stop(pulse->refresh);
	directory_query_cancel(pulse->query);
	directory_pulse_forget(pulse->directory);
	arena_free(pulse->arena);
	free(pulse);
}
