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
	if (arguments->mode && strcmp(arguments->mode, "performance") && strcmp(arguments->mode, "security"))
		return error_set(error, ERROR_USAGE, "--mode is security or performance, not %s", arguments->mode);
	goal->mode = arguments->mode && !strcmp(arguments->mode, "performance") ? LIMITS_PERFORMANCE : LIMITS_SECURITY;
	if (arguments->keep_sessions && arguments->end_sessions)
		return error_set(error, ERROR_USAGE, "--keep-sessions and --end-sessions cannot both be");
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

/* Protocols that were not named are those of people that this server offers. */
static void complete_goal(struct limits_goal *goal, const struct limits_facts *facts)
{
	bool imap = strstr(facts->protocols, "imap") != NULL, pop3 = strstr(facts->protocols, "pop3") != NULL;

	if (!goal->protocols)
		goal->protocols = imap && pop3 ? "imap pop3" : pop3 ? "pop3" : "imap";
}

/* --- the plan -------------------------------------------------------------------------------------- */

static const struct column columns[] = {
	{ .name = "setting", .label = "Setting" }, { .name = "now", .label = "Now", .type = FIELD_NUMBER },
	{ .name = "new", .label = "New", .type = FIELD_NUMBER }, { .name = "why", .label = "Why" },
};

static struct entry number_entry(struct arena *arena, uint64_t number)
{
	return entry_of_text(arena, number == LIMITS_UNKNOWN ? NULL : arena_format(arena, "%" PRIu64, number));
}

static void print_values(const struct printer *printer, const struct limits_set *set)
{
	struct output output = { 0 };

	output_begin(&output, printer, stdout, columns, sizeof(columns) / sizeof(columns[0]), false);
	for (size_t i = 0; i < set->value_count; i++) {
		const struct limits_value *value = &set->values[i];

		output_item(&output, &(struct item){ .entries = (struct entry[]){ entry_of_text(output.arena, limits_value_name(output.arena, value)),
			number_entry(output.arena, value->now), number_entry(output.arena, value->then), entry_of_text(output.arena, value->why) } });
	}
	output_end(&output);
}

static struct json *values_json(struct arena *arena, const struct limits_set *set)
{
	struct json *values = json_array_new();

