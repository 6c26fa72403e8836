/*
 * names: DNs to names and back, see names.h.
 *
 * A search that fails leaves its DNs unknown; they are then shown as they are
 * and never lost.
 */
#include "directory/names.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "directory/convert.h"
#include "directory/dn.h"
#include "directory/filter.h"
#include "directory/read.h"
#include "directory/request.h"

/* More than these are shown as DNs: a group has many users, which need no question, and few groups. */
enum { TERMS_MOST = 100, ASKED_MOST = 1000 };

struct names *names_new(struct arena *arena)
{
	struct names *names = arena_alloc(arena, sizeof *names);

	names->arena = arena;
	return names;
}

bool names_are(const struct mapping *mapping)
{
	return mapping->converter != NULL && strncmp(mapping->converter->name, "named", 5) == 0;
}

/* --- what a DN tells by itself ----------------------------------------------------------------- */

/* The one kind whose objects are named by this attribute; NULL: several or none. */
static const char *kind_by_naming(const struct profile *profile, const char *attribute, size_t length)
{
	const char *kind = NULL;
	size_t i;

	for (i = 0; i < profile->kind_count; i++) {
		if (strlen(profile->kinds[i].naming) != length || strncasecmp(profile->kinds[i].naming, attribute, length) != 0)
			continue;
		if (kind != NULL)
			return NULL;
		kind = profile->kinds[i].kind->name;
	}
	return kind;
}

/* Groups of fifty thousand are read by this, so a plain DN is not taken apart by the library. */
static bool first_part(struct arena *arena, const char *dn, const char **attribute, size_t *attribute_length, const char **value)
{
	size_t length = strcspn(dn, "="), end;
	char *name, *text;

	if (dn[length] == '=' && dn[length + 1] != '#' && strcspn(dn, " \\+,\"") > length) {
		end = strcspn(dn + length + 1, "\\+\",");
		if (end > 0 && (dn[length + 1 + end] == ',' || dn[length + 1 + end] == '\0')) {
			*attribute = dn;
			*attribute_length = length;
			*value = arena_bytes(arena, dn + length + 1, end);
			return true;
		}
	}
	if (!dn_first(arena, dn, &name, &text, &length))
		return false;
	*attribute = name;
	*attribute_length = strlen(name);
	*value = text;
	return true;
}

static const struct name *by_dn(const struct names *names, struct arena *arena, const char *dn)
{
	const char *normal = names == NULL || names->count == 0 ? NULL : dn_normal(arena, dn);
	size_t i;

	for (i = 0; normal != NULL && i < names->count; i++)
		if (strcmp(names->list[i].normal, normal) == 0)
			return &names->list[i];
	return NULL;
}

const char *names_kind(const struct profile *profile, const struct names *names, struct arena *arena, const char *dn, const char **name)
{
	const char *attribute, *value, *kind;
	const struct name *known;
	size_t length;

	*name = NULL;
	if (!first_part(arena, dn, &attribute, &length, &value))
		return NULL;
	kind = kind_by_naming(profile, attribute, length);
	if (kind != NULL) {
		*name = value;
		return kind;
	}
	known = by_dn(names, arena, dn);
	if (known == NULL || known->kind == NULL)
		return NULL;
	*name = arena_text(arena, known->name);
	return known->kind;
}

const char *names_place(const struct names *names, const char *kind, const char *name, const char **stored)
{
	size_t i;

	for (i = 0; names != NULL && i < names->count; i++) {
		const struct name *known = &names->list[i];

		if (known->kind == NULL || strcmp(known->kind, kind) != 0 || !text_same_ascii_case(known->name, name))
			continue;
		if (stored != NULL)
			*stored = known->name;
		return known->place;
	}
	return NULL;
}

/* --- asking --------------------------------------------------------------------------------------- */

static void learn(const struct world *world, struct names *names, const struct entry *entry)
{
	const char *normal = dn_normal(names->arena, entry->dn);
	struct name *known;
	const char *kind, *name;

	if (normal == NULL || by_dn(names, names->arena, entry->dn) != NULL)
		return;
	read_holder(world, names->arena, entry, &kind, &name);
	names->list = arena_grow(names->arena, names->list, &names->capacity, names->count + 1, sizeof *names->list);
	known = &names->list[names->count++];
	*known = (struct name){ .normal = normal, .place = arena_text(names->arena, entry->dn), .name = arena_text(names->arena, name) };
	known->kind = strcmp(kind, "object") == 0 ? NULL : kind;
}

