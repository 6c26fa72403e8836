/*
 * guardian_words: change and report of the guardian as JSON, both ways, and
 * the words of its states.
 *
 * What cannot be read is told by the key that is wrong.  Pure; any thread.
 */
#include "settings/guardian.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "settings/layers.h"
#include "settings/map_file.h"

static const char *const words[] = {
	[GUARDIAN_NONE] = "none", [GUARDIAN_CHECKING] = "checking", [GUARDIAN_REFUSED] = "refused", [GUARDIAN_INSTALLING] = "installing",
	[GUARDIAN_LOOKING] = "looking", [GUARDIAN_WAITING] = "waiting", [GUARDIAN_CONFIRMED] = "confirmed",
	[GUARDIAN_ROLLING_BACK] = "rolling_back", [GUARDIAN_ROLLED_BACK] = "rolled_back", [GUARDIAN_STUCK] = "stuck",
};
enum { MOST_FILES = 100 };

const char *guardian_state_word(enum guardian_state state)
{
	return words[state];
}

bool guardian_state_parse(const char *word, enum guardian_state *state)
{
	for (size_t i = 0; word && i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(words[i], word) != 0)
			continue;
		*state = (enum guardian_state)i;
		return true;
	}
	return false;
}

static char *printed(struct arena *arena, struct json *json)
{
	char *line = json_print(json, false), *copy = arena_text(arena, line);

	memory_wipe(line, strlen(line));
	free(line);
	json_free_wiped(json);
	return copy;
}

static void put_texts(struct json *object, const char *key, const char *const *texts)
{
	struct json *array = json_array_new();

	for (size_t i = 0; texts && texts[i]; i++)
		json_add_text(array, texts[i]);
	json_put(object, key, array);
}

/* NULL-terminated; NULL where one is no text. A missing list is an empty one. */
static const char *const *get_texts(struct arena *arena, const struct json *object, const char *key)
{
	const struct json *array = json_get(object, key);
	size_t count = json_count(array);
	const char **texts = arena_alloc(arena, (count + 1) * sizeof(*texts));
	size_t length;

	for (size_t i = 0; i < count; i++)
		if (!(texts[i] = json_bytes(arena, json_item(array, i), &length)))
			return NULL;
	return texts;
}

static char *text_at(struct arena *arena, const struct json *object, const char *key)
{
	const struct json *value = json_get(object, key);
	size_t length;

	return value ? json_bytes(arena, value, &length) : NULL;
}

/* --- a change ------------------------------------------------------------------------------- */

/* No file is a flag of its own: a value that is missing or of another type must never delete one. */
static void put_bytes(struct json *object, const char *key, const char *none, const char *bytes, size_t length)
{
	if (bytes)
		json_put_bytes(object, key, bytes, length);
	else
		json_put_flag(object, none, true);
}

static bool get_bytes(struct arena *arena, const struct json *object, const char *key, const char *none, const char **bytes,
		size_t *length)
{
	const struct json *value = json_get(object, key);

	*bytes = value ? json_bytes(arena, value, length) : NULL;
	return *bytes ? !json_get_flag(object, none) : !value && json_get_flag(object, none);
}

static void put_entries(struct json *json, const struct guarded_change *change)
{
	struct json *entries = json_array_new();

	for (size_t i = 0; i < change->entry_count; i++) {
		const struct guarded_entry *entry = &change->entries[i];
		struct json *one = json_object_new();

		json_put_text(one, "path", entry->path);
		json_put_text(one, "key", entry->key);
		put_bytes(one, "value", "gone", entry->value, entry->value ? strlen(entry->value) : 0);
		put_bytes(one, "seen", "new", entry->seen, entry->seen ? strlen(entry->seen) : 0);
		json_add(entries, one);
	}
	if (change->entry_count > 0)
		json_put(json, "entries", entries);
	else
		json_free(entries);
}

