/*
 * limits_walk: from a number of connections to values with their reasons, and
 * on to the server.
 *
 * plan prints what it takes and writes nothing; apply hands the same set to the
 * gate, where it has its review as any other change, and returns when the
 * guardian waits for a confirmation.  Exit status of plan: 0 the goal is
 * reached, 1 with a warning left that no value mends, 65 it cannot be reached.
 * Loop thread.
 */
#include "commands/limits_walk.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "commands/limits_source.h"
#include "commands/output.h"
#include "commands/write.h"

enum { MOST_CONNECTIONS = 1000000, MOST_SECONDS = 86400 };

/* --- what was asked for -------------------------------------------------------------------------- */

static bool read_number(const char *option, const char *words, uint64_t most, uint64_t *number, struct error *error)
{
	char *end = NULL;

	if (!words)
		return true;
	*number = *words >= '0' && *words <= '9' ? strtoull(words, &end, 10) : 0;
	if (end && !*end && *number >= 1 && *number <= most)
		return true;
	return error_set(error, ERROR_USAGE, "%s is a number from 1 to %" PRIu64 ", not %s", option, most, words);
}

static bool read_protocols(const char *words, struct arena *arena, struct limits_goal *goal, struct error *error)
{
	bool imap = false, pop3 = false;

	for (const char *at = words; at && *at;) {
		size_t length = strcspn(at, ", ");

		if (length == 4 && !strncmp(at, "imap", 4))
			imap = true;
		else if (length == 4 && !strncmp(at, "pop3", 4))
			pop3 = true;
		else if (length)
			return error_set(error, ERROR_USAGE, "--protocols is imap, pop3 or both, not %s", words);
		at += length + strspn(at + length, ", ");
	}
	if (words && !imap && !pop3)
		return error_set(error, ERROR_USAGE, "--protocols is imap, pop3 or both");
	goal->protocols = words ? arena_text(arena, imap && pop3 ? "imap pop3" : imap ? "imap" : "pop3") : NULL;
	return true;
}

/* "300", "300s", "5m", "1h". */
static bool read_seconds(const char *words, int64_t *seconds)
{
	static const struct { const char *unit; int64_t seconds; } units[] = { { "", 1 }, { "s", 1 }, { "m", 60 }, { "h", 3600 } };
	char *end = NULL;

	*seconds = *words >= '0' && *words <= '9' && strlen(words) < 8 ? strtoll(words, &end, 10) : 0;
	for (size_t i = 0; end && i < sizeof(units) / sizeof(units[0]); i++)
		if (!strcmp(end, units[i].unit)) {
			*seconds *= units[i].seconds;
			return true;
		}
	return false;
}

/* "10M"; a whole number of bytes that Dovecot can be told. */
static bool read_cache(const struct arguments *arguments, struct limits_goal *goal, struct error *error)
{
	const char *time = arguments->auth_cache_ttl;
	int64_t bytes = 0, seconds = 0;

	if (arguments->auth_cache && (!text_to_size(arguments->auth_cache, 1, &bytes) || bytes < 1024 || bytes > UINT32_MAX))
		return error_set(error, ERROR_USAGE, "--auth-cache is a size from 1k to 4095M, as 10M, not %s", arguments->auth_cache);
	if (time && (!read_seconds(time, &seconds) || seconds < 1 || seconds > MOST_SECONDS))
		return error_set(error, ERROR_USAGE, "--auth-cache-ttl is a time up to a day, as 5m or 300, not %s", time);
	goal->cache_size = (uint64_t)bytes;
	goal->cache_ttl = (uint64_t)seconds;
	return true;
}

static bool read_words(const struct arguments *arguments, struct limits_goal *goal, struct error *error)
{
	const char *mode = arguments->mode, *raise = arguments->raise;

	if (mode && strcmp(mode, "performance") && strcmp(mode, "security"))
		return error_set(error, ERROR_USAGE, "--mode is security or performance, not %s", mode);
	if (raise && strcmp(raise, "defaults") && strcmp(raise, "services"))
		return error_set(error, ERROR_USAGE, "--raise is defaults or services, not %s", raise);
	goal->mode = mode && !strcmp(mode, "performance") ? LIMITS_PERFORMANCE : LIMITS_SECURITY;
	if (arguments->keep_sessions && arguments->end_sessions)
		return error_set(error, ERROR_USAGE, "--keep-sessions and --end-sessions cannot both be");
	return read_cache(arguments, goal, error);
}

