/*
 * convert_named: DNs shown as the names of what they point at.
 *
 * Several fields may share one attribute (users and groups among the members):
 * each shows its own kind and leaves the values of the others alone.  A second
 * attribute holds the same names in plain (memberUid) and is kept in step.
 * The names come with the entry (names.h).  Pure; any thread.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "directory/convert_private.h"
#include "directory/names.h"

static int by_folded(const void *a, const void *b)
{
	return strcasecmp(*(const char *const *)a, *(const char *const *)b);
}

enum { SOME = 5 };

/* Names in order, for looking up one among fifty thousand. */
struct set {
	const char **list;
	size_t count;
};

static struct set set_new(struct arena *arena, size_t most)
{
	return (struct set){ .list = arena_alloc(arena, (most + 1) * sizeof(char *)) };
}

static void set_sort(struct set *set)
{
	if (set->count > 1)
		qsort(set->list, set->count, sizeof *set->list, by_folded);
}

static bool set_holds(const struct set *set, const char *name)
{
	return set->count > 0 && bsearch(&name, set->list, set->count, sizeof *set->list, by_folded) != NULL;
}

static bool is_own(const struct convert *with, const struct entry *entry, const char *dn, const char **name)
{
	const char *kind = names_kind(with->profile, entry->names, with->arena, dn, name);

	return kind != NULL && with->mapping->field->reference != NULL && strcmp(kind, with->mapping->field->reference) == 0;
}

/* --- named twice ------------------------------------------------------------------------ */

bool convert_named_twice(const struct mapping *mapping)
{
	return mapping->converter != NULL && mapping->converter->write == write_named && mapping->attributes[1] != NULL;
}

static bool in_order(const struct value *a, size_t a_count, const struct attribute *b)
{
	size_t i;

	if (a_count != (b == NULL ? 0 : b->count))
		return false;
	for (i = 0; i < a_count; i++)
		if (strcasecmp(a[i].bytes, b->values[i].bytes) != 0)
			return false;
	return true;
}

static struct set set_of(struct arena *arena, const struct value *values, size_t count)
{
	struct set set = set_new(arena, count);
	size_t i;

	for (i = 0; i < count; i++)
		set.list[set.count++] = values[i].bytes;
	set_sort(&set);
	return set;
}

/* "only by DN: a, b and 3 more"; NULL: each is in the other set. Names of computers end in a dollar sign and are no users. */
static const char *only_in(struct arena *arena, const struct set *these, const struct set *those, const char *how)
{
	const char *words = NULL;
	size_t count = 0, i;

	for (i = 0; i < these->count; i++) {
		size_t length = strlen(these->list[i]);

		if (length == 0 || these->list[i][length - 1] == '$' || set_holds(those, these->list[i]))
			continue;
		if (count++ < SOME)
			words = arena_format(arena, "%s%.100s", words == NULL ? how : arena_format(arena, "%s, ", words), these->list[i]);
	}
	return count > SOME ? arena_format(arena, "%s and %zu more", words, count - SOME) : words;
}

/* Both attributes are one membership to those who read them, so what stands in one alone is told. */
static const char *halves(const struct convert *with, const struct entry *entry, const struct field_values *named)
{
	const struct attribute *plain = entry_get(entry, with->mapping->attributes[1]);
	struct set by_dn, by_login;
	const char *first, *second;

	if (in_order(named->values, named->count, plain))
		return NULL;
	by_dn = set_of(with->arena, named->values, named->count);
	by_login = set_of(with->arena, plain == NULL ? NULL : plain->values, plain == NULL ? 0 : plain->count);
	first = only_in(with->arena, &by_dn, &by_login, "only by DN: ");
	second = only_in(with->arena, &by_login, &by_dn, "only by login: ");
	return first == NULL || second == NULL ? (first == NULL ? second : first) : arena_format(with->arena, "%s; %s", first, second);
}

/* --- reading ---------------------------------------------------------------------------- */

void read_named(const struct convert *with, const struct entry *entry, struct field_values *out)
{
	const struct attribute *stored = entry_get(entry, with->mapping->attributes[0]);
	struct value *values = stored == NULL ? NULL : arena_alloc(with->arena, (stored->count + 1) * sizeof *values);
	const char *name;
	size_t i;

	for (i = 0; stored != NULL && i < stored->count; i++)
		if (is_own(with, entry, stored->values[i].bytes, &name))
			values[out->count++] = (struct value){ .bytes = name, .length = strlen(name) };
	out->values = values;
	if (out->count > 0)
		out->presence = VALUE_OWN;
	if (convert_named_twice(with->mapping))
		out->note = halves(with, entry, out);
}