/* Only where there is something: most changes are of files. */
static void put_variables(struct json *json, const struct guarded_change *change)
{
	struct json *variables = json_array_new();

	for (size_t i = 0; i < change->variable_count; i++) {
		const struct guarded_variable *variable = &change->variables[i];
		struct json *one = json_object_new();

		json_put_text(one, "name", variable->name);
		put_bytes(one, "value", "unset", variable->value, variable->value ? strlen(variable->value) : 0);
		put_bytes(one, "seen", "new", variable->seen, variable->seen ? strlen(variable->seen) : 0);
		json_add(variables, one);
	}
	put_entries(json, change);
	if (change->variable_count > 0)
		json_put(json, "variables", variables);
	else
		json_free(variables);
	if (change->commits)
		put_texts(json, "commits", change->commits);
	if (change->maps)
		put_texts(json, "maps", change->maps);
	if (change->ucr)
		json_put_text(json, "ucr", change->ucr);
	if (change->ucr_directory)
		json_put_text(json, "ucr_directory", change->ucr_directory);
	if (change->descriptors) {
		json_put_number(json, "descriptors", (int64_t)change->descriptors);
		json_put_number(json, "descriptors_seen", (int64_t)change->descriptors_seen);
	}
	if (change->at_once)
		json_put_flag(json, "at_once", true);
	if (change->own)
		json_put_flag(json, "own", true);
	if (change->restarts)
		json_put_flag(json, "restarts", true);
}

char *guarded_change_json(struct arena *arena, const struct guarded_change *change)
{
	struct json *json = json_object_new(), *files = json_array_new();

	json_put_text(json, "id", change->id);
	json_put_text(json, "who", change->who);
	json_put_text(json, "sentence", change->sentence);
	if (change->noun)
		json_put_text(json, "noun", change->noun);
	json_put_text(json, "service", change->service);
	json_put_text(json, "config", change->config);
	json_put_number(json, "confirm_s", change->confirm_s);
	json_put_flag(json, "keep_sessions", change->keep_sessions);
	json_put_flag(json, "secret", change->secret);
	put_texts(json, "wanted", change->wanted);
	for (size_t i = 0; i < change->file_count; i++) {
		const struct guarded_file *file = &change->files[i];
		struct json *one = json_object_new();

		json_put_text(one, "path", file->path);
		put_bytes(one, "bytes", "gone", file->bytes, file->length);
		put_bytes(one, "seen", "new", file->seen, file->seen_length);
		json_add(files, one);
	}
	json_put(json, "files", files);
	put_variables(json, change);
	if (change->secret)
		arena_holds_secret(arena);
	return printed(arena, json);
}