static bool read_goal(const struct arguments *arguments, struct arena *arena, struct limits_goal *goal, uint64_t *seconds, struct error *error)
{
	uint64_t users = 0, devices = 0;

	*goal = (struct limits_goal){ .tls_percent = 100 };
	*seconds = 0;
	if (!read_number("--connections", arguments->connections, MOST_CONNECTIONS, &goal->connections, error) ||
	    !read_number("--users", arguments->users, MOST_CONNECTIONS, &users, error) ||
	    !read_number("--devices", arguments->devices, 1000, &devices, error) ||
	    !read_number("--confirm-within", arguments->confirm_within, MOST_SECONDS, seconds, error) ||
	    !read_protocols(arguments->protocols, arena, goal, error))
		return false;
	if (!read_words(arguments, goal, error))
		return false;
	if (arguments->doveconf || arguments->dovecot_version)
		return error_set(error, ERROR_USAGE, "a plan is made of a server; --doveconf and --dovecot-version are for limits check");
	if ((users != 0) != (devices != 0) || (goal->connections != 0) == (users != 0))
		return error_set(error, ERROR_USAGE, "Say how many connections at once it is to take: --connections N, or --users N and --devices N");
	goal->of_person = devices;
	if (users)
		goal->connections = users * devices;
	if (goal->connections > MOST_CONNECTIONS)
		return error_set(error, ERROR_USAGE, "%" PRIu64 " connections are more than %d, which is the most", goal->connections, MOST_CONNECTIONS);
	return true;
}

/* Protocols that were not named are those of people that this server offers; on UCS the defaults are what has variables. */
static void complete_goal(struct limits_goal *goal, const struct limits_world *world, const struct arguments *arguments)
{
	const struct limits_facts *facts = world->facts;
	bool imap = strstr(facts->protocols, "imap") != NULL, pop3 = strstr(facts->protocols, "pop3") != NULL;

	if (!goal->protocols)
		goal->protocols = imap && pop3 ? "imap pop3" : pop3 ? "pop3" : "imap";
	/* With few login processes only the sessions need a number, and that has a variable. */
	goal->by_default = arguments->raise ? !strcmp(arguments->raise, "defaults") : world->ucs && goal->mode == LIMITS_SECURITY;
	goal->clients_by_default = world->ucs && (goal->by_default || !arguments->raise);
}

/* --- the plan -------------------------------------------------------------------------------------- */

static const struct column columns[] = {
	{ .name = "setting", .label = "Setting" }, { .name = "now", .label = "Now", .type = FIELD_NUMBER },
	{ .name = "new", .label = "New", .type = FIELD_NUMBER }, { .name = "why", .label = "Why" },
};

static struct entry number_entry(struct arena *arena, const struct limits_value *value, uint64_t number)
{
	return entry_of_text(arena, number == LIMITS_UNKNOWN ? NULL : limits_number_words(arena, value->setting, number));
}

static void print_values(const struct printer *printer, const struct limits_world *world, const struct limits_set *set)
{
	struct output output = { 0 };

	output_begin(&output, printer, stdout, columns, sizeof(columns) / sizeof(columns[0]), false);
	for (size_t i = 0; i < set->value_count; i++) {
		const struct limits_value *value = &set->values[i];

		output_item(&output, &(struct item){ .entries = (struct entry[]){ entry_of_text(output.arena, limits_value_place(output.arena, world, value)),
			number_entry(output.arena, value, value->now), number_entry(output.arena, value, value->then), entry_of_text(output.arena, value->why) } });
	}
	output_end(&output);
}

static struct json *values_json(struct arena *arena, const struct limits_world *world, const struct limits_set *set)
{
	static const char *const where[] = { [LIMITS_IN_FILE] = "file", [LIMITS_IN_UCR] = "ucr", [LIMITS_BY_START] = "start" };
	struct json *values = json_array_new();

