/*
 * record: the values of one object in an arena, and their words for people.
 *
 * No function fails.  A record belongs to one thread at a time.  Values keep
 * their true bytes; whoever shows words makes them visible.
 */
#include "model/record.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "model/check.h"

#define SHOWN_MOST 200
#define SHOWN_MOST 200
#define DOTS "........"

struct record *record_new_in(struct arena *arena, const struct kind *kind)
{
	struct record *record = arena_alloc(arena, sizeof(*record));

	record->arena = arena;
	record->kind = kind;
	record->name = "";
	record->place = "";
	record->fields = arena_alloc(arena, kind_field_count(kind) * sizeof(*record->fields));
	return record;
}

struct record *record_new(const struct kind *kind)
{
	return record_new_in(arena_new(), kind);
}

void record_free(struct record *record)
{
	if (record)
		arena_free(record->arena);
}

static const struct value *copy_values(struct arena *arena, const struct value *values, size_t count)
{
	struct value *copy;

	if (!count)
		return NULL;
	copy = arena_alloc(arena, count * sizeof(*copy));
	for (size_t i = 0; i < count; i++) {
		copy[i].bytes = arena_bytes(arena, values[i].bytes, values[i].length);
		copy[i].length = values[i].length;
	}
	return copy;
}

static void copy_findings(struct record *copy, const struct record *record)
{
	struct finding *findings = arena_alloc(copy->arena, record->finding_count * sizeof(*findings));

	for (size_t i = 0; i < record->finding_count; i++) {
		findings[i] = record->findings[i];
		findings[i].sentence = arena_text(copy->arena, record->findings[i].sentence);
	}
	copy->findings = findings;
	copy->finding_count = record->finding_count;
}

struct record *record_copy(struct arena *arena, const struct record *record)
{
	struct record *copy = record_new_in(arena, record->kind);
	struct attribute *attributes = arena_alloc(arena, record->attribute_count * sizeof(*attributes));
	size_t count = kind_field_count(record->kind);

	copy->name = arena_text(arena, record->name);
	copy->id = arena_text(arena, record->id);
	copy->place = arena_text(arena, record->place);
	copy->version = arena_text(arena, record->version);
	copy->changed_by = arena_text(arena, record->changed_by);
	copy->changed_at = record->changed_at;
	copy->foreign = record->foreign;
	for (size_t i = 0; i < count; i++) {
		copy->fields[i] = record->fields[i];
		copy->fields[i].values = copy_values(arena, record->fields[i].values, record->fields[i].count);
		copy->fields[i].origin = arena_text(arena, record->fields[i].origin);
		copy->fields[i].note = arena_text(arena, record->fields[i].note);
	}
	for (size_t i = 0; i < record->attribute_count; i++) {
		attributes[i].name = arena_text(arena, record->attributes[i].name);
		attributes[i].values = copy_values(arena, record->attributes[i].values, record->attributes[i].count);
		attributes[i].count = record->attributes[i].count;
	}
	copy->attributes = attributes;
	copy->attribute_count = record->attribute_count;
	copy_findings(copy, record);
	return copy;
}

/* The slot of a field; NULL where the kind has no such field. */
static struct field_values *slot(const struct record *record, const char *name)
{
	const struct field *field = kind_field(record->kind, name);

	return field ? &record->fields[kind_field_index(record->kind, field)] : NULL;
}

const struct field_values *record_get(const struct record *record, const char *field)
{
	return slot(record, field);
}

const char *record_text(const struct record *record, const char *field)
{
	const struct field_values *values = slot(record, field);

	return values && values->count ? values->values[0].bytes : "";
}

int64_t record_time(const struct record *record, const char *field)
{
	int64_t time;

	return text_to_time_iso(record_text(record, field), &time) ? time : 0;
}

void record_set(struct record *record, const char *field, enum presence presence, const struct value *values, size_t count)
{
	struct field_values *to = slot(record, field);

	assert(to);
	to->presence = presence;
	to->values = copy_values(record->arena, values, count);
	to->count = count;
}

void record_set_text(struct record *record, const char *field, const char *text)
{
	struct value value = { text, text ? strlen(text) : 0 };

	record_set(record, field, text ? VALUE_OWN : VALUE_ABSENT, &value, text ? 1 : 0);
}

void record_add_text(struct record *record, const char *field, const char *text)
{
	struct field_values *to = slot(record, field);
	struct value *values;

	assert(to && text);
	values = arena_alloc(record->arena, (to->count + 1) * sizeof(*values));
	if (to->count)
		memcpy(values, to->values, to->count * sizeof(*values));
	values[to->count] = value_text(record->arena, text);
	to->values = values;
	to->count++;
	if (to->presence != VALUE_DERIVED)
		to->presence = VALUE_OWN;
}

const struct attribute *record_attribute(const struct record *record, const char *name)
{
	for (size_t i = 0; i < record->attribute_count; i++)
		if (text_same_ascii_case(record->attributes[i].name, name))
			return &record->attributes[i];
	return NULL;
}

bool value_same(const struct value *a, const struct value *b)
{
	return a->length == b->length && memcmp(a->bytes, b->bytes, a->length) == 0;
}

static bool contains(const struct field_values *values, const struct value *value)
{
	for (size_t i = 0; i < values->count; i++)
		if (value_same(&values->values[i], value))
			return true;
	return false;
}

