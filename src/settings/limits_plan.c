/*
 * limits_plan: from a set of values to what is written and a change for the
 * gate; see limits_plan.h.
 *
 * What the file held before and the set does not name stays.  On UCS values are
 * variables, and only what has none goes into a file.  Fails with a sentence.
 * Any thread.
 */
#include "settings/limits_plan.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "settings/dropin.h"
#include "settings/layers.h"
#include "settings/settings.h"

#define SESSIONS "shutdown_clients"
#define SESSIONS_UCR "mail/dovecot/shutdown_clients"
/* Older packages make it anew after a change of client limits only (ucs-variables 2.1). */
#define START_FILE "/etc/default/dovecot"
enum { CONFIRM_HERE_S = 120, CONFIRM_SSH_S = 300 };

struct planned {
	struct arena *arena;
	const struct limits_world *world;
	const struct limits_set *set;
	struct settings_shown *shown;
	size_t shown_count;
	const char **pairs;                /* of the file; NULL-terminated */
	size_t pair_count;
	struct guarded_variable *variables;
	size_t variable_count;
	bool processes, clients;           /* variables of that sort are among them */
};

bool limits_value_written(const struct limits_value *value)
{
	return strcmp(value->setting, "fd_limit") != 0;
}

char *limits_value_name(struct arena *arena, const struct limits_value *value)
{
	if (!value->service)
		return arena_text(arena, strcmp(value->setting, "fd_limit") == 0 ? "open files of dovecot (LimitNOFILE)" : value->setting);
	return arena_format(arena, "%s %s", value->service, value->setting);
}

char *limits_value_place(struct arena *arena, const struct limits_world *world, const struct limits_value *value)
{
	const char *name, *slash;

	switch (limits_value_where(arena, world, value, &name)) {
	case LIMITS_IN_UCR:
		return arena_text(arena, name);
	case LIMITS_BY_START:
		return arena_text(arena, world->ucs ? "open files of dovecot (made by UCR)" : "open files of dovecot (LimitNOFILE)");
	case LIMITS_IN_FILE:
		break;
	}
	slash = strrchr(name, '/');
	return world->ucs ? arena_format(arena, "%s (%s)", limits_value_name(arena, value), slash + 1) : limits_value_name(arena, value);
}

/* --- what must run ----------------------------------------------------------------------------------- */

/* The service whose figure in `doveadm service status` tells that a value runs: its own, or of a default one that goes by it; NULL: none. */
static const struct limits_service *shown_service(const struct limits_facts *facts, const struct limits_value *value)
{
	if (value->service)
		return strcmp(value->setting, "process_limit") == 0 || strcmp(value->setting, "client_limit") == 0 ? limits_service_named(facts, value->service) : NULL;
	for (size_t i = 0; strcmp(value->setting, "default_process_limit") == 0 && i < facts->service_count; i++)
		if (limits_is_login(&facts->services[i]) && limits_looked_at(facts, &facts->services[i]) && !facts->services[i].process_limit)
			return &facts->services[i];
	return NULL;
}

/* client_limit is never shown above service_count (dovecot 4.3). */
static char *runs(struct arena *arena, const struct limits_facts *facts, const struct limits_value *value, const char *service)
{
	const struct limits_service *shown = limits_service_named(facts, service);

	return shown ? arena_format(arena, "%" PRIu32, strcmp(value->setting, "client_limit") == 0 ? limits_at_once(facts, shown) : limits_processes(facts, shown)) : NULL;
}

static void show(struct planned *planned, const struct limits_value *value)
{
	struct arena *arena = planned->arena;
	struct settings_shown *shown = &planned->shown[planned->shown_count++];
	const struct limits_service *service = shown_service(planned->set->after, value);

	shown->name = limits_value_place(arena, planned->world, value);
	shown->before = value->now == LIMITS_UNKNOWN ? NULL : limits_number_words(arena, value->setting, value->now);
	shown->after = limits_number_words(arena, value->setting, value->then);
	if (!service)
		return;
	shown->wanted = arena_format(arena, "%s/%s", service->name, strcmp(value->setting, "client_limit") == 0 ? "client_limit" : "process_limit");
	shown->runs_before = runs(arena, planned->world->facts, value, service->name);
	shown->runs_after = runs(arena, planned->set->after, value, service->name);
}