	for (size_t i = 0; i < set->value_count; i++) {
		const struct limits_value *value = &set->values[i];
		struct json *object = json_object_new();
		const char *place;
		enum limits_where goes = limits_value_where(arena, world, value, &place);

		json_put_text(object, "where", where[goes]);
		json_put_text(object, "place", goes == LIMITS_BY_START ? NULL : place);
		json_put_text(object, "name", limits_value_name(arena, value));
		json_put_text(object, "service", value->service);
		json_put_text(object, "setting", value->setting);
		limits_put_known(object, "now", value->now);
		limits_put_known(object, "new", value->then);
		json_put_text(object, "why", value->why);
		json_put_flag(object, "written", limits_value_written(value));
		json_add(values, object);
	}
	return values;
}

static struct json *plan_json(struct arena *arena, const struct limits_world *world, const struct limits_goal *goal, const struct limits_set *set)
{
	struct json *root = json_object_new();

	json_put_text(root, "server", world->server);
	json_put_number(root, "connections", (int64_t)goal->connections);
	json_put_text(root, "protocols", goal->protocols);
	json_put_text(root, "mode", goal->mode == LIMITS_PERFORMANCE ? "performance" : "security");
	json_put_text(root, "refused", set->refused);
	limits_put_known(root, "connected", world->connections);
	if (!set->refused) {
		json_put(root, "values", values_json(arena, world, set));
		limits_put_known(root, "reach", set->reach);
		limits_put_known(root, "memory_estimate", set->memory);
		json_put_number(root, "memory_measured_of", (int64_t)(world->measured_sessions + world->measured_logins));
		limits_put_known(root, "memory_free", world->memory_free);
		json_put_text(root, "file", world->locked ? NULL : world->place);
		json_put_text(root, "locked", world->locked);
		limits_put_verdict(root, &set->verdict);
	}
	return root;
}

/* Takes it. */
static void print_json(struct json *root)
{
	char *words = json_print(root, true);

	puts(words);
	free(words);
	json_free(root);
}

/* The plan is of one server; the same words make it for another. */
static void print_others(const struct headless *headless, size_t host)
{
	struct hosts *hosts = headless->engine->hosts;
	struct text names = { 0 };

	for (size_t i = 0; i < hosts_count(hosts); i++)
		if (i != host && (host_at(hosts, i)->roles & HOST_MAILBOX))
			text_addf(&names, "%s%s", names.length ? ", " : "", host_at(hosts, i)->name);
	if (names.length)
		printf("This is for %s alone; --host makes the same plan for %s, and --host all for all.\n", host_at(hosts, host)->name, text_get(&names));
	text_free(&names);
}

static enum limits_keep keep_of(const struct arguments *arguments, const struct limits_world *world)
{
	return arguments->keep_sessions ? LIMITS_KEEP_STRICTLY : !arguments->end_sessions && limits_keep_preselected(world) ? LIMITS_KEEP : LIMITS_KEEP_NOT;
}

static void print_table(struct headless *headless, const struct limits_world *world, const struct limits_goal *goal, const struct limits_set *set)
{
	const struct arguments *arguments = headless->arguments;
	struct limits_say *says;
	size_t count = limits_says(headless->arena, world, set, keep_of(arguments, world), &says);

	if (set->value_count == 0 && world->facts->unread.service)
		printf("%s has the limits for %" PRIu64 " connections in its files, but Dovecot has not read them: reload it.\n", world->server, goal->connections);
	else if (set->value_count == 0 && limits_anvil_lacks(world->facts))
		printf("%s has the limits for %" PRIu64 " connections, but takes them only after a restart of Dovecot.\n", world->server, goal->connections);
	else if (set->value_count == 0)
		printf("%s takes %" PRIu64 " connections with the limits of now.\n", world->server, goal->connections);
	else
		print_values(&printer_table, world, set);
	for (size_t i = 0; i < set->verdict.error_count; i++)
		printf("Dovecot refuses this: %s\n", set->verdict.errors[i]);
	for (size_t i = 0; i < set->verdict.warning_count; i++)
		printf("Dovecot warns: %s\n", set->verdict.warnings[i].text);
	for (size_t i = 0; i < set->verdict.finding_count; i++)
		printf("%s: %s\n", set->verdict.findings[i].severity == LIMITS_WARNING ? "Warning" : "Note", limits_finding_words(headless->arena, &set->verdict.findings[i]));
	if (set->verdict.error_count + set->verdict.warning_count == 0)
		printf("Dovecot has nothing to say against these limits.\n");
	for (size_t i = 0; i < count; i++)
		printf("%s%s\n", says[i].warns ? "! " : "", says[i].text);
	if (world->locked)
		printf("postroom cannot set it: %s\n", world->locked);
}

