/*
 * settings_change: a guarded change as a change that goes through the gate, and
 * what takes it back.
 *
 * What must run afterwards and what ran before stand side by side, so that the
 * inverse is made of the change alone.  Pure but for the random id; any thread.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/json.h"
#include "base/text.h"
#include "settings/store_private.h"

const char *const settings_orders[] = { "confirm", "rollback", "more", "settle", "restart", "log_test", NULL };

char *guarded_id(struct arena *arena)
{
	unsigned char bytes[8] = { 0 };
	struct text text = { 0 };
	char *id;

	/* An id that is not random is no danger: another change of the same one is refused while this waits. */
	if (getrandom(bytes, sizeof(bytes), 0) != sizeof(bytes))
		bytes[0] = 1;
	for (size_t i = 0; i < sizeof(bytes); i++)
		text_addf(&text, "%02x", bytes[i]);
	id = arena_text(arena, text_get(&text));
	text_free(&text);
	return id;
}

/* --- values for people ---------------------------------------------------------------------------- */

struct value shown_value_of(struct arena *arena, const char *name, const char *before, const char *after)
{
	char *bytes = arena_format(arena, "%s\t%s\t%s", name, before ? before : "", after ? after : "");

	return (struct value){ .bytes = bytes, .length = strlen(bytes) };
}

bool shown_value_read(struct arena *arena, const struct value *value, struct shown_value *shown)
{
	char *copy = arena_bytes(arena, value->bytes, value->length), *before = strchr(copy, '\t'), *after = before ? strchr(before + 1, '\t') : NULL;

	if (!after)
		return false;
	*before = *after = '\0';
	*shown = (struct shown_value){ copy, before + 1, after + 1 };
	return true;
}

/* A tab or a newline inside would make another value of it. */
static const char *plain(struct arena *arena, const char *words)
{
	char *copy = arena_text(arena, words);

	for (char *at = copy; at && *at; at++)
		if (*at == '\t' || *at == '\n')
			*at = ' ';
	return copy;
}

/* --- there ------------------------------------------------------------------------------------------ */

/* The JSON of the guardian with "before" beside it: pairs of what ran, for the inverse. The guardian does not read it. */
static char *change_json(struct arena *arena, const struct guarded_change *what, const char *const *before)
{
	char *line = guarded_change_json(arena, what), *bytes;
	struct json *json = json_parse(line, strlen(line), NULL), *pairs = json_array_new();

	for (size_t i = 0; before && before[i]; i++)
		json_add_text(pairs, before[i]);
	json_put(json, "before", pairs);
	line = json_print(json, false);
	json_free_wiped(json);
	bytes = arena_text(arena, line);
	memory_wipe(line, strlen(line));
	free(line);
	return bytes;
}

static void edit_number(struct change *change, const char *field, unsigned number)
{
	char digits[16];

	snprintf(digits, sizeof(digits), "%u", number);
	change_edit_text(change, kind_field(change->kind, field), EDIT_SET, digits);
}

struct change *settings_change(const struct kind *kind, const char *server, const struct guarded_change *what,
		const struct settings_shown *shown, size_t shown_count)
{
	struct change *change = change_new(VERB_EDIT, kind, server);
	struct arena *arena = arena_new();
	const char **wanted = arena_alloc(arena, (2 * shown_count + 1) * sizeof(*wanted));
	const char **before = arena_alloc(arena, (2 * shown_count + 1) * sizeof(*before));
	struct guarded_change full = *what;
	size_t after_count = 0, before_count = 0;

	for (size_t i = 0; i < shown_count; i++) {
		struct value value = shown_value_of(arena, plain(arena, shown[i].name), plain(arena, shown[i].before), plain(arena, shown[i].after));

		change_edit(change, kind_field(kind, "value"), EDIT_ADD, &value, 1);
		if (shown[i].wanted && shown[i].runs_after) {
			wanted[after_count++] = shown[i].wanted;
			wanted[after_count++] = shown[i].runs_after;
		}
		if (shown[i].wanted && shown[i].runs_before) {
			before[before_count++] = shown[i].wanted;
			before[before_count++] = shown[i].runs_before;
		}
	}
	if (full.secret)
		arena_holds_secret(change->arena);
	full.id = full.id ? full.id : guarded_id(arena);
	full.noun = kind->name;
	full.wanted = full.wanted ? full.wanted : wanted;
	full.confirm_s = full.confirm_s ? full.confirm_s : 120;
	change_edit_text(change, kind_field(kind, "change"), EDIT_SET, change_json(arena, &full, before));
	change_edit_text(change, kind_field(kind, "id"), EDIT_SET, full.id);
	change_edit_text(change, kind_field(kind, "secret"), EDIT_SET, full.secret ? "yes" : "no");
	change_edit_text(change, kind_field(kind, "service"), EDIT_SET, full.service);
	change_edit_text(change, kind_field(kind, "keep"), EDIT_SET, full.keep_sessions ? "yes" : "no");
	edit_number(change, "within", full.confirm_s);
	arena_free(arena);
	return change;
}