bool values_same(const struct field_values *a, const struct field_values *b)
{
	if (a->count != b->count)
		return false;
	/* In the same order nearly always; sets of fifty thousand would take seconds otherwise. */
	size_t same = 0;

	while (same < a->count && value_same(&a->values[same], &b->values[same]))
		same++;
	for (size_t i = same; i < a->count; i++)
		if (!contains(b, &a->values[i]) || !contains(a, &b->values[i]))
			return false;
	return true;
}

struct value value_text(struct arena *arena, const char *text)
{
	struct value value = { arena_text(arena, text), strlen(text) };

	return value;
}

char *size_words(struct arena *arena, const struct field *field, int64_t bytes)
{
	char *words = text_from_size(arena, bytes);
	int64_t again;

	if (text_to_size(words, 1, &again) && again == bytes)
		return words;
	if (field->unit > 1 && field->unit_name && bytes % field->unit == 0)
		return arena_format(arena, "%" PRId64 " %s", bytes / field->unit, field->unit_name);
	return arena_format(arena, "%" PRId64 " B", bytes);
}

/* Internationalised names are shown in both forms, so that neither can deceive. */
static char *domain_words(struct arena *arena, const char *whole)
{
	const char *at = strrchr(whole, '@');
	const char *domain = at ? at + 1 : whole;
	char *unicode;

	if (!strstr(domain, "xn--"))
		return arena_text(arena, whole);
	unicode = text_domain_unicode(arena, domain);
	if (strcmp(unicode, domain) == 0)
		return arena_text(arena, whole);
	return at ? arena_format(arena, "%s (%s)", whole, unicode) : arena_format(arena, "%s (%s)", unicode, whole);
}

/* The canonical value with its secret parts as dots. */
static char *parts_words(struct arena *arena, const struct field *field, const char *value)
{
	size_t capacity = 0, count = 0;
	const char **pairs = NULL;

	for (const struct part *part = field->parts; part->name; part++) {
		char *text = parts_get(arena, value, part->name);

		if (!text)
			continue;
		pairs = arena_grow(arena, pairs, &capacity, count + 3, sizeof(*pairs));
		pairs[count++] = part->name;
		pairs[count++] = part->type == FIELD_SECRET ? DOTS : text;
	}
	/* What cannot be read as parts might be a secret as a whole. */
	return count ? parts_build(arena, field->parts, pairs) : arena_text(arena, DOTS);
}

/* Where one part names the value: "All Hands: post". */
static char *keyed_words(struct arena *arena, const struct field *field, const char *value)
{
	const struct part *key = parts_key(field);
	char *words = parts_get(arena, value, key->name);

	if (!words)
		return arena_text(arena, value);
	for (const struct part *part = field->parts; part->name; part++) {
		const char *text = part == key ? NULL : parts_get(arena, value, part->name);

		if (text)
			words = arena_format(arena, "%s: %s", words, text);
	}
	return words;
}

char *value_words(struct arena *arena, const struct field *field, const struct value *value)
{
	int64_t bytes;

	switch (field->type) {
	case FIELD_SIZE:
		/* Canonical sizes are bare bytes; anything else ("-5", "7 MB") is what a directory holds in their place. */
		if (strspn(value->bytes, "0123456789") != value->length || !text_to_size(value->bytes, 1, &bytes))
			break;
		if (field->flags & FIELD_AMOUNT)
			return text_from_size(arena, bytes);
		return bytes == 0 ? arena_text(arena, "no limit") : size_words(arena, field, bytes);
	case FIELD_DOMAIN:
	case FIELD_ADDRESS:
		if (strlen(value->bytes) == value->length)
			return domain_words(arena, value->bytes);
		break;
	case FIELD_PARTS:
		return parts_key(field) ? keyed_words(arena, field, value->bytes) : parts_words(arena, field, value->bytes);
	case FIELD_SECRET:
		return arena_text(arena, DOTS);
	case FIELD_TEXT: case FIELD_LOGIN: case FIELD_NUMBER: case FIELD_CHOICE:
	case FIELD_FLAG: case FIELD_REFERENCE: case FIELD_TIME:
		break;
	}
	return arena_bytes(arena, value->bytes, value->length);
}

char *record_words(struct arena *arena, const struct field *field, const struct field_values *values)
{
	struct text text = { 0 };
	char *words;

	if (values->presence == VALUE_HIDDEN)
		return arena_text(arena, DOTS);
	if (!values->count && values->presence == VALUE_UNSUPPORTED)
		return arena_text(arena, "(not in this directory)");
	if (!values->count && values->presence == VALUE_UNREADABLE)
		return arena_text(arena, values->note ? "(not readable)" : "(not readable with this login)");
	if (!values->count)
		return arena_text(arena, "(none)");
	/* Nobody reads a line of fifty thousand; JSON and LDIF have them all. */
	if (values->count > SHOWN_MOST)
		text_addf(&text, "%zu values, the first %d: ", values->count, SHOWN_MOST);
	for (size_t i = 0; i < values->count && i < SHOWN_MOST; i++) {
		if (i)
			text_add(&text, ", ");
		text_add(&text, value_words(arena, field, &values->values[i]));
	}
	words = arena_text(arena, text_get(&text));
	text_free(&text);
	return words;
}