	for (size_t i = 0; i < set->value_count; i++) {
		const struct limits_value *value = &set->values[i];
		struct json *object = json_object_new();

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

static void print_json(struct arena *arena, const struct limits_world *world, const struct limits_goal *goal, const struct limits_set *set)
{
	struct json *root = json_object_new();
	char *words;

	json_put_text(root, "server", world->server);
	json_put_number(root, "connections", (int64_t)goal->connections);
	json_put_text(root, "protocols", goal->protocols);
	json_put_text(root, "mode", goal->mode == LIMITS_PERFORMANCE ? "performance" : "security");
	json_put_text(root, "refused", set->refused);
	limits_put_known(root, "connected", world->connections);
	if (!set->refused) {
		json_put(root, "values", values_json(arena, set));
		limits_put_known(root, "reach", set->reach);
		limits_put_known(root, "memory_estimate", set->memory);
		limits_put_known(root, "memory_free", world->memory_free);
		json_put_text(root, "file", world->locked ? NULL : world->place);
		json_put_text(root, "locked", world->locked);
		limits_put_verdict(root, &set->verdict);
	}
	words = json_print(root, true);
	puts(words);
	free(words);
	json_free(root);
}

static void print_table(const struct limits_world *world, const struct limits_goal *goal, const struct limits_set *set)
{
	struct arena *arena = arena_new();

	if (set->value_count == 0)
		printf("%s takes %" PRIu64 " connections with the limits of now.\n", world->server, goal->connections);
	else
		print_values(&printer_table, set);
	for (size_t i = 0; i < set->verdict.error_count; i++)
		printf("Dovecot refuses this: %s\n", set->verdict.errors[i]);
	for (size_t i = 0; i < set->verdict.warning_count; i++)
		printf("Dovecot warns: %s\n", set->verdict.warnings[i].text);
	for (size_t i = 0; i < set->verdict.finding_count; i++)
		printf("%s: %s\n", set->verdict.findings[i].severity == LIMITS_WARNING ? "Warning" : "Note", set->verdict.findings[i].text);
	if (set->verdict.error_count + set->verdict.warning_count == 0)
		printf("Dovecot has nothing to say against these limits.\n");
	printf("Memory when all of it is in use: about %s (an estimate); free now: %s\n", text_from_size(arena, (int64_t)set->memory),
		world->memory_free == LIMITS_UNKNOWN ? "not known" : text_from_size(arena, (int64_t)world->memory_free));
	if (world->locked)
		printf("postroom cannot set it: %s\n", world->locked);
	arena_free(arena);
}

static void print_plan(struct headless *headless, const struct limits_world *world, const struct limits_goal *goal, const struct limits_set *set)
{
	const struct printer *printer = headless->arguments->printer;
	struct error error = { 0 };

	if (printer == &printer_json) {
		print_json(headless->arena, world, goal, set);
	} else if (set->refused) {
		error_set(&error, ERROR_INVALID, "%s: %s", world->server, set->refused);
		headless_fail(headless, &error);
	} else if (printer == &printer_table) {
		print_table(world, goal, set);
	} else {
		print_values(printer, set);
	}
	headless->status = set->refused ? error_exit_status(ERROR_INVALID) : limits_exit_status(&set->verdict);
}

/* --- and there ------------------------------------------------------------------------------------------- */

static void apply(struct headless *headless, const struct limits_world *world, const struct limits_set *set, uint64_t seconds)
{
	const struct arguments *arguments = headless->arguments;
	bool keep = arguments->keep_sessions || (!arguments->end_sessions && world->keeps_sessions);
	struct error error = { 0 };
	struct change *change = NULL;

	if (set->refused)
		error_set(&error, ERROR_INVALID, "%s: %s", world->server, set->refused);
	else
		change = limits_plan_change(world, headless->engine->hosts, set, keep, (unsigned)seconds, &error);
	if (!change) {
		headless_fail(headless, &error);
		return;
	}
	for (size_t i = 0; i < set->value_count; i++)
		if (!limits_value_written(&set->values[i]))
			headless_note("postroom: not set by this: %s %" PRIu64 ", which belongs to the service manager and takes a restart of Dovecot",
				limits_value_name(headless->arena, &set->values[i]), set->values[i].then);
	change->reason = arena_text(change->arena, arguments->reason);
	write_change(headless, change);
	change_free(change);
}

static bool known_server(const struct limits_world *world, struct error *error)
{
	return !world->unread || error_set(error, ERROR_INVALID, "%s: Dovecot refuses its configuration as it is, so nothing can be planned: %s",
		world->server, world->refused);
}

int run_limits_walk(struct config *takes, const struct arguments *arguments, bool applies)
{
	struct headless headless = { 0 };
	struct limits_world *world = NULL;
	struct limits_goal goal;
	struct limits_set set;
	struct error error = { 0 };
	uint64_t seconds, open_files = 0;
	size_t host = 0;

	if (!takes)
		error_set(&error, ERROR_CONFIG, "there is no postroom.conf that names mail servers");
	else if (arguments->printer == &printer_ldif)
		error_set(&error, ERROR_USAGE, "limits are in no directory, so there is no LDIF of them; --format is table, json, csv or tsv");
	if (error.kind != ERROR_NONE) {
		headless_note("postroom: %s", error.text);
		config_free(takes);
		return error_exit_status(error.kind);
	}
	if (!headless_open(&headless, takes, arguments, false))
		return headless_close(&headless);
	if (read_goal(arguments, headless.arena, &goal, &seconds, &error) &&
	    read_number("--fd-limit", arguments->fd_limit, UINT32_MAX, &open_files, &error) &&
	    limits_choose_host(&headless, arguments->host, &host, &error))
		world = limits_world_of(&headless, host, &error);
	if (!world || !known_server(world, &error)) {
		headless_fail(&headless, &error);
	} else {
		if (open_files)
			world->facts->open_files = open_files;
		complete_goal(&goal, world->facts);
		set = limits_reach(headless.arena, world->facts, &goal);
		if (applies)
			apply(&headless, world, &set, seconds);
		else
			print_plan(&headless, world, &goal, &set);
	}
	limits_world_free(world);
	return headless_close(&headless);
}