static bool ask(const struct world *world, struct connection *connection, struct names *names, const struct filter *filter, struct error *error)
{
	static const char *const attributes[] = { "objectClass", "cn", "uid", NULL };
	struct search search = { .base = world_base(world), .scope = SCOPE_BELOW, .filter = filter, .attributes = attributes };
	struct arena *scratch = arena_new();
	struct found found;
	bool fine = request_search(connection, scratch, &search, &found, error);
	size_t i;

	for (i = 0; fine && i < found.count; i++)
		learn(world, names, found.entries[i]);
	arena_free(scratch);
	return fine;
}

/* Questions that are collected until a hundred of them make one search. */
struct question {
	const struct world *world;
	struct connection *connection;
	struct names *names;
	struct arena *arena;
	struct filter *any;
	size_t asked;
	struct error *error;
};

static bool put(struct question *question)
{
	bool fine = question->any == NULL || question->any->inside_count == 0 ||
		ask(question->world, question->connection, question->names, question->any, question->error);

	question->any = NULL;
	return fine;
}

static bool add(struct question *question, struct filter *term)
{
	if (question->any == NULL)
		question->any = filter_group(question->arena, FILTER_OR);
	filter_into(question->arena, question->any, term);
	question->asked++;
	return question->any->inside_count < TERMS_MOST || put(question);
}

void names_of_entry(const struct world *world, struct connection *connection, const struct profile_kind *kind, struct entry *entry)
{
	const struct profile *profile = world_profile(world);
	struct question question = { .world = world, .connection = connection, .arena = arena_new() };
	size_t count = kind_field_count(kind->kind), i, j;

	if (entry->names == NULL)
		entry->names = names_new(entry->arena);
	question.names = entry->names;
	for (i = 0; i < count && world_attribute(world, "entryDN") != NULL; i++) {
		const struct mapping *mapping = &kind->mappings[i];
		const struct attribute *values = names_are(mapping) ? entry_get(entry, mapping->attributes[0]) : NULL;

		/* The same attribute once more, for another field. */
		if (values == NULL || (i > 0 && names_are(mapping - 1) && text_same_ascii_case((mapping - 1)->attributes[0], mapping->attributes[0])))
			continue;
		for (j = 0; j < values->count && question.asked < ASKED_MOST; j++) {
			const char *attribute, *value;
			size_t length;

			if (!first_part(question.arena, values->values[j].bytes, &attribute, &length, &value) ||
			    kind_by_naming(profile, attribute, length) != NULL || by_dn(entry->names, question.arena, values->values[j].bytes) != NULL)
				continue;
			if (!add(&question, filter_equal_text(question.arena, "entryDN", values->values[j].bytes)))
				break;
		}
	}
	put(&question);
	arena_free(question.arena);
}

static struct filter *named_filter(const struct world *world, struct arena *arena, const struct kind *kind, const char *name)
{
	const struct profile_kind *held = kind == NULL ? NULL : profile_kind(world_profile(world), kind);

	return held == NULL ? NULL : filter_both(arena, held->find, filter_equal_text(arena, held->naming, name));
}

bool names_of_change(const struct world *world, struct connection *connection, struct names *names, const struct change *change,
		struct missing **missing, size_t *missing_count, bool *gone, struct error *error)
{
	const struct profile_kind *held = profile_kind(world_profile(world), change->kind);
	struct question question = { .world = world, .connection = connection, .names = names, .arena = arena_new(), .error = error };
	size_t capacity = 0, i, j;
	bool fine = true;

	*missing = NULL;
	*missing_count = 0;
	*gone = false;
	for (i = 0; fine && i < change->edit_count; i++) {
		const struct edit *edit = &change->edits[i];
		const struct mapping *mapping = profile_mapping(held, edit->field);

		for (j = 0; fine && mapping != NULL && names_are(mapping) && edit->field->reference != NULL && j < edit->count; j++) {
			struct filter *term = named_filter(world, question.arena, kind_find(edit->field->reference), edit->values[j].bytes);

			fine = term == NULL || add(&question, term);
		}
	}
	fine = fine && put(&question);
	for (i = 0; fine && i < change->edit_count; i++) {
		const struct edit *edit = &change->edits[i];
		const struct mapping *mapping = profile_mapping(held, edit->field);

		for (j = 0; mapping != NULL && names_are(mapping) && edit->field->reference != NULL && j < edit->count; j++) {
			if (names_place(names, edit->field->reference, edit->values[j].bytes, NULL) != NULL)
				continue;
			*gone = *gone || edit->how == EDIT_REMOVE;
			if (edit->how == EDIT_REMOVE)
				continue;
			*missing = arena_grow(names->arena, *missing, &capacity, *missing_count + 1, sizeof **missing);
			(*missing)[(*missing_count)++] = (struct missing){ .field = edit->field, .value = edit->values[j].bytes };
		}
	}
	arena_free(question.arena);
	return fine;
}