/* It stands in orders and names of files. */
static bool plain_id(const char *id)
{
	size_t length = strlen(id);

	return length > 0 && length <= 100 && id[0] != '-' &&
		strspn(id, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") == length;
}

static bool plain_path(const char *path)
{
	return path && path[0] == '/' && !strstr(path, "//") && !strstr(path, "/../") && !strstr(path, "/./") && path[strlen(path) - 1] != '/';
}

static bool read_entries(struct arena *arena, const struct json *json, struct guarded_change *change, struct error *error)
{
	const struct json *entries = json_get(json, "entries");
	size_t count = json_count(entries), length;
	struct guarded_entry *list = arena_alloc(arena, (count + 1) * sizeof(*list));

	if (count > MOST_FILES)
		return error_set(error, ERROR_INVALID, "a guarded change has at most %d lines of tables, not %zu", MOST_FILES, count);
	for (size_t i = 0; i < count; i++) {
		const struct json *one = json_item(entries, i);

		list[i].path = text_at(arena, one, "path");
		list[i].key = text_at(arena, one, "key");
		if (!plain_path(list[i].path) || !list[i].key || !map_file_key(list[i].key))
			return error_set(error, ERROR_INVALID, "line %zu of a table in the guarded change has no plain path or key", i + 1);
		if (!get_bytes(arena, one, "value", "gone", &list[i].value, &length) || !get_bytes(arena, one, "seen", "new", &list[i].seen, &length) ||
		    (list[i].value && strpbrk(list[i].value, "\n\r")))
			return error_set(error, ERROR_INVALID, "the guarded change does not say what the line of %s is and is to be", list[i].key);
	}
	change->entries = list;
	change->entry_count = count;
	return true;
}

/* "/etc/x", or with letters and a colon in front. */
static bool plain_map(const char *map)
{
	size_t type = strspn(map, "abcdefghijklmnopqrstuvwxyz");

	return plain_path(type > 0 && map[type] == ':' ? map + type + 1 : map);
}

static bool read_variables(struct arena *arena, const struct json *json, struct guarded_change *change, struct error *error)
{
	const struct json *variables = json_get(json, "variables");
	struct guarded_variable *list = arena_alloc(arena, (json_count(variables) + 1) * sizeof(*list));
	size_t length;

	for (size_t i = 0; i < json_count(variables); i++) {
		const struct json *one = json_item(variables, i);

		list[i].name = text_at(arena, one, "name");
		if (!list[i].name || !layers_key_valid(list[i].name) || !get_bytes(arena, one, "value", "unset", &list[i].value, &length) ||
		    !get_bytes(arena, one, "seen", "new", &list[i].seen, &length))
			return error_set(error, ERROR_INVALID, "variable %zu of the guarded change has no name, or not what it is and is to be", i + 1);
	}
	change->variables = list;
	change->variable_count = json_count(variables);
	change->commits = json_get(json, "commits") ? get_texts(arena, json, "commits") : NULL;
	change->maps = json_get(json, "maps") ? get_texts(arena, json, "maps") : NULL;
	change->ucr = text_at(arena, json, "ucr");
	change->ucr_directory = text_at(arena, json, "ucr_directory");
	change->at_once = json_get_flag(json, "at_once");
	change->own = json_get_flag(json, "own");
	change->restarts = json_get_flag(json, "restarts");
	for (size_t i = 0; change->maps && change->maps[i]; i++)
		if (!plain_map(change->maps[i]))
			return error_set(error, ERROR_INVALID, "\"%s\" in the guarded change is no plain absolute path", change->maps[i]);
	for (size_t i = 0; change->commits && change->commits[i]; i++)
		if (!plain_path(change->commits[i]))
			return error_set(error, ERROR_INVALID, "\"%s\" in the guarded change is no plain absolute path", change->commits[i]);
	return (!change->ucr || plain_path(change->ucr)) && (!change->ucr_directory || plain_path(change->ucr_directory)) ? true :
		error_set(error, ERROR_INVALID, "the guarded change names no plain place of ucr");
}

static bool read_files(struct arena *arena, const struct json *json, struct guarded_change *change, struct error *error)
{
	const struct json *files = json_get(json, "files");
	size_t count = json_count(files);
	struct guarded_file *list = arena_alloc(arena, (count + 1) * sizeof(*list));

	if ((count == 0 && json_count(json_get(json, "variables")) == 0 && json_count(json_get(json, "entries")) == 0 && !change->descriptors) || count > MOST_FILES)
		return error_set(error, ERROR_INVALID, "a guarded change has 1 to %d files, not %zu", MOST_FILES, count);
	for (size_t i = 0; i < count; i++) {
		const struct json *one = json_item(files, i);

		list[i].path = text_at(arena, one, "path");
		if (!plain_path(list[i].path))
			return error_set(error, ERROR_INVALID, "file %zu of the guarded change has no plain absolute path", i + 1);
		if (!get_bytes(arena, one, "bytes", "gone", &list[i].bytes, &list[i].length) ||
		    !get_bytes(arena, one, "seen", "new", &list[i].seen, &list[i].seen_length))
			return error_set(error, ERROR_INVALID, "the guarded change does not say what %s is and what it is to be", list[i].path);
		for (size_t k = 0; k < i; k++)
			if (!strcmp(list[k].path, list[i].path))
				return error_set(error, ERROR_INVALID, "%s stands twice in the guarded change", list[i].path);
	}
	change->files = list;
	change->file_count = count;
	return true;
}

/* 0: none, or none that a process could have. */
static uint64_t descriptors_at(const struct json *json, const char *key)
{
	int64_t number = json_get_number(json, key, 0);

	return number > 0 && number <= UINT32_MAX ? (uint64_t)number : 0;
}

bool guarded_change_read(struct arena *arena, const char *bytes, size_t length, struct guarded_change *change, struct error *error)
{
	struct json *json = json_parse(bytes, length, error);
	int64_t within;
	bool fine;

	*change = (struct guarded_change){ 0 };
	if (!json)
		return error_prefix(error, "the guarded change cannot be read");
	change->id = text_at(arena, json, "id");
	change->who = text_at(arena, json, "who");
	change->sentence = text_at(arena, json, "sentence");
	change->noun = text_at(arena, json, "noun");
	change->service = text_at(arena, json, "service");
	change->config = text_at(arena, json, "config");
	change->wanted = get_texts(arena, json, "wanted");
	change->descriptors = descriptors_at(json, "descriptors");
	change->descriptors_seen = descriptors_at(json, "descriptors_seen");
	within = json_get_number(json, "confirm_s", 120);
	change->confirm_s = (unsigned)within;
	change->keep_sessions = json_get_flag(json, "keep_sessions");
	change->secret = json_get_flag(json, "secret");
	if (change->secret)
		arena_holds_secret(arena);
	if (!change->id || !plain_id(change->id))
		fine = error_set(error, ERROR_INVALID, "the guarded change has no id of letters, digits and hyphens");
	else if (!change->wanted || (change->config && !plain_path(change->config)))
		fine = error_set(error, ERROR_INVALID, "the guarded change names no plain values or configuration");
	else if (within < 1 || within > 86400)
		fine = error_set(error, ERROR_INVALID, "a change is confirmed within 1 s to a day, not within %lld s", (long long)within);
	else
		fine = read_files(arena, json, change, error) && read_entries(arena, json, change, error) && read_variables(arena, json, change, error);
	for (size_t i = 0; fine && change->wanted[i]; i += 2)
		if (!change->wanted[i + 1])
			fine = error_set(error, ERROR_INVALID, "the wanted value %s has no other half", change->wanted[i]);
	json_free_wiped(json);
	return fine;
}

/* --- a report ---------------------------------------------------------------------------------- */

char *guardian_report_json(struct arena *arena, const struct guardian_report *report)
{
	struct json *json = json_object_new();

	json_put_text(json, "state", guardian_state_word(report->state));
	json_put_text(json, "id", report->id);
	json_put_text(json, "who", report->who);
	json_put_text(json, "sentence", report->sentence);
	if (report->noun)
		json_put_text(json, "noun", report->noun);
	json_put_number(json, "since", report->since);
	json_put_number(json, "deadline", report->deadline);
	json_put_number(json, "now", report->now);
	json_put_text(json, "why", report->why);
	json_put_text(json, "kind", report->kind == ERROR_NONE ? NULL : error_word(report->kind));
	put_texts(json, "lines", report->lines);
	return printed(arena, json);
}

static enum error_kind kind_of(const char *word)
{
	for (int kind = ERROR_NONE + 1; word && kind <= ERROR_CANCELLED; kind++)
		if (!strcmp(error_word((enum error_kind)kind), word))
			return (enum error_kind)kind;
	return word ? ERROR_INTERNAL : ERROR_NONE;
}

bool guardian_report_read(struct arena *arena, const char *bytes, size_t length, struct guardian_report *report, struct error *error)
{
	struct json *json = json_parse(bytes, length, error);
	bool fine;

	*report = (struct guardian_report){ 0 };
	if (!json)
		return error_prefix(error, "the guardian's report cannot be read");
	fine = guardian_state_parse(json_get_text(json, "state"), &report->state);
	report->id = text_at(arena, json, "id");
	report->who = text_at(arena, json, "who");
	report->sentence = text_at(arena, json, "sentence");
	report->noun = text_at(arena, json, "noun");
	report->since = json_get_number(json, "since", 0);
	report->deadline = json_get_number(json, "deadline", 0);
	report->now = json_get_number(json, "now", 0);
	report->why = text_at(arena, json, "why");
	report->kind = kind_of(json_get_text(json, "kind"));
	report->lines = get_texts(arena, json, "lines");
	json_free(json);
	if (!fine || !report->lines)
		return error_set(error, ERROR_INVALID, "this is no report of a guardian");
	return true;
}