/* --- where it goes --------------------------------------------------------------------------------------- */

static void put_variable(struct planned *planned, const char *name, const char *value)
{
	size_t length = strlen(name);

	planned->variables[planned->variable_count++] = (struct guarded_variable){ .name = name, .value = value,
		.seen = layers_get(planned->world->ucr, LAYER_NORMAL, name).value };
	planned->processes = planned->processes || (length > 13 && strcmp(name + length - 13, "process_limit") == 0);
	planned->clients = planned->clients || (length > 12 && strcmp(name + length - 12, "client_limit") == 0);
}

static void put_pair(struct planned *planned, const char *name, const char *value)
{
	planned->pairs[planned->pair_count++] = name;
	planned->pairs[planned->pair_count++] = value;
}

static bool put_value(struct planned *planned, const struct limits_value *value, struct error *error)
{
	struct arena *arena = planned->arena;
	const char *name, *hidden = limits_value_hidden(arena, planned->world, value);
	bool in_ucr = limits_value_where(arena, planned->world, value, &name) == LIMITS_IN_UCR;

	if (hidden)
		return error_set(error, ERROR_REFUSED, "%s: %s", planned->world->server, hidden);
	/* UCR keeps 2.3's 0; its template turns it into 2.4's word. */
	if (in_ucr)
		put_variable(planned, name, strcmp(value->setting, "auth_cache_size") == 0 || strcmp(value->setting, "auth_cache_ttl") == 0 ?
			limits_number_words(arena, value->setting, value->then) : arena_format(arena, "%" PRIu64, value->then));
	else
		put_pair(planned, limits_value_setting(arena, value), limits_number_words(arena, value->setting, value->then));
	show(planned, value);
	return true;
}

/* From the next reload on sessions stay; what runs decides over this one. */
static void put_sessions(struct planned *planned)
{
	planned->shown[planned->shown_count++] = (struct settings_shown){ .name = planned->world->ucs ? SESSIONS_UCR : SESSIONS, .before = "yes", .after = "no",
		.wanted = SESSIONS, .runs_before = "yes", .runs_after = "no" };
	if (planned->world->ucs)
		put_variable(planned, SESSIONS_UCR, "no");
	else
		put_pair(planned, SESSIONS, "no");
}

static struct change *change_of(struct planned *planned, const struct host_settings *settings, bool keep_sessions, unsigned confirm_s)
{
	static const char *const commits[] = { START_FILE, NULL };
	const struct limits_world *world = planned->world;
	struct guarded_file file = { .path = world->place, .seen = world->bytes, .seen_length = world->length };
	struct guarded_change what = {
		.sentence = arena_format(planned->arena, "Limits of %s changed", world->server), .files = &file, .file_count = planned->pair_count > 0,
		.variables = planned->variables, .variable_count = planned->variable_count, .ucr = settings->ucr, .ucr_directory = settings->ucr_directory,
		.commits = planned->processes && !planned->clients ? commits : NULL,
		.service = "dovecot", .config = settings->dovecot_config, .keep_sessions = keep_sessions,
		.confirm_s = confirm_s ? confirm_s : settings->exec ? CONFIRM_HERE_S : CONFIRM_SSH_S,
	};

	if (planned->pair_count > 0)
		file.bytes = dropin_edit_in(planned->arena, world->place, world->bytes, world->length, planned->pairs, &file.length);
	return settings_change(&kind_limits, world->server, &what, planned->shown, planned->shown_count);
}

static void add_says(struct arena *arena, struct change *change, const struct limits_say *says, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct value value = { .bytes = arena_format(arena, "%s%s", says[i].warns ? "!" : "", says[i].text) };

		value.length = strlen(value.bytes);
		change_edit(change, kind_field(&kind_limits, "say"), EDIT_ADD, &value, 1);
	}
}

static struct change *make(struct planned *planned, const struct hosts *hosts, enum limits_keep keep, unsigned confirm_s, struct error *error)
{
	const struct limits_world *world = planned->world;
	const struct limits_set *set = planned->set;
	struct limits_say *says;
	struct change *change;
	size_t count;

