/*
 * draft: one JSON file, replaced atomically, mode 0600.
 *
 * Writing fails with an error that names the file; reading never fails, what
 * cannot be understood is left out.  Start and end of a session only, on the
 * loop thread.
 */
#include "ui/draft.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "model/guarded.h"

#define DRAFT_FORMAT "postroom-draft-1"
#define DRAFT_MOST (1024 * 1024)

static const char *const how_words[] = { [EDIT_SET] = "set", [EDIT_ADD] = "add", [EDIT_REMOVE] = "remove" };

/* --- writing ---------------------------------------------------------------------------------- */

static struct json *values_json(const struct value *values, size_t count)
{
	struct json *array = json_array_new();

	for (size_t i = 0; i < count; i++)
		json_add_bytes(array, values[i].bytes, values[i].length);
	return array;
}

static bool has_secret(const struct field *field)
{
	if (field->type == FIELD_SECRET)
		return true;
	for (const struct part *part = field->parts; part != NULL && part->name != NULL; part++) {
		if (part->type == FIELD_SECRET)
			return true;
	}
	return false;
}

static struct json *edit_json(const struct change *change, const struct edit *edit)
{
	struct json *json = json_object_new();

	json_put_text(json, "field", edit->field->name);
	json_put_text(json, "how", how_words[edit->how]);
	json_put(json, "values", values_json(edit->values, edit->count));
	if (change->seen != NULL) {
		const struct field_values *seen = record_get(change->seen, edit->field->name);

		json_put(json, "seen", values_json(seen->values, seen->count));
	}
	return json;
}

static struct json *change_json(const struct change *change)
{
	struct json *json = json_object_new(), *edits = json_array_new();

	json_put_text(json, "verb", verb_word(change->verb));
	json_put_text(json, "kind", change->kind->name);
	json_put_text(json, "name", change->name);
	json_put_text(json, "id", change->id);
	json_put_text(json, "new_name", change->new_name);
	json_put_text(json, "reason", change->reason);
	for (size_t i = 0; i < change->edit_count; i++) {
		if (!has_secret(change->edits[i].field))
			json_add(edits, edit_json(change, &change->edits[i]));
	}
	json_put(json, "edits", edits);
	return json;
}

static char *draft_path(struct arena *arena, const char *state_directory)
{
	return arena_format(arena, "%s/draft.json", state_directory);
}

/* Of such an edit nothing would be left to offer. */
static bool of_secrets_alone(const struct change *change)
{
	for (size_t i = 0; i < change->edit_count; i++)
		if (!has_secret(change->edits[i].field))
			return false;
	return change->verb == VERB_EDIT && change->edit_count > 0;
}

bool draft_keeps(const struct change *change)
{
	if (change->verb == VERB_UNDO || of_secrets_alone(change))
		return false;
	/* Files as they were to be are not: they would be planned from what lay there then. */
	return kind_find(change->kind->name) != NULL || (change->kind == &kind_setting && guarded_set(change, "value") != NULL && guarded_set(change, "change") == NULL);
}

bool draft_save(const char *state_directory, struct change *const *changes, size_t count, struct error *error)
{
	struct json *root = json_object_new(), *list = json_array_new();
	struct arena *arena = arena_new();
	char *bytes;
	bool saved = true;

	json_put_text(root, "format", DRAFT_FORMAT);
	for (size_t i = 0; i < count; i++) {
		if (draft_keeps(changes[i]))
			json_add(list, change_json(changes[i]));
	}
	json_put(root, "changes", list);
	if (json_count(list) > 0) {
		bytes = json_print(root, true);
		saved = file_replace(draft_path(arena, state_directory), bytes, strlen(bytes), 0600, error);
		free(bytes);
	}
	json_free(root);
	arena_free(arena);
	return saved;
}

/* --- reading ---------------------------------------------------------------------------------- */

static struct value *values_from(struct arena *arena, const struct json *array, size_t *count)
{
	size_t items = json_count(array);
	struct value *values = arena_alloc(arena, items * sizeof *values);

