/*
 * limits_plan: from a set of values to the bytes of the drop-in and a change
 * for the gate; see limits_plan.h.
 *
 * What the drop-in held before and the set does not name stays.  Fails with a
 * sentence.  Any thread.
 */
#include "settings/limits_plan.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "settings/dropin.h"
#include "settings/settings.h"

enum { CONFIRM_HERE_S = 120, CONFIRM_SSH_S = 300 };

bool limits_value_written(const struct limits_value *value)
{
	return strcmp(value->setting, "fd_limit") != 0;
}

static bool is_userip(const struct limits_value *value)
{
	return strcmp(value->setting, "mail_max_userip_connections") == 0;
}

char *limits_value_name(struct arena *arena, const struct limits_value *value)
{
	if (!value->service)
		return arena_text(arena, strcmp(value->setting, "fd_limit") == 0 ? "open files of dovecot (LimitNOFILE)" : value->setting);
	return arena_format(arena, "%s %s", value->service, value->setting);
}

/* As doveconf -S names it: "service/imap-login/process_limit". */
static const char *place_of(struct arena *arena, const struct limits_value *value)
{
	if (!value->service)
		return value->setting;
	return arena_format(arena, "%s/%s/%s", is_userip(value) ? "protocol" : "service", value->service, value->setting);
}

/* What `doveadm service status` shows of it, and so can be looked at afterwards; NULL: it shows nothing of it. */
static const char *wanted_of(struct arena *arena, const struct limits_value *value)
{
	if (!value->service || is_userip(value))
		return NULL;
	return strcmp(value->setting, "process_limit") == 0 || strcmp(value->setting, "client_limit") == 0 ?
		arena_format(arena, "%s/%s", value->service, value->setting) : NULL;
}

static char *number(struct arena *arena, uint64_t value)
{
	return value == LIMITS_UNKNOWN ? NULL : arena_format(arena, "%" PRIu64, value);
}

/* The figure that service status will show: client_limit is never above service_count (dovecot 4.3). */
static uint64_t shown_value(const struct limits_facts *facts, const struct limits_value *value, uint64_t otherwise)
{
	const struct limits_service *service = value->service ? limits_service_named(facts, value->service) : NULL;

	if (!service)
		return otherwise;
	return strcmp(value->setting, "client_limit") == 0 ? limits_at_once(facts, service) : limits_processes(facts, service);
}

static void show(struct arena *arena, const struct limits_world *world, const struct limits_set *set, const struct limits_value *value,
		struct settings_shown *shown)
{
	shown->name = limits_value_name(arena, value);
	shown->before = number(arena, value->now);
	shown->after = number(arena, value->then);
	shown->wanted = wanted_of(arena, value);
	if (!shown->wanted)
		return;
	shown->runs_before = number(arena, shown_value(world->facts, value, value->now));
	shown->runs_after = number(arena, shown_value(set->after, value, value->then));
}

static struct change *change_of(struct arena *arena, const struct limits_world *world, const struct host_settings *settings, const char *bytes,
		bool keep_sessions, unsigned confirm_s, const struct settings_shown *shown, size_t count)
{
	struct guarded_file file = { .path = world->place, .bytes = bytes, .length = strlen(bytes), .seen = world->bytes, .seen_length = world->length };
	struct guarded_change what = {
		.sentence = arena_format(arena, "Limits of %s changed", world->server), .files = &file, .file_count = 1,
		.service = "dovecot", .config = settings->dovecot_config, .keep_sessions = keep_sessions,
		.confirm_s = confirm_s ? confirm_s : settings->exec ? CONFIRM_HERE_S : CONFIRM_SSH_S,
	};

	return settings_change(&kind_limits, world->server, &what, shown, count);
}

struct change *limits_plan_change(const struct limits_world *world, const struct hosts *hosts, const struct limits_set *set, bool keep_sessions,
		unsigned confirm_s, struct error *error)
{
	struct arena *arena = arena_new();
	struct settings_shown *shown = arena_alloc(arena, (set->value_count + 1) * sizeof(*shown));
	const char **pairs = arena_alloc(arena, (2 * set->value_count + 1) * sizeof(*pairs));
	struct change *change = NULL;
	size_t count = 0, length;

	if (world->locked) {
		error_set(error, ERROR_UNSUPPORTED, "%s", world->locked);
	} else {
		for (size_t i = 0; i < set->value_count; i++) {
			const struct limits_value *value = &set->values[i];

			if (!limits_value_written(value) || value->now == value->then)
				continue;
			pairs[2 * count] = place_of(arena, value);
			pairs[2 * count + 1] = number(arena, value->then);
			show(arena, world, set, value, &shown[count++]);
		}
		if (count > 0)
			change = change_of(arena, world, host_at(hosts, world->host), dropin_edit(arena, world->bytes, world->length, pairs, &length), keep_sessions, confirm_s, shown, count);
		else
			error_set(error, ERROR_INVALID, "Nothing is to be written on %s: its limits reach this already", world->server);
	}
	arena_free(arena);
	return change;
}