/* all: where each server has its place; NULL: the plan is of one server alone. */
static void print_plan(struct headless *headless, const struct limits_world *world, const struct limits_goal *goal, const struct limits_set *set,
		struct json *all)
{
	const struct printer *printer = headless->arguments->printer;
	struct error error = { 0 };

	if (all) {
		json_add(all, plan_json(headless->arena, world, goal, set));
	} else if (printer == &printer_json) {
		print_json(plan_json(headless->arena, world, goal, set));
	} else if (set->refused) {
		error_set(&error, ERROR_INVALID, "%s: %s", world->server, set->refused);
		headless_fail(headless, &error);
	} else if (printer == &printer_table) {
		print_table(headless, world, goal, set);
	} else {
		print_values(printer, world, set);
	}
	headless->status = set->refused ? error_exit_status(ERROR_INVALID) : limits_exit_status(&set->verdict);
}

static bool known_server(const struct limits_world *world, struct error *error)
{
	return !world->unread || error_set(error, ERROR_INVALID, "%s: Dovecot refuses its configuration as it is, so nothing can be planned: %s",
		world->server, world->refused);
}

/* One server of all: one that does not answer holds up none of the others. */
static void plan_one_of_all(struct headless *headless, size_t host, struct limits_goal goal, uint64_t open_files, struct json *all)
{
	struct error error = { 0 };
	struct limits_world *world = limits_world_of(headless, host, &error);
	struct limits_set set;
	int worst = headless->status;

	if (world && known_server(world, &error)) {
		world->facts->open_files = open_files ? open_files : world->facts->open_files;
		complete_goal(&goal, world, headless->arguments);
		set = limits_reach(headless->arena, world->facts, &goal);
		if (!all)
			printf("%s%s:\n", host > 0 ? "\n" : "", host_at(headless->engine->hosts, host)->name);
		print_plan(headless, world, &goal, &set, all);
	} else {
		if (all) {
			struct json *failed = json_object_new();

			json_put_text(failed, "server", host_at(headless->engine->hosts, host)->name);
			json_put_text(failed, "error", error.text);
			json_add(all, failed);
		}
		headless_fail(headless, &error);
	}
	headless->status = headless->status > worst ? headless->status : worst;
	limits_world_free(world);
}

/* The same goal for every server with mailboxes, one after the other. */
static void plan_all(struct headless *headless, const struct limits_goal *goal, uint64_t open_files)
{
	const struct printer *printer = headless->arguments->printer;
	struct hosts *hosts = headless->engine->hosts;
	struct json *all = printer == &printer_json ? json_array_new() : NULL;

	for (size_t i = 0; i < hosts_count(hosts); i++)
		if (host_at(hosts, i)->roles & HOST_MAILBOX)
			plan_one_of_all(headless, i, *goal, open_files, all);
	if (all)
		print_json(all);
}

/* "all", unless a server is called so. */
static bool wants_all(const struct headless *headless, const char *name)
{
	size_t host;

	return name && !strcmp(name, "all") && !host_named(headless->engine->hosts, name, &host);
}

/* --- and there ------------------------------------------------------------------------------------------- */

static void apply(struct headless *headless, const struct limits_world *world, const struct limits_set *set, uint64_t seconds)
{
	const struct arguments *arguments = headless->arguments;
	struct error error = { 0 };
	struct change *change = NULL;

	if (set->refused)
		error_set(&error, ERROR_INVALID, "%s: %s", world->server, set->refused);
	else
		change = limits_plan_change(world, headless->engine->hosts, set, keep_of(arguments, world), (unsigned)seconds, &error);
	if (!change) {
		headless_fail(headless, &error);
		return;
	}
	change->reason = arena_text(change->arena, arguments->reason);
	write_change(headless, change);
	change_free(change);
}