	*count = 0;
	for (size_t i = 0; i < items; i++) {
		size_t length = 0;
		char *bytes = json_bytes(arena, json_item(array, i), &length);

		if (bytes != NULL) {
			values[*count].bytes = bytes;
			values[(*count)++].length = length;
		}
	}
	return values;
}

static void add_edit(struct change *change, struct record *seen, const struct json *json)
{
	const char *name = json_get_text(json, "field"), *how = json_get_text(json, "how");
	const struct field *field = name == NULL ? NULL : kind_field(change->kind, name);
	size_t count;
	struct value *values;

	if (field == NULL || how == NULL || has_secret(field))
		return;
	for (unsigned i = 0; i < sizeof how_words / sizeof *how_words; i++) {
		if (strcmp(how, how_words[i]) != 0)
			continue;
		values = values_from(change->arena, json_get(json, "values"), &count);
		change_edit(change, field, (enum edit_how)i, values, count);
	}
	if (json_get(json, "seen") != NULL) {
		values = values_from(change->arena, json_get(json, "seen"), &count);
		record_set(seen, name, count > 0 ? VALUE_OWN : VALUE_ABSENT, values, count);
	}
}

static bool verb_from(const char *word, enum verb *verb)
{
	for (int i = VERB_ADD; i <= VERB_DELETE; i++) {
		if (word != NULL && strcmp(word, verb_word((enum verb)i)) == 0) {
			*verb = (enum verb)i;
			return true;
		}
	}
	return false;
}

static struct change *change_from(const struct json *json)
{
	const char *kind_name = json_get_text(json, "kind"), *name = json_get_text(json, "name");
	const struct kind *kind = kind_name == NULL ? NULL : kind_find(kind_name);
	const struct json *edits = json_get(json, "edits");
	struct change *change;
	struct record *seen;
	enum verb verb;

	if (kind == NULL && kind_name != NULL)
		kind = strcmp(kind_name, kind_setting.name) == 0 ? &kind_setting : NULL;
	if (kind == NULL || name == NULL || !verb_from(json_get_text(json, "verb"), &verb))
		return NULL;
	change = change_new(verb, kind, name);
	change->id = arena_text(change->arena, json_get_text(json, "id"));
	change->new_name = arena_text(change->arena, json_get_text(json, "new_name"));
	change->reason = arena_text(change->arena, json_get_text(json, "reason"));
	seen = record_new(kind);
	seen->name = arena_text(seen->arena, name);
	for (size_t i = 0; i < json_count(edits); i++)
		add_edit(change, seen, json_item(edits, i));
	if (verb == VERB_EDIT)
		change_saw(change, seen);
	record_free(seen);
	if (!draft_keeps(change)) {
		change_free(change);
		return NULL;
	}
	return change;
}

size_t draft_load(const char *state_directory, struct change ***changes)
{
	struct arena *arena = arena_new();
	struct error error;
	size_t length = 0, count = 0;
	char *bytes = file_read(arena, draft_path(arena, state_directory), DRAFT_MOST, &length, &error);
	struct json *root = bytes == NULL ? NULL : json_parse(bytes, length, &error);
	const char *format = root == NULL ? NULL : json_get_text(root, "format");
	const struct json *list = format != NULL && strcmp(format, DRAFT_FORMAT) == 0 ? json_get(root, "changes") : NULL;

	*changes = NULL;
	if (list != NULL && json_count(list) > 0) {
		*changes = memory_new(DRAFTS_MOST * sizeof **changes);
		for (size_t i = 0; i < json_count(list) && count < DRAFTS_MOST; i++) {
			struct change *change = change_from(json_item(list, i));

			if (change != NULL)
				(*changes)[count++] = change;
		}
	}
	if (count == 0) {
		free(*changes);
		*changes = NULL;
	}
	json_free(root);
	arena_free(arena);
	return count;
}

void draft_remove(const char *state_directory)
{
	struct arena *arena = arena_new();

	unlink(draft_path(arena, state_directory));
	arena_free(arena);
}