/* What is neither a user nor a group: computers, and DNs that nobody knows. */
void read_named_other(const struct convert *with, const struct entry *entry, struct field_values *out)
{
	struct value *values = NULL;
	size_t capacity = 0, i, j;

	for (j = 0; with->mapping->attributes[j] != NULL; j++) {
		const struct attribute *stored = entry_get(entry, with->mapping->attributes[j]);

		for (i = 0; stored != NULL && i < stored->count; i++) {
			const char *name, *kind = names_kind(with->profile, entry->names, with->arena, stored->values[i].bytes, &name);

			if (kind != NULL && (strcmp(kind, kind_user.name) == 0 || strcmp(kind, kind_group.name) == 0))
				continue;
			values = arena_grow(with->arena, values, &capacity, out->count + 1, sizeof *values);
			values[out->count++] = stored->values[i];
		}
	}
	out->values = values;
	if (out->count > 0)
		out->presence = VALUE_OWN;
}

/* Brings the attribute with the plain names into step. */
static void write_plain(const struct convert *with, const struct set *gone, const struct set *come, struct entry *draft)
{
	const char *attribute = with->mapping->attributes[1];
	const struct attribute *stored = attribute == NULL ? NULL : entry_get(draft, attribute);
	size_t most = (stored == NULL ? 0 : stored->count) + come->count, count = 0, i;
	struct value *values = arena_alloc(draft->arena, most * sizeof *values);
	struct set there = set_new(with->arena, most);

	if (attribute == NULL)
		return;
	for (i = 0; stored != NULL && i < stored->count; i++) {
		if (set_holds(gone, stored->values[i].bytes))
			continue;
		values[count++] = stored->values[i];
		there.list[there.count++] = stored->values[i].bytes;
	}
	set_sort(&there);
	for (i = 0; i < come->count; i++)
		if (!set_holds(&there, come->list[i]) && (i == 0 || strcasecmp(come->list[i], come->list[i - 1]) != 0))
			values[count++] = value_text(draft->arena, come->list[i]);
	entry_put(draft, attribute, values, count);
}

/* Who the change names, though the DN is there or was never: the plain name is brought in step as well. */
static void add_named(const struct convert *with, const struct entry *draft, const struct set *wish, struct set *gone, struct set *come)
{
	const struct change *change = convert_named_twice(with->mapping) ? with->change : NULL;
	size_t i, j;

	for (i = 0; change != NULL && i < change->edit_count; i++) {
		const struct edit *edit = &change->edits[i];

		for (j = 0; edit->field == with->mapping->field && j < edit->count; j++) {
			const char *typed = edit->values[j].bytes, *name = typed;

			if (edit->how == EDIT_REMOVE && !set_holds(wish, typed))
				gone->list[gone->count++] = typed;
			else if (edit->how != EDIT_REMOVE && names_place(draft->names, with->mapping->field->reference, typed, &name) != NULL)
				come->list[come->count++] = arena_text(with->arena, name);
		}
	}
}

static size_t named_count(const struct convert *with)
{
	size_t count = 0, i;

	for (i = 0; with->change != NULL && i < with->change->edit_count; i++)
		count += with->change->edits[i].field == with->mapping->field ? with->change->edits[i].count : 0;
	return count;
}

bool write_named(const struct convert *with, const struct field_values *wanted, struct entry *draft, struct error *error)
{
	const struct attribute *stored = entry_get(draft, with->mapping->attributes[0]);
	size_t most = (stored == NULL ? 0 : stored->count) + wanted->count, count = 0, i;
	struct value *values = arena_alloc(draft->arena, most * sizeof *values);
	struct set wish = set_new(with->arena, wanted->count), there = set_new(with->arena, most);
	struct set gone = set_new(with->arena, most + named_count(with)), come = set_new(with->arena, wanted->count + named_count(with));
	const char *name, *place;

	for (i = 0; i < wanted->count; i++)
		wish.list[wish.count++] = wanted->values[i].bytes;
	set_sort(&wish);
	for (i = 0; stored != NULL && i < stored->count; i++) {
		bool own = is_own(with, draft, stored->values[i].bytes, &name);

		if (own && !set_holds(&wish, name)) {
			gone.list[gone.count++] = name;
			continue;
		}
		values[count++] = stored->values[i];
		if (own)
			there.list[there.count++] = name;
	}
	set_sort(&there);
	for (i = 0; i < wanted->count; i++) {
		if (set_holds(&there, wanted->values[i].bytes))
			continue;
		place = names_place(draft->names, with->mapping->field->reference, wanted->values[i].bytes, &name);
		if (place == NULL)
			return error_set(error, ERROR_INVALID, "%s: there is no %s \"%.100s\"", with->mapping->field->label,
				with->mapping->field->reference, wanted->values[i].bytes);
		values[count++] = value_text(draft->arena, place);
		come.list[come.count++] = arena_text(with->arena, name);
	}
	entry_put(draft, with->mapping->attributes[0], values, count);
	add_named(with, draft, &wish, &gone, &come);
	set_sort(&gone);
	set_sort(&come);
	write_plain(with, &gone, &come, draft);
	return true;
}