	for (size_t i = 0; i < set->value_count; i++)
		if (limits_value_written(&set->values[i]) && !put_value(planned, &set->values[i], error))
			return NULL;
	if (planned->shown_count == 0) {
		error_set(error, ERROR_INVALID, "Nothing is to be written on %s: its %s", world->server, world->facts->unread.service ?
			"files have limits that reach this, and Dovecot has not read them yet: reload it" : "limits reach this already");
		return NULL;
	}
	if (keep == LIMITS_KEEP_STRICTLY && !world->keeps_sessions) {
		error_set(error, ERROR_REFUSED, "%s: nothing is installed: its shutdown_clients is yes, so a reload ends every session after 6 seconds, whatever the new "
			"files say; to keep sessions, set it to no first, in a change of its own", world->server);
		return NULL;
	}
	if (keep == LIMITS_KEEP && !world->keeps_sessions)
		put_sessions(planned);
	if (planned->pair_count > 0 && world->place_unread) {
		error_set(error, ERROR_UNSUPPORTED, "%s: %s has no variable in UCR, and its Dovecot reads no file of its own beside what UCR writes; add this line at the "
			"end of dovecot.conf's template once: !include_try " DROPIN_LOCAL, world->server, planned->pairs[0]);
		return NULL;
	}
	change = change_of(planned, host_at(hosts, world->host), keep == LIMITS_KEEP_STRICTLY || (keep == LIMITS_KEEP && world->keeps_sessions), confirm_s);
	count = limits_says(planned->arena, world, set, keep, &says);
	add_says(planned->arena, change, says, count);
	return change;
}

struct change *limits_plan_change(const struct limits_world *world, const struct hosts *hosts, const struct limits_set *set, enum limits_keep keep,
		unsigned confirm_s, struct error *error)
{
	struct arena *arena = arena_new();
	struct planned planned = { .arena = arena, .world = world, .set = set };
	struct change *change = NULL;

	planned.shown = arena_alloc(arena, (set->value_count + 2) * sizeof(*planned.shown));
	planned.pairs = arena_alloc(arena, (2 * set->value_count + 3) * sizeof(*planned.pairs));
	planned.variables = arena_alloc(arena, (set->value_count + 2) * sizeof(*planned.variables));
	if (world->locked)
		error_set(error, ERROR_UNSUPPORTED, "%s", world->locked);
	else if (world->ucs && !world->ucr)
		error_set(error, ERROR_FILE, "%s: the files of UCR could not be read, so nothing can be set there", world->server);
	else
		change = make(&planned, hosts, keep, confirm_s, error);
	arena_free(arena);
	return change;
}

struct change *limits_descriptors_change(const struct limits_world *world, const struct hosts *hosts, uint64_t wanted, unsigned confirm_s, struct error *error)
{
	const struct host_settings *settings = host_at(hosts, world->host);
	struct arena *arena = arena_new();
	uint64_t now = world->facts->open_files;
	struct change *change = NULL;

	if (host_way(hosts, world->host, "guardian-apply", error) == WAY_NONE) {
		arena_free(arena);
		return NULL;
	}
	if (now == LIMITS_UNKNOWN) {
		error_set(error, ERROR_UNREACHABLE, "%s: the open-files limit of its Dovecot is not known, so it is not changed", world->server);
	} else if (now >= wanted) {
		error_set(error, ERROR_INVALID, "%s: Dovecot runs with %" PRIu64 " open files, and %" PRIu64 " are enough", world->server, now, wanted);
	} else {
		struct guarded_change what = { .sentence = arena_format(arena, "Open files of Dovecot on %s: %" PRIu64 " to %" PRIu64, world->server, now, wanted),
			.service = "dovecot", .config = settings->dovecot_config, .descriptors = wanted, .descriptors_seen = now,
			.confirm_s = confirm_s ? confirm_s : settings->exec ? CONFIRM_HERE_S : CONFIRM_SSH_S };
		struct settings_shown shown = { .name = "open files of dovecot", .before = arena_format(arena, "%" PRIu64, now),
			.after = arena_format(arena, "%" PRIu64, wanted) };
		struct limits_say *says;
		size_t count = limits_descriptors_says(arena, world, wanted, &says);

		change = settings_change(&kind_limits, world->server, &what, &shown, 1);
		add_says(arena, change, says, count);
	}
	arena_free(arena);
	return change;
}