const struct kind *settings_kind(const struct guardian_report *report)
{
	const struct kind *kind = report->noun ? guarded_kind(report->noun) : NULL;

	return kind ? kind : &kind_setting;
}

struct change *settings_order(const struct kind *kind, const char *server, const char *word, const char *id, unsigned seconds)
{
	for (size_t i = 0; settings_orders[i]; i++) {
		struct change *change;

		if (strcmp(settings_orders[i], word))
			continue;
		change = change_new(VERB_EDIT, kind, server);
		change_edit_text(change, kind_field(kind, word), EDIT_SET, id);
		if (!strcmp(word, "more"))
			edit_number(change, "within", seconds);
		return change;
	}
	return NULL;
}

struct change *settings_restart(const char *server, const struct setting_follow_row *row)
{
	struct change *change = change_new(VERB_EDIT, &kind_setting, server);
	char *words = arena_format(change->arena, "!%s: %s", row->command, row->does);
	struct value value = { .bytes = words, .length = strlen(words) };

	change_edit_text(change, kind_field(&kind_setting, "restart"), EDIT_SET, row->service);
	change_edit(change, kind_field(&kind_setting, "say"), EDIT_ADD, &value, 1);
	return change;
}

/* --- and back ------------------------------------------------------------------------------------------- */

static void swap_files(struct arena *arena, struct guarded_change *change)
{
	struct guarded_file *files = arena_alloc(arena, (change->file_count + 1) * sizeof(*files));

	for (size_t i = 0; i < change->file_count; i++) {
		const struct guarded_file *file = &change->files[i];

		files[i] = (struct guarded_file){ .path = file->path, .bytes = file->seen, .length = file->seen_length, .seen = file->bytes,
			.seen_length = file->length };
	}
	change->files = files;
}

static void swap_variables(struct arena *arena, struct guarded_change *change)
{
	struct guarded_variable *variables = arena_alloc(arena, (change->variable_count + 1) * sizeof(*variables));

	for (size_t i = 0; i < change->variable_count; i++)
		variables[i] = (struct guarded_variable){ .name = change->variables[i].name, .value = change->variables[i].seen,
			.seen = change->variables[i].value };
	change->variables = variables;
}

static void swap_descriptors(struct guarded_change *change)
{
	uint64_t seen = change->descriptors_seen;

	change->descriptors_seen = change->descriptors;
	change->descriptors = seen;
}

static void swap_entries(struct arena *arena, struct guarded_change *change)
{
	struct guarded_entry *entries = arena_alloc(arena, (change->entry_count + 1) * sizeof(*entries));

	for (size_t i = 0; i < change->entry_count; i++)
		entries[i] = (struct guarded_entry){ .path = change->entries[i].path, .key = change->entries[i].key, .value = change->entries[i].seen,
			.seen = change->entries[i].value };
	change->entries = entries;
}

static const char **pairs_of(struct arena *arena, const char *json)
{
	struct json *tree = json_parse(json, strlen(json), NULL);
	const struct json *array = tree ? json_get(tree, "before") : NULL;
	size_t count = json_count(array) & ~(size_t)1, length;
	const char **pairs = arena_alloc(arena, (count + 1) * sizeof(*pairs));

	for (size_t i = 0; i < count; i++) {
		pairs[i] = json_bytes(arena, json_item(array, i), &length);
		if (!pairs[i])
			pairs[i] = "";
	}
	json_free(tree);
	return pairs;
}

char *guarded_inverse(struct arena *arena, const char *json, struct error *error)
{
	struct guarded_change change;
	const char *const *wanted;

	if (!guarded_change_read(arena, json, strlen(json), &change, error))
		return NULL;
	swap_files(arena, &change);
	swap_variables(arena, &change);
	swap_descriptors(&change);
	swap_entries(arena, &change);
	wanted = change.wanted;
	change.wanted = pairs_of(arena, json);
	change.id = guarded_id(arena);
	return change_json(arena, &change, wanted);
}