/* Why there is nothing to begin with; the configuration is freed then. */
static bool begun(struct config *takes, const struct arguments *arguments, struct error *error)
{
	if (!takes)
		error_set(error, ERROR_CONFIG, "there is no postroom.conf that names mail servers");
	else if (arguments->printer == &printer_ldif)
		error_set(error, ERROR_USAGE, "limits are in no directory, so there is no LDIF of them; --format is table, json, csv or tsv");
	if (error->kind == ERROR_NONE)
		return true;
	headless_note("postroom: %s", error->text);
	config_free(takes);
	return false;
}

int run_limits_descriptors(struct config *takes, const struct arguments *arguments)
{
	struct headless headless = { 0 };
	struct limits_world *world = NULL;
	struct error error = { 0 };
	struct change *change = NULL;
	uint64_t wanted = 0, seconds = 0;
	size_t host = 0;

	if (!begun(takes, arguments, &error))
		return error_exit_status(error.kind);
	if (!headless_open(&headless, takes, arguments, false))
		return headless_close(&headless);
	if (arguments->connections || arguments->users || arguments->devices)
		error_set(&error, ERROR_USAGE, "limits descriptors takes --fd-limit, or what the configuration needs as it is; a goal is for limits plan and limits apply");
	else if (read_number("--fd-limit", arguments->fd_limit, 1 << 20, &wanted, &error) &&
		 read_number("--confirm-within", arguments->confirm_within, MOST_SECONDS, &seconds, &error) &&
		 limits_choose_host(&headless, arguments->host, &host, &error))
		world = limits_world_of(&headless, host, &error);
	if (world && known_server(world, &error))
		change = limits_descriptors_change(world, headless.engine->hosts, wanted ? wanted : limits_descriptors_needed(headless.arena, world->facts),
			(unsigned)seconds, &error);
	if (change) {
		change->reason = arena_text(change->arena, arguments->reason);
		write_change(&headless, change);
	} else {
		headless_fail(&headless, &error);
	}
	change_free(change);
	limits_world_free(world);
	return headless_close(&headless);
}

int run_limits_walk(struct config *takes, const struct arguments *arguments, bool applies)
{
	struct headless headless = { 0 };
	struct limits_world *world = NULL;
	struct limits_goal goal;
	struct limits_set set;
	struct error error = { 0 };
	uint64_t seconds, open_files = 0;
	bool all = false;
	size_t host = 0;

	if (!begun(takes, arguments, &error))
		return error_exit_status(error.kind);
	if (!headless_open(&headless, takes, arguments, false))
		return headless_close(&headless);
	if (read_goal(arguments, headless.arena, &goal, &seconds, &error) &&
	    read_number("--fd-limit", arguments->fd_limit, UINT32_MAX, &open_files, &error)) {
		all = wants_all(&headless, arguments->host);
		if (all && applies)
			error_set(&error, ERROR_USAGE, "A change is applied to one server at a time, each under its own timer; --host all is for limits plan");
		else if (all && arguments->printer != &printer_json && arguments->printer != &printer_table)
			error_set(&error, ERROR_USAGE, "--host all has --format table or json; csv and tsv are of one server");
		else if (!all && limits_choose_host(&headless, arguments->host, &host, &error))
			world = limits_world_of(&headless, host, &error);
	}
	if (all && error.kind == ERROR_NONE) {
		plan_all(&headless, &goal, open_files);
	} else if (!world || !known_server(world, &error)) {
		headless_fail(&headless, &error);
	} else {
		if (open_files)
			world->facts->open_files = open_files;
		complete_goal(&goal, world, arguments);
		set = limits_reach(headless.arena, world->facts, &goal);
		if (applies)
			apply(&headless, world, &set, seconds);
		else
			print_plan(&headless, world, &goal, &set, NULL);
		if (!applies && !set.refused && arguments->printer == &printer_table)
			print_others(&headless, host);
	}
	limits_world_free(world);
	return headless_close(&headless);
}
